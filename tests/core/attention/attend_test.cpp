#include "core/attention/attend.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

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

TEST(Attend, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [queries, keys, width, valueWidth] :
         {Size{1, 1, 1, 1}, Size{1, 129, 8, 8}, Size{129, 1, 8, 8}, Size{5, 5, 1, 1}, Size{2, 3, 4, 7},
          Size{129, 129, 16, 16}, Size{33, 65, 64, 3}, Size{65, 33, 17, 17}}) {
        for (const AttentionOptions& options : {
                 AttentionOptions{},
                 AttentionOptions{.scale = 1.0F},
                 AttentionOptions{.temperature = 0.4F},
                 AttentionOptions{.alibiSlope = 0.25F, .temperature = 3.0F},
                 AttentionOptions{.mask = {.direction = Direction::Causal}},
                 AttentionOptions{.alibiSlope = 0.5F, .mask = {Direction::Causal, MaskPattern::Strided, 3}},
                 AttentionOptions{.mask = {Direction::Bidirectional, MaskPattern::Window, 128}},
             }) {
            if (keys == 1 && options.mask.pattern == MaskPattern::Strided) {
                continue;  // A lone key is out of most queries' stride.
            }
            SCOPED_TRACE(testing::Message() << "T=" << queries << " S=" << keys << " d=" << width << ", mask "
                                            << describe(options.mask) << ", τ=" << options.temperature);
            const Matrix query = random.matrix(queries, width, 2.0F);
            const Matrix key = random.matrix(keys, width, 2.0F);
            const Matrix value = random.matrix(keys, valueWidth, 2.0F);
            const Result<AttentionStages> stages = attend(query, key, value, options);
            ASSERT_TRUE(stages) << stages.error().message;
            const NaiveAttention expected = naiveAttend(widen(query), widen(key), widen(value), options);
            EXPECT_TRUE(isClose(stages->scores, expected.scores));
            EXPECT_TRUE(isClose(stages->weights, expected.weights));
            EXPECT_TRUE(isClose(stages->output, expected.output));
            EXPECT_TRUE(rowsAreDistributions(stages->weights));
        }
    }
}

TEST(Attend, CausalMaskHidesTheFutureExactly)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix query = random.matrix(65, 8, 3.0F);
    Matrix key = random.matrix(65, 8, 3.0F);
    Matrix value = random.matrix(65, 8, 3.0F);
    const AttentionOptions causal{.mask = {.direction = Direction::Causal}};
    const Result<AttentionStages> before = attend(query, key, value, causal);
    ASSERT_TRUE(before);
    for (Index i = 0; i < 65; ++i) {
        for (Index j = i + 1; j < 65; ++j) {
            ASSERT_EQ(before->weights(i, j), 0.0F);
        }
    }
    // Another future changes nothing of the past.
    key.bottomRows(25) = random.matrix(25, 8, 3.0F);
    value.bottomRows(25) = random.matrix(25, 8, 3.0F);
    const Result<AttentionStages> after = attend(query, key, value, causal);
    ASSERT_TRUE(after);
    EXPECT_TRUE(isIdentical(after->output.topRows(40), before->output.topRows(40)));
    EXPECT_FALSE(isIdentical(after->output.bottomRows(25), before->output.bottomRows(25)));
}

TEST(Attend, ASingleKeyTakesAllAttention)
{
    Random random;
    const Matrix value = random.matrix(1, 5);
    const Result<AttentionStages> stages = attend(random.matrix(3, 4), random.matrix(1, 4), value);
    ASSERT_TRUE(stages);
    EXPECT_EQ(stages->weights, Matrix::Ones(3, 1));
    EXPECT_EQ(stages->output, value.replicate(3, 1));
}

TEST(Attend, EqualKeysShareAttentionEvenly)
{
    Random random;
    const Matrix key = random.row(4, 1.0F).replicate(8, 1);
    const Result<AttentionStages> stages = attend(random.matrix(3, 4), key, random.matrix(8, 2));
    ASSERT_TRUE(stages);
    EXPECT_EQ(stages->weights, Matrix::Constant(3, 8, 0.125F));
}

