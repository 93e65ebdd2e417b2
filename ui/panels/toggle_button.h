// A button that stays pressed.
#pragma once

#include <QToolButton>

namespace headlight::ui {

/// A button that is on or off, and looks it on either theme (Fusion's own hardly does on the dark one).
class ToggleButton final : public QToolButton
{
    Q_OBJECT

public:
    ToggleButton(const QString& text, const QString& tip, QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace headlight::ui
