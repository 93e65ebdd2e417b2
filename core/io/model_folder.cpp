#include "core/io/model_folder.h"

#include "core/io/asked_heads_json.h"
#include "core/io/atomic_file.h"
#include "core/io/checkpoint.h"
#include "core/io/config_file.h"
#include "core/io/families/family.h"
#include "core/io/families/headlight.h"
#include "core/io/file_descriptor.h"
#include "core/io/text_file.h"
#include "core/io/tokenizer_files.h"
#include "core/io/weights_reader.h"
#include "core/model/parameters.h"
#include "core/text/word_piece_tokenizer.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace headlight {
namespace {

using Json = nlohmann::json;

constexpr const char* kConfigFile = "config.json";
constexpr const char* kWeightsFile = "model.safetensors";
constexpr const char* kVocabularyFile = "vocab.txt";

tl::unexpected<Error> malformed(const std::filesystem::path& path, const std::string& problem)
{
    return failure(ErrorCode::Malformed, quoted(path) + ": " + problem + ".");
}

Result<Json> readObject(const std::filesystem::path& path)
{
    const Result<std::string> text = readRegularFile(path);
    return text ? parseConfig(*text, path) : tl::unexpected(text.error());
}

Result<std::vector<std::string>> readVocabulary(const std::filesystem::path& path)
{
    const Result<std::string> text = readRegularFile(path);
    if (!text) {
        return tl::unexpected(text.error());
    }
    std::vector<std::string> vocabulary;
    std::set<std::string_view> known;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.empty() || !known.insert(line).second) {
            return malformed(path, "line " + std::to_string(vocabulary.size() + 1) +
                                       (line.empty() ? " is empty" : " stands there twice"));
        }
        vocabulary.emplace_back(line);
    }
    if (vocabulary.empty() || vocabulary.front() != "[UNK]") {
        return malformed(path, "its first line must be [UNK]");
    }
    return vocabulary;
}

Result<std::shared_ptr<const Tokenizer>> readTokenizerOf(const Family& family, const std::filesystem::path& folder)
{
    if (family.tokenizer == TokenizerKind::HuggingFace) {
        return readTokenizer(folder);
    }
    Result<std::vector<std::string>> vocabulary = readVocabulary(folder / kVocabularyFile);
    if (!vocabulary) {
        return tl::unexpected(vocabulary.error());
    }
    return std::make_shared<const WordPieceTokenizer>(std::move(*vocabulary));
}

/// The program's own models have an entry for each row of the embedding; elsewhere the embedding may be padded.
Result<void> checkVocabulary(const Family& family, const Model& model, const std::filesystem::path& folder)
{
    const Index entries = model.tokenizer->vocabularySize();
    if (family.tokenizer == TokenizerKind::Headlight && entries != model.config.vocabulary) {
        return malformed(folder / kVocabularyFile, "it has " + std::to_string(entries) +
                                                       " lines, but config.json says " +
                                                       std::to_string(model.config.vocabulary));
    }
    return {};
}

std::string configText(const Model& model)
{
    nlohmann::ordered_json json = headlightConfig(model.config);
    json["name"] = model.name;
    json["note"] = model.note;
    json["asked_heads"] = nlohmann::ordered_json::parse(toJson(model.askedHeads));
    return json.dump(2) + "\n";
}

Result<void> writeText(const std::filesystem::path& path, std::string_view text)
{
    Result<AtomicFile> file = AtomicFile::create(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    const Result<void> written = file->write(std::as_bytes(std::span(text)));
    return written ? file->commit() : written;
}

Tensor::Shape shapeOf(const Parameter& parameter)
{
    return parameter.isMatrix() ? Tensor::Shape{parameter.values.rows(), parameter.values.cols()}
                                : Tensor::Shape{parameter.values.cols()};
}

}  // namespace

std::vector<NamedTensor> toTensors(std::span<const Parameter> parameters)
{
    std::vector<NamedTensor> tensors;
    for (const Parameter& parameter : parameters) {
        Tensor tensor(shapeOf(parameter));
        std::copy_n(parameter.values.data(), parameter.values.size(), tensor.matrix().data());
        tensors.push_back({parameter.name, std::make_shared<const Tensor>(std::move(tensor))});
    }
    return tensors;
}

