#include "ui/panels/in_use_spin_box.h"

#include <QSignalBlocker>

namespace headlight::ui {

InUseSpinBox::InUseSpinBox(QWidget* parent) : QSpinBox(parent)
{
    setMinimum(0);
    setKeyboardTracking(false);
    connect(this, &QSpinBox::valueChanged, this,
            [this](int number) { emit numberChanged(number == 0 ? std::nullopt : std::optional<Index>(number)); });
}

void InUseSpinBox::show(std::optional<Index> number, Index inUse, Index most, Index step)
{
    const QSignalBlocker block(this);
    m_inUse = static_cast<int>(inUse);
    setMaximum(static_cast<int>(most));
    setSingleStep(static_cast<int>(step));
    setSpecialValueText(tr("%1 (in use)").arg(inUse));
    setValue(static_cast<int>(number.value_or(0)));
}

void InUseSpinBox::stepBy(int steps)
{
    if (value() == 0) {
        setValue(m_inUse + steps * singleStep());
    } else {
        QSpinBox::stepBy(steps);
    }
}

}  // namespace headlight::ui
