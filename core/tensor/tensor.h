// A float32 array of rank 1 to 3. May use tensor/types.h only.
#pragma once

#include "core/tensor/types.h"

#include <cassert>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace headlight {

/// Owns a row-major array such as [H,T,S]; its slices along the first axis of a rank-3 array are matrices.
/// A value: copying copies the numbers. Reading from several threads is safe while nobody writes.
class Tensor
{
public:
    using Shape = std::vector<Index>;

    Tensor() = default;

    /// All zero.
    explicit Tensor(Shape shape) : Tensor(unset(std::move(shape))) { m_values.setZero(); }

    /// Whose numbers are still to be set.
    static Tensor unset(Shape shape)
    {
        assert(!shape.empty() && shape.size() <= 3);
        Tensor tensor;
        tensor.m_values.resize(sizeOf({shape.begin(), shape.end() - 1}), shape.back());
        tensor.m_shape = std::move(shape);
        return tensor;
    }

    /// A rank-2 tensor of the matrix, which it takes over.
    static Tensor fromMatrix(Matrix matrix)
    {
        Tensor tensor;
        tensor.m_shape = {matrix.rows(), matrix.cols()};
        tensor.m_values = std::move(matrix);
        return tensor;
    }

    const Shape& shape() const noexcept { return m_shape; }
    Index size() const noexcept { return m_values.size(); }
    std::span<const float> values() const noexcept
    {
        return {m_values.data(), static_cast<std::size_t>(m_values.size())};
    }

    /// How many matrices the tensor holds: its first extent at rank 3, else 1.
    Index slices() const noexcept { return m_shape.size() == 3 ? m_shape[0] : 1; }
    Index rows() const noexcept { return m_shape.size() >= 2 ? m_shape[m_shape.size() - 2] : 1; }
    Index cols() const noexcept { return m_shape.empty() ? 0 : m_shape.back(); }

    /// Slice `i` as a matrix; the whole tensor at rank 1 or 2. The view lives as long as the tensor.
    Eigen::Map<const Matrix> matrix(Index slice = 0) const
    {
        assert(slice >= 0 && slice < slices());
        return {m_values.data() + slice * rows() * cols(), rows(), cols()};
    }
    Eigen::Map<Matrix> matrix(Index slice = 0)
    {
        assert(slice >= 0 && slice < slices());
        return {m_values.data() + slice * rows() * cols(), rows(), cols()};
    }

private:
    static Index sizeOf(const Shape& shape)
    {
        return std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
    }

    Shape m_shape;
    Matrix m_values = {};  ///< Its slices one below the other.
};

/// A list of extents as messages have it: [12×64].
std::string shapeText(const auto& extents)
{
    std::string text;
    for (const auto extent : extents) {
        text += (text.empty() ? "[" : "×") + std::to_string(extent);
    }
    return text.empty() ? "[]" : text + "]";
}

}  // namespace headlight
