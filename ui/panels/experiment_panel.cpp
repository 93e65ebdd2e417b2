#include "ui/panels/experiment_panel.h"

#include "ui/panels/head_grid.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kColdest = 0.05;
constexpr double kHottest = 20.0;
constexpr int kSliderSteps = 200;  ///< Logarithmic, with 1 in the middle.
constexpr int kOwn = -1;           ///< The model's own positions.

int sliderOf(double temperature)
{
    const double share = (std::log(temperature) - std::log(kColdest)) / (std::log(kHottest) - std::log(kColdest));
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kSliderSteps));
}

double temperatureOf(int slider)
{
    if (slider == kSliderSteps / 2) {
        return 1.0;
    }
    const double share = static_cast<double>(slider) / kSliderSteps;
    const double exact = std::exp(std::log(kColdest) + share * (std::log(kHottest) - std::log(kColdest)));
    return std::round(exact * 100.0) / 100.0;
}

QString nameOf(PositionScheme scheme)
{
    switch (scheme) {
    case PositionScheme::None:
        return QObject::tr("none");
    case PositionScheme::Sinusoidal:
        return QObject::tr("sinusoidal");
    case PositionScheme::Learned:
        return QObject::tr("learned");
    case PositionScheme::Rotary:
        return QObject::tr("rotary");
    case PositionScheme::Alibi:
        return QObject::tr("ALiBi");
    }
    return {};
}

QLabel* sectionLabel(const QString& text, QWidget* buddy)
{
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    return label;
}

}  // namespace

ExperimentPanel::ExperimentPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_scaling(new QCheckBox(tr("&Scale by √d"), this))
    , m_temperatureSlider(new QSlider(Qt::Horizontal, this))
    , m_temperature(new QDoubleSpinBox(this))
    , m_positions(new QComboBox(this))
    , m_mask(new QComboBox(this))
    , m_reachLabel(new QLabel(this))
    , m_reach(new QSpinBox(this))
    , m_share(new QLabel(this))
    , m_heads(new HeadGrid(session.model().config.layers, session.model().config.heads, this))
    , m_reset(new QPushButton(tr("&Reset"), this))
{
    setObjectName(QStringLiteral("experimentPanel"));
    const ModelConfig& config = session.model().config;

    m_scaling->setObjectName(QStringLiteral("scaling"));
    m_scaling->setToolTip(tr("Divide each score by √d = √%1, so that its spread does not grow with the head width")
                              .arg(config.headWidth()));
    m_temperature->setObjectName(QStringLiteral("temperature"));
    m_temperature->setRange(kColdest, kHottest);
    m_temperature->setSingleStep(0.1);
    m_temperature->setKeyboardTracking(false);
    m_temperature->setToolTip(tr("Scores are divided by it before the softmax: below 1 sharpens, above 1 flattens"));
    m_temperatureSlider->setRange(0, kSliderSteps);
    m_temperatureSlider->setToolTip(m_temperature->toolTip());
    m_temperatureSlider->setAccessibleName(tr("Softmax temperature"));

    m_positions->setObjectName(QStringLiteral("positions"));
    m_positions->addItem(tr("own (%1)").arg(nameOf(config.positions)), kOwn);
    for (const PositionScheme scheme :
         {PositionScheme::None, PositionScheme::Sinusoidal, PositionScheme::Rotary, PositionScheme::Alibi}) {
        m_positions->addItem(nameOf(scheme), static_cast<int>(scheme));
    }
    m_positions->setToolTip(tr("How the model is told the order of its tokens"));

    m_mask->setObjectName(QStringLiteral("mask"));
    m_mask->addItem(tr("own (%1)").arg(QString::fromStdString(describe(config.mask))),
                    static_cast<int>(MaskChoice::Own));
    m_mask->addItem(tr("none"), static_cast<int>(MaskChoice::None));
    m_mask->addItem(tr("causal"), static_cast<int>(MaskChoice::Causal));
    m_mask->addItem(tr("sliding window"), static_cast<int>(MaskChoice::Window));
    m_mask->addItem(tr("strided (sparse)"), static_cast<int>(MaskChoice::Strided));
    m_mask->setToolTip(tr("Which keys a query may look at"));
    m_reach->setObjectName(QStringLiteral("maskReach"));
    m_reach->setRange(0, static_cast<int>(config.maxTokens));
    m_reach->setKeyboardTracking(false);
    m_share->setObjectName(QStringLiteral("maskShare"));
    m_heads->setObjectName(QStringLiteral("headGrid"));
    m_heads->setAccessibleName(tr("Heads, on or off"));
    m_reset->setObjectName(QStringLiteral("reset"));
    m_reset->setToolTip(tr("Back to the model's own mechanism"));

    auto* grid = new QGridLayout;
    int row = 0;
    grid->addWidget(m_scaling, row++, 0, 1, 2);
    grid->addWidget(sectionLabel(tr("Softmax &temperature"), m_temperature), row, 0);
    grid->addWidget(m_temperature, row++, 1);
    grid->addWidget(m_temperatureSlider, row++, 0, 1, 2);
    grid->addWidget(sectionLabel(tr("&Positions"), m_positions), row++, 0, 1, 2);
    grid->addWidget(m_positions, row++, 0, 1, 2);
    grid->addWidget(sectionLabel(tr("&Mask"), m_mask), row++, 0, 1, 2);
    grid->addWidget(m_mask, row++, 0, 1, 2);
    grid->addWidget(m_reachLabel, row, 0);
    grid->addWidget(m_reach, row++, 1);
    grid->addWidget(m_share, row++, 0, 1, 2);
    auto* headsLabel = new QLabel(tr("Heads: click to switch off"), this);
    headsLabel->setBuddy(m_heads);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(grid);
    layout->addWidget(headsLabel);
    layout->addWidget(m_heads);
    layout->addSpacing(6);
    layout->addWidget(m_reset);
    layout->addStretch(1);

    connect(m_scaling, &QCheckBox::toggled, this, [this](bool on) {
        change([on](Experiment& experiment) { experiment.scaling = on ? Scaling::On : Scaling::Off; });
    });
    connect(m_temperature, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        change([value](Experiment& experiment) { experiment.temperature = static_cast<float>(value); });
    });
    connect(m_temperatureSlider, &QSlider::valueChanged, this, [this](int value) {
        change([value](Experiment& experiment) { experiment.temperature = static_cast<float>(temperatureOf(value)); });
    });
    connect(m_positions, &QComboBox::currentIndexChanged, this, [this] {
        const int chosen = m_positions->currentData().toInt();
        change([chosen](Experiment& experiment) {
            experiment.positions = chosen == kOwn ? std::nullopt : std::optional(static_cast<PositionScheme>(chosen));
        });
    });
    connect(m_mask, &QComboBox::currentIndexChanged, this, [this] {
        const auto mask = static_cast<MaskChoice>(m_mask->currentData().toInt());
        change([mask](Experiment& experiment) {
            experiment.mask = mask;
            if (mask == MaskChoice::Strided) {
                experiment.maskReach = std::max<Index>(experiment.maskReach, 1);
            }
        });
    });
    connect(m_reach, &QSpinBox::valueChanged, this,
            [this](int value) { change([value](Experiment& experiment) { experiment.maskReach = value; }); });
    connect(m_heads, &HeadGrid::switched, &session, &Session::toggleHead);
    connect(m_reset, &QPushButton::clicked, this, [this] { m_session.setExperiment({}); });
    connect(&session, &Session::experimentChanged, this, &ExperimentPanel::showExperiment);
    connect(&session, &Session::traceReady, this, &ExperimentPanel::showShare);
    connect(&session, &Session::shownChanged, this,
            [this] { m_heads->setSelected(m_session.document().selection.head); });
    showExperiment(session.document().experiment);
    m_heads->setSelected(session.document().selection.head);
}

