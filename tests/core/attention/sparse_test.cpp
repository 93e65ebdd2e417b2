#include "core/attention/sparse.h"
#include "tests/core/support/golden.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

namespace headlight::test {
namespace {

std::vector<Mask> everyMask()
{
    std::vector<Mask> masks;
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const MaskPattern pattern : {MaskPattern::Full, MaskPattern::Window, MaskPattern::Strided}) {
            masks.push_back({direction, pattern, 3});
        }
    }
    return masks;
}

TEST(SparsePattern, ListsTheKeysThatEachQuerySees)
{
    const SparsePattern pattern = sparsePattern({Direction::Causal, MaskPattern::Strided, 2}, 5, 5);
    const auto seen = [&pattern](Index query) {
        const auto keys = pattern.keysOf(TokenIndex(query));
        return std::vector<Index>(keys.begin(), keys.end());
    };
    EXPECT_EQ(seen(0), (std::vector<Index>{0}));
    EXPECT_EQ(seen(1), (std::vector<Index>{0, 1}));
    EXPECT_EQ(seen(2), (std::vector<Index>{0, 1, 2}));
    EXPECT_EQ(seen(4), (std::vector<Index>{0, 2, 3, 4}));
    for (const Mask& mask : everyMask()) {
        const SparsePattern all = sparsePattern(mask, 30, 30);
        EXPECT_EQ(static_cast<double>(all.keys.size()) / 900.0, visibleShare(mask, 30)) << describe(mask);
    }
}

TEST(SparseAttention, MatchesMaskedFullAttentionToRounding)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [tokens, width] : std::vector<std::pair<Index, Index>>{{1, 1}, {2, 7}, {33, 16}, {129, 64}}) {
        for (const Mask& mask : everyMask()) {
            for (const AttentionOptions& base : {AttentionOptions{}, AttentionOptions{.scale = 1.0F},
                                                 AttentionOptions{.alibiSlope = 0.25F, .temperature = 0.4F}}) {
                SCOPED_TRACE(testing::Message() << "T=" << tokens << " d=" << width << ", mask " << describe(mask));
                AttentionOptions options = base;
                options.mask = mask;
                const Matrix query = random.matrix(tokens, width, 2.0F);
                const Matrix key = random.matrix(tokens, width, 2.0F);
                const Matrix value = random.matrix(tokens, width, 2.0F);
                const Result<Matrix> sparse =
                    sparseAttention(query, key, value, sparsePattern(mask, tokens, tokens), base);
                const Result<AttentionStages> full = attend(query, key, value, options);
                ASSERT_TRUE(sparse && full);
                EXPECT_TRUE(isClose(*sparse, full->output));
                EXPECT_TRUE(isClose(*sparse, naiveAttend(widen(query), widen(key), widen(value), options).output));
            }
        }
    }
}

TEST(SparseAttention, AgreesWithPyTorch)
{
    const GoldenFile golden = readGolden("variants");
    const Matrix query = golden.matrix("query");
    const Result<Matrix> output =
        sparseAttention(query, golden.matrix("key"), golden.matrix("value"),
                        sparsePattern({.direction = Direction::Causal}, query.rows(), query.rows()));
    ASSERT_TRUE(output);
    EXPECT_TRUE(isClose(*output, golden.matrix("softmax/causal/output")));
}

TEST(SparseAttention, NeverTouchesHiddenKeys)
{
    Random random;
    const Mask window{Direction::Causal, MaskPattern::Window, 1};
    Matrix key = random.matrix(9, 4);
    Matrix value = random.matrix(9, 4);
    const Matrix query = random.matrix(9, 4);
    const SparsePattern pattern = sparsePattern(window, 9, 9);
    const Result<Matrix> before = sparseAttention(query, key, value, pattern);
    // Anything that is multiplied by a NaN would be one.
    key.topRows(3).setConstant(std::numeric_limits<float>::quiet_NaN());
    value.topRows(3).setConstant(std::numeric_limits<float>::quiet_NaN());
    const Result<Matrix> after = sparseAttention(query, key, value, pattern);
    ASSERT_TRUE(before && after);
    EXPECT_TRUE(isIdentical(after->bottomRows(5), before->bottomRows(5)));
}

TEST(SparseAttention, SaysWhatIsWrongWithItsInput)
{
    const Matrix ones = Matrix::Ones(2, 4);
    SparsePattern blind = sparsePattern({}, 2, 2);
    blind.rowStarts = {0, 2, 2};
    const Result<Matrix> output = sparseAttention(ones, ones, ones, blind);
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error(), (Error{ErrorCode::InvalidArgument,
                                     "The pattern hides every key from query 1; every query must see a key."}));
    const Result<Matrix> shapes = sparseAttention(ones, Matrix::Ones(3, 5), Matrix::Ones(3, 5), blind);
    ASSERT_FALSE(shapes);
    EXPECT_EQ(shapes.error().code, ErrorCode::ShapeMismatch);
}

}  // namespace
}  // namespace headlight::test
