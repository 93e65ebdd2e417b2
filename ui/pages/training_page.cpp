#include "ui/pages/training_page.h"

#include "ui/panels/rate_box.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kSpacing = 6;
constexpr int kGroupSpacing = 6;
constexpr std::array<Index, 3> kWidths = {kNarrowWidth, kMiddleWidth, kWide};

/// Charts cost more than all the rest; so often is as smooth as the eye asks for.
constexpr int kChartPauseMs = 120;

QLabel* addLabelled(QHBoxLayout& row, const QString& text, QWidget* buddy)
{
    auto* label = new QLabel(text, buddy->parentWidget());
    label->setBuddy(buddy);
    row.addWidget(label);
    row.addWidget(buddy);
    row.addSpacing(kGroupSpacing);
    return label;
}

template <typename Value>
void addChoice(QComboBox& box, const QString& text, Value value)
{
    box.addItem(text, static_cast<int>(value));
}

template <typename Value>
void choose(QComboBox& box, Value value)
{
    const QSignalBlocker block(box);
    box.setCurrentIndex(box.findData(static_cast<int>(value)));
}

template <typename Value>
Value chosen(const QComboBox& box)
{
    return static_cast<Value>(box.currentData().toInt());
}

QString headName(const Toy& toy, HeadAddress head)
{
    const auto asked = std::ranges::find(toy.askedHeads, head, &AskedHead::head);
    return headTitle(head, asked == toy.askedHeads.end() ? std::string_view() : asked->relation);
}

QString scalingMark(Scaling scaling, const Theme& theme)
{
    return QStringLiteral("<span style='color:%1'>■</span> %2")
        .arg(scalingColour(scaling, theme).name(), scalingName(scaling));
}

}  // namespace

