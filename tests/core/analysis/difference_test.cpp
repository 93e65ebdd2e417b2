#include "core/analysis/difference.h"

#include "core/attention/softmax.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"

#include <cmath>

namespace headlight::test {
namespace {

RowVector row(const std::vector<float>& values)
{
    return Eigen::Map<const RowVector>(values.data(), static_cast<Index>(values.size()));
}

StoredMap mapOf(const Matrix& cells)
{
    return {std::make_shared<const Tensor>(Tensor::fromMatrix(cells)), 0};
}

TEST(EntropyBits, IsZeroForOneKeyAndLogOfTheirNumberForEqualKeys)
{
    EXPECT_EQ(entropyBits(row({1.0F})), 0.0);
    EXPECT_EQ(entropyBits(row({0.0F, 1.0F, 0.0F})), 0.0);
    EXPECT_EQ(entropyBits(row({0.5F, 0.5F})), 1.0);
    EXPECT_EQ(entropyBits(row({0.25F, 0.25F, 0.25F, 0.25F})), 2.0);
    EXPECT_EQ(entropyBits(row({0.5F, 0.0F, 0.5F, 0.0F})), 1.0) << "masked keys do not count";
    EXPECT_DOUBLE_EQ(entropyBits(row({0.5F, 0.25F, 0.125F, 0.125F})), 1.75);
}

TEST(EntropyBits, LiesBetweenZeroAndLogOfTheKeysAndGrowsWithTemperature)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix scores = random.matrix(20, 33, 4.0F);
    for (Index i = 0; i < scores.rows(); ++i) {
        double previous = 0.0;
        for (const float temperature : {0.25F, 0.5F, 1.0F, 2.0F, 8.0F}) {
            const double entropy = entropyBits(softmaxRows(scores.row(i), temperature).row(0));
            EXPECT_GE(entropy, previous);
            EXPECT_LE(entropy, std::log2(33.0) + 1e-5);
            previous = entropy;
        }
    }
}

TEST(MeanEntropyBits, IsTheMeanOverTheRows)
{
    Matrix weights(2, 4);
    weights << 1, 0, 0, 0,  //
        0.25F, 0.25F, 0.25F, 0.25F;
    EXPECT_EQ(meanEntropyBits(mapOf(weights)), 1.0);
}

TEST(Difference, IsAsWorkedByHand)
{
    Matrix before(2, 2);
    before << 1, 0,  //
        0.5F, 0.5F;
    Matrix after(2, 2);
    after << 0.5F, 0.5F,  //
        0.25F, 0.75F;
    const Result<MapDifference> result = difference(mapOf(before), mapOf(after));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->largest, 0.5F);
    EXPECT_EQ(result->mean, 0.375);  // (0.5 + 0.5 + 0.25 + 0.25)/4
    EXPECT_EQ(result->entropyBefore, 0.5);
    EXPECT_DOUBLE_EQ(result->entropyAfter, (1.0 + 2.0 - 0.75 * std::log2(3.0)) / 2.0);
}

TEST(Difference, OfAMapToItselfIsExactlyNothing)
{
    Random random;
    const StoredMap map = mapOf(softmaxRows(random.matrix(9, 9, 4.0F)));
    const Result<MapDifference> result = difference(map, map);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->largest, 0.0F);
    EXPECT_EQ(result->mean, 0.0);
    EXPECT_EQ(result->entropyBefore, result->entropyAfter);
}

TEST(Difference, NamesBothShapesWhereTheyDiffer)
{
    const Result<MapDifference> result = difference(mapOf(Matrix::Ones(2, 3)), mapOf(Matrix::Ones(3, 3)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(),
              (Error{ErrorCode::ShapeMismatch, "Only maps of the same shape can be compared; found 2×3 and 3×3."}));
    EXPECT_FALSE(difference(mapOf(Matrix::Ones(2, 3)), mapOf(Matrix::Ones(2, 2))));
}

}  // namespace
}  // namespace headlight::test
