#include "core/analysis/words.h"

#include "core/attention/softmax.h"
#include "core/text/word_piece_tokenizer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"
#include "tests/core/support/traces.h"

#include <numeric>

namespace headlight::test {
namespace {

/// A text whose tokens end at each bar: "un|believ|able".
struct CutText
{
    std::string text;
    std::vector<Token> tokens;
};

CutText cutAtBars(const std::string& text)
{
    CutText result;
    Token token;
    for (const char c : text + "|") {
        if (c == '|') {
            token.span.end = result.text.size();
            result.tokens.push_back(token);
            token = {.id = static_cast<std::int32_t>(result.tokens.size()),
                     .text = {},
                     .span = {result.text.size(), result.text.size()}};
        } else {
            token.text += c;
            token.piece += c;
            result.text += c;
        }
    }
    return result;
}

/// The words, with a bar between them.
std::string wordsAtBars(const std::string& text)
{
    const CutText cut = cutAtBars(text);
    std::string joined;
    for (const IndexRange& word : wordsOf(cut.text, "", cut.tokens)) {
        joined += joined.empty() ? "" : "|";
        for (Index i = word.begin; i < word.end; ++i) {
            joined += cut.tokens[static_cast<std::size_t>(i)].text;
        }
    }
    return joined;
}

TEST(WordsOf, JoinsLettersMarksAndNumbersThatTouch)
{
    EXPECT_EQ(wordsAtBars("un|believ|able"), "unbelievable");
    EXPECT_EQ(wordsAtBars("The| un|believ|able| dog|.|"), "The| unbelievable| dog|.|");
    EXPECT_EQ(wordsAtBars("GPT|2|x| 4|2"), "GPT2x| 42");
    EXPECT_EQ(wordsAtBars("a|-|b| (|c|)"), "a|-|b| (|c|)");
    EXPECT_EQ(wordsAtBars("Жи|знь| Ñ|andu"), "Жизнь| Ñandu");
    EXPECT_EQ(wordsAtBars("한|국|어| 말"), "한국어| 말");
    EXPECT_EQ(wordsAtBars("e|\u0301|t"), "e\u0301t") << "an accent belongs to its letter";
}

TEST(WordsOf, JoinsAnApostropheBetweenTwoLettersOnly)
{
    EXPECT_EQ(wordsAtBars("did|n't| dog|'s"), "didn't| dog's");
    EXPECT_EQ(wordsAtBars("didn|'|t| don|’|t"), "didn't| don’t");
    EXPECT_EQ(wordsAtBars("'|tis| dogs|'| x"), "'|tis| dogs|'| x");
    EXPECT_EQ(wordsAtBars("5|'|6| a|'"), "5|'|6| a|'");
    EXPECT_EQ(wordsAtBars("a|''|b"), "a|''|b");
}

TEST(WordsOf, JoinsWhateverIsInsideOneCharacter)
{
    EXPECT_EQ(wordsAtBars("\xE2|\x82|\xAC| 5"), "€| 5") << "the bytes of one character";
    EXPECT_EQ(wordsAtBars("\xE4|\xBD|\xA0|好"), "你|好");
    EXPECT_EQ(wordsAtBars("👍|🏽|!"), "👍🏽|!") << "an emoji and its skin tone";
}

TEST(WordsOf, LeavesScriptsWithoutSpacesAsTheyAreCut)
{
    EXPECT_EQ(wordsAtBars("你|好|世界"), "你|好|世界");
    EXPECT_EQ(wordsAtBars("ひら|がな"), "ひら|がな");
    EXPECT_EQ(wordsAtBars("コン|ピュータ|ー|で"), "コンピューター|で");
    EXPECT_EQ(wordsAtBars("ภาษา|ไทย"), "ภาษา|ไทย");
    EXPECT_EQ(wordsAtBars("a|你|b|カ|c"), "a|你|b|カ|c");
}

TEST(WordsOf, KeepsTextsAndSpecialTokensApart)
{
    const auto token = [](ByteSpan span, Index source, bool isSpecial = false) {
        return Token{.id = 0, .text = {}, .span = span, .source = source, .isSpecial = isSpecial};
    };
    const std::vector<Token> tokens = {token({}, 0, true),      token({0, 2}, 0),  token({2, 4}, 0),
                                       token({4, 4}, 0, true),  token({0, 2}, 1),  token({2, 4}, 1),
                                       token({4, 10}, 1, true), token({}, 1, true)};
    const std::vector<IndexRange> expected = {{0, 1}, {1, 3}, {3, 4}, {4, 6}, {6, 7}, {7, 8}};
    EXPECT_EQ(wordsOf("abcd", "efgh[MASK]", tokens), expected);

    const std::vector<Token> otherText = {token({0, 2}, 0), token({2, 4}, 1)};
    EXPECT_EQ(wordsOf("abcd", "efgh", otherText).size(), 2U);
    const std::vector<Token> outside = {token({0, 2}, 0), token({2, 9}, 0), token({9, 9}, 0)};
    EXPECT_EQ(wordsOf("ab", "", outside).size(), 3U) << "spans that the text does not have";
}

TEST(WordsOf, JoinsTokensThatShareACharactersBytes)
{
    const std::vector<Token> tokens(3, Token{.id = 0, .text = "<0xE2>", .span = {0, 3}});
    EXPECT_EQ(wordsOf("€", "", tokens), (std::vector<IndexRange>{{0, 3}}));
}

TEST(WordsOf, CoversEveryTokenOnce)
{
    const std::string text = "The blickets didn't zorp; naïve 👍🏽 [MASK] 你好 e\u0301 …";
    const auto tokens = defaultTokenizer()->tokensOf(text).value();
    Index next = 0;
    for (const IndexRange& word : wordsOf(text, "", tokens)) {
        EXPECT_EQ(word.begin, next);
        EXPECT_GT(word.size(), 0);
        next = word.end;
    }
    EXPECT_EQ(next, static_cast<Index>(tokens.size()));
    EXPECT_TRUE(wordsOf("", "", {}).empty());
}

/// Weights of random scores, hidden keys exactly 0, in 2 layers × 3 heads.
Trace randomTrace(const CutText& cut, const Mask& mask, Random& random)
{
    const auto count = static_cast<Index>(cut.tokens.size());
    Trace::Tensors tensors;
    for (Index layer = 0; layer < 2; ++layer) {
        Tensor weights({3, count, count});
        for (Index h = 0; h < 3; ++h) {
            weights.matrix(h) = softmaxRows(applyMask(random.matrix(count, count, 4.0F), mask));
        }
        tensors.emplace(StageKey{StageId::Scores, LayerIndex(layer)}, std::make_shared<const Tensor>(weights));
        tensors.emplace(StageKey{StageId::Weights, LayerIndex(layer)},
                        std::make_shared<const Tensor>(std::move(weights)));
    }
    return {TraceInfo{.text = cut.text,
                      .tokens = cut.tokens,
                      .modelName = "random",
                      .modelNote = {},
                      .experiment = {},
                      .mask = mask,
                      .layers = 2,
                      .heads = 3},
            std::move(tensors)};
}

/// Cell by cell, in double.
DoubleMatrix naivelyMerged(ConstMatrixRef weights, const std::vector<IndexRange>& words)
{
    const auto count = static_cast<Index>(words.size());
    DoubleMatrix merged = DoubleMatrix::Zero(count, count);
    for (Index a = 0; a < count; ++a) {
        for (Index b = 0; b < count; ++b) {
            const IndexRange queries = words[static_cast<std::size_t>(a)];
            const IndexRange keys = words[static_cast<std::size_t>(b)];
            for (Index i = queries.begin; i < queries.end; ++i) {
                for (Index j = keys.begin; j < keys.end; ++j) {
                    merged(a, b) += static_cast<double>(weights(i, j)) / static_cast<double>(queries.size());
                }
            }
        }
    }
    return merged;
}

const char* const kTexts[] = {"a", "un|believ|able", "The| un|believ|able| dog| did|n't| b|li|cket|.", "a| b| c"};

TEST(MergedIntoWords, IsItsNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const char* text : kTexts) {
        const CutText cut = cutAtBars(text);
        const Trace trace = randomTrace(cut, {}, random);
        const std::vector<IndexRange> words = wordsOf(cut.text, "", cut.tokens);
        const std::shared_ptr<const Trace> merged = mergedIntoWords(trace);
        ASSERT_EQ(tensorsOf(*merged).size(), 2U) << "weights are the only stage";
        for (const auto& [key, tensor] : tensorsOf(*merged)) {
            EXPECT_EQ(key.id, StageId::Weights);
            for (Index h = 0; h < 3; ++h) {
                EXPECT_TRUE(isClose(tensor->matrix(h), naivelyMerged(trace.find(key)->matrix(h), words),
                                    {.absolute = 1e-6, .relative = 1e-6}))
                    << text;
            }
        }
    }
}

TEST(MergedIntoWords, HasRowsThatSumToOneAndHidesTheFutureExactly)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Mask& mask : {Mask{}, Mask{.direction = Direction::Causal},
                             Mask{.direction = Direction::Causal, .pattern = MaskPattern::Window, .reach = 2}}) {
        const CutText cut = cutAtBars(kTexts[2]);
        const std::shared_ptr<const Trace> merged = mergedIntoWords(randomTrace(cut, mask, random));
        const TraceInfo& info = merged->info();
        EXPECT_EQ(info.mask, Mask{.direction = mask.direction});
        for (const auto& [key, tensor] : tensorsOf(*merged)) {
            for (Index h = 0; h < 3; ++h) {
                const Matrix weights = tensor->matrix(h);
                EXPECT_TRUE(isClose(weights.rowwise().sum(), Matrix::Ones(weights.rows(), 1)));
                if (mask.direction == Direction::Causal) {
                    const Matrix future = weights.triangularView<Eigen::StrictlyUpper>();
                    EXPECT_EQ(future.cwiseAbs().maxCoeff(), 0.0F);
                }
            }
        }
    }
}

