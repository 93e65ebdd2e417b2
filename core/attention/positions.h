// How a transformer knows the order of its tokens. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/types.h"

#include <array>
#include <string_view>
#include <vector>

namespace headlight {

/// Where position enters: added to the token embedding (sinusoidal, learned), turned into the queries and keys
/// (rotary), or added to the scores (ALiBi).
enum class PositionScheme { None, Sinusoidal, Learned, Rotary, Alibi };

inline constexpr std::array kPositionSchemes = {PositionScheme::None, PositionScheme::Sinusoidal,
                                                PositionScheme::Learned, PositionScheme::Rotary, PositionScheme::Alibi};

/// For people and for files: "none", "sinusoidal", "learned", "rotary", "alibi".
std::string_view positionSchemeName(PositionScheme scheme);

/// Sinusoidal encoding, interleaved as in the paper:
/// PE(p, 2i) = sin(p / 10000^(2i/D)), PE(p, 2i+1) = cos(p / 10000^(2i/D))  (Vaswani et al. 2017, §3.5).
/// Some drawings show all sines first and all cosines after; that concatenated layout is a permutation of these columns.
///
/// @param positions T  @param width D; an odd width ends on a sine.  @return [T×D]
Matrix sinusoidalEncoding(Index positions, Index width);

/// How rotary frequencies are stretched for texts longer than those of a model's first training.
enum class RotaryScaling {
    None,
    Linear,  ///< Every frequency is divided by the factor  (Chen et al. 2023, "Extending Context Window", equation 4).
    Llama3,  ///< Low frequencies are, high ones are not, those between in part  (Llama 3.1; Dubey et al. 2024, §3.4.2).
};

struct RotaryOptions
{
    Index dimensions = 0;  ///< r, the first of a head's dimensions that are turned, even; 0 for all of them.
    double base = 10000.0;
    RotaryScaling scaling = RotaryScaling::None;
    double factor = 1.0;               ///< Of Linear and Llama3.
    double lowFrequencyFactor = 1.0;   ///< Llama3: waves longer than originalTokens divided by this are stretched,
    double highFrequencyFactor = 4.0;  ///< those shorter than originalTokens divided by this are not.
    Index originalTokens = 8192;

    bool operator==(const RotaryOptions&) const = default;
};

/// Radians a position of pair i: base^(−2i/r), scaled  (Su et al. 2021, "RoFormer", §3.2.2).
///
/// @param pair i, below r/2  @param headWidth d, even where all dimensions are turned
double rotaryFrequency(Index pair, Index headWidth, const RotaryOptions& options = {});

/// The angle by which rotary encoding turns pair i at position p: p times its frequency, less whole turns.
///
/// @param positions T  @return [T×r/2] in radians, from −π to π
Matrix rotaryAngles(Index positions, Index headWidth, const RotaryOptions& options = {});

/// Rotary encoding: turns the pair of dimensions (i, i + r/2) of each row by its angle  (Su et al. 2021, equation 34); those from r on
/// stay. The paper pairs neighbours (2i, 2i+1); this is the half-split layout of GPT-NeoX and Llama checkpoints, which differs by
/// a fixed permutation of dimensions and gives the same scores once the projections are permuted alike.
///
/// @param vectors [T×d] queries or keys of one head  @param angles [T×r/2]  @return [T×d], every row's length unchanged
Matrix rotate(ConstMatrixRef vectors, ConstMatrixRef angles);

/// ALiBi's slope of each head: the geometric sequence 2^(−8/H), 2^(−16/H), …; where H is no power of two, the slopes of
/// the power below it followed by every second slope of the power above  (Press et al. 2022, "Train Short, Test Long", §3
/// and its appendix).
///
/// @param heads H  @return H slopes, all positive
std::vector<float> alibiSlopes(Index heads);

/// ALiBi's bias −slope·|i − j|, added to the scaled scores of one head. The paper is causal and needs i ≥ j only; looking
/// ahead costs the same here.
///
/// @param firstQuery the position of row 0  @param firstKey that of column 0
/// @return [T×S]
Matrix alibiBias(float slope, Index queries, Index keys, Index firstQuery = 0, Index firstKey = 0);

}  // namespace headlight
