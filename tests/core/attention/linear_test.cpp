#include "core/attention/linear.h"
#include "tests/core/support/golden.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <array>
#include <cmath>

namespace headlight::test {
namespace {

struct Size
{
    Index queries;
    Index keys;
    Index width;
    Index valueWidth;
};

constexpr std::array kSizes = {Size{1, 1, 1, 1}, Size{1, 129, 8, 8},     Size{129, 1, 8, 8},  Size{5, 5, 1, 1},
                               Size{2, 3, 4, 7}, Size{129, 129, 16, 16}, Size{33, 65, 64, 3}, Size{65, 33, 17, 17}};

TEST(LinearFeatures, AreOnePlusTheExponentialLinearUnit)
{
    Matrix x(2, 3);
    x << 0.0F, 2.0F, -1.0F, 1e30F, -43.0F, -1e30F;
    const Matrix features = linearFeatures(x);
    EXPECT_EQ(features(0, 0), 1.0F);
    EXPECT_EQ(features(0, 1), 3.0F);
    EXPECT_FLOAT_EQ(features(0, 2), std::exp(-1.0F));
    EXPECT_EQ(features(1, 0), 1e30F);
    EXPECT_FLOAT_EQ(features(1, 1), std::exp(-43.0F));
    EXPECT_EQ(features(1, 2), 0x1p-63F);
}

TEST(AttendLinear, MatchesAHandComputedCase)
{
    // Features: queries (1, 2), (1/e, 1); keys (3, 1), (1, 1); so the products are 5, 3 and 3/e + 1, 1/e + 1.
    Matrix query(2, 2);
    query << 0.0F, 1.0F, -1.0F, 0.0F;
    Matrix key(2, 2);
    key << 2.0F, 0.0F, 0.0F, 0.0F;
    Matrix value(2, 1);
    value << 8.0F, 16.0F;
    const double e = std::exp(1.0);
    const Result<AttentionStages> stages = attendLinear(query, key, value);
    ASSERT_TRUE(stages);
    DoubleMatrix scores(2, 2);
    scores << 5.0, 3.0, 3.0 / e + 1.0, 1.0 / e + 1.0;
    EXPECT_TRUE(isClose(stages->scores, scores, {0.0, 1e-6}));
    EXPECT_EQ(stages->weights(0, 0), 0.625F);
    EXPECT_EQ(stages->weights(0, 1), 0.375F);
    EXPECT_FLOAT_EQ(stages->weights(1, 0), static_cast<float>((3.0 + e) / (4.0 + 2.0 * e)));
    EXPECT_EQ(stages->output(0, 0), 11.0F);
    const Result<Matrix> causal = linearAttention(query, key, value, Direction::Causal);
    ASSERT_TRUE(causal);
    EXPECT_EQ((*causal)(0, 0), 8.0F);
    EXPECT_FLOAT_EQ((*causal)(1, 0), static_cast<float>((8.0 * (3.0 + e) + 16.0 * (1.0 + e)) / (4.0 + 2.0 * e)));
}

TEST(AttendLinear, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [queries, keys, width, valueWidth] : kSizes) {
        for (const Mask& mask :
             {Mask{}, Mask{.direction = Direction::Causal}, Mask{Direction::Causal, MaskPattern::Strided, 3},
              Mask{Direction::Bidirectional, MaskPattern::Window, 128}}) {
            if (keys == 1 && mask.pattern == MaskPattern::Strided) {
                continue;  // A lone key is out of most queries' stride.
            }
            SCOPED_TRACE(testing::Message()
                         << "T=" << queries << " S=" << keys << " d=" << width << ", mask " << describe(mask));
            const Matrix query = random.matrix(queries, width, 4.0F);
            const Matrix key = random.matrix(keys, width, 4.0F);
            const Matrix value = random.matrix(keys, valueWidth, 2.0F);
            const Result<AttentionStages> stages = attendLinear(query, key, value, {.mask = mask});
            ASSERT_TRUE(stages) << stages.error().message;
            const NaiveAttention expected = naiveAttendLinear(widen(query), widen(key), widen(value), mask);
            EXPECT_TRUE(isClose(stages->scores, expected.scores));
            EXPECT_TRUE(isClose(stages->weights, expected.weights));
            EXPECT_TRUE(isClose(stages->output, expected.output));
            EXPECT_TRUE(rowsAreDistributions(stages->weights));
        }
    }
}

TEST(LinearAttention, WithoutTheMatrixAgreesWithItsQuadraticTwins)
{
    Random random;
    SCOPED_TRACE(random.describe());
    std::vector<Size> sizes(kSizes.begin(), kSizes.end());
    sizes.push_back({1000, 1000, 5, 9});
    for (const auto& [queries, keys, width, valueWidth] : sizes) {
        for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
            const Mask mask{.direction = direction};
            SCOPED_TRACE(testing::Message()
                         << "T=" << queries << " S=" << keys << " d=" << width << ", mask " << describe(mask));
            const Matrix query = random.matrix(queries, width, 4.0F);
            const Matrix key = random.matrix(keys, width, 4.0F);
            const Matrix value = random.matrix(keys, valueWidth, 2.0F);
            const Result<Matrix> output = linearAttention(query, key, value, direction);
            ASSERT_TRUE(output) << output.error().message;
            EXPECT_TRUE(isClose(*output, naiveAttendLinear(widen(query), widen(key), widen(value), mask).output));
            const Result<AttentionStages> quadratic = attendLinear(query, key, value, {.mask = mask});
            ASSERT_TRUE(quadratic);
            EXPECT_TRUE(isClose(*output, quadratic->output));
        }
    }
}

