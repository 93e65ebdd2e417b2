// A model as a folder: config.json, model.safetensors, vocab.txt. May use base/, tensor/, text/, attention/, model/ and io/.
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/io/safetensors.h"
#include "core/model/model.h"
#include "core/model/parameters.h"

#include <filesystem>

namespace headlight {

/// Reads a model of any family (core/io/families): the program's own as `writeModelFolder` writes them, or a folder as Hugging Face's
/// transformers saves it. Tensors that the model does not need are passed over; weights that are no numbers are its `warning`.
///
/// @return NotFound for a missing file; Malformed, which names file and entry, for anything in one that does not fit, and for a family
/// that is not supported (the message lists those that are); TooLong for weights larger than the free memory; Cancelled.
Result<std::shared_ptr<const Model>> readModelFolder(const std::filesystem::path& folder,
                                                     const Progress& progress = {});

/// The tokenizer of a model's folder, which needs no weights, nor, for tokenizer.json and the like, a config.json.
/// @return as readModelFolder
Result<std::shared_ptr<const Tokenizer>> readTokenizerFolder(const std::filesystem::path& folder);

/// Writes the three files, each of them whole or not at all; the weights as F16.
///
/// @param more tensors to put beside the model's own
/// @return Unwritable, which names path and reason
Result<void> writeModelFolder(const std::filesystem::path& folder, const Model& model,
                              const std::vector<std::string>& vocabulary, const std::vector<NamedTensor>& more = {});

/// The parameters as tensors of the same names and shapes; a bias or gain has rank 1.
std::vector<NamedTensor> toTensors(std::span<const Parameter> parameters);

/// Fills the parameters from the tensors of their names.
/// @return Malformed, which names a tensor that is missing, of another shape or no float
Result<void> fill(std::span<Parameter> parameters, const Safetensors& file);

}  // namespace headlight
