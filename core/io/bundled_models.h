// Where the models lie that come with the program.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"

#include <filesystem>
#include <memory>

namespace headlight {

/// The models of the program, the one that it starts with first.
enum class BundledModel {
    Small,            ///< "Headlight small": heads asked for relations.
    SmallMaskedOnly,  ///< The same, trained on masked words alone.
};

/// Beside an installed program, or in the sources that this one was built from.
std::filesystem::path bundledModelFolder(BundledModel model);

/// Shared as long as somebody has it.  @return what `readModelFolder` says. Thread-safe.
Result<std::shared_ptr<const Model>> readBundledModel(BundledModel model);

/// Whether this is the model that readBundledModel gave, and no copy of it.
bool isBundledModel(const Model& model, BundledModel bundled);

}  // namespace headlight