TEST(LinearAttention, AgreesWithPyTorch)
{
    const GoldenFile golden = readGolden("variants");
    const Matrix query = golden.matrix("query");
    const Matrix key = golden.matrix("key");
    const Matrix value = golden.matrix("value");
    for (const auto& [name, direction] :
         {std::pair{"bidirectional", Direction::Bidirectional}, std::pair{"causal", Direction::Causal}}) {
        SCOPED_TRACE(name);
        const std::string folder = std::string("linear/") + name + "/";
        const Result<AttentionStages> stages = attendLinear(query, key, value, {.mask = {.direction = direction}});
        ASSERT_TRUE(stages);
        EXPECT_TRUE(isClose(stages->scores, golden.matrix("linear/scores")));
        EXPECT_TRUE(isClose(stages->weights, golden.matrix(folder + "weights")));
        EXPECT_TRUE(isClose(stages->output, golden.matrix(folder + "output")));
        const Result<Matrix> output = linearAttention(query, key, value, direction);
        ASSERT_TRUE(output);
        EXPECT_TRUE(isClose(*output, golden.matrix(folder + "output")));
    }
}

TEST(AttendLinear, HiddenKeysGetExactlyNothing)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const MaskPattern pattern : {MaskPattern::Full, MaskPattern::Window, MaskPattern::Strided}) {
            const Mask mask{direction, pattern, 3};
            SCOPED_TRACE(describe(mask));
            const Result<AttentionStages> stages =
                attendLinear(random.matrix(33, 8), random.matrix(33, 8), random.matrix(33, 8), {.mask = mask});
            ASSERT_TRUE(stages);
            for (Index i = 0; i < 33; ++i) {
                for (Index j = 0; j < 33; ++j) {
                    EXPECT_EQ(stages->weights(i, j) == 0.0F, !naiveIsVisible(mask, i, j)) << i << ", " << j;
                }
            }
        }
    }
}

TEST(LinearAttention, AnotherFutureChangesNothingOfThePast)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix query = random.matrix(65, 8, 3.0F);
    Matrix key = random.matrix(65, 8, 3.0F);
    Matrix value = random.matrix(65, 8, 3.0F);
    const Result<Matrix> before = linearAttention(query, key, value, Direction::Causal);
    key.bottomRows(25) = random.matrix(25, 8, 3.0F);
    value.bottomRows(25) = random.matrix(25, 8, 3.0F);
    const Result<Matrix> after = linearAttention(query, key, value, Direction::Causal);
    ASSERT_TRUE(before && after);
    EXPECT_TRUE(isIdentical(after->topRows(40), before->topRows(40)));
    EXPECT_FALSE(isIdentical(after->bottomRows(25), before->bottomRows(25)));
}

TEST(LinearAttention, ShiftingEveryValueShiftsTheOutput)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix query = random.matrix(50, 8, 3.0F);
    const Matrix key = random.matrix(50, 8, 3.0F);
    const Matrix value = random.matrix(50, 8, 1.0F);
    const RowVector shift = random.row(8, 1.0F);
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        const Result<Matrix> output = linearAttention(query, key, value, direction);
        const Result<Matrix> shifted = linearAttention(query, key, value.rowwise() + shift, direction);
        ASSERT_TRUE(output && shifted);
        EXPECT_TRUE(isClose(*shifted, output->rowwise() + shift));
    }
}

TEST(AttendLinear, ScaleTemperatureAndAlibiBelongToTheSoftmax)
{
    Random random;
    const Matrix query = random.matrix(9, 4);
    const Matrix key = random.matrix(9, 4);
    const Matrix value = random.matrix(9, 4);
    const Result<AttentionStages> plain = attendLinear(query, key, value);
    const Result<AttentionStages> changed =
        attendLinear(query, key, value, {.scale = 5.0F, .alibiSlope = 0.5F, .temperature = 3.0F});
    ASSERT_TRUE(plain && changed);
    EXPECT_TRUE(isIdentical(changed->weights, plain->weights));
    EXPECT_TRUE(isIdentical(changed->output, plain->output));
}

TEST(AttendLinear, VectorsFarBelowZeroNeverGiveNan)
{
    for (const float far : {-50.0F, -200.0F, -1e30F}) {
        const Matrix vectors = Matrix::Constant(3, 4, far);
        const Matrix value = Matrix::Constant(3, 2, 7.0F);
        const Result<AttentionStages> stages = attendLinear(vectors, vectors, value);
        ASSERT_TRUE(stages);
        EXPECT_TRUE(rowsAreDistributions(stages->weights));
        for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
            const Result<Matrix> output = linearAttention(vectors, vectors, value, direction);
            ASSERT_TRUE(output);
            EXPECT_TRUE(isClose(*output, value)) << far;
        }
    }
}

TEST(AttendLinear, SaysWhatIsWrongWithItsInputAsAttendDoes)
{
    const Matrix ones = Matrix::Ones(2, 4);
    const Matrix more = Matrix::Ones(3, 5);
    const Matrix none(0, 4);
    const Result<AttentionStages> shapes = attendLinear(ones, more, more);
    ASSERT_FALSE(shapes);
    EXPECT_EQ(shapes.error(), attend(ones, more, more).error());
    const Result<Matrix> fast = linearAttention(ones, more, more);
    ASSERT_FALSE(fast);
    EXPECT_EQ(fast.error(), shapes.error());
    const Result<AttentionStages> empty = attendLinear(none, none, none);
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, ErrorCode::EmptyInput);
    const Result<AttentionStages> mask =
        attendLinear(ones, ones, ones, {.mask = {Direction::Causal, MaskPattern::Strided, 0}});
    ASSERT_FALSE(mask);
    EXPECT_EQ(mask.error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace headlight::test
