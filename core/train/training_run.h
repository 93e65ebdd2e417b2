// A training run and its folder. May use base/, io/ and train/ only.
#pragma once

#include "core/train/trainer.h"

#include "core/base/result.h"

#include <filesystem>

namespace headlight {

/// Trains in a folder: checkpoint.safetensors, from which a run that was stopped goes on as if it had not been, and log.csv with
/// loss and gradient norm of every step up to that checkpoint.
class TrainingRun
{
public:
    /// Makes the folder, or takes up the run in it.
    /// @return Unwritable; what `restoreCheckpoint` says, and Malformed for a log that is no log of the run
    static Result<TrainingRun> open(const std::filesystem::path& folder, Trainer trainer);

    bool isDone() const { return m_trainer.isDone(); }
    const Trainer& trainer() const { return m_trainer; }

    /// One step.
    StepReport step();

    /// Writes checkpoint and log, each whole or not at all. @return Unwritable, which names path and reason
    Result<void> save();

private:
    TrainingRun(std::filesystem::path folder, Trainer trainer)
        : m_folder(std::move(folder))
        , m_trainer(std::move(trainer))
    {}

    Result<void> readLog();

    std::filesystem::path m_folder;
    Trainer m_trainer;
    std::string m_log;  ///< The lines of log.csv.
};

}  // namespace headlight
