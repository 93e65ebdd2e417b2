// Which model is open, and the ones that come with the program.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "ui/session/model_loader.h"

#include <QString>
#include <QToolButton>

#include <functional>
#include <memory>
#include <vector>

class QMenu;

namespace headlight::ui {

/// A model of the program's own, not yet read.
struct ModelChoice
{
    QString title;
    QString help;
    std::function<Result<std::shared_ptr<const Model>>()> read;
    std::function<bool(const Model&)> isOf;  ///< Whether this model is what `read` gives.
};

/// Those that are there, the one that the program starts with first.
std::vector<ModelChoice> modelChoices();

ModelSource sourceOf(const ModelChoice& choice);

/// The first of the program's models that is not this one.
ModelSource otherThan(const Model& model);

/// Names the open model, tells about it in its tool tip, and offers the others in its menu.
class ModelButton final : public QToolButton
{
    Q_OBJECT

public:
    explicit ModelButton(QWidget* parent = nullptr);

    void show(const Model& model);
    using QToolButton::show;

signals:
    void chosen(const headlight::ui::ModelChoice& choice);
    void folderWanted();

private:
    std::vector<std::pair<ModelChoice, QAction*>> m_choices;
};

}  // namespace headlight::ui
