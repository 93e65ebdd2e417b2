#include "core/train/report.h"

#include "core/text/word_piece_tokenizer.h"
#include "core/train/recipe.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/temporary_folder.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace headlight::test {
namespace {

constexpr EvaluationOptions kFew = {.development = 20,
                                    .heldOut = 20,
                                    .heldOutSenses = 10,
                                    .invented = 20,
                                    .longTexts = 2,
                                    .unseenCues = 10,
                                    .pairsOfAFamily = 2};

/// "old" stands between one determiner and its noun.
constexpr std::string_view kFreeTest = "The dog saw the old cat.\n"
                                       "  determiner: The>dog the>cat\n"
                                       "  subject: saw>dog\n"
                                       "  adjective: old>cat\n";

const Corpus& corpus()
{
    static const Corpus kCorpus(Lexicon::bundled());
    return kCorpus;
}

const WordPieceTokenizer& tokenizer()
{
    return static_cast<const WordPieceTokenizer&>(*defaultTokenizer());
}

/// One layer × two heads, D = 32, asked for every relation in head 0.1 and never trained.
TrainedModel untrained()
{
    Recipe recipe = bundledRecipe(tokenizer(), Lesson::Relations, 3);
    recipe.config.layers = 1;
    recipe.config.heads = 2;
    recipe.config.width = 32;
    recipe.config.feedForwardWidth = 32;
    constexpr HeadAddress kAsked{LayerIndex(0), HeadIndex(1)};
    recipe.options.objective.roleHeads.fill(kAsked);
    for (AskedHead& asked : recipe.askedHeads) {
        asked.head = kAsked;
    }
    const TrainedWeights weights = initialWeights(recipe.config, recipe.options.objective, 3);
    return {std::make_shared<const Model>(toModel(recipe, weights, defaultTokenizer())), weights.readOuts};
}

/// Turns the sinusoidal encoding of each position in the head's columns into that of the position `by` later, and sharpens it: a head
/// whose keys are the encoding itself then looks at that position alone.
void lookAt(int by, Index head, const ModelConfig& config, Matrix& query)
{
    constexpr float kSharpness = 100.0F;
    for (Index pair = 0; pair < config.headWidth(); pair += 2) {
        const double angle = by / std::pow(10'000.0, static_cast<double>(pair) / static_cast<double>(config.width));
        const auto sine = static_cast<float>(std::sin(angle)) * kSharpness;
        const auto cosine = static_cast<float>(std::cos(angle)) * kSharpness;
        query.block<2, 2>(pair, head * config.headWidth() + pair) << cosine, -sine, sine, cosine;
    }
}

/// Sees positions and no words: head 0.0 looks at the token before, head 0.1 at the one after.
TrainedModel neighboursOnly()
{
    Model model{.name = "neighbours",
                .note = "",
                .config = {.vocabulary = tokenizer().vocabularySize(),
                           .width = 64,
                           .layers = 1,
                           .heads = 2,
                           .feedForwardWidth = 1,
                           .maxTokens = 1024,
                           .normPlacement = NormPlacement::After},
                .weights = {},
                .tokenizer = defaultTokenizer()};
    const ModelConfig& config = model.config;
    model.weights = zeroWeights(config);
    BlockWeights& block = model.weights.blocks.front();
    for (Index head = 0; head < config.heads; ++head) {
        lookAt(head == 0 ? -1 : 1, head, config, block.query.weight);
        block.key.weight.block(0, head * config.headWidth(), config.headWidth(), config.headWidth()).setIdentity();
    }
    return {std::make_shared<const Model>(std::move(model)), {}};
}

bool isScore(const HeadScore& score)
{
    const auto isShare = [](double share) { return share >= 0.0 && share <= 1.0; };
    return isShare(score.rightShare) && isShare(score.meanWeight) && isShare(score.namedShare) && score.links >= 0;
}

TEST(Evaluate, MeasuresEveryRelationAndEveryFamilyOfPairs)
{
    const Result<Evaluation> evaluation = evaluate(untrained(), corpus(), kFreeTest, kFew);
    ASSERT_TRUE(evaluation) << evaluation.error().message;
    EXPECT_EQ(evaluation->model, "Headlight small");
    ASSERT_EQ(evaluation->relations.size(), kRoleCount);
    for (std::size_t i = 0; i < kRoleCount; ++i) {
        const RelationResult& result = evaluation->relations[i];
        EXPECT_EQ(result.role, kRoles[i]);
        for (const HeadScore& score : {result.heldOut, result.invented, result.longText, result.free}) {
            EXPECT_TRUE(isScore(score)) << roleName(result.role);
            EXPECT_EQ(score.head, result.heldOut.head);
        }
        EXPECT_EQ(result.invented.links > 0, result.invented.meanWeight > 0.0);
    }
    EXPECT_GT(evaluation->unseenCues, 5);
    EXPECT_LE(evaluation->unseenCues, 10);
    EXPECT_GE(evaluation->unseenCueShare, 0.0);
    EXPECT_LE(evaluation->unseenCueShare, 1.0);
    ASSERT_EQ(evaluation->pairs.size(), corpus().lexicon().pairFamilies().size());
    for (const PairResult& result : evaluation->pairs) {
        EXPECT_LE(result.pairs, 2) << result.family;
        EXPECT_LE(result.bothRight, result.pairs) << result.family;
    }
    for (const ShownLink& link : evaluation->shown) {
        EXPECT_GT(link.weight, 0.0F) << link.text;
        EXPECT_LE(link.weight, 1.0F) << link.text;
    }
}

TEST(Evaluate, IsTheSameFromTheSameSeed)
{
    const auto markdown = [](const EvaluationOptions& options) {
        return toMarkdown(*evaluate(untrained(), corpus(), kFreeTest, options));
    };
    EXPECT_EQ(markdown(kFew), markdown(kFew));
    EvaluationOptions other = kFew;
    ++other.seed;
    EXPECT_NE(markdown(kFew), markdown(other));
}

TEST(Evaluate, FindsHeadsThatLookAtNeighbours)
{
    const Result<Evaluation> evaluation = evaluate(neighboursOnly(), corpus(), kFreeTest, kFew);
    ASSERT_TRUE(evaluation) << evaluation.error().message;
    const auto result = [&](Role role) { return evaluation->relations[static_cast<std::size_t>(role)]; };
    for (const Role role : {Role::Previous, Role::Next}) {
        const HeadAddress head{LayerIndex(0), HeadIndex(role == Role::Previous ? 0 : 1)};
        for (const HeadScore& score : {result(role).heldOut, result(role).longText, result(role).free}) {
            EXPECT_EQ(score.head, head);
            EXPECT_EQ(score.rightShare, 1.0) << roleName(role);
            EXPECT_NEAR(score.meanWeight, 1.0, 1e-3) << roleName(role);
        }
        EXPECT_EQ(result(role).free.links, 6);
        EXPECT_EQ(result(role).invented.links, 0);
    }
    EXPECT_EQ(result(Role::Determiner).free.head.head, HeadIndex(1));
    EXPECT_EQ(result(Role::Determiner).free.links, 2);
    EXPECT_EQ(result(Role::Determiner).free.rightShare, 0.5);
    EXPECT_EQ(result(Role::Adjective).free.rightShare, 1.0);
    EXPECT_EQ(result(Role::Subject).free.rightShare, 1.0);
    EXPECT_EQ(result(Role::Object).free.links, 0);
    for (const PairResult& pairs : evaluation->pairs) {
        EXPECT_EQ(pairs.bothRight, 0) << pairs.family << ": one place cannot be right in both";
    }
    const auto shown = std::ranges::find(evaluation->shown, "Man bites dog", &ShownLink::text);
    ASSERT_NE(shown, evaluation->shown.end());
    EXPECT_EQ(shown->to, "Man");
    EXPECT_TRUE(shown->isLargest);
    EXPECT_NEAR(shown->weight, 1.0F, 1e-3F);
}

TEST(Evaluate, SaysWhatIsWrongWithTheFreeSentences)
{
    const Result<Evaluation> evaluation = evaluate(neighboursOnly(), corpus(), "A dog.\n  colour: A>dog\n", kFew);
    ASSERT_FALSE(evaluation);
    EXPECT_EQ(evaluation.error().code, ErrorCode::Malformed);
    EXPECT_NE(evaluation.error().message.find("Line 2"), std::string::npos) << evaluation.error().message;
}

TEST(ReportMarkdown, ShowsEveryFigure)
{
    const HeadAddress head{LayerIndex(2), HeadIndex(5)};
    const HeadScore found{.head = head, .rightShare = 0.98765, .meanWeight = 0.4321, .namedShare = 0.25, .links = 8};
    const HeadScore none{.head = head};
    const Evaluation evaluation{
        .model = "small",
        .relations = {{.role = Role::Subject, .heldOut = found, .invented = none, .longText = found, .free = found},
                      {.role = Role::Next, .heldOut = found, .invented = none, .longText = none, .free = none}},
        .pairs = {{.family = "tired or wide", .bothRight = 3, .pairs = 4},
                  {.family = "cause first", .bothRight = 1, .pairs = 2}},
        .unseenCueShare = 0.98765,
        .unseenCues = 8,
        .shown = {{"Dog bites man", Role::Subject, "bites", "Dog", 0.875F, true},
                  {"Dog bites man", Role::Object, "bites", "man", 0.125F, false}}};
    EXPECT_EQ(
        toMarkdown(evaluation),
        "| relation | head | held-out | mean weight | named | to invented nouns | 40–100 words | free sentences |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| subject | 2.5 | 98.8 % | 0.43 | 25.00 % | – | 98.8 % | 98.8 % |\n"
        "| next | 2.5 | 98.8 % | 0.43 | – | – | – | – |\n"
        "\n"
        "Sense from a cue that training never shows with its word: 98.8 %, the mean over 8 cues.\n"
        "\n"
        "| both sentences of a pair right | pairs |\n"
        "| --- | --- |\n"
        "| tired or wide | 3 of 4 |\n"
        "| cause first | 1 of 2 |\n"
        "| all | 4 of 6 |\n"
        "\n"
        "| sentence | looks | weight |\n"
        "| --- | --- | --- |\n"
        "| Dog bites man | bites → Dog (subject) | 0.88 |\n"
        "| Dog bites man | bites → man (object) | 0.12 (not the largest) |\n");
}

TEST(ReportMarkdown, HasARowForEveryRelation)
{
    const std::string markdown = toMarkdown(*evaluate(neighboursOnly(), corpus(), "", kFew));
    for (const Role role : kRoles) {
        EXPECT_NE(markdown.find("\n| " + std::string(roleName(role)) + " | 0."), std::string::npos) << roleName(role);
    }
}

TEST(TrainedModelFolder, KeepsReadOutsUpToHalfPrecision)
{
    const TemporaryFolder folder;
    const TrainedModel written = untrained();
    ASSERT_TRUE(writeTrainedModel(folder.path(), *written.model, written.readOuts, tokenizer().vocabulary()));
    const Result<TrainedModel> read = readTrainedModel(folder.path());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->model->config, written.model->config);
    EXPECT_EQ(read->model->askedHeads.size(), kRoleCount);
    ASSERT_EQ(read->readOuts.heads.size(), kRoleCount);
    ASSERT_EQ(read->readOuts.outputs.size(), kLinkRoleCount);
    for (std::size_t i = 0; i < kRoleCount; ++i) {
        EXPECT_TRUE(isClose(read->readOuts.heads[i].weight, written.readOuts.heads[i].weight,
                            {.absolute = 1e-6, .relative = 1e-3}))
            << roleName(kRoles[i]);
    }
}

TEST(TrainedModelFolder, NamesTheReadOutThatIsMissing)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(writeTrainedModel(folder.path(), *untrained().model, {}, tokenizer().vocabulary()));
    const Result<TrainedModel> read = readTrainedModel(folder.path());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Malformed);
    for (const std::string& part : {(folder / "model.safetensors").string(), std::string("read_out.subject.weight")}) {
        EXPECT_NE(read.error().message.find(part), std::string::npos) << read.error().message;
    }
}

}  // namespace
}  // namespace headlight::test
