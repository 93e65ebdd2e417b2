// From a checkpoint's tensors to a model's weights. May use base/, tensor/, model/ and io/ only.
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/io/checkpoint.h"
#include "core/io/families/family.h"
#include "core/model/model.h"

#include <string>

namespace headlight {

struct ReadWeights
{
    Weights weights;
    std::string notFinite;  ///< The first tensor with numbers that are infinite or none; empty if there is none.
};

/// Copies, widens and turns around what the family's map names, on several threads. Memory grows by the weights as float32 alone: parts
/// of the files that were read are given back.
///
/// @return Malformed, which names file and tensor: one that is missing, of another shape than the configuration gives it, or of a type
/// other than F32, F16 and BF16; TooLong for weights larger than the free memory; Cancelled.
Result<ReadWeights> readWeights(const Family& family, const Checkpoint& checkpoint, const ModelConfig& config,
                                const Progress& progress = {});

}  // namespace headlight
