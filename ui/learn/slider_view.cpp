#include "ui/learn/slider_view.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include <cmath>

namespace headlight::ui {

SliderView::SliderView(const PreparedQuestion& question, QWidget* parent)
    : QuestionView(parent)
    , m_question(question)
    , m_slider(new QSlider(Qt::Horizontal, this))
    , m_number(new QDoubleSpinBox(this))
    , m_truth(new QLabel(this))
{
    const auto& kind = std::get<SliderQuestion>(question.question.kind);
    const int steps = static_cast<int>(std::lround((kind.highest - kind.lowest) / kind.step));
    m_slider->setObjectName(QStringLiteral("answerSlider"));
    m_slider->setAccessibleName(tr("Your answer"));
    m_slider->setRange(0, steps);
    m_slider->setPageStep(std::max(1, steps / 10));
    m_slider->setValue(steps / 2);
    m_number->setObjectName(QStringLiteral("answerNumber"));
    m_number->setAccessibleName(tr("Your answer"));
    m_number->setDecimals(std::max(0, static_cast<int>(std::ceil(-std::log10(kind.step) - 1e-9))));
    m_number->setRange(kind.lowest, kind.highest);
    m_number->setSingleStep(kind.step);
    m_number->setSuffix(kind.unit.isEmpty() ? QString() : QLatin1Char(' ') + kind.unit);
    const auto numberOf = [kind](int place) { return kind.lowest + place * kind.step; };
    m_number->setValue(numberOf(m_slider->value()));
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins({});
    layout->setColumnStretch(0, 1);
    layout->addWidget(m_slider, 0, 0);
    layout->addWidget(m_number, 0, 1);
    layout->addWidget(m_truth, 1, 0, 1, 2);
    m_truth->hide();
    connect(m_slider, &QSlider::valueChanged, this, [this, numberOf](int place) {
        const QSignalBlocker blocker(m_number);
        m_number->setValue(numberOf(place));
        m_isSet = true;
        emit answerChanged();
    });
    connect(m_number, &QDoubleSpinBox::valueChanged, this, [this, kind](double number) {
        const QSignalBlocker blocker(m_slider);
        m_slider->setValue(static_cast<int>(std::lround((number - kind.lowest) / kind.step)));
        m_isSet = true;
        emit answerChanged();
    });
}

std::optional<Answer> SliderView::answer() const
{
    return m_isSet ? std::optional<Answer>(m_number->value()) : std::nullopt;
}

void SliderView::setAnswer(const Answer& answer)
{
    m_isSet = true;
    m_number->setValue(std::get<double>(answer));
    emit answerChanged();
}

void SliderView::reveal()
{
    const auto& kind = std::get<SliderQuestion>(m_question.question.kind);
    m_slider->setEnabled(false);
    m_number->setEnabled(false);
    m_truth->setText(
        tr("In fact: %1")
            .arg((QString::number(m_question.truth.number, 'g', 4) + QLatin1Char(' ') + kind.unit).trimmed()));
    m_truth->show();
}

}  // namespace headlight::ui
