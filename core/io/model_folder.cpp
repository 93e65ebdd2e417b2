#include "core/io/model_folder.h"

#include "core/io/asked_heads_json.h"
#include "core/io/atomic_file.h"
#include "core/io/experiment_json.h"
#include "core/io/json.h"
#include "core/io/named.h"
#include "core/io/text_file.h"
#include "core/model/parameters.h"
#include "core/text/utf8.h"
#include "core/text/word_piece_tokenizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace headlight {
namespace {

using Json = nlohmann::json;

constexpr const char* kConfigFile = "config.json";
constexpr const char* kWeightsFile = "model.safetensors";
constexpr const char* kVocabularyFile = "vocab.txt";
constexpr const char* kModelType = "headlight";

constexpr std::array kNormPlacements = {Named<NormPlacement>{"before", NormPlacement::Before},
                                        Named<NormPlacement>{"after", NormPlacement::After}};
constexpr std::array kActivations = {Named<Activation>{"relu", Activation::Relu},
                                     Named<Activation>{"gelu", Activation::Gelu},
                                     Named<Activation>{"gelu_new", Activation::GeluTanh}};

std::vector<Named<PositionScheme>> positionSchemes()
{
    return tableOf(kPositionSchemes, positionSchemeName);
}

/// The sizes of a configuration and their keys, as in the configurations of Hugging Face's BERT.
constexpr std::array kSizes = {std::pair{"vocab_size", &ModelConfig::vocabulary},
                               std::pair{"hidden_size", &ModelConfig::width},
                               std::pair{"num_hidden_layers", &ModelConfig::layers},
                               std::pair{"num_attention_heads", &ModelConfig::heads},
                               std::pair{"intermediate_size", &ModelConfig::feedForwardWidth},
                               std::pair{"max_position_embeddings", &ModelConfig::maxTokens}};

/// The largest size that a configuration may name, far beyond any model's.
constexpr std::int64_t kMaxSize = 1 << 24;

/// Takes config.json apart; the first problem is kept.
class ConfigReader
{
public:
    explicit ConfigReader(const Json& json) : m_json(json) {}

    template <typename Value>
    Value choice(const char* key, const auto& table, Value otherwise)
    {
        const Json* value = find(key, &Json::is_string, "a text");
        if (value == nullptr) {
            return otherwise;
        }
        const auto name = value->get<std::string>();
        const auto* const found = findNamed(table, name);
        if (found == nullptr) {
            complain("\"" + std::string(key) + "\" is " + excerpt(name) + ", which is not known");
            return otherwise;
        }
        return found->second;
    }

    Index size(const char* key)
    {
        const Json* value = find(key, &Json::is_number_unsigned, "a whole number");
        const bool fits = value != nullptr && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxSize);
        if (value != nullptr && !fits) {
            complain("\"" + std::string(key) + "\" is larger than any model's");
        }
        return fits ? value->get<Index>() : 0;
    }

    std::string text(const char* key)
    {
        const Json* value = find(key, &Json::is_string, "a text");
        return value == nullptr ? "" : value->get<std::string>();
    }

    double number(const char* key)
    {
        const Json* value = find(key, &Json::is_number, "a number");
        return value == nullptr ? 0.0 : value->get<double>();
    }

    std::vector<AskedHead> askedHeads(const char* key, const ModelConfig& config)
    {
        const Json* value = find(key, &Json::is_object, "an object");
        if (value == nullptr) {
            return {};
        }
        Result<std::vector<AskedHead>> heads = askedHeadsFromJson(value->dump(), config.layers, config.heads);
        if (!heads) {
            std::string problem = heads.error().message;
            problem.pop_back();  // the sentence goes on
            complain(problem);
            return {};
        }
        return std::move(*heads);
    }

    const std::optional<std::string>& problem() const { return m_problem; }

private:
    const Json* find(const char* key, bool (Json::*isRight)() const, const char* expected)
    {
        const auto found = m_json.find(key);
        if (found == m_json.end()) {
            complain("\"" + std::string(key) + "\" is missing");
            return nullptr;
        }
        if (!((*found).*isRight)()) {
            complain("\"" + std::string(key) + "\" is " + std::string(jsonTypeName(*found)) + "; expected " + expected);
            return nullptr;
        }
        return &*found;
    }

    void complain(std::string problem)
    {
        if (!m_problem) {
            m_problem = std::move(problem);
        }
    }

    const Json& m_json;
    std::optional<std::string> m_problem;
};

tl::unexpected<Error> malformed(const std::filesystem::path& path, const std::string& problem)
{
    return failure(ErrorCode::Malformed, quoted(path) + ": " + problem + ".");
}

