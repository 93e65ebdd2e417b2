#include "core/tensor/matmul.h"

#include <algorithm>
#include <cassert>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

namespace headlight {
namespace {

enum class Transpose { None, Left, Right };

/// What becomes of a product: C = ofProduct·A·B + keep·C.
struct Factors
{
    float ofProduct = 1.0F;
    float keep = 0.0F;
};

/// With either factor transposed.
void product(Matrix& c, ConstMatrixRef a, ConstMatrixRef b, Transpose transpose, Factors factors = {})
{
    const Index inner = transpose == Transpose::Left ? a.rows() : a.cols();
    assert(c.rows() == (transpose == Transpose::Left ? a.cols() : a.rows()));
    assert(c.cols() == (transpose == Transpose::Right ? b.rows() : b.cols()));
    assert(inner == (transpose == Transpose::Right ? b.cols() : b.rows()));
    if (c.size() == 0) {
        return;
    }
    if (inner == 0) {
        c = factors.keep == 0.0F ? Matrix::Zero(c.rows(), c.cols()) : Matrix(factors.keep * c);
        return;
    }
    // A matrix of one row or column may report a stride smaller than BLAS accepts.
    const Index strideA = std::max(a.outerStride(), a.cols());
    const Index strideB = std::max(b.outerStride(), b.cols());
    [[maybe_unused]] const dnnl_status_t status = dnnl_sgemm(
        transpose == Transpose::Left ? 'T' : 'N', transpose == Transpose::Right ? 'T' : 'N', c.rows(), c.cols(), inner,
        factors.ofProduct, a.data(), strideA, b.data(), strideB, factors.keep, c.data(), c.cols());
    assert(status == dnnl_success);
}

Matrix newProduct(Index rows, Index cols, ConstMatrixRef a, ConstMatrixRef b, Transpose transpose, Factors factors = {})
{
    Matrix c(rows, cols);
    product(c, a, b, transpose, factors);
    return c;
}

}  // namespace

Matrix multiply(ConstMatrixRef a, ConstMatrixRef b)
{
    return newProduct(a.rows(), b.cols(), a, b, Transpose::None);
}

Matrix multiplyTransposed(ConstMatrixRef a, ConstMatrixRef b, float factor)
{
    return newProduct(a.rows(), b.rows(), a, b, Transpose::Right, {.ofProduct = factor});
}

Matrix multiplyLeftTransposed(ConstMatrixRef a, ConstMatrixRef b)
{
    return newProduct(a.cols(), b.cols(), a, b, Transpose::Left);
}

void addLeftTransposedProduct(Matrix& c, ConstMatrixRef a, ConstMatrixRef b)
{
    product(c, a, b, Transpose::Left, {.keep = 1.0F});
}

void prepareProducts()
{
    const OneProductThread alone;
    constexpr Index kSide = 64;
    const Matrix factor = Matrix::Zero(kSide, kSide);
    static_cast<void>(multiply(factor, factor));
    static_cast<void>(multiplyTransposed(factor, factor));
}

void setProductThreads(int threads)
{
    omp_set_num_threads(std::max(threads, 1));
}

int productThreads()
{
    return omp_get_max_threads();
}

}  // namespace headlight
