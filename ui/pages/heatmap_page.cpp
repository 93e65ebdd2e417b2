#include "ui/pages/heatmap_page.h"

#include "ui/panels/toggle_button.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

struct QuantityChoice
{
    Quantity quantity;
    const char* label;
    const char* tip;
};

constexpr std::array kQuantities = {
    QuantityChoice{Quantity::Weights, QT_TRANSLATE_NOOP("HeatmapPage", "Weights"),
                   QT_TRANSLATE_NOOP("HeatmapPage", "After the softmax: each row sums to 1")},
    QuantityChoice{Quantity::ScaledScores, QT_TRANSLATE_NOOP("HeatmapPage", "Scaled scores"),
                   QT_TRANSLATE_NOOP("HeatmapPage", "Q·Kᵀ divided by √d, before mask and softmax")},
    QuantityChoice{Quantity::RawScores, QT_TRANSLATE_NOOP("HeatmapPage", "Raw scores"),
                   QT_TRANSLATE_NOOP("HeatmapPage", "Q·Kᵀ: the dot product of each query with each key")},
    QuantityChoice{Quantity::NormWeighted, QT_TRANSLATE_NOOP("HeatmapPage", "Norm-weighted"),
                   QT_TRANSLATE_NOOP("HeatmapPage",
                                     "‖weight · (x·W_V + b_V)·W_O‖: the length of what each query gets from "
                                     "each key (Kobayashi et al. 2020)")},
    QuantityChoice{Quantity::Rollout, QT_TRANSLATE_NOOP("HeatmapPage", "Rollout"),
                   QT_TRANSLATE_NOOP("HeatmapPage",
                                     "∏ (½·W + ½·I) over the layers up to this one, W the mean of a layer's "
                                     "heads: how much of each input token would reach each token if "
                                     "attention and residuals alone carried it (Abnar & Zuidema 2020)")},
};

/// Whose cells the heatmap shows, of those quantities that are a stage.
std::optional<StageId> stageOf(Quantity quantity)
{
    switch (quantity) {
    case Quantity::Weights:
        return StageId::Weights;
    case Quantity::ScaledScores:
        return StageId::Scores;
    case Quantity::RawScores:
        return StageId::RawScores;
    case Quantity::NormWeighted:
    case Quantity::Rollout:
        break;
    }
    return std::nullopt;
}

}  // namespace

