#include "core/attention/experiment.h"

#include <gtest/gtest.h>
#include <limits>

namespace headlight {
namespace {

HeadAddress head(Index layer, Index which)
{
    return {LayerIndex(layer), HeadIndex(which)};
}

TEST(EffectiveMask, SparseOnesKeepTheModelsDirectionAPaintedOneItsMaskAndTheOthersReplaceIt)
{
    using enum Direction;
    using enum MaskPattern;
    const Mask bert{Bidirectional, Full, 0};
    const Mask gpt{Causal, Full, 0};
    const Mask longformer{Causal, Window, 7};
    const CellSet painted({{1, 0, 1}});
    struct Case
    {
        MaskChoice choice;
        Mask own;
        Mask effective;
    };
    for (const auto& [choice, own, effective] : {
             Case{MaskChoice::Own, bert, bert},
             Case{MaskChoice::Own, longformer, longformer},
             Case{MaskChoice::None, gpt, bert},
             Case{MaskChoice::None, longformer, bert},
             Case{MaskChoice::Causal, bert, gpt},
             Case{MaskChoice::Causal, longformer, gpt},
             Case{MaskChoice::Window, bert, {Bidirectional, Window, 3}},
             Case{MaskChoice::Window, longformer, {Causal, Window, 3}},
             Case{MaskChoice::Strided, bert, {Bidirectional, Strided, 3}},
             Case{MaskChoice::Strided, gpt, {Causal, Strided, 3}},
             Case{MaskChoice::Block, longformer, {Causal, BlockSparse, 3, 2}},
             Case{MaskChoice::Painted, bert, {Bidirectional, Full, 0, 0, painted}},
             Case{MaskChoice::Painted, longformer, {Causal, Window, 7, 0, painted}},
         }) {
        EXPECT_EQ(effectiveMask({.mask = choice, .maskReach = 3, .globalTokens = 2, .hiddenCells = painted}, own),
                  effective)
            << maskChoiceName(choice) << " on " << describe(own);
    }
}

TEST(PaintedFrom, BeginsWithWhatTheMaskInForceHides)
{
    using enum Direction;
    using enum MaskPattern;
    const Mask bert{Bidirectional, Full, 0};
    const Mask gpt{Causal, Full, 0};
    const CellSet future({{0, 1, 3}, {1, 2, 3}});
    struct Case
    {
        MaskChoice choice;
        Mask own;
        CellSet hidden;
    };
    for (const auto& [choice, own, hidden] : {
             Case{MaskChoice::Own, bert, {}},
             Case{MaskChoice::Own, gpt, {}},
             Case{MaskChoice::Causal, bert, future},
             Case{MaskChoice::Causal, gpt, {}},
             Case{MaskChoice::Window, bert, CellSet({{0, 2, 3}, {2, 0, 1}})},
             Case{MaskChoice::Window, gpt, CellSet({{2, 0, 1}})},
         }) {
        const Experiment before{.mask = choice, .maskReach = 1, .values = ValueSource::Keys};
        const Experiment painted = paintedFrom(before, own, 3);
        EXPECT_EQ(painted.mask, MaskChoice::Painted);
        EXPECT_EQ(painted.hiddenCells, hidden) << maskChoiceName(choice) << " on " << describe(own);
        EXPECT_EQ(hiddenCells(effectiveMask(painted, own), 3), hiddenCells(effectiveMask(before, own), 3));
        EXPECT_EQ(painted.values, ValueSource::Keys);
    }
    const Experiment painted{.mask = MaskChoice::Painted, .hiddenCells = CellSet({{7, 8, 9}})};
    EXPECT_EQ(paintedFrom(painted, gpt, 3), painted);
}

TEST(Describe, SaysOnlyWhatDiffersFromTheDefault)
{
    EXPECT_EQ(describe(Experiment{}), "");
    EXPECT_EQ(describe(Experiment{.scaling = Scaling::Off}), "scaling off");
    EXPECT_EQ(describe(Experiment{.temperature = 0.1F}), "softmax temperature 0.1");
    EXPECT_EQ(describe(Experiment{.positions = PositionScheme::None}), "positions none");
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::None}), "mask none");
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::Causal}), "mask causal");
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::Window, .maskReach = 2}), "mask sliding window of 2");
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::Strided, .maskReach = 2}), "mask strided by 2");
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::Block, .maskReach = 2, .globalTokens = 3}),
              "mask block-sparse, blocks of 2, 3 global tokens");
    const CellSet painted({{1, 0, 2}});
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::Painted, .hiddenCells = painted}), "mask 2 cells hidden by hand");
    EXPECT_EQ(describe(Experiment{.mask = MaskChoice::Painted}), "") << "nothing is painted yet";
    EXPECT_EQ(describe(Experiment{.maskReach = 9, .globalTokens = 1, .hiddenCells = painted}), "")
        << "without their mask they change nothing";
    EXPECT_EQ(describe(Experiment{.kernel = AttentionKernel::Linear}), "linear attention, φ = elu + 1");
    EXPECT_EQ(describe(Experiment{.scaling = Scaling::Off, .temperature = 2.0F, .kernel = AttentionKernel::Linear}),
              "linear attention, φ = elu + 1")
        << "which has neither scale nor temperature";
    EXPECT_EQ(describe(Experiment{.values = ValueSource::Keys}), "keys used as values");
    EXPECT_EQ(describe(Experiment{.sharing = HeadSharing::FirstHead}), "every head uses head 0's query, key and value");
    EXPECT_EQ(describe(Experiment{.zeroedValues = {TokenIndex(8), TokenIndex(1)}}), "values zeroed of tokens 1, 8");
    EXPECT_EQ(describe(Experiment{.scaling = Scaling::Off,
                                  .temperature = 2.0F,
                                  .positions = PositionScheme::Rotary,
                                  .mask = MaskChoice::Causal,
                                  .ablatedHeads = {head(2, 0), head(1, 3)}}),
              "scaling off · softmax temperature 2 · positions rotary · mask causal · heads off 1.3, 2.0");
}

