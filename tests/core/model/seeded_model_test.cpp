#include "core/model/seeded_model.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"

#include <bit>
#include <cmath>

namespace headlight::test {
namespace {

std::shared_ptr<const Tokenizer> threeWords()
{
    return std::make_shared<WordTokenizer>(std::vector<std::string>{"dog", "bites", "man"});
}

std::shared_ptr<const Model> seeded(std::uint64_t seed, const ModelConfig& config)
{
    return *makeSeededModel(config, seed, threeWords());
}

std::shared_ptr<const Model> seeded(std::uint64_t seed)
{
    return seeded(seed, seededModelConfig(*threeWords()));
}

/// FNV-1a over the bits of every entry, row by row.
std::uint64_t hash(const Matrix& matrix)
{
    std::uint64_t result = 0xcbf29ce484222325;
    for (Index i = 0; i < matrix.rows(); ++i) {
        for (Index j = 0; j < matrix.cols(); ++j) {
            result = (result ^ std::bit_cast<std::uint32_t>(matrix(i, j))) * 0x100000001b3;
        }
    }
    return result;
}

TEST(SeededModel, HasTheSizesThatItsHeaderPromises)
{
    const ModelConfig config = seededModelConfig(*threeWords());
    EXPECT_EQ(config.vocabulary, 3);
    EXPECT_EQ(config.width, 128);
    EXPECT_EQ(config.layers, 4);
    EXPECT_EQ(config.heads, 8);
    EXPECT_EQ(config.feedForwardWidth, 512);
    EXPECT_EQ(config.normPlacement, NormPlacement::Before);
    EXPECT_EQ(config.positions, PositionScheme::Sinusoidal);
    EXPECT_EQ(config.mask, Mask{});
    EXPECT_TRUE(validate(config));
    const auto model = seeded(1);
    EXPECT_EQ(model->note, "untrained");
    EXPECT_EQ(model->config, config);
    EXPECT_EQ(model->weights.blocks.size(), 4U);
    EXPECT_EQ(model->weights.positionEmbedding.size(), 0);
}

// Computed apart from the engine, by a twin in Python.
TEST(SeededModel, HasTheSameBitsOnEveryMachine)
{
    const auto model = seeded(1);
    const Weights& weights = model->weights;
    EXPECT_EQ(weights.tokenEmbedding(0, 0), 0x1.573786p-1F);
    EXPECT_EQ(weights.tokenEmbedding(2, 127), 0x1.6c077ap-2F);
    EXPECT_EQ(hash(weights.tokenEmbedding), 0xcb00904f161b1debU);
    EXPECT_EQ(hash(weights.blocks.front().query.weight), 0x9f01d7be1a12f05bU);
    EXPECT_EQ(hash(weights.blocks.back().contract.weight), 0x1c46c9f4ea693debU);
}

TEST(SeededModel, TheSameSeedGivesTheSameModelAndAnotherSeedAnother)
{
    const Weights first = seeded(1)->weights;
    const Weights again = seeded(1)->weights;
    const Weights other = seeded(2)->weights;
    EXPECT_TRUE(isIdentical(again.tokenEmbedding, first.tokenEmbedding));
    EXPECT_TRUE(isIdentical(again.blocks[3].contract.weight, first.blocks[3].contract.weight));
    EXPECT_FALSE(isIdentical(other.tokenEmbedding, first.tokenEmbedding));
    EXPECT_FALSE(isIdentical(other.blocks[0].query.weight, first.blocks[0].query.weight));
    EXPECT_FALSE(isIdentical(first.blocks[0].query.weight, first.blocks[0].key.weight)) << "no two draws are alike";
}

TEST(SeededModel, WeightsHaveTheVarianceThatItsHeaderPromises)
{
    const auto model = seeded(3);
    const auto variance = [](const Matrix& matrix) {
        return static_cast<double>(matrix.squaredNorm()) / static_cast<double>(matrix.size());
    };
    const BlockWeights& block = model->weights.blocks[1];
    EXPECT_NEAR(variance(block.query.weight), 2.25 / 128.0, 0.05 / 128.0);
    EXPECT_NEAR(variance(block.key.weight), 2.25 / 128.0, 0.05 / 128.0);
    EXPECT_NEAR(variance(block.value.weight), 1.0 / 128.0, 0.03 / 128.0);
    EXPECT_NEAR(variance(block.output.weight), 1.0 / 128.0, 0.03 / 128.0);
    EXPECT_NEAR(variance(block.expand.weight), 1.0 / 128.0, 0.03 / 128.0);
    EXPECT_NEAR(variance(block.contract.weight), 1.0 / 512.0, 0.03 / 512.0);
    EXPECT_NEAR(variance(model->weights.tokenEmbedding), 1.0, 0.15);
    EXPECT_EQ(block.query.bias, RowVector::Zero(128));
    EXPECT_EQ(block.attentionNorm.gain, RowVector::Ones(128));
}

TEST(SeededModel, HasLearnedPositionsAndAFinalNormOnlyWhereTheConfigurationAsks)
{
    ModelConfig config = smallConfig();
    config.vocabulary = 3;
    EXPECT_EQ(seeded(1, config)->weights.positionEmbedding.size(), 0);
    EXPECT_TRUE(seeded(1, config)->weights.finalNorm.has_value());
    config.positions = PositionScheme::Learned;
    config.normPlacement = NormPlacement::After;
    EXPECT_EQ(seeded(1, config)->weights.positionEmbedding.rows(), config.maxTokens);
    EXPECT_FALSE(seeded(1, config)->weights.finalNorm.has_value());
}

TEST(SeededModel, RejectsAConfigurationThatDoesNotFitTogether)
{
    ModelConfig config = smallConfig();
    config.heads = 3;
    const auto model = makeSeededModel(config, 1, threeWords());
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(model.error().message, "The width 16 is not a multiple of the 3 heads.");
}

}  // namespace
}  // namespace headlight::test
