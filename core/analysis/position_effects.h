// What a position scheme does to attention: to a head's scores as the distance grows, and to its own encoding as the position
// moves on. Pure functions. May use base/, tensor/, attention/, trace/ and model/config.h.
#pragma once

#include "core/analysis/position_encoding.h"
#include "core/attention/mask.h"
#include "core/base/result.h"
#include "core/model/config.h"
#include "core/trace/trace.h"

#include <Eigen/Core>

#include <vector>

namespace headlight {

/// One head's queries and keys without what a scheme does to them by position.
struct HeadContent
{
    Matrix query;        ///< [T×d]
    Matrix key;          ///< [T×d]
    float scale = 1.0F;  ///< On Q·Kᵀ, as the experiment in force has it.
};

/// From the trace's Q and K; turned back where the positions in force are rotary.
///
/// @param config of the trace's model
/// @return NotFound where the trace holds no queries and keys of that head.
Result<HeadContent> headContent(const Trace& trace, const ModelConfig& config, HeadAddress head);

/// Scores of pairs of a query and a key that stand `distance` apart.
struct DistanceScores
{
    Index distance = 0;  ///< Position of the key less that of the query: below 0 looks back.
    double mean = 0.0;
    double deviation = 0.0;  ///< √ of the mean squared difference from the mean.
    Index pairs = 0;
};

/// How a scheme makes a score depend on the distance.
struct DistanceOptions
{
    PositionScheme scheme =
        PositionScheme::Rotary;  ///< Rotary, Alibi or None: those that leave the vectors as they are.
    RotaryOptions rotary = {};
    float alibiSlope = 0.0F;
    Index first = 0;  ///< Distances first, first + step, … up to last.
    Index last = 0;
    Index step = 1;
};

/// What the scheme makes of every query with every key if all of them stood `distance` apart:
///
/// - Rotary: scale·q·R(distance)·k, as q turned by p and k turned by p + distance give at any p  (Su et al. 2021, equation 16).
/// - ALiBi: scale·q·k − slope·|distance|  (Press et al. 2022, §3).
/// - None: scale·q·k.
///
/// The mean over all pairs is q̄·R·k̄, the mean square Σ (Q̂ ∘ R·K̂·Rᵀ) with Q̂ = QᵀQ/T and K̂ = KᵀK/T, so no pair is visited:
/// O(d²) a distance.
std::vector<DistanceScores> scoresAtDistances(const HeadContent& content, const DistanceOptions& options);

/// The scores of a text as they are, gathered by the distance at which they stand; distances without a visible pair are left out.
///
/// @param scores [T×T]
std::vector<DistanceScores> scoresByDistance(ConstMatrixRef scores, const Mask& mask);

/// What one pair of columns of an encoding does from a position to one `shift` later:
///
///     ⎡e(p + k, first) ⎤   ⎡ cos kω  sin kω⎤ ⎡e(p, first) ⎤
///     ⎣e(p + k, second)⎦ = ⎣−sin kω  cos kω⎦·⎣e(p, second)⎦
///
/// where first is a sine and second a cosine, the same at every p.
struct PairShift
{
    Index first = 0;   ///< The sine's column.
    Index second = 0;  ///< The cosine's.
    Eigen::Matrix2d matrix;
};

/// That PE(p + k) is a linear function of PE(p), the same at every position  (Vaswani et al. 2017, §3.5), on numbers.
struct ShiftIdentity
{
    std::vector<PairShift> pairs;    ///< ⌊W/2⌋; the last sine of an odd width has no cosine, and is left out.
    Matrix encoding;                 ///< [P×W] PE(p)
    Matrix mapped;                   ///< [P×W] M_k·PE(p); NaN in a column without a partner.
    Matrix shifted;                  ///< [P×W] PE(p + k)
    float largestDifference = 0.0F;  ///< max |M_k·PE(p) − PE(p + k)| over all p and pairs.
};

/// The maps of all pairs.
///
/// @param request sinusoidal or rotary, valid  @param shift k, of either sign
std::vector<PairShift> pairShifts(const PositionRequest& request, Index shift);

/// @param shift k, at least 0
/// @return InvalidArgument for a scheme that is no wave, and as encodePositions does.
Result<ShiftIdentity> shiftIdentity(const PositionRequest& request, Index shift);

}  // namespace headlight
