#include "core/train/objective.h"

#include "core/train/trainer.h"
#include "tests/core/support/models.h"
#include "tests/core/train/gradients.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

ModelConfig config()
{
    ModelConfig small = smallConfig();
    small.positions = PositionScheme::Sinusoidal;
    small.activation = Activation::GeluTanh;
    return small;
}

ObjectiveOptions options()
{
    ObjectiveOptions made;
    made.maskId = 1;
    made.firstWordId = 2;
    made.otherCandidates = 3;
    made.neighbourQuestions = 4;
    for (std::size_t i = 0; i < kRoleCount; ++i) {
        made.roleHeads[i] = {LayerIndex(static_cast<Index>(i) / 4), HeadIndex(static_cast<Index>(i) % 4)};
    }
    return made;
}

std::vector<Example> examples()
{
    return {{{3, 4, 5, 6}, {{Role::Subject, 2, 1}, {Role::Determiner, 0, 1}}, {true, true, true, false}},
            {{7, 8, 9, 10, 2},
             {{Role::Object, 1, 3}, {Role::Antecedent, 4, 0}, {Role::Sense, 3, 1}},
             {true, true, true, true, true}},
            {{5, 5}, {{Role::Adjective, 1, 0}}, {true, true}}};
}

TEST(MakeExercises, AsksOnlyWhatCanBeSeen)
{
    ObjectiveOptions all = options();
    all.maskedShare = 1.0F;
    for (const Exercise& exercise : makeExercises(examples(), 2, all, 11, headlight::Random(1))) {
        for (const Question& question : exercise.questions) {
            const bool isWord = exercise.batch.ids[static_cast<std::size_t>(question.row)] != 6;
            EXPECT_TRUE(question.asked == Asked::MaskedWord || !isWord) << "a link between masked words";
        }
    }
    all.maskedShare = 0.0F;
    std::size_t links = 0;
    std::size_t named = 0;
    for (const Exercise& exercise : makeExercises(examples(), 2, all, 11, headlight::Random(1))) {
        for (const Question& question : exercise.questions) {
            ASSERT_NE(question.asked, Asked::MaskedWord);
            links += question.asked == Asked::Head && isLink(question.role) ? 1 : 0;
            named += question.asked == Asked::Output ? 1 : 0;
            EXPECT_TRUE(std::ranges::binary_search(exercise.candidates, question.answer));
        }
    }
    EXPECT_EQ(links, 6U);
    EXPECT_EQ(named, 6U);
}

TEST(MakeExercises, MasksAsDevlinEtAlDo)
{
    ObjectiveOptions all = options();
    all.maskedShare = 0.15F;
    constexpr std::int32_t kVocabulary = 1000;
    std::vector<Example> many(400);
    for (Example& example : many) {
        example = {std::vector<std::int32_t>(50, 500), {}, std::vector<bool>(50, true)};
    }
    double asked = 0.0;
    double masked = 0.0;
    double replaced = 0.0;
    for (const Exercise& exercise : makeExercises(many, 2, all, kVocabulary, headlight::Random(3))) {
        for (const Question& question : exercise.questions) {
            if (question.asked == Asked::MaskedWord) {
                EXPECT_EQ(question.answer, 500);
                const std::int32_t id = exercise.batch.ids[static_cast<std::size_t>(question.row)];
                asked += 1.0;
                masked += id == all.maskId ? 1.0 : 0.0;
                replaced += id != all.maskId && id != 500 ? 1.0 : 0.0;
            }
        }
    }
    EXPECT_NEAR(asked / 20'000.0, 0.15, 0.01);
    EXPECT_NEAR(masked / asked, 0.8, 0.03);
    EXPECT_NEAR(replaced / asked, 0.1, 0.02);
}

TEST(Differentiate, IsTheDerivativeWithRespectToEveryParameterAndReadOut)
{
    TrainedWeights weights = initialWeights(config(), options(), 5);
    ASSERT_EQ(weights.readOuts.heads.size(), kRoleCount);
    ASSERT_EQ(weights.readOuts.outputs.size(), kLinkRoleCount);
    ObjectiveOptions made = options();
    made.maskedShare = 0.3F;
    const std::vector<Exercise> exercises = makeExercises(examples(), 1, made, 11, headlight::Random(4));
    const auto loss = [&] {
        TrainedWeights ignored = initialWeights(config(), made, 5);
        return differentiate(config(), weights, exercises[0], made, ignored).total;
    };
    TrainedWeights gradient = initialWeights(config(), made, 5);
    for (Parameter& parameter : parameters(gradient)) {
        parameter.values.setZero();
    }
    differentiate(config(), weights, exercises[0], made, gradient);
    const std::vector<Parameter> gradients = parameters(gradient);
    std::vector<Parameter> all = parameters(weights);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_TRUE(isClose(gradients[i].values, finiteDifferences(all[i].values, loss, 3e-3F),
                            {.absolute = 3e-3, .relative = 1e-2}))
            << all[i].name;
    }
}

TEST(Differentiate, SumsOverShardsToTheWhole)
{
    const TrainedWeights weights = initialWeights(config(), options(), 5);
    ObjectiveOptions made = options();
    made.otherCandidates = 0;
    const auto total = [&](std::size_t shards) {
        Loss sum;
        for (const Exercise& exercise : makeExercises(examples(), shards, made, 11, headlight::Random(4))) {
            TrainedWeights ignored = weights;
            Loss part = differentiate(config(), weights, exercise, made, ignored);
            part.roles = {};
            sum += part;
        }
        return sum.maskedWord;
    };
    EXPECT_NEAR(total(1), total(3), 1e-5);
}

}  // namespace
}  // namespace headlight::test
