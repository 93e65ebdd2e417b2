#include "ui/panels/toggle_button.h"

#include <QStyleOptionToolButton>
#include <QStylePainter>

namespace headlight::ui {

ToggleButton::ToggleButton(const QString& text, const QString& tip, QWidget* parent) : QToolButton(parent)
{
    setText(text);
    setToolTip(tip);
    setCheckable(true);
}

QSize ToggleButton::sizeHint() const
{
    return QToolButton::sizeHint() + QSize(6, 2);
}

void ToggleButton::paintEvent(QPaintEvent*)
{
    QStylePainter painter(this);
    QStyleOptionToolButton option;
    initStyleOption(&option);
    const bool on = isChecked();
    const bool pointedAt = isEnabled() && (underMouse() || hasFocus());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(option.palette.color(pointedAt ? QPalette::ButtonText : on ? QPalette::Highlight : QPalette::Mid));
    painter.setBrush(option.palette.color(on || isDown() ? QPalette::AlternateBase : QPalette::Button));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0);
    if (on && isEnabled()) {
        option.palette.setColor(QPalette::ButtonText, option.palette.color(QPalette::Highlight));
    }
    option.state &= ~(QStyle::State_On | QStyle::State_Sunken);  // or the label moves by a pixel
    painter.drawControl(QStyle::CE_ToolButtonLabel, option);
}

}  // namespace headlight::ui
