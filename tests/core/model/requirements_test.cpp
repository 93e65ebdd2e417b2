#include "core/model/requirements.h"

#include "core/attention/rows.h"
#include "core/base/quantity.h"
#include "core/model/transformer.h"
#include "tests/core/support/models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace headlight::test {
namespace {

ModelConfig largeConfig()
{
    ModelConfig config = smallConfig();
    config.width = 48;
    config.feedForwardWidth = 192;
    config.vocabulary = 300;
    config.layers = 5;
    config.maxTokens = 200;
    return config;
}

/// GPT-2's smallest.
ModelConfig gpt2Config()
{
    return {.vocabulary = 50257,
            .width = 768,
            .layers = 12,
            .heads = 12,
            .feedForwardWidth = 3072,
            .maxTokens = 1024,
            .positions = PositionScheme::Learned,
            .mask = {.direction = Direction::Causal}};
}

TEST(RunRequirements, ItsTraceIsWhatATraceFills)
{
    Random random;
    for (ModelConfig config : {smallConfig(), largeConfig()}) {
        for (const NormPlacement placement : {NormPlacement::Before, NormPlacement::After}) {
            for (const PositionScheme positions : {PositionScheme::None, PositionScheme::Sinusoidal}) {
                config.normPlacement = placement;
                config.positions = positions;
                const Model model = randomModel(config, random);
                for (const Index tokens : {Index{1}, Index{7}, config.maxTokens}) {
                    const auto trace = run(model, randomText(config, tokens, random));
                    std::size_t filled = 0;
                    std::set<const Tensor*> counted;  // a layer's output is the next one's input
                    for (const auto& [key, tensor] : trace->kept()) {
                        filled += counted.insert(tensor.get()).second ? tensor->values().size_bytes() : 0;
                    }
                    const RunRequirements needs = runRequirements(config, tokens);
                    const double ratio = needs.traceBytes / static_cast<double>(filled);
                    EXPECT_GE(ratio, 1.0) << tokens;
                    EXPECT_LE(ratio, 1.06) << tokens;
                    EXPECT_GT(needs.peakBytes, needs.traceBytes);
                }
            }
        }
    }
}

TEST(RunRequirements, CountTheProductsOfGpt2)
{
    // 2·T·12·L·D² of the weights, and 4·L·D of each cell of the scores: the rows of a block see up to the last one's key.
    constexpr double kTokens = 1024;
    const double products =
        2 * kTokens * 12.0 * 12 * 768 * 768 + 4 * kTokens * (kTokens + kRowsTogether) / 2 * 12 * 768;
    const RunRequirements needs = runRequirements(gpt2Config(), 1024);
    EXPECT_DOUBLE_EQ(needs.operations, products);
    EXPECT_LT(needs.traceBytes, 0.2 * 144 * kTokens * kTokens * sizeof(float))
        << "a fifth of what its heads' weights would fill";
}

TEST(LongestRun, IsTheLastThatFits)
{
    const ModelConfig config = gpt2Config();
    EXPECT_EQ(longestRun(config, 1e12), config.maxTokens);
    EXPECT_EQ(longestRun(config, 0), 0);
    for (const Index tokens : {1, 2, 17, 170, 250, 330, 500, 700, 980, 1023}) {
        const double needed = runRequirements(config, tokens).peakBytes;
        EXPECT_EQ(longestRun(config, needed), tokens);
        EXPECT_EQ(longestRun(config, needed - 1), tokens - 1);
    }
}

TEST(CheckRunFits, SaysWhatIsNeededWhatIsFreeAndWhatWouldFit)
{
    const ModelConfig config = gpt2Config();
    EXPECT_TRUE(checkRunFits(config, 1024, 200e6));
    const Result<void> refused = checkRunFits(config, 1024, 80e6);
    ASSERT_FALSE(refused);
    const Index longest = longestRun(config, 80e6);
    EXPECT_GT(longest, 200);
    EXPECT_EQ(refused.error().code, ErrorCode::TooLong);
    EXPECT_EQ(refused.error().message,
              "A run of 1024 tokens needs " + byteSize(runRequirements(config, 1024).peakBytes) +
                  " of memory, and 80.0 MB are free; a text of at most " + std::to_string(longest) + " tokens fits.");
    const Result<void> none = checkRunFits(config, 1024, 1e3);
    ASSERT_FALSE(none);
    EXPECT_TRUE(none.error().message.ends_with("not even one token fits.")) << none.error().message;
}

TEST(Forward, RefusesARunThatDoesNotFitIntoMemory)
{
    Random random;
    ModelConfig config = smallConfig();
    config.maxTokens = 400000;
    config.positions = PositionScheme::Sinusoidal;
    const Model model = randomModel(config, random);
    const auto trace = forward(shared(model), randomText(config, config.maxTokens, random));
    ASSERT_FALSE(trace);
    EXPECT_EQ(trace.error().code, ErrorCode::TooLong);
    EXPECT_TRUE(trace.error().message.starts_with("A run of 400000 tokens needs ")) << trace.error().message;
}

TEST(EstimatedSeconds, GrowWithTheText)
{
    Random random;
    ModelConfig config = largeConfig();
    config.maxTokens = 2000;
    config.positions = PositionScheme::Sinusoidal;
    const Model model = randomModel(config, random);
    double some = estimatedSeconds(model, 20);
    for (int again = 0; again < 5; ++again) {  // what else the machine does only adds to it
        some = std::min(some, estimatedSeconds(model, 20));
    }
    EXPECT_GT(some, 0.0);
    EXPECT_GT(estimatedSeconds(model, 2000), 10 * some);
}

}  // namespace
}  // namespace headlight::test