TEST(Attend, ScalingOffIsATemperatureOfOneOverTheRootOfTheWidth)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index width : {1, 3, 16, 64}) {
        const Matrix query = random.matrix(9, width);
        const Matrix key = random.matrix(9, width);
        const Matrix value = random.matrix(9, width);
        const Result<AttentionStages> unscaled = attend(query, key, value, {.scale = 1.0F});
        const Result<AttentionStages> sharpened =
            attend(query, key, value, {.temperature = 1.0F / std::sqrt(static_cast<float>(width))});
        ASSERT_TRUE(unscaled && sharpened);
        EXPECT_TRUE(isClose(unscaled->weights, sharpened->weights, {1e-5, 0.0})) << width;
        EXPECT_TRUE(isClose(unscaled->output, sharpened->output)) << width;
        const Result<AttentionStages> scaled = attend(query, key, value);
        ASSERT_TRUE(scaled);
        EXPECT_EQ(isClose(unscaled->weights, scaled->weights, {1e-3, 0.0}), width == 1) << width;
    }
}

TEST(Attend, HugeScoresNeverGiveNan)
{
    Matrix query(2, 1);
    query << 1e15F, -1e15F;
    Matrix key(3, 1);
    key << 1e15F, -1e15F, 0.0F;
    Matrix value(3, 1);
    value << 1.0F, 2.0F, 4.0F;
    const Result<AttentionStages> stages = attend(query, key, value);
    ASSERT_TRUE(stages);
    EXPECT_FLOAT_EQ(stages->scores(0, 0), 1e30F);
    EXPECT_FLOAT_EQ(stages->scores(0, 1), -1e30F);
    EXPECT_EQ(stages->output(0, 0), 1.0F);
    EXPECT_EQ(stages->output(1, 0), 2.0F);
    const Result<AttentionStages> causal = attend(query, key, value, {.mask = {.direction = Direction::Causal}});
    ASSERT_TRUE(causal);
    EXPECT_TRUE(rowsAreDistributions(causal->weights));
}

TEST(Attend, SaysWhatIsWrongWithItsInput)
{
    struct Case
    {
        const char* name;
        Size size;
        Index valueRows;
        AttentionOptions options;
        ErrorCode code;
        const char* message;
    };
    const float infinity = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    using enum ErrorCode;
    for (const auto& [name, size, valueRows, options, code, message] : {
             Case{"no query", {0, 3, 4, 4}, 3, {}, EmptyInput, "the queries are [0×4], the keys [3×4]"},
             Case{"no key", {2, 0, 4, 4}, 0, {}, EmptyInput, "the queries are [2×4], the keys [0×4]"},
             Case{"no width", {2, 3, 0, 4}, 3, {}, EmptyInput, "the queries are [2×0], the keys [3×0]"},
             Case{"a value for every key but one",
                  {2, 3, 4, 5},
                  2,
                  {},
                  ShapeMismatch,
                  "found queries [2×4], keys [3×4], values [2×5]"},
             Case{"temperature of zero", {2, 2, 2, 2}, 2, {.temperature = 0.0F}, InvalidArgument, "not 0.000000"},
             Case{"negative temperature", {2, 2, 2, 2}, 2, {.temperature = -1.0F}, InvalidArgument, "not -1.000000"},
             Case{"infinite temperature", {2, 2, 2, 2}, 2, {.temperature = infinity}, InvalidArgument, "not inf"},
             Case{"temperature that is no number", {2, 2, 2, 2}, 2, {.temperature = nan}, InvalidArgument, "not nan"},
             Case{"mask out of range",
                  {2, 2, 2, 2},
                  2,
                  {.mask = {Direction::Causal, MaskPattern::Strided, 0}},
                  InvalidArgument,
                  "stride of 1 or more"},
             Case{"query beyond the reach of every key",
                  {5, 2, 2, 2},
                  2,
                  {.mask = {Direction::Bidirectional, MaskPattern::Window, 2}},
                  InvalidArgument,
                  "The mask (sliding window of 2) hides all 2 keys from query 4"},
         }) {
        SCOPED_TRACE(name);
        const Result<AttentionStages> stages =
            attend(Matrix::Ones(size.queries, size.width), Matrix::Ones(size.keys, size.width),
                   Matrix::Ones(valueRows, size.valueWidth), options);
        ASSERT_FALSE(stages);
        EXPECT_EQ(stages.error().code, code);
        EXPECT_NE(stages.error().message.find(message), std::string::npos) << stages.error().message;
    }
    const Result<AttentionStages> widths = attend(Matrix::Ones(2, 4), Matrix::Ones(3, 5), Matrix::Ones(3, 5));
    ASSERT_FALSE(widths);
    EXPECT_EQ(widths.error().code, ShapeMismatch);
    EXPECT_NE(widths.error().message.find("found queries [2×4], keys [3×5], values [3×5]"), std::string::npos);
}

}  // namespace
}  // namespace headlight::test
