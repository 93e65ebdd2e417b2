#include "core/analysis/position_encoding.h"

#include "core/tensor/matmul.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <numbers>

namespace headlight {
namespace {

constexpr double kBase = 10000.0;

constexpr std::array kSchemes = {
    PositionSchemeInfo{PositionScheme::None, "dimension", "", "nothing is added, turned or biased",
                       "every two positions are the same", "Vaswani et al. 2017, §3.5"},
    PositionSchemeInfo{PositionScheme::Sinusoidal, "dimension", "interleaved: sine at even, cosine at odd dimensions",
                       "PE(p, 2i) = sin(p / 10000^(2i/D)),  PE(p, 2i+1) = cos(p / 10000^(2i/D))",
                       "cosine similarity  PE(p)·PE(q) / (|PE(p)|·|PE(q)|)", "Vaswani et al. 2017, §3.5"},
    PositionSchemeInfo{PositionScheme::Learned, "dimension", "", "P(p) = row p of the model's position table",
                       "cosine similarity  P(p)·P(q) / (|P(p)|·|P(q)|)", "Gehring et al. 2017, §3.1"},
    PositionSchemeInfo{PositionScheme::Rotary, "dimension",
                       "half-split: cosine in the first, sine in the second half of the dimensions",
                       "cos(p·θ_i),  sin(p·θ_i),  θ_i = base^(−2i/d)", "mean over pairs of cos((p − q)·θ_i)",
                       "Su et al. 2021, §3.2.2"},
    PositionSchemeInfo{PositionScheme::Alibi, "head", "one slope a head",
                       "bias −m_h·distance, added to the scores of head h", "bias −m_h·|p − q|",
                       "Press et al. 2022, §3"},
};

/// The shortest decimal that reads back as the same number.
std::string shortest(float value)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

/// The same without an exponent: 500000, not 5e+05.
std::string plain(double value)
{
    std::array<char, 400> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
    return {buffer.data(), end};
}

float alibiSlope(const PositionRequest& request, Index head)
{
    return alibiSlopes(request.width)[static_cast<std::size_t>(head)];
}

/// The frequency of both columns of pair i: 10000^(−2i/W), but for what rotary options change.
double frequency(const PositionRequest& request, Index pair)
{
    if (request.scheme == PositionScheme::Rotary) {
        return rotaryFrequency(pair, request.width, request.rotary);
    }
    return std::pow(kBase, -2.0 * static_cast<double>(pair) / static_cast<double>(request.width));
}

/// cos(p·θ_i) in the first half of the columns, sin(p·θ_i) in the second.  @return [P×d]
Matrix rotaryEncoding(const PositionRequest& request)
{
    const Matrix angles = rotaryAngles(request.positions, request.width, request.rotary);
    Matrix encoding(request.positions, request.width);
    encoding << angles.array().cos().matrix(), angles.array().sin().matrix();
    return encoding;
}

/// A matrix whose entry (p, q) is `ofDistance`(|p − q|).  @return [P×P]
Matrix symmetricToeplitz(const Eigen::VectorXf& ofDistance)
{
    return Matrix::NullaryExpr(ofDistance.size(), ofDistance.size(),
                               [&](Index p, Index q) { return ofDistance(std::abs(p - q)); });
}

Result<void> validate(const PositionRequest& request, const Matrix& learned)
{
    const auto range = [](std::string_view what, Index found, Index most) {
        return failure(ErrorCode::InvalidArgument, "There must be 1 to " + std::to_string(most) + " " +
                                                       std::string(what) + ", not " + std::to_string(found) + ".");
    };
    if (request.positions < 1 || request.positions > kMostPositions) {
        return range("positions", request.positions, kMostPositions);
    }
    switch (request.scheme) {
    case PositionScheme::None:
        return {};
    case PositionScheme::Learned:
        if (learned.rows() == 0) {
            return failure(ErrorCode::InvalidArgument, "The model has no learned positions.");
        }
        if (learned.rows() < request.positions) {
            return failure(ErrorCode::InvalidArgument, "The model has learned " + std::to_string(learned.rows()) +
                                                           " positions, fewer than the " +
                                                           std::to_string(request.positions) + " asked for.");
        }
        return {};
    case PositionScheme::Alibi:
        if (request.width < 1 || request.width > kMaxHeads) {
            return range("heads", request.width, kMaxHeads);
        }
        if (request.head.value < 0 || request.head.value >= request.width) {
            return failure(ErrorCode::InvalidArgument, "There is no head " + std::to_string(request.head.value) +
                                                           " among heads 0 to " + std::to_string(request.width - 1) +
                                                           ".");
        }
        return {};
    case PositionScheme::Sinusoidal:
    case PositionScheme::Rotary:
        if (request.width < 1 || request.width > kMostDimensions) {
            return range("dimensions", request.width, kMostDimensions);
        }
        if (request.scheme == PositionScheme::Rotary && request.width % 2 != 0) {
            return failure(ErrorCode::InvalidArgument, "Rotary positions turn pairs of dimensions, and the width " +
                                                           std::to_string(request.width) + " is odd.");
        }
        return {};
    }
    return {};
}

}  // namespace

const PositionSchemeInfo& positionSchemeInfo(PositionScheme scheme)
{
    const PositionSchemeInfo& info = kSchemes.at(static_cast<std::size_t>(scheme));
    assert(info.scheme == scheme);
    return info;
}

Index encodingWidth(PositionScheme scheme, const ModelConfig& config)
{
    switch (scheme) {
    case PositionScheme::None:
        return 0;
    case PositionScheme::Sinusoidal:
    case PositionScheme::Learned:
        return config.width;
    case PositionScheme::Rotary:
        return config.rotary.dimensions == 0 ? config.headWidth() : config.rotary.dimensions;
    case PositionScheme::Alibi:
        return config.heads;
    }
    return 0;
}

Result<PositionEncoding> encodePositions(const PositionRequest& request, const Matrix& learned)
{
    if (const Result<void> valid = validate(request, learned); !valid) {
        return tl::unexpected(valid.error());
    }
    const Index positions = request.positions;
    PositionEncoding encoding;
    switch (request.scheme) {
    case PositionScheme::None:
        encoding.values = Matrix(positions, 0);
        encoding.similarity = Matrix::Ones(positions, positions);
        break;
    case PositionScheme::Sinusoidal:
        encoding.values = sinusoidalEncoding(positions, request.width);
        encoding.similarity = cosineSimilarity(encoding.values);
        break;
    case PositionScheme::Learned:
        encoding.values = learned.topRows(positions);
        encoding.similarity = cosineSimilarity(encoding.values);
        break;
    case PositionScheme::Rotary:
        encoding.values = rotaryEncoding(request);
        // cos is even and a turn by p less a turn by q is a turn by p − q, so distances suffice.
        encoding.similarity = symmetricToeplitz(encoding.values.leftCols(request.width / 2).rowwise().mean());
        break;
    case PositionScheme::Alibi:
        encoding.values = Matrix(positions, request.width);
        for (Index head = 0; head < request.width; ++head) {
            encoding.values.col(head) = alibiBias(alibiSlope(request, head), positions, 1);
        }
        encoding.similarity = alibiBias(alibiSlope(request, request.head.value), positions, positions);
        break;
    }
    return encoding;
}

std::optional<double> continuousEncoding(const PositionRequest& request, double position, Index column)
{
    switch (request.scheme) {
    case PositionScheme::None:
    case PositionScheme::Learned:
        return std::nullopt;
    case PositionScheme::Sinusoidal: {
        const double angle = position * frequency(request, column / 2);
        return column % 2 == 0 ? std::sin(angle) : std::cos(angle);
    }
    case PositionScheme::Rotary: {
        const Index half = request.width / 2;
        const double angle = position * frequency(request, column % half);
        return column < half ? std::cos(angle) : std::sin(angle);
    }
    case PositionScheme::Alibi:
        return -static_cast<double>(alibiSlope(request, column)) * position;
    }
    return std::nullopt;
}

std::optional<double> wavelength(const PositionRequest& request, Index column)
{
    switch (request.scheme) {
    case PositionScheme::Sinusoidal:
        return 2.0 * std::numbers::pi / frequency(request, column / 2);
    case PositionScheme::Rotary:
        return 2.0 * std::numbers::pi / frequency(request, column % (request.width / 2));
    default:
        return std::nullopt;
    }
}

std::string encodingFormula(const PositionRequest& request, Index position, Index column)
{
    const std::string p = std::to_string(position);
    const std::string width = std::to_string(request.width);
    switch (request.scheme) {
    case PositionScheme::None:
        return {};
    case PositionScheme::Sinusoidal:
        return (column % 2 == 0 ? "sin(" : "cos(") + p + " / 10000^(" + std::to_string(column / 2 * 2) + "/" + width +
               "))";
    case PositionScheme::Learned:
        return "P(" + p + ", " + std::to_string(column) + ")";
    case PositionScheme::Rotary: {
        const Index half = request.width / 2;
        const std::string begin = (column < half ? "cos(" : "sin(") + p + "·";
        return request.rotary.scaling == RotaryScaling::None
                   ? begin + plain(request.rotary.base) + "^(−" + std::to_string(column % half * 2) + "/" + width + "))"
                   : begin + shortest(static_cast<float>(frequency(request, column % half))) + ")";
    }
    case PositionScheme::Alibi:
        return "−" + shortest(alibiSlope(request, column)) + "·" + p;
    }
    return {};
}

std::string similarityFormula(const PositionRequest& request, Index position, Index other)
{
    const std::string distance = std::to_string(std::abs(position - other));
    switch (request.scheme) {
    case PositionScheme::None:
        return {};
    case PositionScheme::Sinusoidal:
        return "cosine of PE(" + std::to_string(position) + ") and PE(" + std::to_string(other) + ")";
    case PositionScheme::Learned:
        return "cosine of P(" + std::to_string(position) + ") and P(" + std::to_string(other) + ")";
    case PositionScheme::Rotary:
        return "mean of cos(" + distance + "·θ_i) over " + std::to_string(request.width / 2) + " pairs";
    case PositionScheme::Alibi:
        return "−" + shortest(alibiSlope(request, request.head.value)) + "·" + distance;
    }
    return {};
}

Matrix cosineSimilarity(ConstMatrixRef rows)
{
    Matrix directions = rows;
    for (auto row : directions.rowwise()) {
        if (const float length = row.norm(); length > 0.0F) {
            row /= length;
        }
    }
    return multiplyTransposed(directions, directions).cwiseMax(-1.0F).cwiseMin(1.0F);
}

std::string describe(const RotaryOptions& rotary)
{
    std::string text = "base " + plain(rotary.base);
    if (rotary.scaling != RotaryScaling::None) {
        text += ", stretched by " + plain(rotary.factor) +
                (rotary.scaling == RotaryScaling::Llama3 ? " as in Llama 3" : "");
    }
    return text;
}

}  // namespace headlight
