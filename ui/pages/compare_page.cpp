#include "ui/pages/compare_page.h"

#include "ui/panels/loading_row.h"
#include "ui/panels/model_button.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/session/toy_trainer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kLongestText = 2000;
constexpr int kSpacing = 6;

template <typename Value>
struct Choice
{
    Value value;
    const char* label;
    const char* tip;
};

constexpr std::array kStages = {
    Choice{StageId::Weights, QT_TRANSLATE_NOOP("ComparePage", "Weights"),
           QT_TRANSLATE_NOOP("ComparePage", "After the softmax: each row sums to 1")},
    Choice{StageId::Scores, QT_TRANSLATE_NOOP("ComparePage", "Scaled scores"),
           QT_TRANSLATE_NOOP("ComparePage", "Q·Kᵀ divided by √d, before mask and softmax")},
    Choice{StageId::RawScores, QT_TRANSLATE_NOOP("ComparePage", "Raw scores"),
           QT_TRANSLATE_NOOP("ComparePage", "Q·Kᵀ: the dot product of each query with each key")},
};

constexpr std::array kAlignments = {
    Choice{Alignment::BestMatch, QT_TRANSLATE_NOOP("ComparePage", "best match"),
           QT_TRANSLATE_NOOP("ComparePage",
                             "Equal tokens in one row, in their order; of one model then the most similar ones, by the "
                             "cosine of their embeddings")},
    Choice{Alignment::ByPosition, QT_TRANSLATE_NOOP("ComparePage", "by position"),
           QT_TRANSLATE_NOOP("ComparePage", "Token 0 with token 0, token 1 with token 1, …")},
};

constexpr std::array kKinds = {
    std::pair{ComparisonKind::BeforeAfter,
              QT_TRANSLATE_NOOP("ComparePage", "The model as it is, and under the experiment")},
    std::pair{ComparisonKind::Texts, QT_TRANSLATE_NOOP("ComparePage", "The text above, and another one")},
    std::pair{ComparisonKind::Heads, QT_TRANSLATE_NOOP("ComparePage", "Two heads of the same pass")},
    std::pair{ComparisonKind::Layers, QT_TRANSLATE_NOOP("ComparePage", "The same head of two layers")},
    std::pair{ComparisonKind::Models, QT_TRANSLATE_NOOP("ComparePage", "The same text read by two models")},
    std::pair{ComparisonKind::Snapshots, QT_TRANSLATE_NOOP("ComparePage", "A toy at two moments of its training")},
};

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

template <typename Choices>
void addChoices(QComboBox& box, const Choices& choices)
{
    for (const auto& [value, label, tip] : choices) {
        box.addItem(ComparePage::tr(label), static_cast<int>(value));
        box.setItemData(box.count() - 1, ComparePage::tr(tip), Qt::ToolTipRole);
    }
}

void showNumber(QSpinBox& box, Index value, Index count)
{
    const QSignalBlocker block(box);
    box.setRange(0, static_cast<int>(std::max<Index>(count - 1, 0)));
    box.setValue(static_cast<int>(value));
}

QSpinBox* headBox(const char* name, const QString& title, QWidget* parent)
{
    auto* box = new QSpinBox(parent);
    box->setObjectName(QString::fromLatin1(name));
    box->setAccessibleName(title);
    box->setToolTip(ComparePage::tr("%1, counted from 0").arg(title));
    return box;
}

}  // namespace

