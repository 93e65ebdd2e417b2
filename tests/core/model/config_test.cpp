#include "core/model/config.h"

#include "core/model/transformer.h"
#include "tests/core/support/models.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(ValidateConfig, SaysWhichSizesDoNotFit)
{
    struct Case
    {
        const char* name;
        void (*change)(ModelConfig&);
        const char* message;  ///< Empty: valid.
    };
    for (const auto& [name, change, message] : {
             Case{"small model", [](ModelConfig&) {}, ""},
             Case{"one of everything",
                  [](ModelConfig& config) {
                      config = {
                          .vocabulary = 1, .width = 1, .layers = 1, .heads = 1, .feedForwardWidth = 1, .maxTokens = 1};
                  },
                  ""},
             Case{"64 heads", [](ModelConfig& config) { config.width = config.heads = 64; }, ""},
             Case{"empty vocabulary", [](ModelConfig& config) { config.vocabulary = 0; },
                  "A model's vocabulary must be at least 1, not 0."},
             Case{"no width", [](ModelConfig& config) { config.width = 0; },
                  "A model's width must be at least 1, not 0."},
             Case{"no layer", [](ModelConfig& config) { config.layers = 0; },
                  "A model's layers must be at least 1, not 0."},
             Case{"no head", [](ModelConfig& config) { config.heads = 0; },
                  "A model's heads must be at least 1, not 0."},
             Case{"negative feed-forward width", [](ModelConfig& config) { config.feedForwardWidth = -3; },
                  "A model's feed-forward width must be at least 1, not -3."},
             Case{"no room for a token", [](ModelConfig& config) { config.maxTokens = 0; },
                  "A model's longest text must be at least 1, not 0."},
             Case{"65 heads", [](ModelConfig& config) { config.width = config.heads = 65; },
                  "A layer has at most 64 heads, not 65."},
             Case{"width that heads do not divide", [](ModelConfig& config) { config.heads = 3; },
                  "The width 16 is not a multiple of the 3 heads."},
             Case{"norm that divides by nothing", [](ModelConfig& config) { config.normEpsilon = 0.0F; },
                  "A norm's epsilon must be above 0 and finite, not 0.000000."},
             Case{"mask out of range",
                  [](ModelConfig& config) {
                      config.mask = {Direction::Causal, MaskPattern::Window, -1};
                  },
                  "A sliding window reaches 0 or more tokens to either side, not -1."},
         }) {
        SCOPED_TRACE(name);
        ModelConfig config = smallConfig();
        change(config);
        const Result<void> valid = validate(config);
        EXPECT_EQ(valid.has_value(), std::string(message).empty());
        if (!valid) {
            EXPECT_EQ(valid.error(), (Error{ErrorCode::InvalidArgument, message}));
        }
    }
}

TEST(TraceBytes, AreWhatATraceFills)
{
    Random random;
    ModelConfig large = smallConfig();
    large.width = 48;
    large.feedForwardWidth = 192;
    large.vocabulary = 300;
    large.layers = 5;
    large.maxTokens = 200;
    for (ModelConfig config : {smallConfig(), large}) {
        for (const NormPlacement placement : {NormPlacement::Before, NormPlacement::After}) {
            for (const PositionScheme positions : {PositionScheme::None, PositionScheme::Sinusoidal}) {
                config.normPlacement = placement;
                config.positions = positions;
                const Model model = randomModel(config, random);
                for (const Index tokens : {Index{1}, Index{7}, config.maxTokens}) {
                    const auto trace = run(model, randomText(config, tokens, random));
                    std::size_t filled = 0;
                    for (const auto& [key, tensor] : trace->tensors()) {
                        filled += tensor->values().size_bytes();
                    }
                    const double ratio = static_cast<double>(traceBytes(config, tokens)) / static_cast<double>(filled);
                    EXPECT_GE(ratio, 1.0) << tokens;
                    EXPECT_LE(ratio, 1.06) << tokens;
                }
            }
        }
    }
}

}  // namespace
}  // namespace headlight::test
