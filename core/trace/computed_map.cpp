#include "core/trace/computed_map.h"

#include "core/attention/rows.h"

#include <algorithm>
#include <cassert>

namespace headlight {

ComputedMap::ComputedMap(HeadVectors head, ComputedStage stage)
    : m_head(std::move(head))
    , m_stage(stage)
    , m_query(m_head.query->matrix(m_head.querySlice))
    , m_key(m_head.key->matrix(m_head.keySlice))
{}

std::shared_ptr<const Matrix> ComputedMap::block(Index i) const
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_last == i) {
            return m_lastBlock;
        }
    }
    const TokenIndex first(i * kRowsTogether);
    const auto query = m_query.middleRows(first.value, std::min(kRowsTogether, rows() - first.value));
    auto block = std::make_shared<const Matrix>(m_stage == ComputedStage::Weights
                                                    ? weightsOfRows(query, first, m_key, m_head.options)
                                                    : scoresOfRows(query, first, m_key, TokenIndex(0), m_head.options));
    const std::lock_guard lock(m_mutex);
    m_lastBlock = block;
    m_last = i;
    return block;
}

Matrix ComputedMap::wholeRows(IndexRange rows) const
{
    Matrix whole(rows.size(), cols());
    for (Index row = rows.begin; row < rows.end;) {
        const std::shared_ptr<const Matrix> source = block(row / kRowsTogether);
        const Index begin = row % kRowsTogether;
        const Index count = std::min(source->rows() - begin, rows.end - row);
        whole.middleRows(row - rows.begin, count) = source->middleRows(begin, count);
        row += count;
    }
    return whole;
}

float ComputedMap::at(TokenIndex query, TokenIndex key) const
{
    return (*block(query.value / kRowsTogether))(query.value % kRowsTogether, key.value);
}

RowVector ComputedMap::row(TokenIndex query) const
{
    return block(query.value / kRowsTogether)->row(query.value % kRowsTogether);
}

Matrix ComputedMap::tile(IndexRange rows, IndexRange cols, TileSize size) const
{
    assert(rows.begin >= 0 && rows.end <= this->rows() && cols.begin >= 0 && cols.end <= this->cols());
    const Index blockRows = std::min(rows.size(), size.rows);
    Matrix tile(blockRows, std::min(cols.size(), size.cols));
    const TileSize oneRow{1, size.cols, size.pooling};
    for (Index first = 0; first < blockRows;) {
        const Index top = blockBegin(rows, first, blockRows);
        Index last = first + 1;
        while (last < blockRows && blockBegin(rows, last + 1, blockRows) - top <= kRowsTogether) {
            ++last;
        }
        const Matrix whole = wholeRows({top, blockBegin(rows, last, blockRows)});
        for (Index i = first; i < last; ++i) {
            const Index begin = blockBegin(rows, i, blockRows);
            const Index count = blockBegin(rows, i + 1, blockRows) - begin;
            tile.row(i) = pooled(whole.block(begin - top, cols.begin, count, cols.size()), oneRow).row(0);
        }
        first = last;
    }
    return tile;
}

}  // namespace headlight
