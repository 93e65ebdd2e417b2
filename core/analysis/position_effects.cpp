#include "core/analysis/position_effects.h"

#include "core/analysis/stage_matrix.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace headlight {
namespace {

using DoubleMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Turns the pairs of rows (i, i + r/2) by `turns`: R·m.
void turnRows(DoubleMatrix& m, const Eigen::ArrayXd& cosines, const Eigen::ArrayXd& sines)
{
    const Index half = cosines.size();
    for (Index i = 0; i < half; ++i) {
        const Eigen::RowVectorXd x = m.row(i);
        m.row(i) = cosines(i) * x - sines(i) * m.row(half + i);
        m.row(half + i) = cosines(i) * m.row(half + i) + sines(i) * x;
    }
}

/// The same of columns: m·Rᵀ.
void turnColumns(DoubleMatrix& m, const Eigen::ArrayXd& cosines, const Eigen::ArrayXd& sines)
{
    const Index half = cosines.size();
    for (auto row : m.rowwise()) {
        const Eigen::RowVectorXd x = row.head(half);
        row.head(half) = x.array() * cosines.transpose() - row.segment(half, half).array() * sines.transpose();
        row.segment(half, half) = row.segment(half, half).array() * cosines.transpose() + x.array() * sines.transpose();
    }
}

Eigen::ArrayXd rotaryFrequencies(Index headWidth, const RotaryOptions& options)
{
    const Index turned = options.dimensions == 0 ? headWidth : options.dimensions;
    Eigen::ArrayXd frequencies(turned / 2);
    for (Index i = 0; i < frequencies.size(); ++i) {
        frequencies(i) = rotaryFrequency(i, headWidth, options);
    }
    return frequencies;
}

/// The columns of the sine and the cosine of pair i.
PairShift pairColumns(const PositionRequest& request, Index pair)
{
    return request.scheme == PositionScheme::Sinusoidal
               ? PairShift{.first = 2 * pair, .second = 2 * pair + 1, .matrix = Eigen::Matrix2d::Identity()}
               : PairShift{.first = request.width / 2 + pair, .second = pair, .matrix = Eigen::Matrix2d::Identity()};
}

}  // namespace

Result<HeadContent> headContent(const Trace& trace, const ModelConfig& config, HeadAddress head)
{
    const auto query = stageMatrix(trace, {StageId::Query, head.layer}, head.head);
    const auto key = stageMatrix(trace, {StageId::Key, head.layer}, head.head);
    for (const auto* map : {&query, &key}) {
        if (!*map) {
            return tl::unexpected(map->error());
        }
    }
    const Experiment& experiment = trace.info().experiment;
    HeadContent content{.query = (*query)->cells(),
                        .key = (*key)->cells(),
                        .scale = experiment.scaling == Scaling::On ? config.scoreScaleOf(head.layer) : 1.0F};
    if (experiment.positions.value_or(config.positions) == PositionScheme::Rotary) {
        const Matrix back = -rotaryAngles(content.query.rows(), content.query.cols(), config.rotary);
        content.query = rotate(content.query, back);
        content.key = rotate(content.key, back);
    }
    return content;
}

std::vector<DistanceScores> scoresAtDistances(const HeadContent& content, const DistanceOptions& options)
{
    assert(content.query.cols() == content.key.cols() && content.query.rows() > 0 && content.key.rows() > 0);
    assert(options.step > 0);
    const DoubleMatrix query = content.query.cast<double>();
    const DoubleMatrix key = content.key.cast<double>();
    const DoubleMatrix querySquares = query.transpose() * query / static_cast<double>(query.rows());
    const DoubleMatrix keySquares = key.transpose() * key / static_cast<double>(key.rows());
    const Eigen::RowVectorXd queryMean = query.colwise().mean();
    const DoubleMatrix keyMean = key.colwise().mean().transpose();
    const Eigen::ArrayXd frequencies =
        options.scheme == PositionScheme::Rotary ? rotaryFrequencies(query.cols(), options.rotary) : Eigen::ArrayXd(0);
    const auto scale = static_cast<double>(content.scale);
    std::vector<DistanceScores> scores;
    for (Index distance = options.first; distance <= options.last; distance += options.step) {
        const Eigen::ArrayXd angles = static_cast<double>(distance) * frequencies;
        const Eigen::ArrayXd cosines = angles.cos();
        const Eigen::ArrayXd sines = angles.sin();
        DoubleMatrix turnedMean = keyMean;
        turnRows(turnedMean, cosines, sines);
        DoubleMatrix turnedSquares = keySquares;
        turnRows(turnedSquares, cosines, sines);
        turnColumns(turnedSquares, cosines, sines);
        const double mean = (queryMean * turnedMean).value();
        const double square = querySquares.cwiseProduct(turnedSquares).sum();
        const double bias = options.scheme == PositionScheme::Alibi
                                ? -static_cast<double>(options.alibiSlope) * static_cast<double>(std::abs(distance))
                                : 0.0;
        scores.push_back({.distance = distance,
                          .mean = scale * mean + bias,
                          .deviation = std::abs(scale) * std::sqrt(std::max(square - mean * mean, 0.0)),
                          .pairs = query.rows() * key.rows()});
    }
    return scores;
}