ComparePage::ComparePage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_numbers(new QCheckBox(tr("Numbers"), this))
    , m_fit(new QCheckBox(tr("Fit range"), this))
    , m_kind(new QComboBox(this))
    , m_quantity(new QComboBox(this))
    , m_alignment(new QComboBox(this))
    , m_swap(new QToolButton(this))
    , m_headLabel(new QLabel(this))
    , m_layer(headBox("compareLayer", tr("Layer"), this))
    , m_head(headBox("compareHead", tr("Head"), this))
    , m_otherHeadLabel(new QLabel(this))
    , m_otherLayer(headBox("otherLayer", tr("Layer of the other side"), this))
    , m_otherHead(headBox("otherHead", tr("Head of the other side"), this))
    , m_text(new QLineEdit(this))
    , m_model(new ModelButton(this))
    , m_modelProblem(new QLabel(this))
    , m_sentence(new QLineEdit(this))
    , m_moments()
    , m_view(new CellView(this))
    , m_comparer(session)
{
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kSpacing);
    layout->addLayout(makeTitleRow());
    layout->addLayout(makeChoiceRow());
    layout->addLayout(makeHeadRow());
    m_textRow = makeTextRow();
    layout->addWidget(m_textRow);
    m_modelRow = makeModelRow();
    layout->addWidget(m_modelRow);
    m_toyRows = makeToyRows();
    layout->addWidget(m_toyRows);
    m_view->setObjectName(QStringLiteral("comparison"));
    m_view->setAccessibleName(tr("Heatmaps of two sides and of their difference"));
    layout->addWidget(m_view, 1);
    connectControls();
    connectView();
    showControls();
}

QLayout* ComparePage::makeTitleRow()
{
    m_heading->setObjectName(QStringLiteral("compareHeading"));
    m_numbers->setObjectName(QStringLiteral("compareNumbers"));
    m_numbers->setToolTip(tr("Write each value into its cell, where it fits"));
    m_fit->setObjectName(QStringLiteral("compareFit"));
    m_fit->setToolTip(
        tr("Colours of A and B span 0 to the largest weight of both instead of 0 to 1; those of the difference always "
           "span the largest change to either side of 0"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_heading, 1);
    row->addWidget(m_numbers);
    row->addWidget(m_fit);
    return row;
}

QLayout* ComparePage::makeChoiceRow()
{
    m_kind->setObjectName(QStringLiteral("comparisonKind"));
    m_kind->setAccessibleName(tr("What to compare"));
    m_kind->setToolTip(tr("What to compare"));
    for (const auto& [kind, tip] : kKinds) {
        m_kind->addItem(comparisonName(kind), static_cast<int>(kind));
        m_kind->setItemData(m_kind->count() - 1, tr(tip), Qt::ToolTipRole);
    }
    m_quantity->setObjectName(QStringLiteral("comparedQuantity"));
    m_quantity->setAccessibleName(tr("Quantity"));
    addChoices(*m_quantity, kStages);
    m_alignment->setObjectName(QStringLiteral("alignment"));
    m_alignment->setToolTip(tr("Which tokens of the two sides stand in one row"));
    addChoices(*m_alignment, kAlignments);
    m_swap->setObjectName(QStringLiteral("swapSides"));
    m_swap->setText(QStringLiteral("A ⇄ B"));
    m_swap->setToolTip(tr("Swap the sides: the difference turns its sign"));
    for (QComboBox* box : {m_kind, m_quantity, m_alignment}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    }
    auto* alignmentLabel = new QLabel(tr("Rows"), this);
    alignmentLabel->setBuddy(m_alignment);

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    row->addWidget(m_kind);
    row->addWidget(m_quantity);
    row->addWidget(alignmentLabel);
    row->addWidget(m_alignment);
    row->addWidget(m_swap);
    row->addStretch(1);
    return row;
}

QLayout* ComparePage::makeHeadRow()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    m_headLabel->setBuddy(m_layer);
    m_otherHeadLabel->setBuddy(m_otherLayer);
    row->addWidget(m_headLabel);
    row->addWidget(m_layer);
    row->addWidget(m_head);
    row->addSpacing(2 * kSpacing);
    row->addWidget(m_otherHeadLabel);
    row->addWidget(m_otherLayer);
    row->addWidget(m_otherHead);
    row->addStretch(1);
    return row;
}

QWidget* ComparePage::makeTextRow()
{
    auto* box = new QWidget(this);
    m_text->setObjectName(QStringLiteral("otherText"));
    m_text->setMaxLength(kLongestText);
    m_text->setToolTip(tr("What to compare the text above with"));
    auto* label = new QLabel(tr("Other text"), box);
    label->setBuddy(m_text);
    auto* reverse = new QToolButton(box);
    reverse->setObjectName(QStringLiteral("reverseWords"));
    reverse->setText(tr("Words reversed"));
    reverse->setToolTip(tr("Follow the text above, its words in reverse order"));
    connect(reverse, &QToolButton::clicked, this,
            [this] { changeOptions([](CompareOptions& options) { options.text.reset(); }); });
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    row->setSpacing(kSpacing);
    row->addWidget(label);
    row->addWidget(m_text, 1);
    row->addWidget(reverse);
    return box;
}

