// The one seam through which every large product goes.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

/// A·B.  @param a [M×K]  @param b [K×N]  @return [M×N]
/// Asserts that the inner extents agree. Thread-safe. Same inputs and thread count give the same bits.
Matrix multiply(ConstMatrixRef a, ConstMatrixRef b);

/// factor·A·Bᵀ.  @param a [M×K]  @param b [N×K]  @return [M×N]
Matrix multiplyTransposed(ConstMatrixRef a, ConstMatrixRef b, float factor = 1.0F);

/// Aᵀ·B.  @param a [K×M]  @param b [K×N]  @return [M×N]
Matrix multiplyLeftTransposed(ConstMatrixRef a, ConstMatrixRef b);

/// C += Aᵀ·B.  @param c [M×N]  @param a [K×M]  @param b [K×N]
void addLeftTransposedProduct(Matrix& c, ConstMatrixRef a, ConstMatrixRef b);

/// Makes the machine code of products, which the first product would else wait for. For a thread of its own as a program starts.
void prepareProducts();

/// How many threads one product may use from now on, in the calling thread. At least 1.
void setProductThreads(int threads);

/// The threads that a product started from the calling thread uses.
int productThreads();

/// While it lives, products started from its thread use one thread: for what must not depend on their number, or is timed.
class OneProductThread
{
public:
    OneProductThread() : m_before(productThreads()) { setProductThreads(1); }
    ~OneProductThread() { setProductThreads(m_before); }
    OneProductThread(const OneProductThread&) = delete;
    OneProductThread& operator=(const OneProductThread&) = delete;

private:
    int m_before;
};

}  // namespace headlight
