#include "tests/core/support/models.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace headlight::test {

Result<Encoding> WordTokenizer::encode(const EncodeRequest& request) const
{
    const std::string_view text = request.text;
    Encoding encoding;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        if (end > begin) {
            const std::string word(text.substr(begin, end - begin));
            const auto known = std::find(m_words.begin(), m_words.end(), word);
            if (known == m_words.end()) {
                return failure(ErrorCode::InvalidUtf8, "\"" + word + "\" is unknown.");
            }
            encoding.tokens.push_back({static_cast<std::int32_t>(known - m_words.begin()), word, {begin, end}});
        }
        begin = end + 1;
    }
    cutTo(request.maxTokens, encoding);
    return encoding;
}

Result<Token> WordTokenizer::token(std::int32_t id) const
{
    if (id < 0 || id >= vocabularySize()) {
        return failure(ErrorCode::NotFound, "There is no token " + std::to_string(id) + ".");
    }
    return Token{id, m_words[static_cast<std::size_t>(id)], {}};
}

ModelConfig smallConfig()
{
    return {.vocabulary = 11,
            .width = 16,
            .layers = 2,
            .heads = 4,
            .feedForwardWidth = 24,
            .maxTokens = 12,
            .positions = PositionScheme::None};
}

ModelConfig sinusoidalConfig()
{
    ModelConfig config = smallConfig();
    config.positions = PositionScheme::Sinusoidal;
    return config;
}

HeadAddress head(Index layer, Index which)
{
    return {LayerIndex(layer), HeadIndex(which)};
}

const std::vector<std::pair<const char*, Experiment>>& toggles()
{
    static const std::vector<std::pair<const char*, Experiment>> kToggles = {
        {"scaling off", {.scaling = Scaling::Off}},
        {"temperature", {.temperature = 0.5F}},
        {"positions none", {.positions = PositionScheme::None}},
        {"positions learned", {.positions = PositionScheme::Learned}},
        {"positions rotary", {.positions = PositionScheme::Rotary}},
        {"positions alibi", {.positions = PositionScheme::Alibi}},
        {"causal mask", {.mask = MaskChoice::Causal}},
        {"window mask", {.mask = MaskChoice::Window, .maskReach = 1}},
        {"strided mask", {.mask = MaskChoice::Strided, .maskReach = 3}},
        {"block-sparse mask", {.mask = MaskChoice::Block, .maskReach = 2, .globalTokens = 1}},
        {"painted mask", {.mask = MaskChoice::Painted, .hiddenCells = CellSet({{1, 0, 1}, {5, 1, 4}, {200, 0, 300}})}},
        {"linear kernel", {.kernel = AttentionKernel::Linear}},
        {"linear kernel, causal", {.kernel = AttentionKernel::Linear, .mask = MaskChoice::Causal}},
        {"keys as values", {.values = ValueSource::Keys}},
        {"shared heads", {.sharing = HeadSharing::FirstHead}},
        {"a head ablated", {.ablatedHeads = {head(0, 2)}}},
        {"a value zeroed", {.zeroedValues = {TokenIndex(0)}}},
    };
    return kToggles;
}

Model randomModel(const ModelConfig& config, Random& random)
{
    const auto linear = [&](Index in, Index out, float gain = 1.0F) {
        return LinearWeights{random.matrix(in, out, gain * std::sqrt(3.0F / static_cast<float>(in))),
                             random.row(out, 0.3F)};
    };
    const auto norm = [&] { return NormWeights{random.row(config.width, 0.6F, 1.0F), random.row(config.width, 0.4F)}; };
    Model model{.name = "random", .note = "untrained", .config = config, .weights = {}, .tokenizer = nullptr};
    model.weights.tokenEmbedding = random.matrix(config.vocabulary, config.width, 1.7F);
    model.weights.positionEmbedding = random.matrix(config.maxTokens, config.width, 1.2F);
    for (Index layer = 0; layer < config.layers; ++layer) {
        BlockWeights block;
        block.query = linear(config.width, config.width, 1.5F);
        block.key = linear(config.width, config.groups() * config.headWidth(), 1.5F);
        block.value = linear(config.width, config.groups() * config.headWidth());
        block.output = linear(config.width, config.width);
        block.attentionNorm = norm();
        block.feedForwardNorm = norm();
        block.expand = linear(config.width, config.feedForwardWidth);
        block.contract = linear(config.feedForwardWidth, config.width);
        model.weights.blocks.push_back(std::move(block));
    }
    if (config.normPlacement == NormPlacement::Before) {
        model.weights.finalNorm = norm();
    }
    return model;
}

EncodedText textOf(const std::vector<std::int32_t>& ids)
{
    EncodedText text;
    for (const std::int32_t id : ids) {
        text.tokens.push_back({id, "t" + std::to_string(id), {}});
    }
    return text;
}

EncodedText randomText(const ModelConfig& config, Index count, Random& random)
{
    std::vector<std::int32_t> ids;
    for (Index i = 0; i < count; ++i) {
        ids.push_back(static_cast<std::int32_t>(random.index(0, config.vocabulary - 1)));
    }
    return textOf(ids);
}

std::shared_ptr<const Model> shared(const Model& model)
{
    return std::make_shared<const Model>(model);
}

std::shared_ptr<const Trace> run(const Model& model, const EncodedText& text, const Experiment& experiment)
{
    Result<std::shared_ptr<const Trace>> trace = forward(shared(model), text, experiment);
    if (!trace) {
        throw std::runtime_error(trace.error().message);
    }
    return *trace;
}

Matrix stage(const Trace& trace, const StageKey& key, Index slice)
{
    const std::shared_ptr<const Tensor> tensor = trace.find(key);
    if (!tensor) {
        throw std::runtime_error("no " + tensorName(key));
    }
    return tensor->matrix(slice);
}

}  // namespace headlight::test
