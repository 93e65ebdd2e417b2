// What each position scheme tells a model about order, as matrices to look at. May use base/, tensor/, attention/ and
// model/config.h.
#pragma once

#include "core/attention/positions.h"
#include "core/base/result.h"
#include "core/model/config.h"

#include <optional>
#include <string>
#include <string_view>

namespace headlight {

/// One row of the table of schemes, in the words of the papers.
struct PositionSchemeInfo
{
    PositionScheme scheme;
    std::string_view column;      ///< What a column of the encoding is: "dimension", "head".
    std::string_view layout;      ///< Which column holds what; may be empty.
    std::string_view values;      ///< The encoding's formula.
    std::string_view similarity;  ///< What compares two positions.
    std::string_view source;      ///< Paper and place.
};

const PositionSchemeInfo& positionSchemeInfo(PositionScheme scheme);

/// Which positions to encode.
struct PositionRequest
{
    PositionScheme scheme = PositionScheme::Sinusoidal;
    Index positions = 64;  ///< P, 1 to kMostPositions.
    Index width = 64;      ///< W, 1 to kMostDimensions: D of sinusoidal, even d of rotary, H of ALiBi; else unused.
    HeadIndex head = {};   ///< ALiBi: the head whose bias compares positions.
    RotaryOptions rotary = {};  ///< Rotary: base and scaling; all W dimensions are turned.

    bool operator==(const PositionRequest&) const = default;
};

inline constexpr Index kMostPositions = 1024;
inline constexpr Index kMostDimensions = 4096;

/// Every position's numbers, and how alike the scheme makes two positions. Owns its data.
struct PositionEncoding
{
    Matrix values;      ///< [P×W], [P×0] without positions.
    Matrix similarity;  ///< [P×P]
};

/// The width W that a scheme has in a model: D where it is added to the embedding, d where it turns queries and keys, H
/// where it biases scores; 0 without positions.
Index encodingWidth(PositionScheme scheme, const ModelConfig& config);

/// Encodes positions 0 … P−1.
///
/// - Sinusoidal (Vaswani et al. 2017, §3.5): values = sinusoidalEncoding; similarity = cosineSimilarity of its rows, which
///   for even W is (2/W)·Σ_i cos((p − q)·ω_i), a function of the distance alone.
/// - Learned: the first P rows of `learned`, the model's own table; similarity = cosineSimilarity of the rows.
/// - Rotary (Su et al. 2021, §3.2.2): values = what a vector with every pair (i, i + d/2) equal to (1, 0) is turned into:
///   cos(p·θ_i) in the first half of the columns, sin(p·θ_i) in the second, the half-split layout of `rotate`.
///   similarity = mean over pairs of cos((p − q)·θ_i): the cosine of one vector turned to p and to q, if all its pairs are
///   of equal length.
/// - ALiBi (Press et al. 2022, §3): one column a head, values = the bias −m_h·p at distance p; similarity = the bias
///   −m_h·|p − q| of `head`.
/// - None: no columns; every two positions are alike (1).
///
/// @param learned [N×W], the model's table; needed for Learned only.
/// @return InvalidArgument where the request is out of range, rotary's width is odd, or there are fewer than P learned rows.
Result<PositionEncoding> encodePositions(const PositionRequest& request, const Matrix& learned = {});

/// The scheme's formula between whole positions too, for drawing a wave smoothly; nothing where it is known at whole
/// positions only (Learned) or not at all (None).
std::optional<double> continuousEncoding(const PositionRequest& request, double position, Index column);

/// After how many positions the wave of a column repeats: 2π·10000^(2i/W); nothing where the column is no wave.
std::optional<double> wavelength(const PositionRequest& request, Index column);

/// One value's formula with its numbers: "sin(5 / 10000^(6/128))".
std::string encodingFormula(const PositionRequest& request, Index position, Index column);

/// One similarity's formula with its numbers: "mean of cos(3·θ_i) over 8 pairs".
std::string similarityFormula(const PositionRequest& request, Index position, Index other);

/// For people: "base 500000, stretched by 8 as in Llama 3".
std::string describe(const RotaryOptions& rotary);

/// The cosine of the angle between every two rows; 0 where a row is zero.
///
/// @param rows [P×W]  @return [P×P], symmetric, from −1 to 1
Matrix cosineSimilarity(ConstMatrixRef rows);

}  // namespace headlight
