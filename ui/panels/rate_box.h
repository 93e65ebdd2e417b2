// A learning rate.
#pragma once

#include <QDoubleSpinBox>

namespace headlight::ui {

/// A positive number with three significant digits, whose steps are 1, 2, 3, 5, 10, …
class RateBox final : public QDoubleSpinBox
{
    Q_OBJECT

public:
    static constexpr double kSmallest = 1e-5;
    static constexpr double kLargest = 0.1;

    explicit RateBox(QWidget* parent = nullptr);

    void stepBy(int steps) override;
    QString textFromValue(double value) const override;
    double valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;
    void fixup(QString& text) const override;
};

}  // namespace headlight::ui
