// A number that is either set or left as it is in use.
#pragma once

#include "core/base/indices.h"

#include <QSpinBox>

#include <optional>

namespace headlight::ui {

/// Shows "128 (in use)" until a person sets a number; its smallest value, 0, or emptying it goes back to that. Stepping
/// starts from the number in use.
class InUseSpinBox final : public QSpinBox
{
    Q_OBJECT

public:
    explicit InUseSpinBox(QWidget* parent = nullptr);

    /// What is set, or nothing; with the number in use, the largest and the step. Emits nothing.
    void show(std::optional<Index> number, Index inUse, Index most, Index step = 1);

    void stepBy(int steps) override;

signals:
    /// A person changed it.
    void numberChanged(std::optional<headlight::Index> number);

private:
    int m_inUse = 1;
};

}  // namespace headlight::ui
