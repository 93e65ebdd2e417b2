#include "core/io/experiment_json.h"

#include "tests/core/support/printing.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <ostream>
#include <random>

namespace headlight::test {
namespace {

const Experiment kMisconceived{.kernel = AttentionKernel::Linear,
                               .mask = MaskChoice::Painted,
                               .globalTokens = 2,
                               .hiddenCells = CellSet({{7, 7, 8}, {1, 0, 3}}),
                               .values = ValueSource::Keys,
                               .sharing = HeadSharing::FirstHead,
                               .zeroedValues = {TokenIndex(8), TokenIndex(1)}};

TEST(ExperimentJson, ReadsLikeTheSwitchesItStandsFor)
{
    EXPECT_EQ(toJson(Experiment{}),
              R"({"ablated_heads":[],"global_tokens":0,"head_sharing":"none","hidden_cells":[],"kernel":"softmax",)"
              R"("mask":"own","mask_reach":4,"positions":"own","scaling":true,"temperature":1.0,"values":"own",)"
              R"("zeroed_values":[]})");
    const Experiment changed{.scaling = Scaling::Off,
                             .temperature = 0.1F,
                             .positions = PositionScheme::Alibi,
                             .mask = MaskChoice::Strided,
                             .maskReach = 3,
                             .ablatedHeads = {{LayerIndex(2), HeadIndex(0)}, {LayerIndex(1), HeadIndex(3)}}};
    EXPECT_EQ(toJson(changed),
              R"({"ablated_heads":[[1,3],[2,0]],"global_tokens":0,"head_sharing":"none","hidden_cells":[],)"
              R"("kernel":"softmax","mask":"strided","mask_reach":3,"positions":"alibi","scaling":false,)"
              R"("temperature":0.1,"values":"own","zeroed_values":[]})");
    EXPECT_EQ(toJson(kMisconceived),
              R"({"ablated_heads":[],"global_tokens":2,"head_sharing":"first_head","hidden_cells":[[1,0,2],[7,7,7]],)"
              R"("kernel":"linear","mask":"painted","mask_reach":4,"positions":"own","scaling":true,)"
              R"("temperature":1.0,"values":"keys","zeroed_values":[1,8]})");
}

TEST(ExperimentJson, ComesBackTheSame)
{
    EXPECT_EQ(experimentFromJson(toJson(kMisconceived)).value_or(Experiment{}), kMisconceived);
    std::vector<std::optional<PositionScheme>> positions = {std::nullopt};
    for (const auto scheme : {PositionScheme::None, PositionScheme::Sinusoidal, PositionScheme::Learned,
                              PositionScheme::Rotary, PositionScheme::Alibi}) {
        positions.emplace_back(scheme);
    }
    for (const auto& scheme : positions) {
        for (const MaskChoice mask : kMaskChoices) {
            for (const Scaling scaling : {Scaling::On, Scaling::Off}) {
                const Experiment experiment{.scaling = scaling,
                                            .temperature = 0.7F,
                                            .positions = scheme,
                                            .mask = mask,
                                            .maskReach = 9,
                                            .ablatedHeads = {{LayerIndex(11), HeadIndex(63)}}};
                EXPECT_EQ(experimentFromJson(toJson(experiment)).value_or(Experiment{}), experiment);
            }
        }
    }
}

TEST(ExperimentJson, KeepsEveryBitOfTheTemperature)
{
    std::mt19937 engine(7);
    for (int i = 0; i < 10'000; ++i) {
        const float temperature = std::abs(std::bit_cast<float>(static_cast<std::uint32_t>(engine())));
        if (std::isfinite(temperature) && temperature > 0.0F) {
            const auto read = experimentFromJson(toJson(Experiment{.temperature = temperature}));
            ASSERT_TRUE(read);
            EXPECT_EQ(read->temperature, temperature);
        }
    }
}

TEST(ExperimentJson, TakesAMissingKeyForTheDefault)
{
    EXPECT_EQ(experimentFromJson("{}").value_or(Experiment{.maskReach = 77}), Experiment{});
    EXPECT_EQ(experimentFromJson(R"({"temperature": 2})").value_or(Experiment{}), Experiment{.temperature = 2.0F});
    EXPECT_EQ(experimentFromJson(R"({"ablated_heads":[[1,3]],"mask":"window","mask_reach":2,"positions":"own",)"
                                 R"("scaling":true,"temperature":1.0})")
                  .value_or(Experiment{}),
              (Experiment{.mask = MaskChoice::Window, .maskReach = 2, .ablatedHeads = {{LayerIndex(1), HeadIndex(3)}}}))
        << "a file from before the later switches";
}

struct BadExperiment
{
    std::string name;
    std::string json;
    std::string message;