Result<void> fill(std::span<Parameter> parameters, const Safetensors& file)
{
    for (Parameter& parameter : parameters) {
        const StoredTensor* stored = file.find(parameter.name);
        if (stored == nullptr) {
            return failure(ErrorCode::Malformed, "The tensor \"" + parameter.name + "\" is missing.");
        }
        const Tensor::Shape shape = shapeOf(parameter);
        if (stored->shape != shape) {
            return failure(ErrorCode::Malformed, "The tensor \"" + parameter.name +
                                                     "\" has another shape than the model's configuration gives it.");
        }
        const Result<Tensor> tensor = toFloat(*stored, shape);
        if (!tensor) {
            return failure(ErrorCode::Malformed, "The tensor \"" + parameter.name + "\": " + tensor.error().message);
        }
        const auto values = tensor->values();
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
            return failure(ErrorCode::Malformed,
                           "The tensor \"" + parameter.name + "\" has numbers that are not finite.");
        }
        std::ranges::copy(values, parameter.values.data());
    }
    return {};
}

Result<std::shared_ptr<const Model>> readModelFolder(const std::filesystem::path& folder, const Progress& progress)
{
    const Result<Json> json = readObject(folder / kConfigFile);
    if (!json) {
        return tl::unexpected(json.error());
    }
    const Result<const Family*> family = familyOf(*json, folder / kConfigFile);
    if (!family) {
        return tl::unexpected(family.error());
    }
    const Result<Checkpoint> checkpoint = Checkpoint::open(folder);
    if (!checkpoint) {
        return tl::unexpected(checkpoint.error());
    }
    Result<Model> model =
        describedModel(*json, **family, TensorNames(*checkpoint, (*family)->prefixes), folder / kConfigFile);
    if (!model) {
        return tl::unexpected(model.error());
    }
    Result<std::shared_ptr<const Tokenizer>> tokenizer = readTokenizerOf(**family, folder);
    if (!tokenizer) {
        return tl::unexpected(tokenizer.error());
    }
    model->tokenizer = std::move(*tokenizer);
    if (const Result<void> fits = checkVocabulary(**family, *model, folder); !fits) {
        return tl::unexpected(fits.error());
    }
    Result<ReadWeights> read = readWeights(**family, *checkpoint, model->config, progress);
    if (!read) {
        return tl::unexpected(read.error());
    }
    model->weights = std::move(read->weights);
    if (!read->notFinite.empty()) {
        model->warning = "The weights are damaged: " + read->notFinite +
                         " holds numbers that are infinite or no numbers, and so may every picture.";
    }
    return std::make_shared<const Model>(std::move(*model));
}

Result<std::shared_ptr<const Tokenizer>> readTokenizerFolder(const std::filesystem::path& folder)
{
    if (!isThere(folder / kConfigFile)) {
        return readTokenizer(folder);
    }
    const Result<Json> json = readObject(folder / kConfigFile);
    if (!json) {
        return tl::unexpected(json.error());
    }
    const Result<const Family*> family = familyOf(*json, folder / kConfigFile);
    return family ? readTokenizerOf(**family, folder) : tl::unexpected(family.error());
}

Result<void> writeModelFolder(const std::filesystem::path& folder, const Model& model,
                              const std::vector<std::string>& vocabulary, const std::vector<NamedTensor>& more)
{
    std::string lines;
    for (const std::string& entry : vocabulary) {
        lines += entry + "\n";
    }
    Weights weights = model.weights;
    const std::vector<Parameter> all = parameters(weights);
    std::vector<NamedTensor> tensors = toTensors(all);
    tensors.insert(tensors.end(), more.begin(), more.end());
    Result<void> written = writeSafetensors(folder / kWeightsFile, tensors, {}, DType::F16);
    if (written) {
        written = writeText(folder / kVocabularyFile, lines);
    }
    return written ? writeText(folder / kConfigFile, configText(model)) : written;
}

}  // namespace headlight