TrainingPage::TrainingPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_toy(new QComboBox(this))
    , m_scaling(new QComboBox(this))
    , m_width(new QComboBox(this))
    , m_start(new QComboBox(this))
    , m_seed(new QSpinBox(this))
    , m_rate(new RateBox(this))
    , m_train(new QPushButton(this))
    , m_step(new QPushButton(tr("Step"), this))
    , m_restart(new QPushButton(tr("Restart"), this))
    , m_status(makeHeading(this))
    , m_text(new QLabel(this))
    , m_sentence(new QComboBox(this))
    , m_head(new QComboBox(this))
    , m_note(makeHeading(this))
    , m_charts(new PictureView(this))
    , m_snapshots(new QSlider(Qt::Horizontal, this))
    , m_snapshotLabel(new QLabel(this))
    , m_newest(new QCheckBox(tr("newest"), this))
    , m_trainer(session.toyTrainer())
{
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpacing);
    layout->addLayout(makeSetupRow());
    layout->addLayout(makeButtonRow());
    m_text->setObjectName(QStringLiteral("trainingText"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    layout->addWidget(m_text);
    layout->addLayout(makeSentenceRow());
    m_note->setObjectName(QStringLiteral("sentenceNote"));
    m_note->hide();
    layout->addWidget(m_note);
    layout->addWidget(makeBody(), 1);
    layout->addLayout(makeScrubber());
    m_chartTimer.setSingleShot(true);
    connectControls();
    showSetup(defaultSetup(ToyKind::Grammar));
    showStatus();
}

QLayout* TrainingPage::makeSetupRow()
{
    m_toy->setObjectName(QStringLiteral("toy"));
    m_toy->setAccessibleName(tr("Toy"));
    m_toy->setToolTip(tr("A small model and its task, which it learns within a minute"));
    addChoice(*m_toy, toyName(ToyKind::Grammar), ToyKind::Grammar);
    addChoice(*m_toy, toyName(ToyKind::Lookup), ToyKind::Lookup);
    m_scaling->setObjectName(QStringLiteral("scaling"));
    m_scaling->setToolTip(tr("Whether scores are divided by √d while it learns; side by side trains two that are equal "
                             "but for that"));
    addChoice(*m_scaling, scalingName(Scaling::On), ScalingChoice::On);
    addChoice(*m_scaling, scalingName(Scaling::Off), ScalingChoice::Off);
    addChoice(*m_scaling, tr("side by side"), ScalingChoice::SideBySide);
    m_width->setObjectName(QStringLiteral("width"));
    m_width->setToolTip(tr("d, the width of the toy's one head; unscaled scores grow with √d"));
    for (const Index width : kWidths) {
        addChoice(*m_width, QString::number(width), width);
    }
    m_start->setObjectName(QStringLiteral("start"));
    m_start->setToolTip(
        tr("How large the random queries and keys are at first: variance 1, as the paper's argument has "
           "it, or 1/3, as PyTorch's linear layers start"));
    addChoice(*m_start, tr("unit variance"), QueryKeyStart::UnitVariance);
    addChoice(*m_start, tr("PyTorch's default"), QueryKeyStart::TorchDefault);

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    row->addWidget(m_toy);
    row->addSpacing(kGroupSpacing);
    addLabelled(*row, tr("Scores"), m_scaling);
    m_widthLabel = addLabelled(*row, tr("Width"), m_width);
    m_startLabel = addLabelled(*row, tr("Start"), m_start);
    row->addStretch(1);
    return row;
}

QLayout* TrainingPage::makeButtonRow()
{
    m_train->setObjectName(QStringLiteral("train"));
    m_train->setText(tr("Pause"));
    m_train->setMinimumWidth(m_train->sizeHint().width());  // the same with either text
    m_step->setObjectName(QStringLiteral("step"));
    m_step->setToolTip(tr("One more step"));
    m_restart->setObjectName(QStringLiteral("restart"));
    m_restart->setToolTip(tr("From random weights again"));
    m_seed->setObjectName(QStringLiteral("seed"));
    m_seed->setToolTip(tr("Of the random weights and sentences; the same seed gives the same numbers"));
    m_seed->setRange(0, 9999);
    m_seed->setKeyboardTracking(false);
    m_rate->setObjectName(QStringLiteral("rate"));
    m_rate->setToolTip(tr("Learning rate, %1 to %2").arg(RateBox::kSmallest).arg(RateBox::kLargest));
    m_status->setObjectName(QStringLiteral("trainingStatus"));

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    row->addWidget(m_train);
    row->addWidget(m_step);
    row->addWidget(m_restart);
    row->addSpacing(kGroupSpacing);
    addLabelled(*row, tr("Seed"), m_seed);
    addLabelled(*row, tr("Rate"), m_rate);
    row->addWidget(m_status, 1);
    return row;
}

QLayout* TrainingPage::makeSentenceRow()
{
    constexpr int kLongestSentence = 400;
    m_sentence->setObjectName(QStringLiteral("sentence"));
    m_sentence->setEditable(true);
    m_sentence->setInsertPolicy(QComboBox::NoInsert);
    m_sentence->setCompleter(nullptr);
    m_sentence->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_sentence->lineEdit()->setMaxLength(kLongestSentence);
    m_sentence->lineEdit()->installEventFilter(this);
    m_head->setObjectName(QStringLiteral("head"));
    m_head->setSizeAdjustPolicy(QComboBox::AdjustToContents);

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    auto* label = new QLabel(tr("Text"), this);
    label->setBuddy(m_sentence);
    row->addWidget(label);
    row->addWidget(m_sentence, 1);
    row->addSpacing(kGroupSpacing);
    m_headLabel = new QLabel(tr("Head"), this);
    m_headLabel->setBuddy(m_head);
    row->addWidget(m_headLabel);
    row->addWidget(m_head);
    return row;
}

QWidget* TrainingPage::makeBody()
{
    m_charts->setObjectName(QStringLiteral("trainingCharts"));
    m_charts->setAccessibleName(tr("Charts of the training"));
    m_charts->setToolTip(tr(
        "<p>A row of weights is saturated if one is above 0.99. The slope 1 − Σw² says how much weights still "
        "answer to their scores. Gradient norms are those before clipping. Links found: the share of the links of 100 "
        "sentences at which the head's largest weight points. The grammar toy's loss is the weighted sum of all "
        "that it is asked.</p>"));
    m_charts->setMinimumSize(300, 160);
    auto* heatmaps = new QWidget(this);
    auto* column = new QVBoxLayout(heatmaps);
    column->setContentsMargins({});
    column->setSpacing(2);
    for (std::size_t i = 0; i < m_sides.size(); ++i) {
        Side& side = m_sides[i];
        side.heading = new QLabel(heatmaps);  // with a coloured mark, so rich text
        side.heading->setObjectName(QStringLiteral("trainingHeading%1").arg(i));
        side.heading->setTextFormat(Qt::RichText);
        side.heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
        side.view = new HeatmapView(heatmaps);
        side.view->setObjectName(QStringLiteral("trainingHeatmap%1").arg(i));
        side.view->setAccessibleName(i == 0 ? tr("Heatmap of one head") : tr("Heatmap of the same head, not scaled"));
        side.view->setMinimumSize(200, 90);
        column->addWidget(side.heading);
        column->addWidget(side.view, 1);
    }
    auto* body = new QSplitter(Qt::Horizontal, this);
    body->setChildrenCollapsible(false);
    body->addWidget(m_charts);
    body->addWidget(heatmaps);
    body->setStretchFactor(0, 3);
    body->setStretchFactor(1, 2);
    return body;
}

QLayout* TrainingPage::makeScrubber()
{
    m_snapshots->setObjectName(QStringLiteral("snapshots"));
    m_snapshots->setToolTip(tr("Every moment that was kept: drag to see the head as it was"));
    m_snapshots->setAccessibleName(tr("Snapshot"));
    m_snapshots->setRange(0, 0);
    m_newest->setObjectName(QStringLiteral("newest"));
    m_newest->setToolTip(tr("Follow the training"));
    m_newest->setChecked(true);

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    row->addWidget(m_snapshots, 1);
    row->addWidget(m_snapshotLabel);
    row->addSpacing(kGroupSpacing);
    row->addWidget(m_newest);
    return row;
}

void TrainingPage::connectControls()
{
    connect(m_toy, &QComboBox::currentIndexChanged, this, [this] {
        ToySetup setup = defaultSetup(chosen<ToyKind>(*m_toy));
        setup.seed = static_cast<std::uint64_t>(m_seed->value());
        showSetup(setup);
        applySetup();
    });
    for (QComboBox* box : {m_scaling, m_width, m_start}) {
        connect(box, &QComboBox::currentIndexChanged, this, &TrainingPage::applySetup);
    }
    connect(m_seed, &QSpinBox::valueChanged, this, &TrainingPage::applySetup);
    connect(m_rate, &QDoubleSpinBox::valueChanged, this, &TrainingPage::applySetup);

    connect(m_train, &QPushButton::clicked, this, [this] {
        if (m_trainer.isRunning()) {
            m_trainer.pause();
        } else {
            m_trainer.run();
        }
    });
    connect(m_step, &QPushButton::clicked, this, [this] {
        m_newest->setChecked(true);
        m_trainer.stepOnce();
    });
    connect(m_restart, &QPushButton::clicked, this, [this] { restart(chosenSetup()); });
    connect(&m_trainer, &ToyTrainer::progressed, this, [this] {
        if (isVisible()) {
            followSetup();
            showProgress();
        }
    });
    connect(&m_chartTimer, &QTimer::timeout, this, &TrainingPage::drawCharts);

    connect(m_sentence, &QComboBox::currentTextChanged, this, &TrainingPage::readSentence);
    connect(m_sentence, &QComboBox::activated, this, [this] { m_sentence->lineEdit()->setCursorPosition(0); });
    connect(m_head, &QComboBox::currentIndexChanged, this, &TrainingPage::drawHeatmaps);
    connect(m_snapshots, &QSlider::valueChanged, this, [this] {
        const QSignalBlocker block(m_newest);
        m_newest->setChecked(false);
        showSnapshots();
    });
    connect(m_newest, &QCheckBox::toggled, this, [this] { showProgress(); });

    for (const Side& side : m_sides) {
        connect(side.view, &HeatmapView::pointed, this, [this](std::optional<Cell> cell) {
            if (m_pointed != cell) {
                m_pointed = cell;
                drawHeatmaps();
            }
        });
        connect(side.view, &HeatmapView::clicked, this, [this](Cell cell) {
            m_pointed.reset();
            m_locked = {.head = {}, .query = cell.query, .key = cell.key};
            drawHeatmaps();
        });
        connect(side.view, &HeatmapView::freed, this, [this] {
            m_pointed.reset();
            m_locked = {};
            drawHeatmaps();
        });
    }
}

ToySetup TrainingPage::chosenSetup() const
{
    return {.kind = chosen<ToyKind>(*m_toy),
            .scaling = chosen<ScalingChoice>(*m_scaling),
            .width = chosen<Index>(*m_width),
            .start = chosen<QueryKeyStart>(*m_start),
            .seed = static_cast<std::uint64_t>(m_seed->value()),
            .learningRate = static_cast<float>(m_rate->value())};
}

void TrainingPage::showSetup(const ToySetup& setup)
{
    choose(*m_toy, setup.kind);
    choose(*m_scaling, setup.scaling);
    choose(*m_width, setup.width);
    choose(*m_start, setup.start);
    const QSignalBlocker blockSeed(m_seed);
    const QSignalBlocker blockRate(m_rate);
    m_seed->setValue(static_cast<int>(setup.seed));
    m_rate->setValue(static_cast<double>(setup.learningRate));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_widthLabel, m_width, m_startLabel, m_start}) {
        widget->setVisible(setup.kind == ToyKind::Lookup);
    }
}

