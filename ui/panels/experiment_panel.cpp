#include "ui/panels/experiment_panel.h"

#include "core/attention/cost.h"
#include "ui/panels/head_grid.h"
#include "ui/plots/token_label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

namespace headlight::ui {
namespace {

constexpr double kColdest = 0.05;
constexpr double kHottest = 20.0;
constexpr int kSliderSteps = 200;      ///< Logarithmic, with 1 in the middle.
constexpr int kOwn = -1;               ///< The model's own positions.
constexpr std::size_t kMostNamed = 6;  ///< Tokens that are named one by one.

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
    , m_keysAsValues(new QCheckBox(tr("&Keys used as values"), this))
    , m_sharedHeads(new QCheckBox(tr("Heads share one &Q, K and V"), this))
    , m_temperatureLabel(sectionLabel(tr("Softmax &temperature"), nullptr))
    , m_temperatureSlider(new QSlider(Qt::Horizontal, this))
    , m_temperature(new QDoubleSpinBox(this))
    , m_kernel(new QComboBox(this))
    , m_positions(new QComboBox(this))
    , m_mask(new QComboBox(this))
    , m_reachLabel(new QLabel(this))
    , m_reach(new QSpinBox(this))
    , m_globalsLabel(new QLabel(tr("&Global tokens"), this))
    , m_globals(new QSpinBox(this))
    , m_share(new QLabel(this))
    , m_heads(new HeadGrid(session.model().config.layers, session.model().config.heads, this))
    , m_zeroValue(new QCheckBox(this))
    , m_zeroed(new QLabel(this))
    , m_reset(new QPushButton(tr("&Reset"), this))
{
    setObjectName(QStringLiteral("experimentPanel"));
    nameControls();
    layOut();
    connectControls();
    showExperiment(session.document().experiment);
    m_heads->setSelected(session.document().selection.head);
}

void ExperimentPanel::nameControls()
{
    const ModelConfig& config = m_session.model().config;
    m_scaling->setObjectName(QStringLiteral("scaling"));
    m_keysAsValues->setObjectName(QStringLiteral("keysAsValues"));
    m_keysAsValues->setToolTip(tr("What if the weights summed up the keys, V := K (as the scores use them, after any "
                                  "rotary turn)?\nA key says what a "
                                  "token is to be found by, a value what it hands over: the weights of the first layer "
                                  "stay, and what they\nhand on is "
                                  "something that no later layer has learnt to read."));
    m_sharedHeads->setObjectName(QStringLiteral("sharedHeads"));
    m_sharedHeads->setToolTip(tr("What if every head of a layer used head 0's query, key and value?\nAll heads of a "
                                 "layer then look at the same tokens "
                                 "and say the same: several heads are there to look at several things."));
    m_temperature->setObjectName(QStringLiteral("temperature"));
    m_temperature->setRange(kColdest, kHottest);
    m_temperature->setSingleStep(0.1);
    m_temperature->setKeyboardTracking(false);
    m_temperatureLabel->setBuddy(m_temperature);
    m_temperatureSlider->setRange(0, kSliderSteps);
    m_temperatureSlider->setAccessibleName(tr("Softmax temperature"));
    m_kernel->setObjectName(QStringLiteral("kernel"));
    m_kernel->addItem(tr("softmax"), static_cast<int>(AttentionKernel::Softmax));
    m_kernel->addItem(tr("linear, φ = elu + 1"), static_cast<int>(AttentionKernel::Linear));
    m_kernel->setToolTip(
        tr("What makes weights of queries and keys.\nLinear: φ(q)·φ(k) over the row's sum, in time that grows with "
           "the text and not with its square\n(Katharopoulos et al. 2020). The model was not trained with it: its "
           "weights come out nearly even."));

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
    m_mask->addItem(tr("block-sparse"), static_cast<int>(MaskChoice::Block));
    m_mask->addItem(tr("painted by hand"), static_cast<int>(MaskChoice::Painted));
    m_mask->setToolTip(
        tr("Which keys a query may look at. A mask is painted on the heatmap: Paint mask, or H on a cell"));
    m_reach->setObjectName(QStringLiteral("maskReach"));
    m_reach->setRange(0, static_cast<int>(config.maxTokens));
    m_reach->setKeyboardTracking(false);
    m_reachLabel->setBuddy(m_reach);
    m_globals->setObjectName(QStringLiteral("globalTokens"));
    m_globals->setRange(0, static_cast<int>(config.maxTokens));
    m_globals->setKeyboardTracking(false);
    m_globals->setToolTip(tr("So many tokens at the beginning see all and are seen by all"));
    m_globalsLabel->setBuddy(m_globals);
    m_share->setObjectName(QStringLiteral("maskShare"));
    m_share->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_heads->setObjectName(QStringLiteral("headGrid"));
    m_heads->setAccessibleName(tr("Heads, on or off"));
    m_zeroValue->setObjectName(QStringLiteral("zeroValue"));
    m_zeroValue->setToolTip(
        tr("Replace the value vector of the chosen token by zeros in every head and layer: it is looked at as "
           "before, and nothing flows from it.\nDelete on the tokens does the same."));
    m_zeroed->setObjectName(QStringLiteral("zeroedValues"));
    m_zeroed->setWordWrap(true);
    m_reset->setObjectName(QStringLiteral("reset"));
    m_reset->setToolTip(tr("Back to the model's own mechanism"));
}

void ExperimentPanel::layOut()
{
    auto* misconceptions = new QGroupBox(tr("What if …"), this);
    auto* switches = new QVBoxLayout(misconceptions);
    switches->setContentsMargins(6, 4, 6, 4);
    switches->addWidget(m_scaling);
    switches->addWidget(m_keysAsValues);
    switches->addWidget(m_sharedHeads);

    auto* grid = new QGridLayout;
    int row = 0;
    grid->addWidget(m_temperatureLabel, row, 0);
    grid->addWidget(m_temperature, row++, 1);
    grid->addWidget(m_temperatureSlider, row++, 0, 1, 2);
    const auto addChoice = [&](const QString& name, QComboBox* box) {
        grid->addWidget(sectionLabel(name, box), row++, 0, 1, 2);
        grid->addWidget(box, row++, 0, 1, 2);
    };
    addChoice(tr("&Attention kernel"), m_kernel);
    addChoice(tr("&Positions"), m_positions);
    addChoice(tr("&Mask"), m_mask);
    grid->addWidget(m_reachLabel, row, 0);
    grid->addWidget(m_reach, row++, 1);
    grid->addWidget(m_globalsLabel, row, 0);
    grid->addWidget(m_globals, row++, 1);
    grid->addWidget(m_share, row++, 0, 1, 2);
    auto* headsLabel = new QLabel(tr("Heads: click to switch off"), this);
    headsLabel->setBuddy(m_heads);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(misconceptions);
    layout->addLayout(grid);
    layout->addWidget(headsLabel);
    layout->addWidget(m_heads);
    layout->addWidget(m_zeroValue);
    layout->addWidget(m_zeroed);
    layout->addSpacing(6);
    layout->addWidget(m_reset);
    layout->addStretch(1);
}

void ExperimentPanel::connectControls()
{
    connect(m_scaling, &QCheckBox::toggled, this, [this](bool on) {
        change([on](Experiment& experiment) { experiment.scaling = on ? Scaling::On : Scaling::Off; });
    });
    connect(m_keysAsValues, &QCheckBox::toggled, this, [this](bool on) {
        change([on](Experiment& experiment) { experiment.values = on ? ValueSource::Keys : ValueSource::Own; });
    });
    connect(m_sharedHeads, &QCheckBox::toggled, this, [this](bool on) {
        change([on](Experiment& experiment) { experiment.sharing = on ? HeadSharing::FirstHead : HeadSharing::None; });
    });
    connect(m_temperature, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        change([value](Experiment& experiment) { experiment.temperature = static_cast<float>(value); });
    });
    connect(m_temperatureSlider, &QSlider::valueChanged, this, [this](int value) {
        change([value](Experiment& experiment) { experiment.temperature = static_cast<float>(temperatureOf(value)); });
    });
    connect(m_kernel, &QComboBox::currentIndexChanged, this, [this] {
        const auto kernel = static_cast<AttentionKernel>(m_kernel->currentData().toInt());
        change([kernel](Experiment& experiment) { experiment.kernel = kernel; });
    });
    connect(m_positions, &QComboBox::currentIndexChanged, this, [this] {
        const int chosen = m_positions->currentData().toInt();
        change([chosen](Experiment& experiment) {
            experiment.positions = chosen == kOwn ? std::nullopt : std::optional(static_cast<PositionScheme>(chosen));
        });
    });
    connect(m_mask, &QComboBox::currentIndexChanged, this,
            [this] { m_session.chooseMask(static_cast<MaskChoice>(m_mask->currentData().toInt())); });
    connect(m_reach, &QSpinBox::valueChanged, this,
            [this](int value) { change([value](Experiment& experiment) { experiment.maskReach = value; }); });
    connect(m_globals, &QSpinBox::valueChanged, this,
            [this](int value) { change([value](Experiment& experiment) { experiment.globalTokens = value; }); });
    connect(m_heads, &HeadGrid::switched, &m_session, &Session::toggleHead);
    connect(m_zeroValue, &QCheckBox::clicked, this, [this] {
        if (const std::optional<TokenIndex> row = m_session.locked().query) {
            m_session.toggleValues(*row);
        }
    });
    connect(m_reset, &QPushButton::clicked, this, [this] { m_session.setExperiment({}); });
    connect(&m_session, &Session::experimentChanged, this, &ExperimentPanel::showExperiment);
    connect(&m_session, &Session::traceReady, this, [this] {
        showShare();
        showValues();
    });
    connect(&m_session, &Session::shownChanged, this, [this] {
        m_heads->setSelected(m_session.document().selection.head);
        showValues();
    });
}

void ExperimentPanel::change(const std::function<void(Experiment&)>& edit)
{
    Experiment experiment = m_session.document().experiment;
    edit(experiment);
    m_session.setExperiment(experiment);
}

void ExperimentPanel::showExperiment(const Experiment& experiment)
{
    const std::array<QSignalBlocker, 8> blocks = {
        QSignalBlocker(m_scaling),           QSignalBlocker(m_keysAsValues), QSignalBlocker(m_sharedHeads),
        QSignalBlocker(m_temperature),       QSignalBlocker(m_kernel),       QSignalBlocker(m_positions),
        QSignalBlocker(m_temperatureSlider), QSignalBlocker(m_zeroValue)};
    m_scaling->setChecked(experiment.scaling == Scaling::On);
    m_keysAsValues->setChecked(experiment.values == ValueSource::Keys);
    m_sharedHeads->setChecked(experiment.sharing == HeadSharing::FirstHead);
    m_temperature->setValue(static_cast<double>(experiment.temperature));
    m_temperatureSlider->setValue(sliderOf(static_cast<double>(experiment.temperature)));
    m_kernel->setCurrentIndex(m_kernel->findData(static_cast<int>(experiment.kernel)));
    m_positions->setCurrentIndex(
        m_positions->findData(experiment.positions ? static_cast<int>(*experiment.positions) : kOwn));

    const bool isSoftmax = experiment.kernel == AttentionKernel::Softmax;
    const QString noSoftmax = tr("Linear attention has no softmax: neither a scale nor a temperature");
    m_scaling->setEnabled(isSoftmax);
    m_scaling->setToolTip(
        isSoftmax ? tr("Divide each score by √d = √%1, so that its spread does not grow with the head width.\nWhat "
                       "if not? Weights sharpen: nearly all goes to the one best key.")
                        .arg(m_session.model().config.headWidth())
                  : noSoftmax);
    const QString temperatureTip =
        isSoftmax ? tr("Scores are divided by it before the softmax: below 1 sharpens, above 1 flattens") : noSoftmax;
    for (QWidget* control : std::array<QWidget*, 3>{m_temperatureLabel, m_temperature, m_temperatureSlider}) {
        control->setEnabled(isSoftmax);
        control->setToolTip(temperatureTip);
    }
    showMask(experiment);
    m_heads->setAblated(experiment.ablatedHeads);
    showValues();
    m_reset->setEnabled(experiment != Experiment{});
}

void ExperimentPanel::showMask(const Experiment& experiment)
{
    const QSignalBlocker blockMask(m_mask);
    const QSignalBlocker blockReach(m_reach);
    const QSignalBlocker blockGlobals(m_globals);
    m_mask->setCurrentIndex(m_mask->findData(static_cast<int>(experiment.mask)));
    const bool isWindow = experiment.mask == MaskChoice::Window;
    const bool isBlock = experiment.mask == MaskChoice::Block;
    m_reachLabel->setText(isWindow ? tr("Reach to each side") : isBlock ? tr("Tokens in a block") : tr("Stride"));
    m_reach->setMinimum(isWindow ? 0 : 1);
    m_reach->setValue(static_cast<int>(experiment.maskReach));
    m_globals->setValue(static_cast<int>(experiment.globalTokens));
    for (QWidget* control : std::array<QWidget*, 2>{m_reachLabel, m_reach}) {
        control->setVisible(hasReach(experiment.mask));
    }
    for (QWidget* control : std::array<QWidget*, 2>{m_globalsLabel, m_globals}) {
        control->setVisible(isBlock);
    }
}

void ExperimentPanel::showShare()
{
    const std::shared_ptr<const Trace>& trace = m_session.fullTrace();
    if (!trace) {
        m_share->clear();
        return;
    }
    const Index tokens = trace->tokens();
    const Mask& mask = trace->info().maskOf(m_session.locked().head.layer);
    const Index cells = tokens * tokens;
    const Index visible = visibleCells(mask, tokens);
    const double share = static_cast<double>(visible) / static_cast<double>(cells);
    const Index headWidth = m_session.model().config.headWidth();
    const auto multiplyAdds = [&](AttentionVariant variant) {
        const double count = costOf(variant, tokens, {.headWidth = headWidth, .mask = mask}).multiplyAdds;
        return QStringLiteral("%L1").arg(static_cast<Index>(count));
    };
    m_share->setText(tr("%1 % of %L2 cells computed\n%3 multiply-adds a head")
                         .arg(100.0 * share, 0, 'f', share < 0.1 ? 1 : 0)
                         .arg(cells)
                         .arg(multiplyAdds(AttentionVariant::Sparse)));
    m_share->setToolTip(
        tr("Where hidden cells are skipped: %L1 of %L2 cells, with d = %3 multiply-adds for a cell's score q·k and d "
           "for its part weight·v of the sum; without a mask %4.\n"
           "Headlight itself computes every cell, so that it can be shown.")
            .arg(visible)
            .arg(cells)
            .arg(headWidth)
            .arg(multiplyAdds(AttentionVariant::Full)));
}

void ExperimentPanel::showValues()
{
    const std::shared_ptr<const Trace>& trace = m_session.trace();
    const std::set<TokenIndex> zeroed = m_session.zeroedRows();
    const auto named = [&trace](TokenIndex row) {
        const QString number = QString::number(row.value);
        const bool isThere = trace && row.value < trace->tokens();
        return isThere ? number + QChar(0x00A0) + tokenLabel(trace->info().tokens[static_cast<std::size_t>(row.value)])
                       : number;
    };
    const std::optional<TokenIndex> chosen = m_session.locked().query;
    const QSignalBlocker block(m_zeroValue);
    m_zeroValue->setEnabled(chosen.has_value());
    m_zeroValue->setChecked(chosen && zeroed.contains(*chosen));
    m_zeroValue->setText(chosen ? tr("&Zero the value of %1").arg(named(*chosen)) : tr("&Zero a token's value"));

    QStringList names;
    for (const TokenIndex row : zeroed) {
        if (static_cast<std::size_t>(names.size()) == kMostNamed) {
            names.append(tr("%1 more").arg(zeroed.size() - kMostNamed));
            break;
        }
        names.append(named(row));
    }
    m_zeroed->setText(tr("Zeroed: %1").arg(names.join(QStringLiteral(", "))));
    m_zeroed->setVisible(!zeroed.empty());
}

}  // namespace headlight::ui