    friend std::ostream& operator<<(std::ostream& stream, const BadExperiment& self) { return stream << self.name; }
};

class RefusedExperiment : public testing::TestWithParam<BadExperiment>
{};

TEST_P(RefusedExperiment, NamesTheKeyAndWhatItShouldBe)
{
    const auto read = experimentFromJson(GetParam().json);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), (Error{ErrorCode::Malformed, GetParam().message}));
}

constexpr auto kCells = "a list of [query, first key, last key], all counted from 0";
constexpr auto kHeads = "a list of [layer, head] pairs, both counted from 0";

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedExperiment,
    testing::Values(
        BadExperiment{"NoJson", "{", "The experiment is not JSON: it breaks off or goes wrong at byte 2."},
        BadExperiment{"NoObject", "[1]", "The experiment must be a JSON object, not a list."},
        BadExperiment{"UnknownKey", R"({"tempreature": 1})",
                      "The experiment has the unknown key \"tempreature\"; expected scaling, temperature, positions, "
                      "mask, mask_reach, global_tokens, hidden_cells, kernel, values, head_sharing, ablated_heads, "
                      "zeroed_values."},
        BadExperiment{"ScalingAsText", R"({"scaling": "on"})",
                      "The experiment must have as its \"scaling\" true or false, not \"on\"."},
        BadExperiment{"TemperatureAsText", R"({"temperature": "1"})",
                      "The experiment must have as its \"temperature\" a positive number, not \"1\"."},
        BadExperiment{"TemperatureZero", R"({"temperature": 0})",
                      "The experiment must have as its \"temperature\" a positive number, not 0."},
        BadExperiment{"TemperatureNegative", R"({"temperature": -0.5})",
                      "The experiment must have as its \"temperature\" a positive number, not -0.5."},
        BadExperiment{"TemperatureTooLargeForFloat", R"({"temperature": 1e39})",
                      "The experiment must have as its \"temperature\" a positive number, not 1e+39."},
        BadExperiment{"TemperatureTooSmallForFloat", R"({"temperature": 1e-60})",
                      "The experiment must have as its \"temperature\" a positive number, not 1e-60."},
        BadExperiment{"UnknownPositions", R"({"positions": "polar"})",
                      "The experiment must have as its \"positions\" one of \"own\", \"none\", \"sinusoidal\", "
                      "\"learned\", \"rotary\", \"alibi\", not \"polar\"."},
        BadExperiment{"PositionsAsNull", R"({"positions": null})",
                      "The experiment must have as its \"positions\" one of \"own\", \"none\", \"sinusoidal\", "
                      "\"learned\", \"rotary\", \"alibi\", not null."},
        BadExperiment{"UnknownMask", R"({"mask": ["causal"]})",
                      "The experiment must have as its \"mask\" one of \"own\", \"none\", \"causal\", \"window\", "
                      "\"strided\", \"block\", \"painted\", not a list."},
        BadExperiment{"ReachNegative", R"({"mask_reach": -1})",
                      "The experiment must have as its \"mask_reach\" a whole number of tokens, not -1."},
        BadExperiment{"ReachFractional", R"({"mask_reach": 1.5})",
                      "The experiment must have as its \"mask_reach\" a whole number of tokens, not 1.5."},
        BadExperiment{"ReachBeyondIndex", R"({"mask_reach": 9223372036854775808})",
                      "The experiment must have as its \"mask_reach\" a whole number of tokens, not "
                      "9223372036854775808."},
        BadExperiment{"StrideZero", R"({"mask": "strided", "mask_reach": 0})",
                      "A strided mask needs a stride of 1 or more tokens, not 0."},
        BadExperiment{"BlockZero", R"({"mask": "block", "mask_reach": 0})",
                      "A block-sparse mask needs blocks of 1 or more tokens, not 0."},
        BadExperiment{"UnknownKernel", R"({"kernel": "cosine"})",
                      "The experiment must have as its \"kernel\" one of \"softmax\", \"linear\", not \"cosine\"."},
        BadExperiment{"CellsAsNumber", R"({"hidden_cells": 3})",
                      "The experiment must have as its \"hidden_cells\" " + std::string(kCells) + ", not 3."},
        BadExperiment{"CellOfTwo", R"({"hidden_cells": [[1, 2]]})",
                      "The experiment must have as its \"hidden_cells\" " + std::string(kCells) + ", not a list."},
        BadExperiment{"CellsBackwards", R"({"hidden_cells": [[1, 2, 1]]})",
                      "The experiment must have as its \"hidden_cells\" " + std::string(kCells) + ", not a list."},
        BadExperiment{"CellNegative", R"({"hidden_cells": [[1, -2, 1]]})",
                      "The experiment must have as its \"hidden_cells\" " + std::string(kCells) + ", not -2."},
        BadExperiment{"MoreCellsThanCanBeCounted", R"({"hidden_cells": [[1, 0, 9223372036854775807]]})",
                      "The experiment must have as its \"hidden_cells\" " + std::string(kCells) + ", not a list."},
        BadExperiment{"ZeroedValueAsText", R"({"zeroed_values": ["it"]})",
                      "The experiment must have as its \"zeroed_values\" a list of tokens counted from 0, not \"it\"."},
        BadExperiment{"ZeroedValuesAsNumber", R"({"zeroed_values": 3})",
                      "The experiment must have as its \"zeroed_values\" a list of tokens counted from 0, not 3."},
        BadExperiment{"HeadsAsObject", R"({"ablated_heads": {}})",
                      "The experiment must have as its \"ablated_heads\" " + std::string(kHeads) + ", not an object."},
        BadExperiment{"HeadAsNumber", R"({"ablated_heads": [1]})",
                      "The experiment must have as its \"ablated_heads\" " + std::string(kHeads) + ", not 1."},
        BadExperiment{"HeadOfThree", R"({"ablated_heads": [[1, 2, 3]]})",
                      "The experiment must have as its \"ablated_heads\" " + std::string(kHeads) + ", not a list."},
        BadExperiment{"HeadNegative", R"({"ablated_heads": [[0, 1], [0, -1]]})",
                      "The experiment must have as its \"ablated_heads\" " + std::string(kHeads) + ", not -1."}),
    [](const auto& test) { return test.param.name; });