QWidget* ComparePage::makeModelRow()
{
    auto* box = new QWidget(this);
    m_model->setParent(box);
    m_model->setObjectName(QStringLiteral("otherModel"));
    m_model->setText(tr("Model: none"));
    m_modelProblem->setParent(box);
    m_modelProblem->setObjectName(QStringLiteral("otherModelProblem"));
    m_modelProblem->setTextFormat(Qt::PlainText);
    m_modelProblem->setWordWrap(true);
    auto* label = new QLabel(tr("Other"), box);
    label->setBuddy(m_model);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    row->setSpacing(kSpacing);
    row->addWidget(label);
    row->addWidget(m_model);
    row->addWidget(new LoadingRow(m_comparer.loader(), box));
    row->addWidget(m_modelProblem, 1);
    row->addStretch();
    return box;
}

QWidget* ComparePage::makeToyRows()
{
    auto* box = new QWidget(this);
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins({});
    rows->setSpacing(kSpacing);
    m_sentence->setObjectName(QStringLiteral("toySentence"));
    m_sentence->setMaxLength(kLongestText);
    m_sentence->setToolTip(tr("What the toy reads; it knows the words of its task alone"));
    auto* label = new QLabel(tr("Text"), box);
    label->setBuddy(m_sentence);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpacing);
    row->addWidget(label);
    row->addWidget(m_sentence, 1);
    rows->addLayout(row);
    for (std::size_t side = 0; side < m_moments.size(); ++side) {
        makeMomentRow(side, box, *rows);
    }
    return box;
}

void ComparePage::makeMomentRow(std::size_t side, QWidget* parent, QLayout& rows)
{
    const QString name = side == 0 ? QStringLiteral("A") : QStringLiteral("B");
    auto* box = new QWidget(parent);
    auto* label = new QLabel(name, box);
    auto* training = new QComboBox(box);
    training->setObjectName(QStringLiteral("training") + name);
    training->setAccessibleName(tr("Training of %1").arg(name));
    training->setToolTip(tr("Which of the two trainings side by side"));
    auto* slider = new QSlider(Qt::Horizontal, box);
    slider->setObjectName(QStringLiteral("moment") + name);
    slider->setAccessibleName(tr("Moment of %1").arg(name));
    slider->setToolTip(tr("Every moment of the training that was kept"));
    auto* step = new QLabel(box);
    step->setObjectName(QStringLiteral("step") + name);
    label->setBuddy(slider);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins({});
    row->setSpacing(kSpacing);
    row->addWidget(label);
    row->addWidget(training);
    row->addWidget(slider, 1);
    row->addWidget(step);
    rows.addWidget(box);
    m_moments.at(side) = {box, training, slider, step};
    connect(slider, &QSlider::valueChanged, this, [this, side, training](int snapshot) {
        chooseMoment(side, static_cast<std::size_t>(std::max(training->currentIndex(), 0)), snapshot);
    });
    connect(training, &QComboBox::activated, this, [this, side, slider](int history) {
        chooseMoment(side, static_cast<std::size_t>(history), slider->value());
    });
}

