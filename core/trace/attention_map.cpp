#include "core/trace/attention_map.h"

#include "core/tensor/elementwise.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace headlight {
namespace {

/// One that is no number only where the other is none either.
float larger(float a, float b)
{
    return b <= a ? a : b;
}

/// The one further from zero; one that is not finite only where there is no other.
float further(float a, float b)
{
    if (!std::isfinite(a) || !std::isfinite(b)) {
        return std::isfinite(a) ? a : b;
    }
    return std::abs(a) > std::abs(b) ? a : std::abs(b) > std::abs(a) ? b : std::max(a, b);
}

float furthest(ConstMatrixRef cells)
{
    if (std::isfinite(cells.sum())) {
        return further(cells.maxCoeff(), cells.minCoeff());
    }
    float found = cells(0, 0);
    for (Index i = 0; i < cells.rows(); ++i) {
        for (Index j = 0; j < cells.cols(); ++j) {
            found = further(found, cells(i, j));
        }
    }
    return found;
}

IndexRange common(IndexRange a, IndexRange b)
{
    return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

/// The blocks of `whole` that a part of it touches.
IndexRange blocksOf(IndexRange part, IndexRange whole, Index blocks)
{
    const auto blockOf = [&](Index i) {
        Index block = (i - whole.begin) * blocks / whole.size();
        while (blockBegin(whole, block + 1, blocks) <= i) {
            ++block;
        }
        return block;
    };
    return {blockOf(part.begin), blockOf(part.end - 1) + 1};
}

/// Where these blocks of `whole` begin and end within a part of it, counted from the part's begin.
std::vector<Index> edgesWithin(IndexRange part, IndexRange whole, IndexRange touched, Index blocks)
{
    std::vector<Index> edges;
    for (Index i = touched.begin; i <= touched.end; ++i) {
        edges.push_back(std::clamp(blockBegin(whole, i, blocks), part.begin, part.end) - part.begin);
    }
    return edges;
}

/// @param rows, @param cols where the blocks begin, and where the last ends
Matrix pooledBlocks(ConstMatrixRef cells, const std::vector<Index>& rows, const std::vector<Index>& cols,
                    Pooling pooling)
{
    Matrix blocks(static_cast<Index>(rows.size()) - 1, static_cast<Index>(cols.size()) - 1);
    RowVector highest(cells.cols());
    const std::span<float> highestCells(highest.data(), static_cast<std::size_t>(highest.size()));
    for (Index i = 0; i < blocks.rows(); ++i) {
        const Index top = rows[static_cast<std::size_t>(i)];
        const Index bottom = rows[static_cast<std::size_t>(i) + 1];
        if (pooling == Pooling::Largest) {  // row by row, as they lie in memory
            highest = cells.row(top);
            for (Index row = top + 1; row < bottom; ++row) {
                takeLarger(highestCells, {cells.row(row).data(), highestCells.size()});
            }
        }
        for (Index j = 0; j < blocks.cols(); ++j) {
            const Index left = cols[static_cast<std::size_t>(j)];
            const Index width = cols[static_cast<std::size_t>(j) + 1] - left;
            blocks(i, j) = pooling == Pooling::Largest ? highest.segment(left, width).maxCoeff()
                                                       : furthest(cells.block(top, left, bottom - top, width));
        }
    }
    return blocks;
}

}  // namespace

Index blockBegin(IndexRange range, Index i, Index blocks)
{
    return range.begin + range.size() * i / blocks;
}

TilePool::TilePool(IndexRange rows, IndexRange cols, TileSize size, float start)
    : m_rows(rows)
    , m_cols(cols)
    , m_pooling(size.pooling)
    , m_tile(Matrix::Constant(std::min(rows.size(), size.rows), std::min(cols.size(), size.cols), start))
{}

void TilePool::add(ConstMatrixRef piece, Index row, Index col)
{
    const IndexRange rows = common({row, row + piece.rows()}, m_rows);
    const IndexRange cols = common({col, col + piece.cols()}, m_cols);
    if (rows.size() <= 0 || cols.size() <= 0) {
        return;
    }
    const auto cells = piece.block(rows.begin - row, cols.begin - col, rows.size(), cols.size());
    if (m_tile.rows() == m_rows.size() && m_tile.cols() == m_cols.size()) {
        m_tile.block(rows.begin - m_rows.begin, cols.begin - m_cols.begin, rows.size(), cols.size()) = cells;
        return;
    }
    const IndexRange tileRows = blocksOf(rows, m_rows, m_tile.rows());
    const IndexRange tileCols = blocksOf(cols, m_cols, m_tile.cols());
    merge(pooledBlocks(cells, edgesWithin(rows, m_rows, tileRows, m_tile.rows()),
                       edgesWithin(cols, m_cols, tileCols, m_tile.cols()), m_pooling),
          tileRows.begin, tileCols.begin);
}

void TilePool::addPooledColumns(ConstMatrixRef rows, Index row)
{
    const IndexRange part = common({row, row + rows.rows()}, m_rows);
    if (part.size() <= 0) {
        return;
    }
    const IndexRange tileRows = blocksOf(part, m_rows, m_tile.rows());
    std::vector<Index> each(static_cast<std::size_t>(rows.cols()) + 1);
    std::iota(each.begin(), each.end(), 0);
    merge(pooledBlocks(rows.middleRows(part.begin - row, part.size()),
                       edgesWithin(part, m_rows, tileRows, m_tile.rows()), each, m_pooling),
          tileRows.begin, 0);
}

std::vector<Index> TilePool::columnEdges() const
{
    std::vector<Index> edges;
    for (Index j = 0; j <= m_tile.cols(); ++j) {
        edges.push_back(blockBegin(m_cols, j, m_tile.cols()));
    }
    return edges;
}

void TilePool::merge(const Matrix& blocks, Index row, Index col)
{
    const std::lock_guard lock(m_mutex);
    for (Index i = 0; i < blocks.rows(); ++i) {
        for (Index j = 0; j < blocks.cols(); ++j) {
            float& cell = m_tile(row + i, col + j);
            cell = m_pooling == Pooling::Largest ? larger(cell, blocks(i, j)) : further(cell, blocks(i, j));
        }
    }
}

Matrix pooled(ConstMatrixRef cells, TileSize size)
{
    TilePool pool({0, cells.rows()}, {0, cells.cols()}, size);
    pool.add(cells, 0, 0);
    return pool.take();
}

StoredMap::StoredMap(std::shared_ptr<const Tensor> tensor, Index slice)
    : m_tensor(std::move(tensor))
    , m_cells(m_tensor->matrix(slice))
{}

Matrix StoredMap::tile(IndexRange rows, IndexRange cols, TileSize size) const
{
    assert(rows.begin >= 0 && rows.end <= m_cells.rows() && cols.begin >= 0 && cols.end <= m_cells.cols());
    return pooled(m_cells.block(rows.begin, cols.begin, rows.size(), cols.size()), size);
}

}  // namespace headlight
