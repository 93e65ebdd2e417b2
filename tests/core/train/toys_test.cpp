#include "core/train/toys.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(LookupToy, AsksForTheValueOfTheKey)
{
    const Toy toy = lookupToy({});
    headlight::Random random(1);
    for (int i = 0; i < 100; ++i) {
        const Example example = toy.source(random);
        ASSERT_EQ(example.ids.size(), 12U);
        ASSERT_EQ(example.asked.size(), 6U);
        for (const auto& [row, answer] : example.asked) {
            const std::string key = toy.tokenizer->token(example.ids.at(static_cast<std::size_t>(row)))->text;
            ASSERT_EQ(key.size(), 1U);
            int found = 0;
            for (std::size_t pair = 0; pair < 6; ++pair) {
                const std::string text = toy.tokenizer->token(example.ids[pair])->text;
                if (text.starts_with(key)) {
                    ++found;
                    EXPECT_EQ(text.substr(1), toy.tokenizer->token(answer)->text);
                }
            }
            EXPECT_EQ(found, 1) << key;
        }
    }
}

TEST(LookupToy, StartsSaturatedWithoutScalingAndNotWithIt)
{
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        Toy scaled = lookupToy({.scaling = Scaling::On, .seed = seed});
        Toy unscaled = lookupToy({.scaling = Scaling::Off, .seed = seed});
        const StepReport with = Trainer(scaled.config, scaled.options, scaled.source, scaled.start).step();
        const StepReport without = Trainer(unscaled.config, unscaled.options, unscaled.source, unscaled.start).step();
        EXPECT_GT(with.attention.slope, 0.75);
        EXPECT_LT(without.attention.slope, 0.3);
        EXPECT_GT(without.attention.saturation, 0.2);
        EXPECT_LT(with.attention.saturation, 0.01);
        EXPECT_GT(without.queryGradientNorm, with.queryGradientNorm);  // Larger, not vanishing, at the first step.
    }
}

TEST(LookupToy, IsHardlySaturatedWhereQueriesAndKeysStartSmaller)
{
    Toy toy = lookupToy({.scaling = Scaling::Off, .queryKeyStart = QueryKeyStart::TorchDefault});
    const StepReport report = Trainer(toy.config, toy.options, toy.source, toy.start).step();
    EXPECT_LT(report.attention.saturation, 0.2);
}

TEST(LookupToy, IsLearntWithScaling)
{
    const Toy toy = lookupToy({.learningRate = 3e-3F, .width = 64});
    Trainer trainer(toy.config, toy.options, toy.source, toy.start);
    const double before = trainer.step().loss.wordsRight;
    double after = 0.0;
    for (int i = 0; i < 60; ++i) {
        after = trainer.step().loss.wordsRight;
    }
    EXPECT_LT(before, 0.3);
    EXPECT_GT(after, 0.9);
}

TEST(GrammarToy, HasAboutAHundredAndTwentyThousandParametersAndWatchesTheDog)
{
    Toy toy = grammarToy({});
    const Index count = parameterCount(parameters(toy.start.model));
    EXPECT_GT(count, 100'000);
    EXPECT_LT(count, 130'000);
    EXPECT_EQ(toy.examples.front(), "The dog did not cross the street because it was too tired.");
    EXPECT_EQ(toy.askedHeads.at(3).relation, "antecedent");
    headlight::Random random(2);
    for (int i = 0; i < 200; ++i) {
        for (const std::int32_t id : toy.source(random).ids) {
            EXPECT_LT(id, toy.config.vocabulary);
        }
    }
}

TEST(Toys, KnowEveryWordOfTheirExamples)
{
    for (const Toy& toy : {lookupToy({}), grammarToy({})}) {
        for (const std::string& text : toy.examples) {
            const std::vector<Token> tokens = toy.tokenizer->tokensOf(text).value();
            EXPECT_GT(tokens.size(), 5U);
            for (const Token& token : tokens) {
                EXPECT_NE(token.id, WordPieceTokenizer::kUnknown) << token.text << " in " << text;
            }
        }
    }
}

TEST(Toys, ASnapshotIsAModelWithItsScores)
{
    const Toy toy = grammarToy({});
    const Snapshot start = takeSnapshot(toy, toy.start, 0);
    EXPECT_EQ(start.model->note, "toy after 0 steps");
    EXPECT_EQ(start.model->askedHeads, toy.askedHeads);
    ASSERT_EQ(start.scores.size(), toy.askedHeads.size());
    for (std::size_t i = 0; i < start.scores.size(); ++i) {
        EXPECT_EQ(start.scores[i].head, toy.askedHeads[i].head);
        EXPECT_GT(start.scores[i].links, 20) << toy.askedHeads[i].relation;
    }
    EXPECT_LT(start.scores.at(3).rightShare, 0.5) << "random weights resolve no pronoun";
    EXPECT_TRUE(takeSnapshot(lookupToy({}), lookupToy({}).start, 0).scores.empty());
}

TEST(Toys, ASnapshotsHeadsAreMeasuredAsTheyWereTrained)
{
    Toy toy = grammarToy({});
    const std::vector<HeadScore> scaled = takeSnapshot(toy, toy.start, 0).scores;
    toy.options.objective.scaling = Scaling::Off;
    EXPECT_NE(takeSnapshot(toy, toy.start, 0).scores.at(3).meanWeight, scaled.at(3).meanWeight);
}

TEST(GrammarToy, Learns)
{
    const Toy toy = grammarToy({.learningRate = 3e-3F});
    Trainer trainer(toy.config, toy.options, toy.source, toy.start);
    const double before = trainer.step().loss.roles[static_cast<std::size_t>(Role::Subject)];
    double after = 0.0;
    for (int i = 0; i < 120; ++i) {
        after = trainer.step().loss.roles[static_cast<std::size_t>(Role::Subject)];
    }
    EXPECT_LT(after, 0.5 * before);
}

}  // namespace
}  // namespace headlight::test
