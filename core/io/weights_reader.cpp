#include "core/io/weights_reader.h"

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/base/quantity.h"
#include "core/io/file_descriptor.h"
#include "core/model/parameters.h"
#include "core/text/utf8.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <mutex>
#include <thread>

namespace headlight {
namespace {

constexpr std::string_view kBlocks = "blocks.";

/// "blocks.3.attention" as "blocks.N.attention", and the 3.
std::pair<std::string, std::string> withoutLayer(const std::string& name)
{
    if (!name.starts_with(kBlocks)) {
        return {name, ""};
    }
    const std::size_t end = name.find('.', kBlocks.size());
    return {"blocks.N" + name.substr(end), name.substr(kBlocks.size(), end - kBlocks.size())};
}

std::string ofLayer(std::string_view tensor, const std::string& layer)
{
    std::string name(tensor);
    if (const std::size_t at = name.find(".N."); at != std::string::npos) {
        name.replace(at + 1, 1, layer);
    }
    return name;
}

/// A parameter and the tensor that it is read from.
struct Task
{
    Parameter* parameter;
    const WeightSource* source;
    const StoredTensor* stored;
    std::string tensor;
};

/// The shape that the tensor must have, the last rows' extent aside.
Tensor::Shape expectedShape(const Parameter& parameter, const WeightSource& source)
{
    const Index fused = source.fusion == Fusion::None ? 1 : 3;
    const Index rows = parameter.values.rows();
    const Index cols = parameter.values.cols() * fused;
    if (!parameter.isMatrix()) {
        return {cols};
    }
    return source.layout == Layout::OutIn ? Tensor::Shape{cols, rows} : Tensor::Shape{rows, cols};
}

bool fits(const StoredTensor& stored, const Tensor::Shape& expected, Layout layout)
{
    if (layout == Layout::LastRows) {
        return stored.shape.size() == 2 && stored.shape[1] == expected[1] && stored.shape[0] >= expected[0];
    }
    return stored.shape == expected;
}

/// Reads runs of numbers out of a tensor as float32, and gives back the file's pages that it has passed.
class Numbers
{
public:
    Numbers(const StoredTensor& stored, const Checkpoint& checkpoint) : m_stored(stored), m_checkpoint(checkpoint) {}

    void copy(Index first, Index count, float* to)
    {
        const std::size_t size = dtypeSize(m_stored.dtype);
        const std::byte* const from = m_stored.bytes.data() + static_cast<std::size_t>(first) * size;
        const std::span<const std::byte> bytes(from, static_cast<std::size_t>(count) * size);
        widenNumbers(m_stored.dtype, bytes, to);
        const auto end = static_cast<std::size_t>(bytes.data() + bytes.size() - m_stored.bytes.data());
        constexpr std::size_t kPassed = 4U << 20U;
        if (end > m_released + kPassed) {
            m_checkpoint.release(m_stored.bytes.subspan(m_released, end - m_released));
            m_released = end;
        }
    }

private:
    const StoredTensor& m_stored;
    const Checkpoint& m_checkpoint;
    std::size_t m_released = 0;  ///< Up to this byte.
};

/// Where output `o` of a parameter stands among a fused tensor's.
class Place
{
public:
    Place(const WeightSource& source, Index outputs, Index headWidth)
        : m_source(source)
        , m_outputs(outputs)
        , m_headWidth(headWidth)
    {}

    Index operator()(Index o) const
    {
        switch (m_source.fusion) {
        case Fusion::None:
            return o;
        case Fusion::Stacked:
            return m_source.part * m_outputs + o;
        case Fusion::PerHead:
            return (3 * (o / m_headWidth) + m_source.part) * m_headWidth + o % m_headWidth;
        }
        return o;
    }

