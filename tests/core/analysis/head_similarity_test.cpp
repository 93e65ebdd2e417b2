#include "core/analysis/head_similarity.h"

#include "core/attention/softmax.h"
#include "tests/core/support/random.h"
#include "tests/core/support/traces.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headlight::test {
namespace {

Matrix randomWeights(Random& random, Index rows, Index cols)
{
    return softmaxRows(random.matrix(rows, cols, 4.0F), 1.0F);
}

/// 1 − mean Jensen–Shannon divergence by its definition as Kullback–Leibler divergences from the mean.
double naiveSimilarity(const Matrix& a, const Matrix& b)
{
    double sum = 0.0;
    for (Index i = 0; i < a.rows(); ++i) {
        for (Index j = 0; j < a.cols(); ++j) {
            const auto p = static_cast<double>(a(i, j));
            const auto q = static_cast<double>(b(i, j));
            const double middle = 0.5 * (p + q);
            sum += p > 0.0 ? 0.5 * p * std::log2(p / middle) : 0.0;
            sum += q > 0.0 ? 0.5 * q * std::log2(q / middle) : 0.0;
        }
    }
    return 1.0 - sum / static_cast<double>(a.rows());
}

TEST(HeadSimilarity, OfHandComputedRows)
{
    Matrix a(2, 2);
    a << 1.0F, 0.0F, 0.5F, 0.5F;
    Matrix b(2, 2);
    b << 0.0F, 1.0F, 1.0F, 0.0F;
    // Nothing in common: 1 bit. (1/2, 1/2) and (1, 0): H(3/4, 1/4) − (1 + 0)/2.
    const double second = (2.0 - 0.75 * std::log2(3.0)) - 0.5;
    EXPECT_NEAR(headSimilarity(a, b), 1.0 - (1.0 + second) / 2.0, 1e-6);
}

TEST(HeadSimilarity, IsOneForTheSameHeadZeroForHeadsThatShareNoKeyAndTheSameBothWays)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix a = randomWeights(random, 19, 23);
    const Matrix b = randomWeights(random, 19, 23);
    EXPECT_NEAR(headSimilarity(a, a), 1.0, 1e-6);
    EXPECT_NEAR(headSimilarity(a, b), headSimilarity(b, a), 1e-12);
    EXPECT_LT(headSimilarity(a, b), 1.0);
    EXPECT_GT(headSimilarity(a, b), 0.0);
    Matrix left = Matrix::Zero(4, 6);
    left.leftCols(3).setConstant(1.0F / 3.0F);
    EXPECT_NEAR(headSimilarity(left, left.rowwise().reverse()), 0.0, 1e-6);
}

TEST(HeadSimilarity, AgreesWithItsNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index size : {1, 2, 5, 16, 33, 70}) {
        const Matrix a = randomWeights(random, size, size);
        const Matrix b = randomWeights(random, size, size);
        EXPECT_NEAR(headSimilarity(a, b), naiveSimilarity(a, b), 1e-5) << size;
    }
}

TEST(SimilarHeads, AreRankedAndLeaveOutTheHeadItself)
{
    Matrix base(2, 2);
    base << 0.9F, 0.1F, 0.2F, 0.8F;
    Matrix near(2, 2);
    near << 0.8F, 0.2F, 0.2F, 0.8F;
    Matrix far(2, 2);
    far << 0.0F, 1.0F, 1.0F, 0.0F;
    TraceInfo info;
    info.tokens = tokensOf({"a", "b"});
    const auto trace = traceOfWeights({{far, base}, {near, base}}, info);
    const HeadAddress head{LayerIndex(0), HeadIndex(1)};
    const auto similar = similarHeads(*trace, head).value();
    ASSERT_EQ(similar.size(), 3U);
    EXPECT_EQ(similar[0].head, (HeadAddress{LayerIndex(1), HeadIndex(1)}));
    EXPECT_NEAR(similar[0].similarity, 1.0, 1e-6);
    EXPECT_EQ(similar[1].head, (HeadAddress{LayerIndex(1), HeadIndex(0)}));
    EXPECT_NEAR(similar[1].similarity, naiveSimilarity(base, near), 1e-6);
    EXPECT_EQ(similar[2].head, (HeadAddress{LayerIndex(0), HeadIndex(0)}));
}

TEST(SimilarHeads, SayWhatIsMissingAndCanBeCancelled)
{
    TraceInfo info;
    info.tokens = tokensOf({"a", "b"});
    const auto trace = traceOfWeights({{Matrix::Identity(2, 2)}}, info);
    const auto missing = similarHeads(*trace, {LayerIndex(3), HeadIndex(0)});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    std::stop_source source;
    source.request_stop();
    const auto cancelled = similarHeads(*trace, {LayerIndex(0), HeadIndex(0)}, source.get_token());
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace headlight::test
