#include "core/tensor/matmul.h"

#include <algorithm>
#include <cassert>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

namespace headlight {
namespace {

Matrix product(ConstMatrixRef a, ConstMatrixRef b, char transposeB)
{
    const Index rows = a.rows();
    const Index inner = a.cols();
    const Index cols = transposeB == 'T' ? b.rows() : b.cols();
    assert(inner == (transposeB == 'T' ? b.cols() : b.rows()));
    Matrix c = Matrix::Zero(rows, cols);
    if (rows == 0 || cols == 0 || inner == 0) {
        return c;
    }
    // A matrix of one row or column may report a stride smaller than BLAS accepts.
    const Index strideA = std::max(a.outerStride(), inner);
    const Index strideB = std::max(b.outerStride(), b.cols());
    [[maybe_unused]] const dnnl_status_t status = dnnl_sgemm('N', transposeB, rows, cols, inner, 1.0F, a.data(),
                                                             strideA, b.data(), strideB, 0.0F, c.data(), cols);
    assert(status == dnnl_success);
    return c;
}

}  // namespace

Matrix multiply(ConstMatrixRef a, ConstMatrixRef b)
{
    return product(a, b, 'N');
}

Matrix multiplyTransposed(ConstMatrixRef a, ConstMatrixRef b)
{
    return product(a, b, 'T');
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
