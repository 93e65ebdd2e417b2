#include "core/model/seeded_model.h"

#include "core/base/random.h"

#include <cmath>

namespace headlight {
namespace {

/// Draws in a fixed order.
class Initialiser
{
public:
    explicit Initialiser(std::uint64_t seed) : m_random(seed) {}

    Matrix uniform(Index rows, Index cols, float variance)
    {
        const float bound = std::sqrt(3.0F * variance);
        Matrix matrix(rows, cols);
        for (float& entry : matrix.reshaped<Eigen::RowMajor>()) {
            entry = bound * (2.0F * m_random.unit() - 1.0F);
        }
        return matrix;
    }

    LinearWeights linear(Index in, Index out, float gain = 1.0F)
    {
        return {uniform(in, out, gain * gain / static_cast<float>(in)), RowVector::Zero(out)};
    }

private:
    Random m_random;
};

NormWeights identityNorm(Index width)
{
    return {RowVector::Ones(width), RowVector::Zero(width)};
}

}  // namespace

ModelConfig seededModelConfig(const Tokenizer& tokenizer)
{
    return {.vocabulary = tokenizer.vocabularySize(),
            .width = 128,
            .layers = 4,
            .heads = 8,
            .feedForwardWidth = 512,
            .maxTokens = 1024,
            .mask = {}};
}

Result<std::shared_ptr<const Model>> makeSeededModel(const ModelConfig& config, std::uint64_t seed,
                                                     std::shared_ptr<const Tokenizer> tokenizer)
{
    if (const Result<void> valid = validate(config); !valid) {
        return tl::unexpected(valid.error());
    }
    constexpr float kQueryKeyGain = 1.5F;
    Initialiser initialiser(seed);
    auto model = std::make_shared<Model>();
    model->name = "Headlight seeded";
    model->note = "untrained";
    model->config = config;
    model->tokenizer = std::move(tokenizer);
    Weights& weights = model->weights;
    weights.tokenEmbedding = initialiser.uniform(config.vocabulary, config.width, 1.0F);
    if (config.positions == PositionScheme::Learned) {
        weights.positionEmbedding = initialiser.uniform(config.maxTokens, config.width, 0.5F);
    }
    for (Index layer = 0; layer < config.layers; ++layer) {
        BlockWeights block;
        block.query = initialiser.linear(config.width, config.width, kQueryKeyGain);
        block.key = initialiser.linear(config.width, config.width, kQueryKeyGain);
        block.value = initialiser.linear(config.width, config.width);
        block.output = initialiser.linear(config.width, config.width);
        block.attentionNorm = identityNorm(config.width);
        block.feedForwardNorm = identityNorm(config.width);
        block.expand = initialiser.linear(config.width, config.feedForwardWidth);
        block.contract = initialiser.linear(config.feedForwardWidth, config.width);
        weights.blocks.push_back(std::move(block));
    }
    if (config.normPlacement == NormPlacement::Before) {
        weights.finalNorm = identityNorm(config.width);
    }
    return model;
}

}  // namespace headlight
