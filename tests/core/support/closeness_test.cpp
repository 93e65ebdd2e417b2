// Every comparison helper must be able to fail.
#include "tests/core/support/closeness.h"

#include <limits>

namespace headlight::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Matrix matrix(float a, float b)
{
    Matrix result(1, 2);
    result << a, b;
    return result;
}

Trace traceOf(StageId id, const Matrix& values)
{
    return {{}, {{StageKey{id}, std::make_shared<const Tensor>(Tensor::fromMatrix(values))}}};
}

TEST(IsClose, AcceptsWhatTheToleranceAllowsAndNothingMore)
{
    // max|expected| is 100, so 1e-5 + 1e-3 is allowed, for the small entry as well.
    EXPECT_TRUE(isClose(matrix(100.0F, 1.001F), matrix(100.0F, 1.0F)));
    EXPECT_FALSE(isClose(matrix(100.0F, 1.002F), matrix(100.0F, 1.0F)));
    EXPECT_FALSE(isClose(matrix(0.0F, 2e-5F), matrix(0.0F, 0.0F)));
    EXPECT_FALSE(isClose(matrix(0.0F, 1e-30F), matrix(0.0F, 0.0F), {0.0, 0.0}));
}

TEST(IsClose, SaysWhereTheWorstEntryIs)
{
    const testing::AssertionResult result = isClose(matrix(1.5F, 9.0F), matrix(1.0F, 2.0F));
    EXPECT_EQ(std::string(result.message()).substr(0, 26), "9 instead of 2 at (0, 1): ");
}

TEST(IsClose, RejectsNanInfinityAndAnotherShape)
{
    EXPECT_FALSE(isClose(matrix(kNan, 1.0F), matrix(1.0F, 1.0F)));
    EXPECT_FALSE(isClose(matrix(1.0F, 1.0F), matrix(kNan, 1.0F)));
    EXPECT_FALSE(isClose(matrix(kNan, 1.0F), matrix(kNan, 1.0F)));
    EXPECT_FALSE(isClose(matrix(kInfinity, 1.0F), matrix(kInfinity, 1.0F)));
    EXPECT_FALSE(isClose(matrix(1.0F, 1.0F), Matrix(matrix(1.0F, 1.0F).transpose())));
    EXPECT_FALSE(isClose(Matrix(0, 0), matrix(1.0F, 1.0F)));
}

TEST(WorstRatio, IsTheErrorOverWhatIsAllowed)
{
    const auto ratio = [](float actual, float expected) {
        return worstRatio(matrix(actual, 0.0F).cast<double>(), matrix(expected, 0.0F).cast<double>(), {0.5, 0.25});
    };
    EXPECT_DOUBLE_EQ(ratio(2.0F, 2.0F), 0.0);
    EXPECT_DOUBLE_EQ(ratio(4.0F, 2.0F), 2.0);  // 2 / (0.5 + 0.25·2)
    EXPECT_EQ(ratio(kNan, 2.0F), std::numeric_limits<double>::infinity());
}

TEST(IsIdentical, SeesTheLastBitAndTheSignOfZero)
{
    EXPECT_TRUE(isIdentical(matrix(1.0F, kNan), matrix(1.0F, kNan)));
    EXPECT_FALSE(isIdentical(matrix(1.0F, 2.0F), matrix(std::nextafter(1.0F, 2.0F), 2.0F)));
    EXPECT_FALSE(isIdentical(matrix(0.0F, 2.0F), matrix(-0.0F, 2.0F)));
    EXPECT_FALSE(isIdentical(matrix(1.0F, 1.0F), Matrix::Ones(2, 1)));
}

TEST(IsIdentical, SeesMissingSurplusAndChangedStagesOfATrace)
{
    const Trace trace = traceOf(StageId::Logits, matrix(1.0F, 2.0F));
    EXPECT_TRUE(isIdentical(trace, traceOf(StageId::Logits, matrix(1.0F, 2.0F))));
    EXPECT_FALSE(isIdentical(trace, traceOf(StageId::Logits, matrix(1.0F, 2.0000002F))));
    EXPECT_FALSE(isIdentical(trace, traceOf(StageId::Logits, Matrix::Ones(2, 1))));
    EXPECT_FALSE(isIdentical(trace, traceOf(StageId::FinalNorm, matrix(1.0F, 2.0F))));
    EXPECT_FALSE(isIdentical(trace, Trace({}, {})));
    EXPECT_FALSE(isIdentical(Trace({}, {}), trace));
}

TEST(IsClose, SeesMissingSurplusAndChangedStagesOfATrace)
{
    const Trace trace = traceOf(StageId::Logits, matrix(1.0F, 2.0F));
    EXPECT_TRUE(isClose(trace, traceOf(StageId::Logits, matrix(1.0F, 2.0000002F))));
    EXPECT_FALSE(isClose(trace, traceOf(StageId::Logits, matrix(1.0F, 2.01F))));
    EXPECT_FALSE(isClose(trace, Trace({}, {})));
    EXPECT_FALSE(isClose(Trace({}, {}), trace));
}

TEST(RowsAreDistributions, RejectsAWrongSumANegativeShareAndNan)
{
    EXPECT_TRUE(rowsAreDistributions(matrix(0.25F, 0.75F)));
    EXPECT_FALSE(rowsAreDistributions(matrix(0.25F, 0.75001F)));
    EXPECT_FALSE(rowsAreDistributions(matrix(-0.25F, 1.25F)));
    EXPECT_FALSE(rowsAreDistributions(matrix(kNan, 1.0F)));
}

}  // namespace
}  // namespace headlight::test
