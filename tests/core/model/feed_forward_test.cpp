#include "core/model/feed_forward.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <cmath>

namespace headlight::test {
namespace {

TEST(Linear, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index rows : {1, 3, 129}) {
        for (const auto& [in, out] :
             std::vector<std::pair<Index, Index>>{{1, 1}, {1, 9}, {9, 1}, {64, 129}, {257, 16}}) {
            SCOPED_TRACE(testing::Message() << rows << "×" << in << " to " << out);
            const LinearWeights weights{random.matrix(in, out), random.row(out, 1.0F)};
            const Matrix x = random.matrix(rows, in);
            EXPECT_TRUE(isClose(linear(x, weights), naiveLinear(widen(x), weights)));
        }
    }
}

TEST(Linear, IsXTimesWPlusB)
{
    Matrix x(1, 2);
    x << 1, 2;
    LinearWeights weights{Matrix(2, 3), RowVector(3)};
    weights.weight << 1, 2, 3,  //
        10, 20, 30;
    weights.bias << 100, 200, 300;
    Matrix expected(1, 3);
    expected << 121, 242, 363;
    EXPECT_EQ(linear(x, weights), expected);
}

TEST(Activate, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Activation activation : {Activation::Relu, Activation::Gelu, Activation::GeluTanh}) {
        for (const float bound : {1e-4F, 1.0F, 6.0F, 100.0F}) {
            const Matrix x = random.matrix(33, 65, bound);
            EXPECT_TRUE(isClose(activate(x, activation), naiveActivate(widen(x), activation)))
                << static_cast<int>(activation) << " within " << bound;
        }
    }
}

// Φ(1) = 0.841344746, Φ(−1) = 0.158655254; the tanh approximation gives 0.841191990 and −0.158808010.
TEST(Activate, IsAsThePapersSayAtOneAndMinusOne)
{
    Matrix x(1, 4);
    x << -1, 0, 1, 20;
    Matrix relu(1, 4);
    relu << 0, 0, 1, 20;
    Matrix gelu(1, 4);
    gelu << -0.158655254F, 0, 0.841344746F, 20;
    Matrix geluTanh(1, 4);
    geluTanh << -0.158808010F, 0, 0.841191990F, 20;
    EXPECT_EQ(activate(x, Activation::Relu), relu);
    EXPECT_TRUE(isClose(activate(x, Activation::Gelu), gelu, {1e-6, 0.0}));
    EXPECT_TRUE(isClose(activate(x, Activation::GeluTanh), geluTanh, {1e-6, 0.0}));
    EXPECT_FALSE(isClose(activate(x, Activation::Gelu), geluTanh, {1e-5, 0.0}));
}

TEST(Activate, StaysFiniteForHugeEntries)
{
    Matrix x(1, 2);
    x << -1e20F, 1e12F;
    Matrix expected(1, 2);
    expected << 0, 1e12F;
    for (const Activation activation : {Activation::Relu, Activation::Gelu, Activation::GeluTanh}) {
        EXPECT_EQ(activate(x, activation), expected) << static_cast<int>(activation);
    }
}

}  // namespace
}  // namespace headlight::test
