#include "core/trace/attention_map.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace headlight {
namespace {

/// The cell that is furthest from zero; one that is not finite only where there is no other.
float largestMagnitude(ConstMatrixRef cells)
{
    if (std::isfinite(cells.sum())) {
        const float high = cells.maxCoeff();
        const float low = cells.minCoeff();
        return -low > high ? low : high;
    }
    float furthest = cells(0, 0);
    for (Index i = 0; i < cells.rows(); ++i) {
        for (Index j = 0; j < cells.cols(); ++j) {
            const float cell = cells(i, j);
            if (std::isfinite(cell) && (!std::isfinite(furthest) || std::abs(cell) > std::abs(furthest))) {
                furthest = cell;
            }
        }
    }
    return furthest;
}

}  // namespace

Index blockBegin(IndexRange range, Index i, Index blocks)
{
    return range.begin + range.size() * i / blocks;
}

Matrix pooled(ConstMatrixRef cells, TileSize size)
{
    const IndexRange rows{0, cells.rows()};
    const IndexRange cols{0, cells.cols()};
    const Index blockRows = std::min(rows.size(), size.rows);
    const Index blockCols = std::min(cols.size(), size.cols);
    if (blockRows == rows.size() && blockCols == cols.size()) {
        return cells;
    }
    Matrix blocks(blockRows, blockCols);
    for (Index i = 0; i < blockRows; ++i) {
        const Index top = blockBegin(rows, i, blockRows);
        const Index bottom = blockBegin(rows, i + 1, blockRows);
        if (size.pooling == Pooling::LargestMagnitude) {
            for (Index j = 0; j < blockCols; ++j) {
                const Index left = blockBegin(cols, j, blockCols);
                const Index right = blockBegin(cols, j + 1, blockCols);
                blocks(i, j) = largestMagnitude(cells.block(top, left, bottom - top, right - left));
            }
            continue;
        }
        RowVector highest = cells.row(top);  // row by row, as they lie in memory
        for (Index row = top + 1; row < bottom; ++row) {
            highest = highest.cwiseMax(cells.row(row));
        }
        for (Index j = 0; j < blockCols; ++j) {
            const Index left = blockBegin(cols, j, blockCols);
            const Index right = blockBegin(cols, j + 1, blockCols);
            blocks(i, j) = highest.segment(left, right - left).maxCoeff();
        }
    }
    return blocks;
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
