// A head's scores or weights, worked out from its queries and keys as they are looked at. May use base/, tensor/, attention/ and trace/.
#pragma once

#include "core/attention/rows.h"
#include "core/trace/attention_map.h"

#include <memory>
#include <mutex>
#include <vector>

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

/// A map that holds no T×S matrix but two numbers a query: a cell costs O(d) and, where its query was never looked at, O(S·d). Always the
/// same kRowsTogether queries and kKeysTogether keys are worked out together, so that a cell has the same bits however it is looked at; they
/// are those of `attend` to rounding.
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
    bool isQuick(IndexRange rows, IndexRange cols, TileSize size) const override;

private:
    using Queries = Eigen::Block<const Eigen::Map<const Matrix>, Eigen::Dynamic, Eigen::Dynamic, true>;

    static TokenIndex firstOf(Index block);

    /// kRowsTogether queries, of which block `i` begins with query i·kRowsTogether; the last may be shorter.
    Queries queries(Index block) const;

    /// Null where they are not known yet.
    std::shared_ptr<const RowNormalizers> knownNormalizers(Index block) const;
    std::shared_ptr<const RowNormalizers> keepNormalizers(Index block, RowNormalizers found) const;

    /// take(cells, keys) for every piece of a block of queries that has some of these keys; of weights, those alone that the mask may show.
    void forEachPiece(Index block, KeyRange keys, const TakeScores& take) const;

    /// The weights of a block of queries, of which the largest between two edges stands for all of them. As they grow with their scores,
    /// these alone are made weights.
    Matrix largestWeights(Index block, const std::vector<Index>& edges) const;

    HeadVectors m_head;
    ComputedStage m_stage;
    Eigen::Map<const Matrix> m_query;
    Eigen::Map<const Matrix> m_key;
    mutable std::mutex m_mutex;
    mutable std::vector<std::shared_ptr<const RowNormalizers>>
        m_normalizers;  ///< One a block of queries; null where it is not known.
    mutable std::shared_ptr<const Matrix>
        m_lastRows;             ///< The block looked at last row by row: rows are mostly asked for in their order.
    mutable Index m_last = -1;  ///< Which one it is.
};

}  // namespace headlight