    /// How many outputs from `o` on, a multiple of it, stand side by side.
    Index run() const { return m_source.fusion == Fusion::PerHead ? m_headWidth : m_outputs; }

private:
    const WeightSource& m_source;
    Index m_outputs;
    Index m_headWidth;
};

/// [in×out], or a row of [out].
void copyRows(Numbers& numbers, const Place& place, Index storedCols, Index firstRow, Eigen::Map<Matrix>& values)
{
    for (Index row = 0; row < values.rows(); ++row) {
        for (Index col = 0; col < values.cols(); col += place.run()) {
            numbers.copy((firstRow + row) * storedCols + place(col), std::min(place.run(), values.cols() - col),
                         values.data() + row * values.cols() + col);
        }
    }
}

/// [out×in] turned around, some outputs at a time so that both sides stay in the cache.
void copyTurned(Numbers& numbers, const Place& place, Eigen::Map<Matrix>& values)
{
    constexpr Index kOutputs = 16;
    const Index in = values.rows();
    Matrix some(kOutputs, in);
    for (Index first = 0; first < values.cols(); first += kOutputs) {
        const Index count = std::min(kOutputs, values.cols() - first);
        for (Index o = 0; o < count; ++o) {
            numbers.copy(place(first + o) * in, in, some.data() + o * in);
        }
        values.middleCols(first, count) = some.topRows(count).transpose();
    }
}

void read(const Task& task, const Checkpoint& checkpoint, Index headWidth)
{
    Eigen::Map<Matrix>& values = task.parameter->values;
    Numbers numbers(*task.stored, checkpoint);
    const Place place(*task.source, values.cols(), headWidth);
    if (task.source->layout == Layout::OutIn && task.parameter->isMatrix()) {
        copyTurned(numbers, place, values);
        return;
    }
    const Index storedRows = task.stored->shape.size() == 2 ? task.stored->shape[0] : 1;
    const Index firstRow = task.source->layout == Layout::LastRows ? storedRows - values.rows() : 0;
    copyRows(numbers, place, task.stored->shape.back(), firstRow, values);
}

bool isFinite(const Eigen::Map<Matrix>& values)
{
    constexpr std::uint32_t kExponent = 0x7f800000U;
    std::uint32_t found = 0;
    for (const float number : std::span(values.data(), static_cast<std::size_t>(values.size()))) {
        found |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(number) & kExponent) == kExponent);
    }
    return found == 0;
}

class WeightsReader
{
public:
    WeightsReader(const Family& family, const Checkpoint& checkpoint, const ModelConfig& config)
        : m_family(family)
        , m_checkpoint(checkpoint)
        , m_names(checkpoint, family.prefixes)
        , m_config(config)
    {}

    Result<ReadWeights> run(const Progress& progress)
    {
        // A configuration that contradicts the files must not decide how much memory is asked for.
        if (const Result<void> sized = checkSize(); !sized) {
            return tl::unexpected(sized.error());
        }
        if (const Result<void> fits = checkMemory(); !fits) {
            return tl::unexpected(fits.error());
        }
        ReadWeights result{.weights = unsetWeights(m_config), .notFinite = {}};
        std::vector<Parameter> list = parameters(result.weights);
        std::vector<Task> tasks;
        for (Parameter& parameter : list) {
            Result<Task> task = taskOf(parameter);
            if (!task) {
                return tl::unexpected(task.error());
            }
            tasks.push_back(std::move(*task));
        }
        if (!readAll(tasks, progress)) {
            return failure(ErrorCode::Cancelled, "Opening the model was cancelled.");
        }
        result.notFinite = std::move(m_notFinite);
        return result;
    }

private:
    Result<void> checkSize() const
    {
        const StoredTensor* embedding = nullptr;
        for (const WeightSource& source : m_family.weights) {
            if (source.parameter == "embedding.token" && embedding == nullptr) {
                embedding = m_names.find(source.tensor);
            }
        }
        const Tensor::Shape expected = {m_config.vocabulary, m_config.width};
        if (embedding != nullptr && embedding->shape != expected) {
            return failure(ErrorCode::Malformed,
                           quoted(m_checkpoint.fileOf("")) + ": the token embedding has the shape " +
                               shapeText(embedding->shape) + ", but config.json gives it " + shapeText(expected) + ".");
        }
        const double needed = weightCount(m_config);
        if (needed > static_cast<double>(m_checkpoint.numbers())) {
            if (const Result<void> floats = checkTypes(); !floats) {
                return floats;
            }
            return failure(ErrorCode::Malformed,
                           quoted(m_checkpoint.fileOf("")) + ": config.json describes a model of " +
                               wholeNumber(needed) + " numbers, but the weights have only " +
                               std::to_string(m_checkpoint.numbers()) + "; a part of them may be missing.");
        }
        return {};
    }

    /// Of every tensor that the family may ask for.
    Result<void> checkTypes() const
    {
        for (Index layer = 0; layer < m_config.layers; ++layer) {
            for (const WeightSource& source : m_family.weights) {
                const std::string tensor = ofLayer(source.tensor, std::to_string(layer));
                const StoredTensor* const stored = m_names.find(tensor);
                if (stored != nullptr && !isFloat(stored->dtype)) {
                    return wrongType(tensor, *stored);
                }
            }
        }
        return {};
    }