/// Others than this page may have begun a training, as a lesson.
void TrainingPage::followSetup()
{
    if (m_followed != m_trainer.setup()) {
        m_followed = m_trainer.setup();
        showSetup(m_followed);
    }
}

void TrainingPage::applySetup()
{
    if (m_trainer.state() == TrainingState::Idle || chosenSetup() != m_trainer.setup()) {
        restart(chosenSetup());
    }
}

void TrainingPage::restart(const ToySetup& setup)
{
    const bool wasRunning = m_trainer.isRunning();
    m_followed = setup;
    m_trainer.restart(setup);
    if (wasRunning) {
        m_trainer.run();
    }
}

void TrainingPage::refresh()
{
    if (m_trainer.state() == TrainingState::Idle) {
        restart(chosenSetup());
    }
    followSetup();
    // The session's text, model and selection are none of this page's.
    const QString& colourMap = session().viewOptions().colourMap;
    const Brightness brightness = themeOf(*this).brightness;
    if (m_drawnColourMap != colourMap || m_drawnBrightness != brightness) {
        drawHeatmaps();
    }
}

void TrainingPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    showProgress();
}

/// The window's shortcuts, such as Ctrl+E, come before what the field makes of them.
bool TrainingPage::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == Qt::ControlModifier && key->key() == Qt::Key_E) {
            return true;
        }
    }
    return Page::eventFilter(watched, event);
}

