#include "core/train/evaluation.h"

#include "core/text/bundled_text.h"
#include "core/text/word_piece_tokenizer.h"
#include "core/train/batch_pass.h"
#include "core/train/recipe.h"
#include "tests/core/support/closeness.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(ReadAnnotatedText, FindsWordsAndPieces)
{
    const auto sentences = readAnnotatedText(
        "The blicket didn't see the Dog.\n  subject: see>blicket\n  determiner: The>blicket the>Dog\n\n"
        "the dog saw the cat\n  determiner: the#2>cat\n",
        *defaultTokenizer());
    ASSERT_TRUE(sentences) << sentences.error().message;
    ASSERT_EQ(sentences->size(), 2U);
    EXPECT_EQ(sentences->front().words.size(), 8U);
    EXPECT_EQ(sentences->front().words[1].count, 6);
    EXPECT_EQ(sentences->front().links,
              (std::vector<Link>{{Role::Subject, 4, 1}, {Role::Determiner, 0, 1}, {Role::Determiner, 5, 6}}));
    EXPECT_EQ(sentences->back().links, (std::vector<Link>{{Role::Determiner, 3, 4}}));
}

TEST(ReadAnnotatedText, NamesTheLineAtFault)
{
    for (const char* text :
         {"a dog\n  colour: a>dog\n", "a dog\n  subject: a>cat\n", "a dog\n  subject: a\n", "  subject: a>dog\n"}) {
        const auto sentences = readAnnotatedText(text, *defaultTokenizer());
        ASSERT_FALSE(sentences) << text;
        EXPECT_EQ(sentences.error().code, ErrorCode::Malformed);
        EXPECT_NE(sentences.error().message.find("Line "), std::string::npos);
    }
}

TEST(ReadAnnotatedText, ReadsTheBundledSets)
{
    for (const char* name : {"evaluation/free_dev.txt", "evaluation/free_test.txt"}) {
        const auto sentences = readAnnotatedText(bundledText(name), *defaultTokenizer());
        ASSERT_TRUE(sentences) << name << ": " << sentences.error().message;
        EXPECT_GE(sentences->size(), 100U) << name;
    }
}

constexpr const char* kTwoSubjects =
    "The blicket saw a zork.\n  subject: saw>blicket\n\nDogs bark.\n  subject: bark>Dogs\n";

/// One layer × two heads, asked for every relation in head 0.0.
Recipe smallRecipe(const WordPieceTokenizer& tokenizer)
{
    Recipe recipe = bundledRecipe(tokenizer, Lesson::Relations, 3);
    recipe.config.layers = 1;
    recipe.config.heads = 2;
    recipe.options.objective.roleHeads.fill({LayerIndex(0), HeadIndex(0)});
    return recipe;
}

/// The definition, head by head, against the weights themselves.
TEST(HeadScores, CountWhatTheHeadsLookAt)
{
    const auto& tokenizer = static_cast<const WordPieceTokenizer&>(*defaultTokenizer());
    const Recipe recipe = smallRecipe(tokenizer);
    const TrainedWeights weights = initialWeights(recipe.config, recipe.options.objective, 3);
    const auto sentences = readAnnotatedText(kTwoSubjects, tokenizer);
    ASSERT_TRUE(sentences);
    const HeadScores scores(recipe.config, weights, *sentences);
    Batch batch;
    batch.append(sentences->front().ids);
    const Activations activations = forwardBatch(recipe.config, weights.model, batch, Scaling::On);
    for (Index head = 0; head < 2; ++head) {
        const Matrix& map = activations.blocks[0].weights[static_cast<std::size_t>(head)];
        const auto& verb = sentences->front().words[2];
        ASSERT_EQ(verb.count, 1);
        Index at = 0;
        map.row(verb.first).maxCoeff(&at);
        const HeadScore score = scores.score(Role::Subject, {LayerIndex(0), HeadIndex(head)},
                                             [](std::size_t sentence, const Link&) { return sentence == 0; });
        EXPECT_EQ(score.links, 1);
        EXPECT_EQ(score.rightShare, at >= 1 && at <= 6 ? 1.0 : 0.0);
        EXPECT_NEAR(score.meanWeight, static_cast<double>(map.row(verb.first).segment(1, 6).maxCoeff()), 1e-6);
        EXPECT_EQ(scores.isRight(Role::Subject, {LayerIndex(0), HeadIndex(head)}, 0), score.rightShare == 1.0);
    }
    EXPECT_EQ(scores.score(Role::Subject, {}).links, 2);
    const HeadScore second =
        scores.score(Role::Subject, {}, [](std::size_t sentence, const Link&) { return sentence == 1; });
    EXPECT_EQ(scores.isRight(Role::Subject, {}, 1), second.rightShare == 1.0);
    EXPECT_FALSE(scores.isRight(Role::Object, {}, 0));
    const HeadScore best = scores.best(Role::Previous);
    EXPECT_GE(best.rightShare, scores.score(Role::Previous, {LayerIndex(0), HeadIndex(0)}).rightShare);
}

/// A read-out that names each sentence's own subject from the final vector at its verb.
TEST(HeadScores, CountWhatTheReadOutsName)
{
    const auto& tokenizer = static_cast<const WordPieceTokenizer&>(*defaultTokenizer());
    const Recipe recipe = smallRecipe(tokenizer);
    TrainedWeights weights = initialWeights(recipe.config, recipe.options.objective, 3);
    const auto sentences = readAnnotatedText(kTwoSubjects, tokenizer);
    ASSERT_TRUE(sentences);
    const auto outputAtVerb = [&](const TokenizedSentence& sentence) {
        Batch batch;
        batch.append(sentence.ids);
        const Index verb = sentence.words[static_cast<std::size_t>(sentence.links.front().from)].first;
        const Activations activations = forwardBatch(recipe.config, weights.model, batch, Scaling::On);
        return RowVector(activations.final.row(verb));
    };
    const auto subject = [&](const TokenizedSentence& sentence) {
        const Index noun = sentence.words[static_cast<std::size_t>(sentence.links.front().to)].first;
        return RowVector(weights.model.tokenEmbedding.row(sentence.ids[static_cast<std::size_t>(noun)]));
    };
    const RowVector step = outputAtVerb(sentences->front()) - outputAtVerb(sentences->back());
    LinearWeights& readOut = weights.readOuts.outputs[static_cast<std::size_t>(Role::Subject)];
    readOut.weight = step.transpose() * (subject(sentences->front()) - subject(sentences->back())) / step.squaredNorm();
    readOut.bias = subject(sentences->back()) - outputAtVerb(sentences->back()) * readOut.weight;
    const auto namedShare = [&] {
        return HeadScores(recipe.config, weights, *sentences).score(Role::Subject, {}).namedShare;
    };
    EXPECT_EQ(namedShare(), 1.0);
    readOut.weight.setZero();
    readOut.bias = subject(sentences->back());
    EXPECT_EQ(namedShare(), 0.5);
}

}  // namespace
}  // namespace headlight::test
