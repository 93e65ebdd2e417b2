// The models that come with the program.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "ui/session/model_loader.h"

#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// A model of the program's own, not yet read.
struct ModelChoice
{
    QString name;   ///< In lessons: "small".
    QString title;  ///< For people.
    QString help;
    std::function<Result<std::shared_ptr<const Model>>()> read;
    std::function<bool(const Model&)> isOf;  ///< Whether this model is what `read` gives.
};

/// Those that are there, the one that the program starts with first.
std::vector<ModelChoice> modelChoices();

/// "small", "masked-only", "untrained"; nothing where there is none of that name.
std::optional<ModelChoice> modelNamed(const QString& name);

ModelSource sourceOf(const ModelChoice& choice);

/// The first of the program's models that is not this one.
ModelSource otherThan(const Model& model);

}  // namespace headlight::ui
