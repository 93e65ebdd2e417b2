// Which model is open, and the ones that come with the program.
#pragma once

#include "ui/session/model_choice.h"

#include <QToolButton>

#include <utility>
#include <vector>

class QMenu;

namespace headlight::ui {

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