HeatmapPage::HeatmapPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_quantity(new QComboBox(this))
    , m_numbers(new QCheckBox(tr("Numbers"), this))
    , m_fit(new QCheckBox(tr("Fit range"), this))
    , m_paint(new ToggleButton(tr("Paint mask"), QString(), this))
    , m_clear(new QPushButton(tr("Clear"), this))
    , m_whole(new QPushButton(tr("Whole map"), this))
    , m_view(new HeatmapView(this))
{
    m_view->setObjectName(QStringLiteral("heatmap"));
    m_view->setAccessibleName(tr("Heatmap of one head"));
    m_view->setHint(emptyHint());
    m_heading->setObjectName(QStringLiteral("heatmapHeading"));
    m_numbers->setObjectName(QStringLiteral("numbers"));
    m_numbers->setToolTip(tr("Write each value into its cell, where it fits"));
    m_fit->setObjectName(QStringLiteral("fitRange"));
    m_fit->setToolTip(tr("Colours span 0 to the largest weight instead of 0 to 1"));

    m_whole->setObjectName(QStringLiteral("wholeMap"));
    m_whole->setToolTip(
        tr("Shows all cells again (0). The wheel, + and − show more or fewer of them, a drag moves on to others."));
    m_paint->setObjectName(QStringLiteral("paintMask"));
    m_clear->setObjectName(QStringLiteral("clearMask"));
    m_clear->setToolTip(tr("Back to the model's own mask, without the painted cells"));

    auto* controls = new QHBoxLayout;
    controls->addWidget(m_heading, 1);
    m_quantity->setObjectName(QStringLiteral("quantity"));
    m_quantity->setAccessibleName(tr("What the cells are"));
    for (const QuantityChoice& choice : kQuantities) {
        m_quantity->addItem(tr(choice.label), static_cast<int>(choice.quantity));
    }
    controls->addWidget(m_whole);
    controls->addSpacing(12);
    controls->addWidget(m_quantity);
    controls->addSpacing(12);
    controls->addWidget(m_numbers);
    controls->addWidget(m_fit);
    controls->addSpacing(12);
    controls->addWidget(m_paint);
    controls->addWidget(m_clear);

    auto* layout = new QVBoxLayout(this);
    layout->addLayout(controls);
    layout->addWidget(m_view, 1);

    const auto changeOptions = [this](auto change) {
        ViewOptions options = this->session().viewOptions();
        change(options.heatmap);
        this->session().setViewOptions(options);
    };
    connect(m_quantity, &QComboBox::activated, this, [this, changeOptions](int entry) {
        changeOptions([&](HeatmapOptions& options) {
            options.quantity = static_cast<Quantity>(m_quantity->itemData(entry).toInt());
        });
    });
    connect(m_numbers, &QCheckBox::toggled, this, [changeOptions](bool on) {
        changeOptions(
            [on](HeatmapOptions& options) { options.numbers = on ? CellNumbers::Shown : CellNumbers::Hidden; });
    });
    connect(m_fit, &QCheckBox::toggled, this, [changeOptions](bool on) {
        changeOptions([on](HeatmapOptions& options) { options.range = on ? RangeMode::Fit : RangeMode::Fixed; });
    });

    const auto showWindow = [changeOptions](const CellWindow& window) {
        changeOptions([&](HeatmapOptions& options) { options.window = window; });
    };
    connect(m_view, &HeatmapView::windowWanted, this, showWindow);
    connect(m_whole, &QPushButton::clicked, this, [showWindow] { showWindow({}); });
    connect(m_paint, &QToolButton::toggled, this, &HeatmapPage::refresh);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        Experiment experiment = this->session().document().experiment;
        experiment.mask = MaskChoice::Own;
        experiment.hiddenCells = {};
        this->session().setExperiment(experiment);
    });
    connect(m_view, &HeatmapView::painted, &session, &Session::paintMask);
    connect(&session, &Session::experimentChanged, this, [this] {
        if (isVisible()) {
            refresh();
        }
    });

    const auto at = [this](Cell cell) {
        return Selection{.head = this->session().locked().head, .query = cell.query, .key = cell.key};
    };
    connect(m_view, &HeatmapView::pointed, this, [this, at](std::optional<Cell> cell) {
        this->session().point(cell ? std::optional(at(*cell)) : std::nullopt);
    });
    connect(m_view, &HeatmapView::clicked, this, [this, at, showWindow](Cell cell) {
        if (const CellWindow window = windowWith(cell); window != this->session().viewOptions().heatmap.window) {
            showWindow(window);
        }
        this->session().select(at(cell));
    });
    connect(m_view, &HeatmapView::explanationWanted, this, [this, at](Cell cell) {
        this->session().select(at(cell));
        explain(cell);
    });
    connect(m_view, &HeatmapView::freed, this,
            [this] { this->session().select({.head = this->session().locked().head}); });
}

/// What is seen, moved on as far as it must be to have the cell in it: the arrow keys may leave it.
CellWindow HeatmapPage::windowWith(Cell cell) const
{
    CellWindow window = session().viewOptions().heatmap.window;
    if (window.side == 0) {
        return window;
    }
    window = window.within(session().trace()->tokens());
    window.firstRow = std::clamp(window.firstRow, cell.query.value - window.side + 1, cell.query.value);
    window.firstColumn = std::clamp(window.firstColumn, cell.key.value - window.side + 1, cell.key.value);
    return window;
}