TEST(MergedIntoWords, ChangesNothingWhereEveryTokenIsAWord)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Trace trace = randomTrace(cutAtBars(kTexts[3]), {}, random);
    const std::shared_ptr<const Trace> merged = mergedIntoWords(trace);
    EXPECT_EQ(merged->info().tokens, trace.info().tokens);
    EXPECT_EQ(merged->info().unit, TokenUnit::Word);
    const StageKey key{StageId::Weights, LayerIndex(1)};
    for (Index h = 0; h < 3; ++h) {
        EXPECT_TRUE(isIdentical(Matrix(merged->find(key)->matrix(h)), Matrix(trace.find(key)->matrix(h))));
    }
}

TEST(MergedIntoWords, KeepsOnlyTheDirectionOfEveryLayersMask)
{
    Random random;
    const Trace trace = randomTrace(cutAtBars(kTexts[3]), {}, random);
    TraceInfo info = trace.info();
    info.layerMasks = {{.direction = Direction::Causal, .pattern = MaskPattern::Window, .reach = 2},
                       {.direction = Direction::Causal}};
    const std::shared_ptr<const Trace> merged = mergedIntoWords(Trace(info, tensorsOf(trace)));
    for (const Mask& mask : merged->info().layerMasks) {
        EXPECT_EQ(mask, (Mask{.direction = Direction::Causal}));
    }
    EXPECT_EQ(merged->info().layerMasks.size(), 2U);
}

