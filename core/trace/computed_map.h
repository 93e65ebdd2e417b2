// A head's scores or weights, worked out from its queries and keys as they are looked at. May use base/, tensor/, attention/ and trace/.
#pragma once

#include "core/attention/attend.h"
#include "core/trace/attention_map.h"

#include <memory>
#include <mutex>

namespace headlight {

/// One head's queries and keys, kept alive, and what it makes of them.
struct HeadVectors
{
    std::shared_ptr<const Tensor> query;  ///< [H,T,d]
    Index querySlice = 0;
    std::shared_ptr<const Tensor> key;  ///< [G,S,d]
    Index keySlice = 0;
    AttentionOptions options = {};
};

enum class ComputedStage { Scores, Weights };

/// A map that holds no T×S matrix: a tile costs O(rows·S·d). Always kRowsTogether rows are worked out together, the same ones whichever of
/// them is asked for, so that a cell has the same bits however it is looked at; they are those of `attend` to rounding.
class ComputedMap final : public AttentionMap
{
public:
    /// @param head whose vectors and options `validate` finds right
    ComputedMap(HeadVectors head, ComputedStage stage);

    Index rows() const override { return m_query.rows(); }
    Index cols() const override { return m_key.rows(); }
    float at(TokenIndex query, TokenIndex key) const override;
    RowVector row(TokenIndex query) const override;
    Matrix tile(IndexRange rows, IndexRange cols, TileSize size) const override;

private:
    /// kRowsTogether queries' rows, of which block `i` begins with query i·kRowsTogether.  @return [at most kRowsTogether×S]
    std::shared_ptr<const Matrix> block(Index i) const;

    /// @return [rows.size()×S]
    Matrix wholeRows(IndexRange rows) const;

    HeadVectors m_head;
    ComputedStage m_stage;
    Eigen::Map<const Matrix> m_query;
    Eigen::Map<const Matrix> m_key;
    mutable std::mutex m_mutex;
    mutable std::shared_ptr<const Matrix>
        m_lastBlock;            ///< The one looked at last: rows are mostly asked for in their order.
    mutable Index m_last = -1;  ///< Which one it is.
};

}  // namespace headlight
