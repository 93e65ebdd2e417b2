// Traces as files: safetensors with the stages' names and, as metadata, what the trace is of. May use base/, tensor/, text/,
// attention/experiment.h, trace/ and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/safetensors.h"
#include "core/trace/trace.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace headlight {

/// The id of a token that a trace file names but does not number.
inline constexpr std::int32_t kNoTokenId = -1;

struct TraceFileOptions
{
    /// The stages to write: "attention.weights" for every layer's, or a tensor's full name, as
    /// "layers.2.attention.weights". None means all.
    std::vector<std::string> stages = {};
};

/// Writes a trace, or some of its stages, as float32. Either the whole file appears or none does.
///
/// @return NotFound for a stage that the trace does not hold (the message lists those that it does), Unwritable, TooLong.
Result<void> writeTrace(const std::filesystem::path& path, const Trace& trace, const TraceFileOptions& options = {});

/// The trace in a safetensors file of float32, float16 or bfloat16 tensors: any that a trace may hold, at least one, and
/// with or without metadata. Without a list of tokens they are called "0", "1", …; tokens have no ids (kNoTokenId) and no
/// spans, since a file does not hold them. Without a mask, the experiment's is taken to be in force. A leading axis of 1,
/// as PyTorch's batch, is dropped.
///
/// @return Malformed, which names the tensor or metadata at fault: one that is no stage of a trace, has another rank
/// than its stage, or a size that another tensor contradicts (a shape letter is one number throughout a file, and queries
/// and keys are the same tokens). TooLong for a stage, other than scores and weights, that is larger than the machine's memory.
///
/// Nothing is read before it is looked at. Where queries and keys are there without weights, weights and scores are worked out from them:
/// under the masks, the experiment and the metadata's "scoring", or else scaled by 1/√d.
///
/// @param file whose contents they are; null where the bytes outlive the trace
Result<std::shared_ptr<const Trace>> makeTrace(const Safetensors& contents,
                                               std::shared_ptr<const SafetensorsFile> file = nullptr);

/// Opens a file and makes its trace, which reads from it as it is looked at.
///
/// @return what SafetensorsFile::open and makeTrace say, with the path in the message.
Result<std::shared_ptr<const Trace>> readTrace(const std::filesystem::path& path);

}  // namespace headlight