std::vector<DistanceScores> scoresByDistance(ConstMatrixRef scores, const Mask& mask)
{
    std::vector<DistanceScores> all;
    for (Index distance = 1 - scores.rows(); distance < scores.cols(); ++distance) {
        DistanceScores at{.distance = distance};
        double squares = 0.0;
        const Index first = std::max<Index>(-distance, 0);
        const Index end = std::min(scores.rows(), scores.cols() - distance);
        for (Index i = first; i < end; ++i) {
            if (isVisible(mask, TokenIndex(i), TokenIndex(i + distance))) {
                const auto score = static_cast<double>(scores(i, i + distance));
                at.mean += score;
                squares += score * score;
                ++at.pairs;
            }
        }
        if (at.pairs > 0) {
            const auto count = static_cast<double>(at.pairs);
            at.mean /= count;
            at.deviation = std::sqrt(std::max(squares / count - at.mean * at.mean, 0.0));
            all.push_back(at);
        }
    }
    return all;
}

std::vector<PairShift> pairShifts(const PositionRequest& request, Index shift)
{
    assert(request.scheme == PositionScheme::Sinusoidal || request.scheme == PositionScheme::Rotary);
    std::vector<PairShift> pairs;
    for (Index pair = 0; pair < request.width / 2; ++pair) {
        PairShift map = pairColumns(request, pair);
        const double frequency = 2.0 * std::numbers::pi / wavelength(request, map.first).value();
        const double angle = static_cast<double>(shift) * frequency;
        map.matrix << std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle);
        pairs.push_back(map);
    }
    return pairs;
}

Result<ShiftIdentity> shiftIdentity(const PositionRequest& request, Index shift)
{
    assert(shift >= 0);
    if (request.scheme != PositionScheme::Sinusoidal && request.scheme != PositionScheme::Rotary) {
        return failure(ErrorCode::InvalidArgument,
                       "Only sinusoidal and rotary positions are waves that a shift turns, not " +
                           std::string(positionSchemeName(request.scheme)) + " ones.");
    }
    PositionRequest longer = request;
    longer.positions += shift;
    const Result<PositionEncoding> encoding = encodePositions(request);
    const Result<PositionEncoding> shifted = encodePositions(longer);
    for (const auto* result : {&encoding, &shifted}) {
        if (!*result) {
            return tl::unexpected(result->error());
        }
    }
    ShiftIdentity identity{
        .pairs = pairShifts(request, shift),
        .encoding = encoding->values,
        .mapped = Matrix::Constant(request.positions, request.width, std::numeric_limits<float>::quiet_NaN()),
        .shifted = shifted->values.bottomRows(request.positions)};
    for (const PairShift& pair : identity.pairs) {
        const Eigen::Matrix2f map = pair.matrix.cast<float>();
        const auto first = identity.encoding.col(pair.first);
        const auto second = identity.encoding.col(pair.second);
        identity.mapped.col(pair.first) = map(0, 0) * first + map(0, 1) * second;
        identity.mapped.col(pair.second) = map(1, 0) * first + map(1, 1) * second;
        for (const Index column : {pair.first, pair.second}) {
            const float difference = (identity.mapped.col(column) - identity.shifted.col(column)).cwiseAbs().maxCoeff();
            identity.largestDifference = std::max(identity.largestDifference, difference);
        }
    }
    return identity;
}

}  // namespace headlight