void ComparePage::connectControls()
{
    connect(m_kind, &QComboBox::activated, this, [this] {
        m_pointed.reset();
        changeOptions([this](CompareOptions& options) {
            options.kind = chosen<ComparisonKind>(*m_kind);
            options.head.reset();
            options.layer.reset();
        });
    });
    connect(m_quantity, &QComboBox::activated, this, [this] {
        changeOptions([this](CompareOptions& options) { options.numbers.stage = chosen<StageId>(*m_quantity); });
    });
    connect(m_alignment, &QComboBox::activated, this, [this] {
        m_pointed.reset();
        changeOptions([this](CompareOptions& options) { options.numbers.alignment = chosen<Alignment>(*m_alignment); });
    });
    connect(m_swap, &QToolButton::clicked, this, [this] {
        m_pointed.reset();
        changeOptions([](CompareOptions& options) {
            options.order = options.order == SideOrder::AsChosen ? SideOrder::Swapped : SideOrder::AsChosen;
        });
    });
    connect(m_numbers, &QCheckBox::toggled, this, [this](bool on) {
        changeOptions(
            [on](CompareOptions& options) { options.cellNumbers = on ? CellNumbers::Shown : CellNumbers::Hidden; });
    });
    connect(m_fit, &QCheckBox::toggled, this, [this](bool on) {
        changeOptions([on](CompareOptions& options) { options.range = on ? RangeMode::Fit : RangeMode::Fixed; });
    });
    for (QSpinBox* box : {m_layer, m_head}) {
        connect(box, &QSpinBox::valueChanged, this, [this] {
            chooseHead({LayerIndex(m_layer->value()), HeadIndex(m_head->value())});
        });
    }
    for (QSpinBox* box : {m_otherLayer, m_otherHead}) {
        connect(box, &QSpinBox::valueChanged, this, [this] {
            changeOptions([this](CompareOptions& options) {
                options.layer = LayerIndex(m_otherLayer->value());
                options.head = HeadAddress{LayerIndex(m_otherLayer->value()), HeadIndex(m_otherHead->value())};
            });
        });
    }
    connect(m_text, &QLineEdit::textEdited, this,
            [this](const QString& text) { changeOptions([&text](CompareOptions& options) { options.text = text; }); });
    connect(m_sentence, &QLineEdit::textEdited, this, [this](const QString& text) {
        m_lockedMoment.reset();
        changeOptions([&text](CompareOptions& options) { options.sentence = text; });
    });
    connect(m_model, &ModelButton::chosen, this,
            [this](const ModelChoice& choice) { m_comparer.loader().open(sourceOf(choice)); });
    connect(m_model, &ModelButton::folderWanted, this, &ComparePage::openOtherModel);
    const auto follow = [this] {
        if (isVisible()) {
            refresh();
        }
    };
    connect(&m_comparer, &Comparer::changed, this, follow);
    connect(&session().toyTrainer(), &ToyTrainer::progressed, this, [this, follow] {
        if (options().kind == ComparisonKind::Snapshots) {
            follow();
        }
    });
}

void ComparePage::connectView()
{
    const auto rowsOf = [this](const std::optional<Cell>& cell) {
        Selection rows{.head = session().document().selection.head};
        if (cell && m_comparer.comparison()) {
            const Comparison& numbers = *m_comparer.comparison()->numbers;
            rows.query = traceRow(numbers, session().trace(), cell->query.value);
            rows.key = traceRow(numbers, session().trace(), cell->key.value);
        }
        return rows;
    };
    connect(m_view, &CellView::pointed, this, [this, rowsOf](std::optional<Cell> cell) {
        if (m_pointed == cell) {
            return;
        }
        m_pointed = cell;
        if (options().kind != ComparisonKind::Snapshots) {
            session().point(cell ? std::optional(rowsOf(cell)) : std::nullopt);
        }
        showPicture();
    });
    connect(m_view, &CellView::clicked, this, [this, rowsOf](Cell cell) {
        m_pointed.reset();
        if (options().kind == ComparisonKind::Snapshots) {
            m_lockedMoment = m_lockedMoment == cell ? std::nullopt : std::optional(cell);
            showPicture();
        } else {
            session().select(rowsOf(cell));
        }
    });
    connect(m_view, &CellView::freed, this, [this] {
        m_lockedMoment.reset();
        session().select({.head = session().document().selection.head});
    });
}

template <typename Change>
void ComparePage::changeOptions(Change change)
{
    ViewOptions all = session().viewOptions();
    change(all.compare);
    session().setViewOptions(all);
}

void ComparePage::chooseHead(HeadAddress head)
{
    if (options().kind == ComparisonKind::Snapshots) {
        changeOptions([head](CompareOptions& options) { options.toyHead = head; });
    } else {
        session().selectHead(head);
    }
}

