#include "core/attention/positions.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace headlight {

std::string_view positionSchemeName(PositionScheme scheme)
{
    switch (scheme) {
    case PositionScheme::None:
        return "none";
    case PositionScheme::Sinusoidal:
        return "sinusoidal";
    case PositionScheme::Learned:
        return "learned";
    case PositionScheme::Rotary:
        return "rotary";
    case PositionScheme::Alibi:
        return "alibi";
    }
    return "";
}

Matrix sinusoidalEncoding(Index positions, Index width)
{
    Matrix encoding(positions, width);
    for (Index dimension = 0; dimension < width; ++dimension) {
        const Index pair = dimension / 2;
        // In double: a float32 angle of a late position is off by more than the encoding's last digits.
        const double frequency = std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
        for (Index p = 0; p < positions; ++p) {
            const double angle = static_cast<double>(p) * frequency;
            encoding(p, dimension) = static_cast<float>(dimension % 2 == 0 ? std::sin(angle) : std::cos(angle));
        }
    }
    return encoding;
}

double rotaryFrequency(Index pair, Index headWidth, const RotaryOptions& options)
{
    const Index turned = options.dimensions == 0 ? headWidth : options.dimensions;
    assert(turned % 2 == 0 && turned <= headWidth && pair < turned / 2);
    const double own = std::pow(options.base, -2.0 * static_cast<double>(pair) / static_cast<double>(turned));
    double kept = 1.0;  // The share of the frequency that is not stretched.
    if (options.scaling == RotaryScaling::Linear) {
        kept = 0.0;
    } else if (options.scaling == RotaryScaling::Llama3) {
        const double waves = static_cast<double>(options.originalTokens) * own / (2.0 * std::numbers::pi);
        kept = std::clamp((waves - options.lowFrequencyFactor) /
                              (options.highFrequencyFactor - options.lowFrequencyFactor),
                          0.0, 1.0);
    }
    return own * (kept + (1.0 - kept) / options.factor);
}

Matrix rotaryAngles(Index positions, Index headWidth, const RotaryOptions& options)
{
    Matrix angles(positions, (options.dimensions == 0 ? headWidth : options.dimensions) / 2);
    for (Index i = 0; i < angles.cols(); ++i) {
        const double frequency = rotaryFrequency(i, headWidth, options);
        for (Index p = 0; p < positions; ++p) {
            // Whole turns are taken off in double: as a float32, the angle of position 1000 is off by 3e-5.
            angles(p, i) =
                static_cast<float>(std::remainder(static_cast<double>(p) * frequency, 2.0 * std::numbers::pi));
        }
    }
    return angles;
}

Matrix rotate(ConstMatrixRef vectors, ConstMatrixRef angles)
{
    const Index half = angles.cols();
    assert(vectors.cols() >= 2 * half && vectors.rows() == angles.rows());
    const auto x = vectors.leftCols(half).array();
    const auto y = vectors.middleCols(half, half).array();
    const Matrix cosine = angles.array().cos();
    const Matrix sine = angles.array().sin();
    Matrix rotated = vectors;
    rotated.leftCols(half) = (x * cosine.array() - y * sine.array()).matrix();
    rotated.middleCols(half, half) = (y * cosine.array() + x * sine.array()).matrix();
    return rotated;
}

std::vector<float> alibiSlopes(Index heads)
{
    assert(heads > 0);
    const auto geometric = [](Index count, Index which) {
        return std::exp2(-8.0F * static_cast<float>(which + 1) / static_cast<float>(count));
    };
    const auto below = static_cast<Index>(std::bit_floor(static_cast<std::size_t>(heads)));
    std::vector<float> slopes;
    for (Index h = 0; h < below; ++h) {
        slopes.push_back(geometric(below, h));
    }
    for (Index h = below; h < heads; ++h) {
        slopes.push_back(geometric(2 * below, 2 * (h - below)));
    }
    return slopes;
}

Matrix alibiBias(float slope, Index queries, Index keys, Index firstQuery, Index firstKey)
{
    return Matrix::NullaryExpr(queries, keys, [slope, ahead = firstQuery - firstKey](Index i, Index j) {
        return -slope * static_cast<float>(std::abs(i + ahead - j));
    });
}

}  // namespace headlight
