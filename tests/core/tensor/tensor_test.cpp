#include "core/tensor/tensor.h"

#include <gtest/gtest.h>

namespace headlight {
namespace {

TEST(Tensor, BeginsWithZeros)
{
    const Tensor tensor({2, 3, 4});
    EXPECT_EQ(tensor.size(), 24);
    for (const float value : tensor.values()) {
        EXPECT_EQ(value, 0.0F);
    }
}

TEST(Tensor, CountsItsAxesFromTheLast)
{
    const Tensor row({5});
    EXPECT_EQ(row.slices(), 1);
    EXPECT_EQ(row.rows(), 1);
    EXPECT_EQ(row.cols(), 5);
    const Tensor matrix({3, 5});
    EXPECT_EQ(matrix.slices(), 1);
    EXPECT_EQ(matrix.rows(), 3);
    EXPECT_EQ(matrix.cols(), 5);
    const Tensor stack({2, 3, 5});
    EXPECT_EQ(stack.slices(), 2);
    EXPECT_EQ(stack.rows(), 3);
    EXPECT_EQ(stack.cols(), 5);
    EXPECT_EQ(Tensor().size(), 0);
}

TEST(Tensor, SlicesLieOneAfterAnotherRowByRow)
{
    Tensor tensor({2, 2, 3});
    tensor.matrix(0) << 0, 1, 2, 3, 4, 5;
    tensor.matrix(1) << 6, 7, 8, 9, 10, 11;
    for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_EQ(tensor.values()[i], static_cast<float>(i));
    }
}

TEST(Tensor, FromMatrixKeepsShapeAndValues)
{
    Matrix matrix(2, 3);
    matrix << 1, 2, 3, 4, 5, 6;
    const Tensor tensor = Tensor::fromMatrix(matrix);
    EXPECT_EQ(tensor.shape(), (Tensor::Shape{2, 3}));
    EXPECT_EQ(tensor.matrix(), matrix);
}

TEST(Tensor, ACopyHasItsOwnNumbers)
{
    Tensor original({1, 2});
    Tensor copy = original;
    copy.matrix()(0, 0) = 1.0F;
    EXPECT_EQ(original.matrix()(0, 0), 0.0F);
}

}  // namespace
}  // namespace headlight
