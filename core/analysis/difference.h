// What a change did to attention. Pure functions of maps and traces. May use base/, tensor/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/trace/trace.h"

namespace headlight {

/// How two maps of the same shape differ.
struct MapDifference
{
    float largest = 0.0F;        ///< max |after − before|
    double mean = 0.0;           ///< mean |after − before|
    double entropyBefore = 0.0;  ///< Mean entropy of a row, in bits.
    double entropyAfter = 0.0;
};

/// The Shannon entropy −Σ w·log₂ w of one row of weights, in bits: 0 where one key has all the weight, log₂ S where all
/// share it  (Shannon 1948, §6).
///
/// @param weights [S], summing to 1
double entropyBits(ConstRowVectorRef weights);

/// The mean of entropyBits over all rows of a map of weights.
double meanEntropyBits(const AttentionMap& weights);

/// ShapeMismatch (the message names both shapes) unless the maps have the same shape.
Result<MapDifference> difference(const AttentionMap& before, const AttentionMap& after);

/// The head whose weights changed most, and by how much.
struct HeadChange
{
    HeadAddress head;
    float largest = 0.0F;  ///< max |after − before|
};

/// ShapeMismatch unless both traces hold weights of the same shapes.
Result<HeadChange> mostChangedHead(const Trace& before, const Trace& after);

}  // namespace headlight
