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
             Case{"129 heads", [](ModelConfig& config) { config.width = config.heads = 129; },
                  "A layer has at most 128 heads, not 129."},
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

}  // namespace
}  // namespace headlight::test