    tl::unexpected<Error> wrongType(const std::string& tensor, const StoredTensor& stored) const
    {
        return failure(ErrorCode::Malformed, quoted(m_checkpoint.fileOf(tensor)) + ": the tensor " + excerpt(tensor) +
                                                 " is of type " + std::string(dtypeName(stored.dtype)) +
                                                 "; expected F32, F16 or BF16.");
    }

    Result<void> checkMemory() const
    {
        const double needed = weightCount(m_config) * sizeof(float);
        const auto available = static_cast<double>(availableMemory());
        if (needed > available) {
            return failure(ErrorCode::TooLong, quoted(m_checkpoint.fileOf("")) + ": the model's weights need " +
                                                   byteSize(needed) + " of memory, and " + byteSize(available) +
                                                   " are free.");
        }
        return {};
    }

    static std::string wholeNumber(double count)
    {
        return count < 1e18 ? std::to_string(static_cast<std::int64_t>(count)) : "more than 10^18";
    }

    Result<Task> taskOf(Parameter& parameter) const
    {
        if (m_family.weights.empty()) {
            static constexpr WeightSource kOwn{};
            return checked({&parameter, &kOwn, m_names.find(parameter.name), parameter.name});
        }
        const auto [name, layer] = withoutLayer(parameter.name);
        Task task{&parameter, nullptr, nullptr, parameter.name};
        for (const WeightSource& source : m_family.weights) {
            if (source.parameter != name || task.stored != nullptr) {
                continue;
            }
            const std::string tensor = ofLayer(source.tensor, layer);
            if (task.source == nullptr) {
                task.tensor = tensor;
            }
            task.source = &source;
            if (const StoredTensor* const stored = m_names.find(tensor)) {
                task.stored = stored;
                task.tensor = tensor;
            }
        }
        return checked(std::move(task));
    }

    Result<Task> checked(Task task) const
    {
        const std::string begin = quoted(m_checkpoint.fileOf(task.tensor)) + ": ";
        if (task.stored == nullptr) {
            return failure(ErrorCode::Malformed,
                           begin + "the tensor " + excerpt(task.tensor) + " is missing, which config.json asks for.");
        }
        if (!isFloat(task.stored->dtype)) {
            return wrongType(task.tensor, *task.stored);
        }
        const Tensor::Shape expected = expectedShape(*task.parameter, *task.source);
        if (!fits(*task.stored, expected, task.source->layout)) {
            return failure(ErrorCode::Malformed, begin + "the tensor " + excerpt(task.tensor) + " has the shape " +
                                                     shapeText(task.stored->shape) + ", but config.json gives it " +
                                                     shapeText(expected) + ".");
        }
        return task;
    }

    /// @return false if cancelled
    bool readAll(const std::vector<Task>& tasks, const Progress& progress)
    {
        Index all = 0;
        for (const Task& task : tasks) {
            all += task.parameter->values.size();
        }
        std::atomic<std::size_t> next = 0;
        Index done = 0;
        std::mutex mutex;
        const auto work = [&](std::size_t /*thread*/) {
            for (std::size_t i = next++; i < tasks.size() && !progress.stop.stop_requested(); i = next++) {
                const Task& task = tasks[i];
                read(task, m_checkpoint, m_config.headWidth());
                m_checkpoint.release(task.stored->bytes);
                const bool finite = isFinite(task.parameter->values);
                const std::scoped_lock lock(mutex);
                done += task.parameter->values.size();
                progress.at(static_cast<float>(static_cast<double>(done) / static_cast<double>(all)));
                if (!finite && m_notFinite.empty()) {
                    m_notFinite = task.tensor;
                }
            }
        };
        inParallel(std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8), work);
        return !progress.stop.stop_requested();
    }

    const Family& m_family;
    const Checkpoint& m_checkpoint;
    TensorNames m_names;
    const ModelConfig& m_config;
    std::string m_notFinite;
};

}  // namespace

Result<ReadWeights> readWeights(const Family& family, const Checkpoint& checkpoint, const ModelConfig& config,
                                const Progress& progress)
{
    return WeightsReader(family, checkpoint, config).run(progress);
}

}  // namespace headlight