bool TrainingPage::isUpToDate() const
{
    const TrainingState state = m_trainer.state();
    return Page::isUpToDate() && state != TrainingState::Idle && state != TrainingState::Building &&
           !m_chartTimer.isActive();
}

void TrainingPage::showProgress()
{
    showStatus();
    const bool isBuilding = m_trainer.state() == TrainingState::Building;
    m_charts->setDimmed(isBuilding);
    for (const Side& side : m_sides) {
        side.view->setDimmed(isBuilding);
    }
    if (isBuilding || histories().empty()) {
        return;
    }
    if (histories().front().toy != m_shownToy) {
        beginHistories();
    }
    {
        const QSignalBlocker block(m_snapshots);
        const int last = static_cast<int>(histories().front().snapshots.size()) - 1;
        m_snapshots->setMaximum(last);
        if (m_newest->isChecked()) {
            m_snapshots->setValue(last);
        }
    }
    showSnapshots();
}

void TrainingPage::showStatus()
{
    const TrainingState state = m_trainer.state();
    m_train->setText(m_trainer.isRunning() ? tr("Pause") : tr("Train"));
    m_train->setEnabled(state != TrainingState::Finished);
    m_train->setToolTip(state == TrainingState::Finished ? tr("All steps are done; Restart begins again") : QString());
    m_step->setEnabled(state == TrainingState::Paused || state == TrainingState::Running);
    if (state == TrainingState::Idle || state == TrainingState::Building) {
        m_status->setText(tr("making the toy …"));
        return;
    }
    QStringList parts{tr("step %L1 of %L2").arg(m_trainer.stepsDone()).arg(histories().front().toy->options.steps)};
    if (state == TrainingState::Running && m_trainer.sentencesPerSecond() > 0.0) {
        parts.append(tr("%L1 sentences a second").arg(m_trainer.sentencesPerSecond(), 0, 'f', 0));
    } else if (state != TrainingState::Running) {
        parts.append(state == TrainingState::Paused ? tr("paused") : tr("finished"));
    }
    m_status->setText(parts.join(QStringLiteral(" · ")));
}

