#include "ui/panels/wheel_guard.h"

#include <QAbstractSpinBox>
#include <QComboBox>
#include <QEvent>

namespace headlight::ui {
namespace {

class WheelGuard final : public QObject
{
public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
            event->ignore();
            return true;
        }
        return false;
    }
};

}  // namespace

void guardWheel(QWidget& parent)
{
    auto* guard = new WheelGuard(&parent);
    for (QWidget* box : parent.findChildren<QWidget*>()) {
        if (qobject_cast<QComboBox*>(box) != nullptr || qobject_cast<QAbstractSpinBox*>(box) != nullptr) {
            box->setFocusPolicy(Qt::StrongFocus);
            box->installEventFilter(guard);
        }
    }
}

}  // namespace headlight::ui
