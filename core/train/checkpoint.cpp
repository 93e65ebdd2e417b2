#include "core/train/checkpoint.h"

#include "core/io/file_descriptor.h"
#include "core/io/model_folder.h"

#include <charconv>

namespace headlight {
namespace {

constexpr const char* kStepKey = "step";

/// What two runs must agree on to be one.
StringMap identityOf(const Trainer& trainer)
{
    const TrainerOptions& options = trainer.options();
    std::string weights;
    for (const float weight : options.objective.roleWeights) {
        weights += std::to_string(weight) + " ";
    }
    return {{"format", "headlight training checkpoint 1"},
            {"seed", std::to_string(options.seed)},
            {"steps", std::to_string(options.steps)},
            {"batch", std::to_string(options.batchSentences)},
            {"learning rate", std::to_string(options.learningRate)},
            {"vocabulary", std::to_string(trainer.config().vocabulary)},
            {"width", std::to_string(trainer.config().width)},
            {"relations' weights", weights}};
}

}  // namespace

Result<void> saveCheckpoint(const std::filesystem::path& path, Trainer& trainer)
{
    StringMap metadata = identityOf(trainer);
    metadata[kStepKey] = std::to_string(trainer.stepsDone());
    const std::vector<Parameter> state = trainer.state();
    return writeSafetensors(path, toTensors(state), metadata);
}

Result<void> restoreCheckpoint(const std::filesystem::path& path, Trainer& trainer)
{
    const Result<SafetensorsFile> file = SafetensorsFile::open(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    const StringMap& metadata = file->contents().metadata;
    for (const auto& [key, value] : identityOf(trainer)) {
        const auto found = metadata.find(key);
        if (found == metadata.end() || found->second != value) {
            return failure(ErrorCode::InvalidArgument, quoted(path) + " is of another run: its " + key + " is " +
                                                           (found == metadata.end() ? "missing" : found->second) +
                                                           ", not " + value +
                                                           "; choose another folder or the same options.");
        }
    }
    const auto step = metadata.find(kStepKey);
    Index steps = -1;
    if (step != metadata.end()) {
        std::from_chars(step->second.data(), step->second.data() + step->second.size(), steps);
    }
    if (steps < 0 || steps > trainer.options().steps) {
        return failure(ErrorCode::Malformed, quoted(path) + " does not say after which step it was written.");
    }
    Trainer restored = trainer;
    std::vector<Parameter> state = restored.state();
    if (const Result<void> filled = fill(state, file->contents()); !filled) {
        return failure(filled.error().code, quoted(path) + ": " + filled.error().message);
    }
    restored.setStepsDone(steps);
    trainer = std::move(restored);
    return {};
}

}  // namespace headlight