void TrainingPage::beginHistories()
{
    const bool isOtherTask = !m_shownToy || m_shownToy->name != histories().front().toy->name;
    m_shownToy = histories().front().toy;
    const Toy& toy = *m_shownToy;
    {
        const QSignalBlocker block(m_newest);
        m_newest->setChecked(true);
    }
    for (std::size_t i = 0; i < m_sides.size(); ++i) {
        m_sides[i].heading->setVisible(i < histories().size());
        m_sides[i].view->setVisible(i < histories().size());
    }
    if (isOtherTask) {
        Weights weights = toy.start.model;
        m_toy->setToolTip(tr("%1 layers × %2 heads, width %3: %L4 parameters")
                              .arg(toy.config.layers)
                              .arg(toy.config.heads)
                              .arg(toy.config.width)
                              .arg(parameterCount(parameters(weights))));
        const QSignalBlocker blockSentence(m_sentence);
        const QSignalBlocker blockHead(m_head);
        m_sentence->clear();
        for (const std::string& text : toy.examples) {
            m_sentence->addItem(QString::fromStdString(text));
        }
        m_sentence->lineEdit()->setCursorPosition(0);
        m_head->clear();
        for (Index layer = 0; layer < toy.config.layers; ++layer) {
            for (Index head = 0; head < toy.config.heads; ++head) {
                m_head->addItem(headName(toy, {LayerIndex(layer), HeadIndex(head)}));
            }
        }
        if (const std::optional<std::size_t> antecedent = askedHead(histories().front(), Role::Antecedent)) {
            const HeadAddress& address = toy.askedHeads[*antecedent].head;
            m_head->setCurrentIndex(static_cast<int>(address.layer.value * toy.config.heads + address.head.value));
        }
        m_head->setVisible(m_head->count() > 1);
        m_headLabel->setVisible(m_head->count() > 1);
        readSentence();
    }
}

void TrainingPage::readSentence()
{
    for (Side& side : m_sides) {
        side.model.reset();
    }
    m_pointed.reset();
    m_locked = {};
    m_note->hide();
    if (histories().empty()) {
        return;
    }
    const SentenceReading reading =
        headlight::ui::readSentence(*histories().front().snapshots.front().model, m_sentence->currentText());
    m_locked.query = reading.tellingQuery;
    m_note->setText(reading.note);
    m_note->setVisible(!reading.note.isEmpty());
    showSnapshots();
}

