// A training run that can be taken up again. May use base/, io/ and train/ only.
#pragma once

#include "core/base/result.h"
#include "core/train/trainer.h"

#include <filesystem>

namespace headlight {

/// Writes what `restoreCheckpoint` needs, whole or not at all: an earlier checkpoint stays until the new one is complete.
/// @return Unwritable, which names path and reason
Result<void> saveCheckpoint(const std::filesystem::path& path, Trainer& trainer);

/// Puts a trainer of the same configuration and options where the checkpoint was: its next step gives the same bits.
///
/// @return NotFound; Malformed for a damaged file; InvalidArgument for one of other options, with what differs. The trainer is as
/// it was then.
Result<void> restoreCheckpoint(const std::filesystem::path& path, Trainer& trainer);

}  // namespace headlight
