#include "core/model/norm.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <cmath>

namespace headlight::test {
namespace {

TEST(LayerNorm, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [rows, width] :
         std::vector<std::pair<Index, Index>>{{1, 1}, {1, 2}, {129, 3}, {1, 1000}, {7, 64}, {33, 65}}) {
        const NormWeights weights{random.row(width, 2.0F), random.row(width, 2.0F)};
        for (const float bound : {1e-3F, 1.0F, 1e3F}) {
            SCOPED_TRACE(testing::Message() << rows << "×" << width << " within " << bound);
            const Matrix x = random.matrix(rows, width, bound);
            EXPECT_TRUE(isClose(layerNorm(x, weights, 1e-5F), naiveLayerNorm(widen(x), weights, 1e-5F)));
        }
    }
}

// Row (1, 3): mean 2, variance 1, so (−1, 1)/√(1 + 3) with ε = 3, then times (2, 4) plus (10, 20).
TEST(LayerNorm, IsAsWorkedByHand)
{
    Matrix x(1, 2);
    x << 1, 3;
    NormWeights weights{RowVector(2), RowVector(2)};
    weights.gain << 2, 4;
    weights.bias << 10, 20;
    Matrix expected(1, 2);
    expected << 9, 22;
    EXPECT_EQ(layerNorm(x, weights, 3.0F), expected);
}

TEST(LayerNorm, ARowOfEqualEntriesBecomesTheBias)
{
    Random random;
    const NormWeights weights{random.row(9, 2.0F), random.row(9, 2.0F)};
    EXPECT_EQ(layerNorm(Matrix::Constant(3, 9, 4.0F), weights, 1e-5F), weights.bias.replicate(3, 1));
}

TEST(LayerNorm, EachRowIsNormedOnItsOwn)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const NormWeights weights{RowVector::Ones(32), RowVector::Zero(32)};
    const Matrix x = random.matrix(5, 32);
    const Matrix normed = layerNorm(x, weights, 0.0F);
    for (Index i = 0; i < 5; ++i) {
        EXPECT_NEAR(normed.row(i).mean(), 0.0F, 1e-6F);
        EXPECT_NEAR(normed.row(i).squaredNorm() / 32.0F, 1.0F, 1e-5F);
        EXPECT_TRUE(isIdentical(layerNorm(x.row(i), weights, 0.0F), normed.row(i)));
    }
}

}  // namespace
}  // namespace headlight::test