void TrainingPage::showSnapshots()
{
    if (histories().empty()) {
        return;
    }
    bool isNew = false;
    for (std::size_t i = 0; i < histories().size(); ++i) {
        Side& side = m_sides[i];
        const std::shared_ptr<const Model>& model = shownSnapshot(i).model;
        if (std::exchange(side.model, model) != model) {
            isNew = true;
            side.trace = toyTrace(model, m_sentence->currentText(), histories()[i].scaling);
        }
    }
    if (isNew) {
        drawHeatmaps();
    }
    const Index step = shownSnapshot(0).step;
    m_text->setText(trainingNotes(m_trainer.setup(), histories(), step).join(QLatin1Char(' ')));
    m_snapshotLabel->setText(tr("snapshot at step %L1").arg(step));
    if (!m_chartTimer.isActive()) {
        const qint64 since = m_sinceCharts.isValid() ? m_sinceCharts.elapsed() : kChartPauseMs;
        m_chartTimer.start(static_cast<int>(std::clamp<qint64>(kChartPauseMs - since, 0, kChartPauseMs)));
    }
}

void TrainingPage::drawCharts()
{
    if (m_trainer.state() != TrainingState::Building && !histories().empty()) {
        m_charts->setPicture(std::make_unique<TrainingPicture>(content()));
        m_sinceCharts.start();
    }
}

void TrainingPage::drawHeatmaps()
{
    m_drawnColourMap = session().viewOptions().colourMap;
    m_drawnBrightness = themeOf(*this).brightness;
    const auto cursor =
        m_locked.query && m_locked.key ? std::optional(Cell{*m_locked.query, *m_locked.key}) : std::nullopt;
    for (std::size_t i = 0; i < std::min(histories().size(), m_sides.size()); ++i) {
        const Side& side = m_sides[i];
        side.view->setHint(tr("Type a sentence of words that the toy knows, or choose one."));
        side.view->setCursor(cursor);
        std::unique_ptr<HeatmapPicture> picture = heatmapOf(side, m_pointed);
        const QString mark = scalingMark(histories()[i].scaling, themeOf(*this));
        side.heading->setText(picture ? QStringLiteral("%1 · %2").arg(mark, headTitle(picture->head())) : mark);
        side.view->setPicture(std::move(picture));
    }
}

std::unique_ptr<HeatmapPicture> TrainingPage::heatmapOf(const Side& side, std::optional<Cell> pointed) const
{
    if (!side.trace) {
        return nullptr;
    }
    const Index heads = side.trace->info().heads;
    const Index head = std::max(m_head->currentIndex(), 0);
    Selection selection = m_locked;
    if (pointed) {
        selection.query = pointed->query;
        selection.key = pointed->key;
    }
    selection.head = {LayerIndex(head / heads), HeadIndex(head % heads)};
    return std::make_unique<HeatmapPicture>(side.trace, selection, HeatmapOptions{},
                                            ColourMap::named(session().viewOptions().colourMap));
}

const Snapshot& TrainingPage::shownSnapshot(std::size_t side) const
{
    const std::vector<Snapshot>& snapshots = histories()[side].snapshots;
    const auto last = static_cast<int>(snapshots.size()) - 1;
    return snapshots[static_cast<std::size_t>(std::clamp(m_snapshots->value(), 0, last))];
}

TrainingContent TrainingPage::content() const
{
    return {.setup = m_trainer.setup(), .histories = histories(), .shownStep = shownSnapshot(0).step};
}

std::optional<Figure> TrainingPage::figure() const
{
    if (m_trainer.state() == TrainingState::Building || histories().empty()) {
        return std::nullopt;
    }
    TrainingContent shown = content();
    QStringList caption;
    for (std::size_t i = 0; i < histories().size(); ++i) {
        if (std::shared_ptr<const HeatmapPicture> picture = heatmapOf(m_sides[i], std::nullopt)) {
            shown.heatmaps.push_back(std::move(picture));
        }
    }
    if (shown.heatmaps.size() < histories().size()) {
        shown.heatmaps.clear();
    } else {
        caption.append(QStringLiteral("“%1” · %2").arg(m_sentence->currentText(), m_head->currentText()));
        if (!m_note->isHidden()) {
            caption.append(m_note->text());
        }
    }
    caption.append(describe(m_trainer.setup()));
    caption.append(trainingNotes(m_trainer.setup(), histories(), shown.shownStep));
    return Figure{.name = QStringLiteral("training"),
                  .picture = std::make_shared<TrainingPicture>(std::move(shown)),
                  .caption = caption};
}

}  // namespace headlight::ui