TEST(MaskJson, ComesBackTheSame)
{
    EXPECT_EQ(toJson(Mask{Direction::Causal, MaskPattern::Window, 4}),
              R"({"direction":"causal","global_tokens":0,"hidden":[],"pattern":"window","reach":4})");
    for (const Mask& mask :
         {Mask{}, Mask{Direction::Causal, MaskPattern::Full, 0}, Mask{Direction::Bidirectional, MaskPattern::Window, 0},
          Mask{Direction::Causal, MaskPattern::Strided, 3}, Mask{Direction::Causal, MaskPattern::BlockSparse, 3, 1},
          Mask{.hidden = CellSet({{7, 7, 8}, {1, 0, 3}})}}) {
        EXPECT_EQ(maskFromJson(toJson(mask)).value_or(Mask{.reach = 77}), mask);
    }
}

TEST(MaskJson, RefusesWhatIsNoMask)
{
    EXPECT_EQ(maskFromJson(R"({"direction": "up"})").error().message,
              "The mask must have as its \"direction\" one of \"bidirectional\", \"causal\", not \"up\".");
    EXPECT_EQ(maskFromJson(R"({"pattern": "strided"})").error().message,
              "A strided mask needs a stride of 1 or more tokens, not 0.");
    EXPECT_EQ(maskFromJson(R"({"pattern": "block_sparse", "reach": 2, "global_tokens": 0.5})").error().message,
              "The mask must have as its \"global_tokens\" a whole number of tokens, not 0.5.");
    EXPECT_EQ(maskFromJson("null").error().message, "The mask must be a JSON object, not null.");
}

}  // namespace
}  // namespace headlight::test
