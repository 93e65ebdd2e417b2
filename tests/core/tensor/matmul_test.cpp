#include "core/tensor/matmul.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <array>
#include <tuple>

namespace headlight::test {
namespace {

/// M, K, N: one of everything, one row, one column, around the widths of vector units, and empty.
const std::vector<std::tuple<Index, Index, Index>> kSizes = {
    {1, 1, 1},    {1, 7, 1},   {7, 1, 5},      {1, 64, 129},   {129, 64, 1}, {3, 5, 2}, {8, 8, 8}, {16, 17, 15},
    {31, 33, 32}, {65, 1, 65}, {129, 16, 129}, {128, 257, 63}, {2, 1000, 3}, {0, 4, 3}, {4, 0, 3}, {4, 3, 0},
};

TEST(Multiply, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [rows, inner, cols] : kSizes) {
        SCOPED_TRACE(testing::Message() << rows << "×" << inner << "×" << cols);
        const Matrix a = random.matrix(rows, inner);
        const Matrix b = random.matrix(inner, cols);
        EXPECT_TRUE(isClose(multiply(a, b), naiveMultiply(widen(a), widen(b))));
    }
}

TEST(MultiplyTransposed, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [rows, inner, cols] : kSizes) {
        SCOPED_TRACE(testing::Message() << rows << "×" << inner << "×" << cols);
        const Matrix a = random.matrix(rows, inner);
        const Matrix b = random.matrix(cols, inner);
        EXPECT_TRUE(isClose(multiplyTransposed(a, b), naiveMultiply(widen(a), naiveTranspose(widen(b)))));
    }
}

TEST(Multiply, ReadsBlocksOfLargerMatricesWithoutTheirNeighbours)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix large = random.matrix(20, 30);
    for (const auto& [rows, inner, cols] :
         std::vector<std::tuple<Index, Index, Index>>{{1, 1, 1}, {1, 5, 7}, {4, 1, 1}, {5, 6, 7}}) {
        SCOPED_TRACE(testing::Message() << rows << "×" << inner << "×" << cols);
        const auto a = large.block(2, 3, rows, inner);
        const auto b = large.block(7, 11, inner, cols);
        const auto c = large.block(7, 11, cols, inner);
        EXPECT_TRUE(isClose(multiply(a, b), naiveMultiply(widen(a), widen(b))));
        EXPECT_TRUE(isClose(multiplyTransposed(a, c), naiveMultiply(widen(a), naiveTranspose(widen(c)))));
    }
}

TEST(Multiply, GivesTheSameBitsTwice)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix a = random.matrix(129, 257);
    const Matrix b = random.matrix(257, 65);
    EXPECT_TRUE(isIdentical(multiply(a, b), multiply(a, b)));
}

TEST(SetProductThreads, IsWhatProductThreadsSaysAndAtLeastOne)
{
    const int before = productThreads();
    setProductThreads(3);
    EXPECT_EQ(productThreads(), 3);
    setProductThreads(0);
    EXPECT_EQ(productThreads(), 1);
    setProductThreads(before);
}

}  // namespace
}  // namespace headlight::test