TEST(MergedIntoWords, CanBeCancelled)
{
    Random random;
    const CutText cut = cutAtBars(kTexts[3]);
    std::stop_source source;
    source.request_stop();
    const auto merged =
        mergedIntoWords(randomTrace(cut, {}, random), wordsOf(cut.text, "", cut.tokens), source.get_token());
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().code, ErrorCode::Cancelled);
}

TEST(MergedIntoWords, NamesAWordByTheTextAndItsPieces)
{
    Random random;
    CutText cut = cutAtBars("a| un|believ|able");
    cut.tokens[2].piece = "##believ";
    cut.tokens[3].text = "<0xE2>";
    const std::shared_ptr<const Trace> merged = mergedIntoWords(randomTrace(cut, {}, random));
    const std::vector<Token>& words = merged->info().tokens;
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(words[0], cut.tokens[0]);
    EXPECT_EQ(words[1].text, " unbelievable");
    EXPECT_EQ(words[1].piece, " un##believable");
    EXPECT_EQ(words[1].span, (ByteSpan{1, 14}));
    EXPECT_EQ(words[1].id, -1);

    cut.tokens[1].span.begin = 2;  // a space that is the token's, but not its span's
    EXPECT_EQ(mergedIntoWords(randomTrace(cut, {}, random))->info().tokens[1].text, " unbelievable");
}

}  // namespace
}  // namespace headlight::test
