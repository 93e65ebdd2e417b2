// One head's T×S matrix behind one small interface, however it came about. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/tensor.h"

#include <limits>
#include <memory>
#include <mutex>
#include <vector>

namespace headlight {

/// A half-open range of rows or columns [begin, end).
struct IndexRange
{
    Index begin = 0;
    Index end = 0;

    Index size() const noexcept { return end - begin; }
    bool operator==(const IndexRange&) const = default;
};

/// Which cell stands for a block of cells that are drawn as one.
enum class Pooling {
    Largest,           ///< Of weights.
    LargestMagnitude,  ///< Of signed values: the one furthest from zero. −∞, NaN only where there is nothing else.
};

/// The extent of a tile as drawn.
struct TileSize
{
    Index rows = 0;
    Index cols = 0;
    Pooling pooling = Pooling::Largest;

    bool operator==(const TileSize&) const = default;
};

/// Where block `i` begins where a range is drawn as so many blocks; block `blocks` begins at its end.
Index blockBegin(IndexRange range, Index i, Index blocks);

/// A tile in the making, of cells that come piece by piece in any order.
class TilePool
{
public:
    /// The part rows × cols of a map, as it is drawn.
    ///
    /// @param start what a cell is that never comes
    TilePool(IndexRange rows, IndexRange cols, TileSize size, float start = -std::numeric_limits<float>::infinity());

    /// Takes a piece of the map, of which what is beyond the tile is left out. Pieces of different rows may come from several threads.
    ///
    /// @param row of the map, as is  @param col, of the piece's first cell
    void add(ConstMatrixRef piece, Index row, Index col);

    /// Takes rows of which the cells of each of the tile's columns have been pooled already; see columnEdges.
    void addPooledColumns(ConstMatrixRef rows, Index row);

    /// Where the tile's columns begin in the map, and where the last ends.
    std::vector<Index> columnEdges() const;

    Matrix take() { return std::move(m_tile); }

private:
    void merge(const Matrix& blocks, Index row, Index col);

    IndexRange m_rows;
    IndexRange m_cols;
    Pooling m_pooling;
    Matrix m_tile;
    std::mutex m_mutex;
};

/// Cells as they are drawn: themselves where they fit into `size`, else as so many blocks, each the largest (see Pooling) of its cells.
///
/// @return [min(cells.rows, size.rows) × min(cells.cols, size.cols)]
Matrix pooled(ConstMatrixRef cells, TileSize size);

/// So many cells are worked out or read while nobody notices.
inline constexpr Index kQuickCells = 2'000'000;

/// The longest text, in tokens, of which all cells of a head are held at once, as by what works on whole heads: 64 MB.
inline constexpr Index kLongestInFull = 4096;

/// A matrix of queries × keys that is read in tiles. Immutable and thread-safe.
class AttentionMap
{
public:
    virtual ~AttentionMap() = default;

    virtual Index rows() const = 0;  ///< T, the queries.
    virtual Index cols() const = 0;  ///< S, the keys.

    /// One cell.
    virtual float at(TokenIndex query, TokenIndex key) const = 0;

    /// One query's row.  @return [S]
    virtual RowVector row(TokenIndex query) const = 0;

    /// The part rows × cols at the resolution at which it is drawn: the cells themselves where they fit into `size`, else
    /// `size` blocks, each the largest (see Pooling) of the cells that fall into it, so that a bright cell never vanishes.
    ///
    /// @return [min(rows, size.rows) × min(cols, size.cols)]
    virtual Matrix tile(IndexRange rows, IndexRange cols, TileSize size) const = 0;

    /// Whether that tile is there at once, so that a view need not wait for it elsewhere.
    virtual bool isQuick(IndexRange /*rows*/, IndexRange /*cols*/, TileSize /*size*/) const { return true; }

    /// All of them.  @return [T×S]
    Matrix cells() const { return tile({0, rows()}, {0, cols()}, {rows(), cols()}); }
};

/// A map whose cells are one slice of a tensor in memory, which it keeps alive.
class StoredMap final : public AttentionMap
{
public:
    StoredMap(std::shared_ptr<const Tensor> tensor, Index slice);

    Index rows() const override { return m_cells.rows(); }
    Index cols() const override { return m_cells.cols(); }
    float at(TokenIndex query, TokenIndex key) const override { return m_cells(query.value, key.value); }
    RowVector row(TokenIndex query) const override { return m_cells.row(query.value); }
    Matrix tile(IndexRange rows, IndexRange cols, TileSize size) const override;

private:
    std::shared_ptr<const Tensor> m_tensor;
    Eigen::Map<const Matrix> m_cells;
};

}  // namespace headlight