void ComparePage::chooseMoment(std::size_t side, std::size_t history, int snapshot)
{
    const std::vector<ToyHistory>& histories = session().toyTrainer().histories();
    if (history >= histories.size()) {
        return;
    }
    const std::vector<Snapshot>& snapshots = histories[history].snapshots;
    const auto last = static_cast<int>(snapshots.size()) - 1;
    const Index step = snapshots[static_cast<std::size_t>(std::clamp(snapshot, 0, last))].step;
    // Whoever drags to the newest goes on following it.
    const bool isNewest = side == 1 && snapshot >= last && history == 0;
    changeOptions([&](CompareOptions& options) {
        options.snapshots.at(side) = isNewest ? std::nullopt : std::optional(SnapshotChoice{history, step});
    });
}

void ComparePage::openOtherModel()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open the other model's folder"));
    if (!folder.isEmpty()) {
        m_comparer.loader().open(folderSource(folder));
    }
}

void ComparePage::refresh()
{
    if (options().kind == ComparisonKind::Models && m_comparer.lacksModel()) {
        m_comparer.loader().open(otherThan(session().model()));
    }
    m_comparer.update();
    showControls();
    showPicture();
}

/// What came while it was hidden, too.
void ComparePage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    refresh();
}

void ComparePage::showControls()
{
    const CompareOptions& compared = options();
    const bool isOfWords = session().viewOptions().tokens.unit == TokenUnit::Word;
    choose(*m_kind, compared.kind);
    const StageId stage = comparableNumbers(session().viewOptions()).stage;
    choose(*m_quantity, stage);
    m_quantity->setEnabled(!isOfWords);
    m_quantity->setToolTip(isOfWords ? tr("Scores are of tokens; show tokens to see them (View menu)")
                                     : tr("Which numbers of the heads to compare"));
    choose(*m_alignment, compared.numbers.alignment);
    const QSignalBlocker blockNumbers(m_numbers);
    const QSignalBlocker blockFit(m_fit);
    m_numbers->setChecked(compared.cellNumbers == CellNumbers::Shown);
    m_fit->setChecked(compared.range == RangeMode::Fit);
    m_fit->setEnabled(stage == StageId::Weights);
    showHeads();

    m_textRow->setVisible(compared.kind == ComparisonKind::Texts);
    if (!compared.text || !m_text->hasFocus()) {
        const QString text = compared.text.value_or(reversedWords(session().document().text));
        if (m_text->text() != text) {
            m_text->setText(text);
        }
    }
    m_modelRow->setVisible(compared.kind == ComparisonKind::Models);
    if (m_comparer.otherModel()) {
        m_model->show(*m_comparer.otherModel());
    }
    m_modelProblem->setText(m_comparer.loadProblem());
    m_modelProblem->setVisible(!m_comparer.loadProblem().isEmpty());
    const std::optional<Comparer::ToyMoments> moments = m_comparer.toyMoments();
    m_toyRows->setVisible(compared.kind == ComparisonKind::Snapshots && moments);
    if (moments) {
        showMoments();
    }
}

void ComparePage::showHeads()
{
    const ComparisonKind kind = options().kind;
    const ModelConfig& config = session().model().config;
    HeadAddress head = session().document().selection.head;
    Index layers = config.layers;
    Index heads = config.heads;
    const std::optional<Comparer::ToyMoments> moments = m_comparer.toyMoments();
    if (kind == ComparisonKind::Snapshots && moments) {
        const ModelConfig& toy = session().toyTrainer().histories().front().toy->config;
        head = moments->head;
        layers = toy.layers;
        heads = toy.heads;
    }
    showNumber(*m_layer, head.layer.value, layers);
    showNumber(*m_head, head.head.value, heads);
    const bool hasOtherHead = kind == ComparisonKind::Heads || kind == ComparisonKind::Models;
    const bool hasOtherLayer = hasOtherHead || kind == ComparisonKind::Layers;
    const bool isSwapped = options().order == SideOrder::Swapped;
    m_headLabel->setText(!hasOtherLayer ? tr("Layer, head") : isSwapped ? tr("B: layer, head") : tr("A: layer, head"));
    m_otherHeadLabel->setText(
        (isSwapped ? tr("A: %1") : tr("B: %1")).arg(hasOtherHead ? tr("layer, head") : tr("layer")));
    m_otherHeadLabel->setVisible(hasOtherLayer);
    m_otherLayer->setVisible(hasOtherLayer);
    m_otherHead->setVisible(hasOtherHead);
    const ModelConfig& other =
        kind == ComparisonKind::Models && m_comparer.otherModel() ? m_comparer.otherModel()->config : config;
    const HeadAddress compared = comparedHead(options(), head, config);
    showNumber(*m_otherLayer, compared.layer.value, other.layers);
    showNumber(*m_otherHead, compared.head.value, other.heads);
}