void ExperimentPanel::change(const std::function<void(Experiment&)>& edit)
{
    Experiment experiment = m_session.document().experiment;
    edit(experiment);
    m_session.setExperiment(experiment);
}

void ExperimentPanel::showExperiment(const Experiment& experiment)
{
    const QSignalBlocker blockScaling(m_scaling);
    const QSignalBlocker blockTemperature(m_temperature);
    const QSignalBlocker blockSlider(m_temperatureSlider);
    const QSignalBlocker blockPositions(m_positions);
    const QSignalBlocker blockMask(m_mask);
    const QSignalBlocker blockReach(m_reach);
    m_scaling->setChecked(experiment.scaling == Scaling::On);
    m_temperature->setValue(static_cast<double>(experiment.temperature));
    m_temperatureSlider->setValue(sliderOf(static_cast<double>(experiment.temperature)));
    m_positions->setCurrentIndex(
        m_positions->findData(experiment.positions ? static_cast<int>(*experiment.positions) : kOwn));
    m_mask->setCurrentIndex(m_mask->findData(static_cast<int>(experiment.mask)));
    const bool strided = experiment.mask == MaskChoice::Strided;
    m_reachLabel->setText(strided ? tr("Stride") : tr("Reach to each side"));
    m_reach->setMinimum(strided ? 1 : 0);
    m_reach->setValue(static_cast<int>(experiment.maskReach));
    const bool hasReach = strided || experiment.mask == MaskChoice::Window;
    m_reachLabel->setVisible(hasReach);
    m_reach->setVisible(hasReach);
    m_heads->setAblated(experiment.ablatedHeads);
    m_reset->setEnabled(experiment != Experiment{});
}

void ExperimentPanel::showShare()
{
    if (!m_session.trace()) {
        m_share->clear();
        return;
    }
    const double share = visibleShare(m_session.trace()->info().mask, m_session.trace()->tokens());
    m_share->setText(tr("%1 % of the cells are visible").arg(100.0 * share, 0, 'f', share < 0.1 ? 1 : 0));
}

}  // namespace headlight::ui