TEST(MaskChoiceName, NamesEveryChoice)
{
    EXPECT_EQ(maskChoiceName(MaskChoice::Own), "own");
    EXPECT_EQ(maskChoiceName(MaskChoice::None), "none");
    EXPECT_EQ(maskChoiceName(MaskChoice::Causal), "causal");
    EXPECT_EQ(maskChoiceName(MaskChoice::Window), "window");
    EXPECT_EQ(maskChoiceName(MaskChoice::Strided), "strided");
    EXPECT_EQ(maskChoiceName(MaskChoice::Block), "block");
    EXPECT_EQ(maskChoiceName(MaskChoice::Painted), "painted");
}

TEST(Experiment, IsEqualOnlyWhereEveryToggleIs)
{
    const Experiment plain;
    EXPECT_EQ(plain, Experiment{});
    EXPECT_NE(plain, Experiment{.scaling = Scaling::Off});
    EXPECT_NE(plain, Experiment{.temperature = 1.5F});
    EXPECT_NE(plain, Experiment{.positions = PositionScheme::None});
    EXPECT_NE(plain, Experiment{.mask = MaskChoice::None});
    EXPECT_NE(plain, Experiment{.maskReach = 5});
    EXPECT_NE(plain, Experiment{.globalTokens = 1});
    EXPECT_NE(plain, Experiment{.hiddenCells = CellSet({{0, 0, 1}})});
    EXPECT_NE(plain, Experiment{.kernel = AttentionKernel::Linear});
    EXPECT_NE(plain, Experiment{.values = ValueSource::Keys});
    EXPECT_NE(plain, Experiment{.sharing = HeadSharing::FirstHead});
    EXPECT_NE(plain, Experiment{.ablatedHeads = {head(0, 0)}});
    EXPECT_NE(plain, Experiment{.zeroedValues = {TokenIndex(0)}});
}

TEST(ValidateExperiment, SaysWhatIsOutOfRange)
{
    struct Case
    {
        const char* name;
        Experiment experiment;
        const char* message;  ///< Empty: valid.
    };
    const float infinity = std::numeric_limits<float>::infinity();
    for (const auto& [name, experiment, message] : {
             Case{"the default", {}, ""},
             Case{"everything within range",
                  {.temperature = 1e-6F, .mask = MaskChoice::Strided, .maskReach = 1, .ablatedHeads = {head(1, 3)}},
                  ""},
             Case{"a reach that no mask uses", {.maskReach = -1}, ""},
             Case{"temperature of zero",
                  {.temperature = 0.0F},
                  "The softmax temperature must be a positive number, not 0."},
             Case{"negative temperature",
                  {.temperature = -0.5F},
                  "The softmax temperature must be a positive number, not -0.5."},
             Case{"infinite temperature",
                  {.temperature = infinity},
                  "The softmax temperature must be a positive number, not inf."},
             Case{"temperature that is no number",
                  {.temperature = std::numeric_limits<float>::quiet_NaN()},
                  "The softmax temperature must be a positive number, not nan."},
             Case{"layer beyond the last",
                  {.ablatedHeads = {head(2, 0)}},
                  "There is no head 2.0: the model has layers 0 to 1 and heads 0 to 3."},
             Case{"head beyond the last",
                  {.ablatedHeads = {head(0, 0), head(1, 4)}},
                  "There is no head 1.4: the model has layers 0 to 1 and heads 0 to 3."},
             Case{"negative layer",
                  {.ablatedHeads = {head(-1, 0)}},
                  "There is no head -1.0: the model has layers 0 to 1 and heads 0 to 3."},
             Case{"negative head",
                  {.ablatedHeads = {head(0, -1)}},
                  "There is no head 0.-1: the model has layers 0 to 1 and heads 0 to 3."},
             Case{"window to nowhere",
                  {.mask = MaskChoice::Window, .maskReach = -1},
                  "A sliding window reaches 0 or more tokens to either side, not -1."},
             Case{"stride of zero",
                  {.mask = MaskChoice::Strided, .maskReach = 0},
                  "A strided mask needs a stride of 1 or more tokens, not 0."},
             Case{"blocks of nothing",
                  {.mask = MaskChoice::Block, .maskReach = 0},
                  "A block-sparse mask needs blocks of 1 or more tokens, not 0."},
             Case{"a value of a token before the first",
                  {.zeroedValues = {TokenIndex(-1), TokenIndex(2)}},
                  "There is no token -1 whose value could be zeroed: tokens are counted from 0."},
         }) {
        SCOPED_TRACE(name);
        const Result<void> valid = validate(experiment, 2, 4);
        EXPECT_EQ(valid.has_value(), std::string(message).empty());
        if (!valid) {
            EXPECT_EQ(valid.error(), (Error{ErrorCode::InvalidArgument, message}));
        }
    }
}

}  // namespace
}  // namespace headlight