void ComparePage::showMoments()
{
    const Comparer::ToyMoments moments = *m_comparer.toyMoments();
    const std::vector<ToyHistory>& histories = session().toyTrainer().histories();
    if (!m_sentence->hasFocus() && m_sentence->text() != moments.sentence) {
        m_sentence->setText(moments.sentence);
    }
    for (std::size_t side = 0; side < m_moments.size(); ++side) {
        const auto& [row, training, slider, step] = m_moments.at(side);
        const SnapshotChoice& choice = moments.snapshots.at(side);
        const std::vector<Snapshot>& snapshots = histories[choice.history].snapshots;
        const QSignalBlocker blockTraining(training);
        const QSignalBlocker blockSlider(slider);
        training->clear();
        for (const ToyHistory& history : histories) {
            training->addItem(scalingName(history.scaling));
        }
        training->setCurrentIndex(static_cast<int>(choice.history));
        training->setVisible(histories.size() > 1);
        slider->setMaximum(static_cast<int>(snapshots.size()) - 1);
        const auto at = std::ranges::find(snapshots, choice.step, &Snapshot::step);
        slider->setValue(static_cast<int>(at - snapshots.begin()));
        step->setText(tr("step %L1").arg(choice.step));
    }
}

MarkedLines ComparePage::marked() const
{
    const std::optional<Cell> cell = m_pointed                                     ? m_pointed
                                     : options().kind == ComparisonKind::Snapshots ? m_lockedMoment
                                                                                   : std::nullopt;
    if (cell) {
        return {cell->query.value, cell->key.value};
    }
    return marksOf(*m_comparer.comparison()->numbers, session().trace(), session().shown());
}

void ComparePage::showPicture()
{
    const bool isSessionBusy = session().state() == SessionState::Busy && options().kind != ComparisonKind::Snapshots;
    m_view->setDimmed(isSessionBusy || m_comparer.isBusy());
    if (!m_comparer.comparison()) {
        m_heading->clear();
        m_view->setHint(m_comparer.message().isEmpty() ? emptyHint() : m_comparer.message());
        m_view->setPicture(nullptr);
        return;
    }
    auto picture = std::make_unique<ComparisonPicture>(m_comparer.comparison(), marked(), options(),
                                                       ColourMap::named(session().viewOptions().colourMap));
    const Comparison& numbers = picture->numbers();
    const bool isOneNote = numbers.a.trace->info().modelNote == numbers.b.trace->info().modelNote;
    m_heading->setText(pageHeading(picture->title(), isOneNote ? numbers.a.trace.get() : nullptr));
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
    const Index side = picture->side();
    const auto isThere = [side](const std::optional<Index>& row) { return row && *row < side; };
    const MarkedLines lines = marked();
    m_view->setCursor(isThere(lines.row) && isThere(lines.column)
                          ? std::optional(Cell{TokenIndex(*lines.row), TokenIndex(*lines.column)})
                          : std::nullopt);
    m_view->setPicture(std::move(picture));
}

bool ComparePage::isUpToDate() const
{
    return Page::isUpToDate() && m_comparer.isUpToDate();
}

std::optional<Figure> ComparePage::figure() const
{
    const std::shared_ptr<const ShownComparison>& comparison = m_comparer.comparison();
    if (!comparison) {
        return std::nullopt;
    }
    const bool isOfToy = comparison->kind == ComparisonKind::Snapshots;
    const ComparisonSide& first = comparison->numbers->a;
    Selection selection = session().locked();
    if (isOfToy) {
        selection = {.head = first.head};
    }
    return toFigure({.view = View::Compare,
                     .trace = isOfToy ? first.shown : session().trace(),
                     .model = first.model,
                     .selection = selection,
                     .options = session().viewOptions(),
                     .comparison = comparison});
}

}  // namespace headlight::ui
