#include "core/trace/computed_map.h"

#include "core/tensor/elementwise.h"
#include "core/tensor/matmul.h"
#include "core/tensor/parallel.h"

#include <algorithm>
#include <cassert>
#include <span>

namespace headlight {

ComputedMap::ComputedMap(HeadVectors head, ComputedStage stage)
    : m_head(std::move(head))
    , m_stage(stage)
    , m_query(m_head.query->matrix(m_head.querySlice))
    , m_key(m_head.key->matrix(m_head.keySlice))
    , m_normalizers(static_cast<std::size_t>((m_query.rows() + kRowsTogether - 1) / kRowsTogether))
{}

TokenIndex ComputedMap::firstOf(Index block)
{
    return TokenIndex(block * kRowsTogether);
}

ComputedMap::Queries ComputedMap::queries(Index block) const
{
    const Index begin = firstOf(block).value;
    return m_query.middleRows(begin, std::min(kRowsTogether, rows() - begin));
}

std::shared_ptr<const RowNormalizers> ComputedMap::knownNormalizers(Index block) const
{
    const std::lock_guard lock(m_mutex);
    return m_normalizers[static_cast<std::size_t>(block)];
}

std::shared_ptr<const RowNormalizers> ComputedMap::keepNormalizers(Index block, RowNormalizers found) const
{
    auto kept = std::make_shared<const RowNormalizers>(std::move(found));
    const std::lock_guard lock(m_mutex);
    m_normalizers[static_cast<std::size_t>(block)] = kept;
    return kept;
}

void ComputedMap::forEachPiece(Index block, KeyRange keys, const TakeScores& take) const
{
    const OneProductThread sameBits;
    const TokenIndex first = firstOf(block);
    const auto query = queries(block);
    const AttentionOptions& options = m_head.options;
    if (m_stage == ComputedStage::Scores) {
        for (Index begin = keys.begin / kKeysTogether * kKeysTogether; begin < keys.end; begin += kKeysTogether) {
            const KeyRange part{begin, std::min(begin + kKeysTogether, cols())};
            take(scoresOfRows(query, first, m_key.middleRows(begin, part.size()), TokenIndex(begin), options), part);
        }
        return;
    }
    std::shared_ptr<const RowNormalizers> normalizers = knownNormalizers(block);
    if (!normalizers) {
        Matrix only;
        KeyRange seen;
        normalizers = keepNormalizers(
            block, normalizersOfRows(query, first, m_key, options, [&](const Matrix& scores, KeyRange part) {
                only = seen.size() == 0 ? scores : Matrix();
                seen = seen.size() == 0 ? part : KeyRange{seen.begin, part.end};
            }));
        if (only.size() > 0) {
            normalize(only, *normalizers, options.temperature);
            take(only, seen);
            return;
        }
    }
    forEachScores(query, first, m_key, keys, options, [&](const Matrix& scores, KeyRange part) {
        Matrix weights = scores;
        normalize(weights, *normalizers, options.temperature);
        take(weights, part);
    });
}

Matrix ComputedMap::largestWeights(Index block, const std::vector<Index>& edges) const
{
    const OneProductThread sameBits;
    const auto query = queries(block);
    Matrix largest = Matrix::Constant(query.rows(), static_cast<Index>(edges.size()) - 1, kMasked);
    const auto count = static_cast<std::size_t>(largest.cols());
    std::vector<Index> within(edges.size());
    const TakeScores take = [&](const Matrix& scores, KeyRange keys) {
        std::ranges::transform(edges, within.begin(),
                               [&](Index edge) { return std::clamp(edge, keys.begin, keys.end) - keys.begin; });
        // The blocks that have some of these keys.
        const auto above = static_cast<std::size_t>(std::ranges::upper_bound(within, 0) - within.begin());
        const auto last = static_cast<std::size_t>(std::ranges::lower_bound(within, keys.size()) - within.begin());
        const std::size_t first = std::max<std::size_t>(above, 1) - 1;
        const std::size_t touched = std::max(std::min(last, count), first) - first;
        for (Index i = 0; i < scores.rows(); ++i) {
            takeLargestOfEach({largest.row(i).data() + first, touched},
                              {scores.row(i).data(), static_cast<std::size_t>(scores.cols())},
                              std::span(within).subspan(first));
        }
    };
    std::shared_ptr<const RowNormalizers> normalizers = knownNormalizers(block);
    if (normalizers) {
        forEachScores(query, firstOf(block), m_key, {edges.front(), edges.back()}, m_head.options, take);
    } else {
        normalizers = keepNormalizers(block, normalizersOfRows(query, firstOf(block), m_key, m_head.options, take));
    }
    normalize(largest, *normalizers, m_head.options.temperature);
    return largest;
}

float ComputedMap::at(TokenIndex query, TokenIndex key) const
{
    const Index block = query.value / kRowsTogether;
    float found = 0.0F;
    forEachPiece(block, {key.value, key.value + 1}, [&](const Matrix& cells, KeyRange keys) {
        if (key.value >= keys.begin && key.value < keys.end) {
            found = cells(query.value % kRowsTogether, key.value - keys.begin);
        }
    });
    return found;
}

RowVector ComputedMap::row(TokenIndex query) const
{
    const Index block = query.value / kRowsTogether;
    std::shared_ptr<const Matrix> rows;
    {
        const std::lock_guard lock(m_mutex);
        rows = m_last == block ? m_lastRows : nullptr;
    }
    if (!rows) {
        Matrix found = Matrix::Zero(queries(block).rows(), cols());
        forEachPiece(block, {0, cols()},
                     [&](const Matrix& cells, KeyRange keys) { found.middleCols(keys.begin, keys.size()) = cells; });
        rows = std::make_shared<const Matrix>(std::move(found));
        const std::lock_guard lock(m_mutex);
        m_lastRows = rows;
        m_last = block;
    }
    return rows->row(query.value % kRowsTogether);
}

Matrix ComputedMap::tile(IndexRange rows, IndexRange cols, TileSize size) const
{
    assert(rows.begin >= 0 && rows.end <= this->rows() && cols.begin >= 0 && cols.end <= this->cols());
    const float start = m_stage == ComputedStage::Weights ? 0.0F : kMasked;
    TilePool pool(rows, cols, size, start);
    const Index first = rows.begin / kRowsTogether;
    const Index blocks = rows.size() == 0 ? 0 : (rows.end - 1) / kRowsTogether + 1 - first;
    const auto operations = static_cast<double>(2 * rows.size() * cols.size() * m_query.cols());
    const std::vector<Index> edges = pool.columnEdges();
    const bool isPooledWeights = m_stage == ComputedStage::Weights && static_cast<Index>(edges.size()) <= cols.size();
    forEachInParallel(blocks, operations, [&](Index i) {
        const Index block = first + i;
        if (isPooledWeights) {
            pool.addPooledColumns(largestWeights(block, edges), firstOf(block).value);
            return;
        }
        forEachPiece(block, {cols.begin, cols.end},
                     [&](const Matrix& cells, KeyRange keys) { pool.add(cells, firstOf(block).value, keys.begin); });
    });
    return pool.take();
}

bool ComputedMap::isQuick(IndexRange rows, IndexRange cols, TileSize /*size*/) const
{
    const Index keys = std::min(cols.size() + 2 * kKeysTogether, this->cols());
    Index cells = 0;
    for (Index block = rows.begin / kRowsTogether; block * kRowsTogether < rows.end && cells <= kQuickCells; ++block) {
        const bool isKnown = m_stage == ComputedStage::Scores || knownNormalizers(block);
        cells += kRowsTogether * (isKnown ? keys : this->cols());
    }
    return cells <= kQuickCells;
}

}  // namespace headlight