Result<Model> readConfig(const std::filesystem::path& path)
{
    const Result<std::string> text = readTextFile(path);
    if (!text) {
        return tl::unexpected(text.error());
    }
    const Result<Json> json = parseJson(*text, quoted(path));
    if (!json) {
        return tl::unexpected(json.error());
    }
    if (!json->is_object()) {
        return malformed(path, "it is " + std::string(jsonTypeName(*json)) + "; expected an object");
    }
    ConfigReader reader(*json);
    Model model;
    if (const std::string type = reader.text("model_type"); !reader.problem() && type != kModelType) {
        return malformed(path,
                         "a model of the type " + excerpt(type) + " cannot be read; expected \"" + kModelType + "\"");
    }
    model.name = reader.text("name");
    model.note = reader.text("note");
    for (const auto& [key, member] : kSizes) {
        model.config.*member = reader.size(key);
    }
    model.config.normPlacement = reader.choice("norm_placement", kNormPlacements, NormPlacement::Before);
    model.config.activation = reader.choice("hidden_act", kActivations, Activation::Gelu);
    model.config.positions = reader.choice("positions", positionSchemes(), PositionScheme::Sinusoidal);
    model.config.normEpsilon = static_cast<float>(reader.number("layer_norm_eps"));
    model.askedHeads = reader.askedHeads("asked_heads", model.config);
    if (const auto mask = json->find("mask"); mask != json->end()) {
        const Result<Mask> own = maskFromJson(mask->dump());
        if (!own) {
            return malformed(path, own.error().message);
        }
        model.config.mask = *own;
    }
    if (reader.problem()) {
        return malformed(path, *reader.problem());
    }
    if (const Result<void> valid = validate(model.config); !valid) {
        return malformed(path, valid.error().message);
    }
    return model;
}

Result<std::vector<std::string>> readVocabulary(const std::filesystem::path& path)
{
    const Result<std::string> text = readTextFile(path);
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

std::string configText(const Model& model)
{
    nlohmann::ordered_json json = {{"model_type", kModelType}, {"name", model.name}, {"note", model.note}};
    for (const auto& [key, member] : kSizes) {
        json[key] = model.config.*member;
    }
    json["norm_placement"] = nameOf(kNormPlacements, model.config.normPlacement);
    json["hidden_act"] = nameOf(kActivations, model.config.activation);
    json["positions"] = nameOf(positionSchemes(), model.config.positions);
    json["layer_norm_eps"] = model.config.normEpsilon;
    json["mask"] = nlohmann::ordered_json::parse(toJson(model.config.mask));
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

}  // namespace

std::vector<NamedTensor> toTensors(std::span<const Parameter> parameters)
{
    std::vector<NamedTensor> tensors;
    for (const Parameter& parameter : parameters) {
        const bool isVector = parameter.values.rows() == 1;
        Tensor tensor(isVector ? Tensor::Shape{parameter.values.cols()}
                               : Tensor::Shape{parameter.values.rows(), parameter.values.cols()});
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
        const bool isVector = parameter.values.rows() == 1;
        const Tensor::Shape shape = isVector ? Tensor::Shape{parameter.values.cols()}
                                             : Tensor::Shape{parameter.values.rows(), parameter.values.cols()};
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

Result<std::shared_ptr<const Model>> readModelFolder(const std::filesystem::path& folder)
{
    Result<Model> model = readConfig(folder / kConfigFile);
    if (!model) {
        return tl::unexpected(model.error());
    }
    Result<std::vector<std::string>> vocabulary = readVocabulary(folder / kVocabularyFile);
    if (!vocabulary) {
        return tl::unexpected(vocabulary.error());
    }
    if (static_cast<Index>(vocabulary->size()) != model->config.vocabulary) {
        return malformed(folder / kVocabularyFile, "it has " + std::to_string(vocabulary->size()) +
                                                       " lines, but config.json says " +
                                                       std::to_string(model->config.vocabulary));
    }
    const Result<SafetensorsFile> file = SafetensorsFile::open(folder / kWeightsFile);
    if (!file) {
        return tl::unexpected(file.error());
    }
    model->tokenizer = std::make_shared<const WordPieceTokenizer>(std::move(*vocabulary));
    model->weights = zeroWeights(model->config);
    std::vector<Parameter> all = parameters(model->weights);
    if (const Result<void> filled = fill(all, file->contents()); !filled) {
        return failure(filled.error().code, quoted(folder / kWeightsFile) + ": " + filled.error().message);
    }
    return std::make_shared<const Model>(std::move(*model));
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
