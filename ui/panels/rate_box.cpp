#include "ui/panels/rate_box.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr int kDigits = 3;
constexpr std::array kFactors = {1.0, 2.0, 3.0, 5.0};

/// The next of the series above a number.
double above(double value)
{
    constexpr double kSlack = 1.0 + 1e-9;
    double power = std::pow(10.0, std::floor(std::log10(value)));
    while (true) {
        for (const double factor : kFactors) {
            if (factor * power > value * kSlack) {
                return factor * power;
            }
        }
        power *= 10.0;
    }
}

double below(double value)
{
    constexpr double kSlack = 1.0 - 1e-9;
    double power = std::pow(10.0, std::floor(std::log10(value)));
    while (true) {
        for (auto factor = kFactors.rbegin(); factor != kFactors.rend(); ++factor) {
            if (*factor * power < value * kSlack) {
                return *factor * power;
            }
        }
        power /= 10.0;
    }
}

}  // namespace

RateBox::RateBox(QWidget* parent) : QDoubleSpinBox(parent)
{
    setDecimals(8);
    setRange(kSmallest, kLargest);
    setKeyboardTracking(false);
}

void RateBox::stepBy(int steps)
{
    double rate = value();
    for (int i = 0; i < std::abs(steps); ++i) {
        rate = steps > 0 ? above(rate) : below(rate);
    }
    setValue(rate);
}

QString RateBox::textFromValue(double value) const
{
    return QString::number(value, 'g', kDigits);
}

double RateBox::valueFromText(const QString& text) const
{
    return QString::number(text.toDouble(), 'g', kDigits).toDouble();
}

QValidator::State RateBox::validate(QString& text, int& /*position*/) const
{
    bool isNumber = false;
    const double value = text.toDouble(&isNumber);
    // "1e", "0.", "" may yet become a number.
    return isNumber && value >= kSmallest && value <= kLargest ? QValidator::Acceptable : QValidator::Intermediate;
}

void RateBox::fixup(QString& text) const
{
    bool isNumber = false;
    const double value = text.toDouble(&isNumber);
    text = textFromValue(isNumber ? std::clamp(value, kSmallest, kLargest) : this->value());
}

}  // namespace headlight::ui