/// @param reason why there is no mask to paint, where there is none
void HeatmapPage::showPainting(bool isPaintable, const QString& reason)
{
    m_paint->setEnabled(isPaintable);
    m_paint->setToolTip(
        isPaintable
            ? tr("Drag over cells to hide them from the softmax; a drag that begins on a hidden cell shows them "
                 "again.\nH does so to the cell under the cursor. Each drag is one step to undo.\nThe model's own "
                 "mask stays: what it hides cannot be shown.")
            : reason);
    m_clear->setVisible(session().document().experiment.mask == MaskChoice::Painted);
    m_view->setPaintableMask(isPaintable ? std::optional(session().paintableMask()) : std::nullopt,
                             m_paint->isChecked() ? MouseTool::Brush : MouseTool::Pointer);
}

void HeatmapPage::showQuantity(Quantity quantity, TokenUnit unit)
{
    m_quantity->setCurrentIndex(m_quantity->findData(static_cast<int>(quantity)));
    for (const QuantityChoice& choice : kQuantities) {
        const bool isThere = unit == TokenUnit::Token || choice.quantity == Quantity::Weights;
        const int entry = m_quantity->findData(static_cast<int>(choice.quantity));
        const QString tip = isThere ? tr(choice.tip) : tr("It is of tokens; show tokens to see it (View menu)");
        m_quantity->setItemData(entry, tip, Qt::ToolTipRole);
        static_cast<QStandardItemModel*>(m_quantity->model())->item(entry)->setEnabled(isThere);
        if (choice.quantity == quantity) {
            m_quantity->setToolTip(tr(choice.tip));
        }
    }
}

/// @param cell of words explains their first tokens
void HeatmapPage::explain(Cell cell)
{
    const HeadAddress head = session().locked().head;
    const Selection tokens = session().toTokens({.head = head, .query = cell.query, .key = cell.key});
    if (const std::optional<StageId> stage = stageOf(shownQuantity())) {
        session().explain(CellAddress{
            .stage = {*stage, head.layer}, .head = head.head, .row = tokens.query->value, .column = tokens.key->value});
    }
}

/// Of words there are weights alone.
Quantity HeatmapPage::shownQuantity() const
{
    const bool isOfWords = session().trace() && session().trace()->info().unit == TokenUnit::Word;
    return isOfWords ? Quantity::Weights : session().viewOptions().heatmap.quantity;
}

void HeatmapPage::refresh()
{
    const ViewOptions& options = session().viewOptions();
    const bool isOfWords = session().trace() && session().trace()->info().unit == TokenUnit::Word;
    const Quantity quantity = shownQuantity();
    showQuantity(quantity, isOfWords ? TokenUnit::Word : TokenUnit::Token);
    const QSignalBlocker blockNumbers(m_numbers);
    const QSignalBlocker blockFit(m_fit);
    m_numbers->setChecked(options.heatmap.numbers == CellNumbers::Shown);
    m_fit->setChecked(options.heatmap.range == RangeMode::Fit);
    m_fit->setEnabled(quantity == Quantity::Weights || quantity == Quantity::Rollout);

    showPainting(session().trace() && !isOfWords && quantity == Quantity::Weights && !session().isRecording(),
                 session().isRecording() ? tr("A mask changes what the model does, and a recorded trace has no model")
                 : isOfWords             ? tr("Cells are of tokens; show tokens to paint (View menu)")
                                         : tr("A mask hides weights; show the weights to paint it"));

    m_view->setDimmed(session().state() == SessionState::Busy);
    m_whole->setVisible(session().trace() &&
                        options.heatmap.window.within(session().trace()->tokens()).side < session().trace()->tokens());
    if (!session().trace()) {
        m_heading->clear();
        m_view->setPicture(nullptr);
        return;
    }
    const Selection& shown = session().shown();
    auto picture =
        std::make_unique<HeatmapPicture>(session().trace(), shown, options.heatmap, ColourMap::named(options.colourMap),
                                         HeatmapSources{&session().model(), session().analysis()});
    m_heading->setText(pageHeading(picture->title(), session().trace().get()));
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
    const Selection& locked = session().locked();
    m_view->setCursor(locked.query && locked.key ? std::optional(Cell{*locked.query, *locked.key}) : std::nullopt);
    m_view->setPicture(std::move(picture));
}

}  // namespace headlight::ui
