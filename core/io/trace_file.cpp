#include "core/io/trace_file.h"

#include "core/base/memory.h"
#include "core/base/quantity.h"
#include "core/io/asked_heads_json.h"
#include "core/io/experiment_json.h"
#include "core/io/file_descriptor.h"
#include "core/io/json.h"
#include "core/io/recorded_stages.h"
#include "core/text/utf8.h"

#include <algorithm>
#include <map>
#include <set>

namespace headlight {
namespace {

constexpr std::string_view kFormat = "headlight-trace";
constexpr std::string_view kVersion = "1";

/// The tensors that were asked for, in the order in which data flows.
Result<std::vector<NamedTensor>> select(const Trace& trace, const std::vector<std::string>& wanted)
{
    std::set<std::string, std::less<>> missing(wanted.begin(), wanted.end());
    std::set<std::string_view> held;
    std::vector<NamedTensor> selected;
    const auto isWanted = [&](std::string_view name) {
        return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    };
    for (const auto& [key, shape] : trace.shapes()) {
        const std::string_view stage = stageInfo(key.id).name;
        const std::string name = tensorName(key);
        held.insert(stage);
        missing.erase(std::string(stage));
        missing.erase(name);
        if (wanted.empty() || isWanted(stage) || isWanted(name)) {
            selected.push_back({name, trace.find(key)});
        }
    }
    if (missing.empty()) {
        return selected;
    }
    std::string list;
    for (const Stage& stage : stages()) {
        if (held.contains(stage.name)) {
            list += (list.empty() ? "" : ", ") + std::string(stage.name);
        }
    }
    return failure(ErrorCode::NotFound, "The trace holds no \"" + *missing.begin() + "\"; it holds " + list +
                                            " (or, of one layer alone, a name such as layers.0.attention.weights).");
}

std::string tokensJson(const std::vector<Token>& tokens)
{
    nlohmann::json list = nlohmann::json::array();
    for (const Token& token : tokens) {
        list.push_back(token.text);
    }
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

tl::unexpected<Error> malformed(std::string message)
{
    return failure(ErrorCode::Malformed, std::move(message));
}

std::string metadataOr(const Safetensors& contents, std::string_view key, std::string_view fallback)
{
    const auto found = contents.metadata.find(key);
    return found == contents.metadata.end() ? std::string(fallback) : found->second;
}

/// Collects a file's tensors into a trace, and what they say about its sizes.
class TraceBuilder
{
public:
    Result<void> add(const std::string& name, const StoredTensor& stored)
    {
        const Result<StageKey> key = parseTensorName(name);
        if (!key) {
            return malformed("The tensor " + excerpt(name) +
                             " is no stage of a trace; expected a name such as layers.0.attention.weights or logits.");
        }
        if (key->layer.value >= kMaxLayers) {
            return malformed("The tensor \"" + name + "\" is of a layer beyond " + std::to_string(kMaxLayers - 1) +
                             ".");
        }
        if (!isFloat(stored.dtype)) {
            return malformed("The tensor \"" + name + "\" is of type " + std::string(dtypeName(stored.dtype)) +
                             "; a trace holds F32, F16 or BF16.");
        }
        Tensor::Shape shape = stored.shape;
        const std::string_view axes = stageInfo(key->id).axes;
        if (shape.size() == axes.size() + 1 && shape.front() == 1) {
            shape.erase(shape.begin());
        }
        if (const Result<void> fits = checkShape(name, shape, axes); !fits) {
            return fits;
        }
        if (const Result<void> room = checkMemory(name, stored, axes); !room) {
            return room;
        }
        if (stageInfo(key->id).scope == StageScope::Layer) {
            m_layers = std::max(m_layers, key->layer.value + 1);
        }
        m_tensors.emplace(*key, StoredTensor{stored.dtype, std::move(shape), stored.bytes});
        return {};
    }

    Index tokens() const { return extentOf('T'); }
    Index layers() const { return m_layers; }
    Index heads() const { return extentOf('H'); }
    std::map<StageKey, StoredTensor> takeTensors() { return std::move(m_tensors); }

private:
    /// What a shape letter turned out to be, and the tensor that said so first.
    struct Extent
    {
        Index size = 0;
        std::string source;
    };

    /// Maps are read cell by cell; any other stage must fit into memory as a whole, in float32.
    static Result<void> checkMemory(const std::string& name, const StoredTensor& stored, std::string_view axes)
    {
        const std::size_t bytes = stored.bytes.size() / dtypeSize(stored.dtype) * sizeof(float);
        if (const std::size_t available = availableMemory(); axes.back() != 'S' && bytes > available) {
            return failure(ErrorCode::TooLong, "The tensor \"" + name + "\" needs " +
                                                   byteSize(static_cast<double>(bytes)) + " of memory, and " +
                                                   byteSize(static_cast<double>(available)) +
                                                   " are free; leave that stage out of the file.");
        }
        return {};
    }

    /// Keys are the tokens that ask, so S is T.
    static char letterOf(char axis) { return axis == 'S' ? 'T' : axis; }

    Index extentOf(char letter) const
    {
        const auto found = m_extents.find(letter);
        return found == m_extents.end() ? 0 : found->second.size;
    }

    Result<void> checkShape(const std::string& name, const Tensor::Shape& shape, std::string_view axes)
    {
        if (shape.size() != axes.size()) {
            std::string expected;
            for (const char axis : axes) {
                expected += (expected.empty() ? "[" : ",") + std::string(1, axis);
            }
            return malformed("The tensor \"" + name + "\" has the shape " + shapeText(shape) + "; expected " +
                             expected + "], of one text alone.");
        }
        for (std::size_t i = 0; i < shape.size(); ++i) {
            if (shape[i] == 0) {
                return malformed("The tensor \"" + name + "\" of shape " + shapeText(shape) + " is empty.");
            }
            const Extent& known = m_extents.try_emplace(letterOf(axes[i]), Extent{shape[i], name}).first->second;
            if (known.size != shape[i]) {
                return malformed("The tensor \"" + name + "\" has the shape " + shapeText(shape) + ", where " +
                                 std::string(1, axes[i]) + " is " + std::to_string(shape[i]) + "; after \"" +
                                 known.source + "\" it should be " + std::to_string(known.size) + ".");
            }
        }
        return {};
    }

    std::map<StageKey, StoredTensor> m_tensors;
    std::map<char, Extent> m_extents;
    Index m_layers = 0;
};

/// One token for each name in the metadata, or for each number without it.
Result<std::vector<Token>> readTokens(const Safetensors& contents, Index count)
{
    std::vector<Token> tokens;
    const auto found = contents.metadata.find("tokens");
    if (found == contents.metadata.end()) {
        for (Index i = 0; i < count; ++i) {
            tokens.push_back({kNoTokenId, std::to_string(i), {}});
        }
        return tokens;
    }
    const Result<nlohmann::json> list = parseJson(found->second, "The metadata entry \"tokens\"");
    if (!list) {
        return tl::unexpected(list.error());
    }
    const bool isTexts = list->is_array() && std::all_of(list->begin(), list->end(),
                                                         [](const nlohmann::json& item) { return item.is_string(); });
    if (!isTexts) {
        return malformed("The metadata entry \"tokens\" must be a JSON list of texts.");
    }
    if (list->size() != static_cast<std::size_t>(count)) {
        return malformed("The metadata entry \"tokens\" names " + std::to_string(list->size()) +
                         " tokens, but the tensors are of " + std::to_string(count) + ".");
    }
    for (const nlohmann::json& item : *list) {
        tokens.push_back({kNoTokenId, item.get<std::string>(), {}});
    }
    return tokens;
}

/// A file may well say another format, such as PyTorch's "pt"; only of our own do we ask the version.
Result<void> checkVersion(const Safetensors& contents)
{
    const std::string version = metadataOr(contents, "version", "");
    if (metadataOr(contents, "format", "") == kFormat && version != kVersion) {
        return malformed("The trace is of version \"" + version + "\"; this program reads version " +
                         std::string(kVersion) + ". A newer program may read it.");
    }
    return {};
}

std::string toJson(const Scoring& scoring)
{
    return nlohmann::json{{"scales", scoring.scales}, {"alibi", scoring.hasAlibi}}.dump();
}

/// @param layers so many scales, or none
Result<Scoring> scoringFromJson(const std::string& text, Index layers)
{
    const Result<nlohmann::json> json = parseJson(text, "The metadata entry \"scoring\"");
    if (!json) {
        return tl::unexpected(json.error());
    }
    const auto wrong = [] {
        return malformed(
            "The metadata entry \"scoring\" must be an object with a list \"scales\", which has a number for every "
            "layer or none, and \"alibi\", true or false.");
    };
    if (!json->is_object()) {
        return wrong();
    }
    const nlohmann::json scales = json->value("scales", nlohmann::json::array());
    const nlohmann::json alibi = json->value("alibi", nlohmann::json(false));
    const bool areNumbers =
        scales.is_array() && std::ranges::all_of(scales, [](const nlohmann::json& scale) { return scale.is_number(); });
    if (!areNumbers || (!scales.empty() && static_cast<Index>(scales.size()) < layers) || !alibi.is_boolean()) {
        return wrong();
    }
    return Scoring{scales.get<std::vector<float>>(), alibi.get<bool>()};
}

}  // namespace

Result<void> writeTrace(const std::filesystem::path& path, const Trace& trace, const TraceFileOptions& options)
{
    const Result<std::vector<NamedTensor>> tensors = select(trace, options.stages);
    if (!tensors) {
        return tl::unexpected(tensors.error());
    }
    const TraceInfo& info = trace.info();
    StringMap metadata = {{"format", std::string(kFormat)},
                          {"version", std::string(kVersion)},
                          {"tokens", tokensJson(info.tokens)},
                          {"text", info.text},
                          {"pair", info.pair},
                          {"model", info.modelName},
                          {"model_note", info.modelNote},
                          {"experiment", toJson(info.experiment)},
                          {"mask", toJson(info.mask)},
                          {"asked_heads", toJson(info.askedHeads)},
                          {"scoring", toJson(info.scoring)}};
    if (!info.layerMasks.empty()) {
        metadata.emplace("layer_masks", toJson(info.layerMasks));
    }
    return writeSafetensors(path, *tensors, metadata);
}

Result<std::shared_ptr<const Trace>> makeTrace(const Safetensors& contents, std::shared_ptr<const SafetensorsFile> file)
{
    if (contents.tensors.empty()) {
        return malformed("The file holds no tensor; a trace has at least one, such as layers.0.attention.weights.");
    }
    if (const Result<void> readable = checkVersion(contents); !readable) {
        return tl::unexpected(readable.error());
    }
    TraceBuilder builder;
    for (const auto& [name, stored] : contents.tensors) {
        if (const Result<void> added = builder.add(name, stored); !added) {
            return tl::unexpected(added.error());
        }
    }
    Result<std::vector<Token>> tokens = readTokens(contents, builder.tokens());
    if (!tokens) {
        return tl::unexpected(tokens.error());
    }
    Result<Experiment> experiment = experimentFromJson(metadataOr(contents, "experiment", "{}"));
    if (!experiment) {
        return failure(experiment.error().code, "The metadata entry \"experiment\": " + experiment.error().message);
    }
    const std::string experimentMask = toJson(effectiveMask(*experiment, {}));
    const Result<Mask> mask = maskFromJson(metadataOr(contents, "mask", experimentMask));
    if (!mask) {
        return failure(mask.error().code, "The metadata entry \"mask\": " + mask.error().message);
    }
    Result<std::vector<Mask>> layerMasks = masksFromJson(metadataOr(contents, "layer_masks", "[]"));
    if (!layerMasks) {
        return failure(layerMasks.error().code, "The metadata entry \"layer_masks\": " + layerMasks.error().message);
    }
    if (!layerMasks->empty() && static_cast<Index>(layerMasks->size()) < builder.layers()) {
        return malformed("The metadata entry \"layer_masks\" has " + std::to_string(layerMasks->size()) +
                         " masks, but there are " + std::to_string(builder.layers()) + " layers.");
    }
    Result<std::vector<AskedHead>> askedHeads =
        askedHeadsFromJson(metadataOr(contents, "asked_heads", "{}"), builder.layers(), builder.heads());
    if (!askedHeads) {
        return failure(askedHeads.error().code, "The metadata entry \"asked_heads\": " + askedHeads.error().message);
    }
    Result<Scoring> scoring = scoringFromJson(metadataOr(contents, "scoring", "{}"), builder.layers());
    if (!scoring) {
        return tl::unexpected(scoring.error());
    }
    TraceInfo info{.text = metadataOr(contents, "text", ""),
                   .tokens = std::move(*tokens),
                   .modelName = metadataOr(contents, "model", ""),
                   .modelNote = metadataOr(contents, "model_note", ""),
                   .experiment = std::move(*experiment),
                   .mask = *mask,
                   .layerMasks = std::move(*layerMasks),
                   .layers = builder.layers(),
                   .heads = builder.heads(),
                   .askedHeads = std::move(*askedHeads),
                   .pair = metadataOr(contents, "pair", ""),
                   .scoring = std::move(*scoring)};
    auto stages = std::make_shared<const RecordedStages>(builder.takeTensors(), info, std::move(file));
    return std::make_shared<const Trace>(std::move(info), Trace::Tensors{}, std::move(stages));
}

Result<std::shared_ptr<const Trace>> readTrace(const std::filesystem::path& path)
{
    Result<SafetensorsFile> opened = SafetensorsFile::open(path);
    if (!opened) {
        return tl::unexpected(opened.error());
    }
    const auto file = std::make_shared<const SafetensorsFile>(std::move(*opened));
    Result<std::shared_ptr<const Trace>> trace = makeTrace(file->contents(), file);
    if (!trace) {
        return failure(trace.error().code, quoted(path) + ": " + trace.error().message);
    }
    return trace;
}

}  // namespace headlight
