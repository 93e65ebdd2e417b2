#include "core/io/recorded_stages.h"

#include "core/tensor/parallel.h"
#include "core/trace/computed_map.h"

#include <algorithm>
#include <cassert>
#include <span>

namespace headlight {
namespace {

/// Rows of numbers as they lie in a file.
class StoredRows
{
public:
    /// @param slice of a tensor [slices,rows,cols] or [rows,cols]
    StoredRows(const StoredTensor& tensor, Index slice)
        : m_dtype(tensor.dtype)
        , m_rows(tensor.shape[tensor.shape.size() - 2])
        , m_cols(tensor.shape.back())
        , m_bytes(tensor.bytes.subspan(size(slice * m_rows * m_cols), size(m_rows * m_cols)))
    {}

    Index rows() const { return m_rows; }
    Index cols() const { return m_cols; }
    std::span<const std::byte> bytes() const { return m_bytes; }

    void widen(Index row, IndexRange cols, float* to) const
    {
        widenNumbers(m_dtype, m_bytes.subspan(size(row * m_cols + cols.begin), size(cols.size())), to);
    }

private:
    std::size_t size(Index numbers) const { return static_cast<std::size_t>(numbers) * dtypeSize(m_dtype); }

    DType m_dtype;
    Index m_rows;
    Index m_cols;
    std::span<const std::byte> m_bytes;
};

/// A head's map in a file.
class RecordedMap final : public AttentionMap
{
public:
    RecordedMap(const StoredRows& cells, std::shared_ptr<const SafetensorsFile> file)
        : m_cells(cells)
        , m_file(std::move(file))
    {}

    Index rows() const override { return m_cells.rows(); }
    Index cols() const override { return m_cells.cols(); }

    float at(TokenIndex query, TokenIndex key) const override
    {
        float cell = 0.0F;
        m_cells.widen(query.value, {key.value, key.value + 1}, &cell);
        return cell;
    }

    RowVector row(TokenIndex query) const override
    {
        RowVector row(cols());
        m_cells.widen(query.value, {0, cols()}, row.data());
        return row;
    }

    Matrix tile(IndexRange rows, IndexRange cols, TileSize size) const override
    {
        constexpr Index kRows = 32;
        constexpr std::size_t kManyBytes = 16'000'000;
        TilePool pool(rows, cols, size);
        forEachInParallel((rows.size() + kRows - 1) / kRows, static_cast<double>(rows.size() * cols.size()),
                          [&](Index i) {
                              const Index first = rows.begin + i * kRows;
                              Matrix piece(std::min(kRows, rows.end - first), cols.size());
                              for (Index row = 0; row < piece.rows(); ++row) {
                                  m_cells.widen(first + row, cols, piece.row(row).data());
                              }
                              pool.add(piece, first, cols.begin);
                          });
        if (m_file && static_cast<std::size_t>(rows.size() * cols.size()) > kManyBytes) {
            m_file->release(m_cells.bytes());
        }
        return pool.take();
    }

    bool isQuick(IndexRange rows, IndexRange cols, TileSize /*size*/) const override
    {
        return rows.size() * cols.size() <= kQuickCells;
    }

private:
    StoredRows m_cells;
    std::shared_ptr<const SafetensorsFile> m_file;
};

bool isMap(StageId stage)
{
    return stage == StageId::Weights || stage == StageId::Scores;
}

}  // namespace

RecordedStages::RecordedStages(std::map<StageKey, StoredTensor> tensors, const TraceInfo& info,
                               std::shared_ptr<const SafetensorsFile> file)
    : m_tensors(std::move(tensors))
    , m_info(info)
    , m_file(std::move(file))
{
    const auto tokens = static_cast<Index>(info.tokens.size());
    m_info.tokens.clear();
    for (const auto& [key, tensor] : m_tensors) {
        m_shapes.emplace(key, tensor.shape);
    }
    for (LayerIndex layer(0); layer.value < info.layers; ++layer.value) {
        const StoredTensor* query = stored({StageId::Query, layer});
        const StoredTensor* key = stored({StageId::Key, layer});
        if (query == nullptr || key == nullptr || info.heads % key->shape.front() != 0 ||
            info.experiment.kernel == AttentionKernel::Linear ||
            !checkEveryQuerySees(info.maskOf(layer), tokens, tokens)) {
            continue;
        }
        for (const StageId stage : {StageId::Scores, StageId::Weights}) {
            m_shapes.try_emplace({stage, layer}, Tensor::Shape{info.heads, tokens, tokens});
        }
    }
}

const StoredTensor* RecordedStages::stored(const StageKey& key) const
{
    const auto found = m_tensors.find(key);
    return found == m_tensors.end() ? nullptr : &found->second;
}

std::shared_ptr<const Tensor> RecordedStages::compute(const StageKey& key, const Find& find) const
{
    if (const StoredTensor* tensor = stored(key)) {
        return std::make_shared<const Tensor>(toFloat(*tensor, tensor->shape).value());
    }
    Tensor cells = Tensor::unset(m_shapes.at(key));
    for (HeadIndex head(0); head.value < m_info.heads; ++head.value) {
        cells.matrix(head.value) = map(key.id, {key.layer, head}, find)->cells();
    }
    return std::make_shared<const Tensor>(std::move(cells));
}

RowVector RecordedStages::row(const StageKey& key, TokenIndex token, const Find& /*find*/) const
{
    const StoredTensor* tensor = stored(key);
    if (tensor == nullptr || tensor->shape.size() != 2) {
        return {};
    }
    const StoredRows rows(*tensor, 0);
    RowVector row(rows.cols());
    rows.widen(token.value, {0, rows.cols()}, row.data());
    return row;
}

bool RecordedStages::hasMap(StageId stage) const
{
    return isMap(stage);
}

std::shared_ptr<const AttentionMap> RecordedStages::map(StageId stage, HeadAddress head, const Find& /*find*/) const
{
    assert(isMap(stage));
    const StoredTensor* tensor = stored({stage, head.layer});
    return tensor == nullptr ? mapFromVectors(stage, head)
                             : std::make_shared<RecordedMap>(StoredRows(*tensor, head.head.value), m_file);
}

std::shared_ptr<const AttentionMap> RecordedStages::mapFromVectors(StageId stage, HeadAddress head) const
{
    const StageKey query{StageId::Query, head.layer};
    const StageKey key{StageId::Key, head.layer};
    return std::make_shared<ComputedMap>(
        HeadVectors{.query = slice(query, head.head.value),
                    .key = slice(key, head.head.value * stored(key)->shape.front() / m_info.heads),
                    .options = attentionOptions(m_info.scoring, head, m_info.heads, m_info.experiment.temperature,
                                                m_info.maskOf(head.layer))},
        stage == StageId::Weights ? ComputedStage::Weights : ComputedStage::Scores);
}

/// One head's vectors alone.  @return [1,T,d]
std::shared_ptr<const Tensor> RecordedStages::slice(const StageKey& key, Index index) const
{
    const StoredRows rows(*stored(key), index);
    Tensor vectors = Tensor::unset({1, rows.rows(), rows.cols()});
    widenNumbers(stored(key)->dtype, rows.bytes(), vectors.matrix().data());
    if (m_file) {
        m_file->release(rows.bytes());
    }
    return std::make_shared<const Tensor>(std::move(vectors));
}

}  // namespace headlight
