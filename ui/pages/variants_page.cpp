#include "ui/pages/variants_page.h"

#include "ui/panels/reduced_motion.h"
#include "ui/panels/toggle_button.h"
#include "ui/panels/wheel_guard.h"
#include "ui/plots/cost_picture.h"
#include "ui/plots/tiled_picture.h"
#include "ui/plots/variant_picture.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace headlight::ui {
namespace {

struct Choice
{
    int value;
    const char* label;
    const char* tip;
};

constexpr std::array kVariants = {
    Choice{static_cast<int>(AttentionVariant::Linear), QT_TRANSLATE_NOOP("VariantsPage", "Linear"),
           QT_TRANSLATE_NOOP("VariantsPage", "φ(Q)·(φ(K)ᵀ·V) with φ(x) = elu(x) + 1 in the softmax's place: "
                                             "O(T·d²)  (Katharopoulos et al. 2020)")},
    Choice{static_cast<int>(AttentionVariant::Sparse), QT_TRANSLATE_NOOP("VariantsPage", "Sparse"),
           QT_TRANSLATE_NOOP("VariantsPage", "The softmax over some of the keys: O(visible cells·d)")},
    Choice{static_cast<int>(AttentionVariant::Tiled), QT_TRANSLATE_NOOP("VariantsPage", "Tiled"),
           QT_TRANSLATE_NOOP("VariantsPage", "The same softmax tile by tile, with a running maximum and sum: memory "
                                             "O(T·d)  (Dao et al. 2022, FlashAttention)")},
};

constexpr std::array kShows = {
    Choice{static_cast<int>(VariantShow::Attention), QT_TRANSLATE_NOOP("VariantsPage", "Attention"),
           QT_TRANSLATE_NOOP("VariantsPage", "What the variant makes of the selected head")},
    Choice{static_cast<int>(VariantShow::Operations), QT_TRANSLATE_NOOP("VariantsPage", "Operations"),
           QT_TRANSLATE_NOOP("VariantsPage", "Multiply-adds of each variant against the number of tokens, counted")},
    Choice{static_cast<int>(VariantShow::Memory), QT_TRANSLATE_NOOP("VariantsPage", "Memory"),
           QT_TRANSLATE_NOOP("VariantsPage", "Bytes that each variant holds, counted")},
    Choice{static_cast<int>(VariantShow::Time), QT_TRANSLATE_NOOP("VariantsPage", "Time"),
           QT_TRANSLATE_NOOP("VariantsPage", "Seconds that each variant takes on this machine, measured")},
};

constexpr std::array kPatterns = {
    Choice{static_cast<int>(MaskPattern::Window), QT_TRANSLATE_NOOP("VariantsPage", "sliding window"),
           QT_TRANSLATE_NOOP("VariantsPage", "Keys at most so many tokens away")},
    Choice{static_cast<int>(MaskPattern::Strided), QT_TRANSLATE_NOOP("VariantsPage", "strided"),
           QT_TRANSLATE_NOOP("VariantsPage", "Keys nearer than the stride, or a multiple of it away")},
    Choice{static_cast<int>(MaskPattern::BlockSparse), QT_TRANSLATE_NOOP("VariantsPage", "block-sparse"),
           QT_TRANSLATE_NOOP("VariantsPage", "One's own block and both neighbours, and global tokens")},
};

constexpr int kMostReach = 4096;
constexpr int kPlayMs = 12'000;  ///< Of a whole animation, as far as its steps are neither too short nor too long.
constexpr int kShortestStepMs = 30;
constexpr int kLongestStepMs = 600;

QButtonGroup* addButtons(QHBoxLayout& row, std::span<const Choice> choices, const QString& name, QWidget* parent)
{
    auto* group = new QButtonGroup(parent);
    for (const Choice& choice : choices) {
        auto* button = new ToggleButton(VariantsPage::tr(choice.label), VariantsPage::tr(choice.tip), parent);
        button->setObjectName(name + QString::fromLatin1(choice.label));
        group->addButton(button, choice.value);
        row.addWidget(button);
    }
    return group;
}

QToolButton* makeButton(const QString& text, const QString& name, const QString& tip, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setObjectName(name);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

QSpinBox* makeSpinBox(const QString& name, const QString& tip, int least, int most, QWidget* parent)
{
    auto* box = new QSpinBox(parent);
    box->setObjectName(name);
    box->setAccessibleName(tip);
    box->setToolTip(tip);
    box->setRange(least, most);
    box->setKeyboardTracking(false);
    return box;
}

QHBoxLayout* bareRow(QWidget* owner)
{
    auto* row = new QHBoxLayout(owner);
    row->setContentsMargins(0, 0, 0, 0);
    return row;
}

QLabel* addLabelled(QHBoxLayout& row, const QString& text, QWidget* buddy)
{
    auto* label = new QLabel(text, buddy->parentWidget());
    label->setBuddy(buddy);
    row.addWidget(label);
    row.addWidget(buddy);
    return label;
}

template <typename Value>
void showValue(QSpinBox& box, Value value)
{
    const QSignalBlocker block(box);
    box.setValue(static_cast<int>(value));
}

}  // namespace

VariantsPage::VariantsPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_stack(new QStackedWidget(this))
    , m_view(new CellView(this))
    , m_chart(new PictureView(this))
{
    m_heading->setObjectName(QStringLiteral("variantsHeading"));
    m_view->setObjectName(QStringLiteral("variants"));
    m_view->setAccessibleName(tr("A variant of one head's attention"));
    m_view->setHint(emptyHint());
    m_chart->setObjectName(QStringLiteral("costs"));
    m_chart->setAccessibleName(tr("Cost of attention against the number of tokens"));
    m_chart->setHint(emptyHint());
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_chart);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(makeChoices());
    auto* settings = new QHBoxLayout;
    settings->addWidget(makeSparse());
    settings->addWidget(makeTiled());
    settings->addStretch(1);
    layout->addLayout(settings);
    layout->addWidget(makeCost());
    for (QWidget* ofOneSide : {m_sparse, m_tiled, m_cost}) {
        ofOneSide->hide();  // until it is shown
    }
    layout->addWidget(m_stack, 1);
    guardWheel(*this);
    connectView();
    connect(&m_timer, &QTimer::timeout, this, [this] { step(1); });
    connect(&m_meter, &CostMeter::changed, this, [this] {
        showMeter();
        if (isVisible() && !m_meter.isMeasuring()) {
            refresh();
        }
    });
}

QLayout* VariantsPage::makeChoices()
{
    auto* row = new QHBoxLayout;
    m_variant = addButtons(*row, kVariants, QStringLiteral("variant"), this);
    row->addStretch(1);
    m_show = addButtons(*row, kShows, QStringLiteral("show"), this);
    connect(m_variant, &QButtonGroup::idClicked, this, [this](int id) {
        play(false);
        change([id](VariantOptions& options) {
            options.variant = static_cast<AttentionVariant>(id);
            options.show = VariantShow::Attention;
        });
    });
    connect(m_show, &QButtonGroup::idClicked, this, [this](int id) {
        play(false);
        change([id](VariantOptions& options) { options.show = static_cast<VariantShow>(id); });
    });
    return row;
}

QWidget* VariantsPage::makeSparse()
{
    m_sparse = new QWidget(this);
    QHBoxLayout* row = bareRow(m_sparse);
    m_pattern = new QComboBox(m_sparse);
    m_pattern->setObjectName(QStringLiteral("sparsePattern"));
    m_pattern->setAccessibleName(tr("Sparse pattern"));
    m_pattern->setToolTip(tr("Which keys sparse attention computes; the model's own direction stays"));
    for (const Choice& choice : kPatterns) {
        m_pattern->addItem(tr(choice.label), choice.value);
        m_pattern->setItemData(m_pattern->count() - 1, tr(choice.tip), Qt::ToolTipRole);
    }
    m_reach =
        makeSpinBox(QStringLiteral("sparseReach"), tr("Reach, stride or block, in tokens"), 1, kMostReach, m_sparse);
    m_global = makeSpinBox(QStringLiteral("sparseGlobal"), tr("The first so many tokens see all and are seen by all"),
                           0, kMostReach, m_sparse);
    addLabelled(*row, tr("Sparse"), m_pattern);
    m_reachLabel = addLabelled(*row, tr("Reach"), m_reach);
    m_globalLabel = addLabelled(*row, tr("Global"), m_global);
    connect(m_pattern, &QComboBox::activated, this, [this] {
        change([this](VariantOptions& options) {
            options.sparse.pattern = static_cast<MaskPattern>(m_pattern->currentData().toInt());
        });
    });
    connect(m_reach, &QSpinBox::valueChanged, this,
            [this](int reach) { change([reach](VariantOptions& options) { options.sparse.reach = reach; }); });
    connect(m_global, &QSpinBox::valueChanged, this, [this](int tokens) {
        change([tokens](VariantOptions& options) { options.sparse.globalTokens = tokens; });
    });
    return m_sparse;
}

QWidget* VariantsPage::makeTiled()
{
    m_tiled = new QWidget(this);
    QHBoxLayout* row = bareRow(m_tiled);
    m_tile = makeSpinBox(QStringLiteral("tileSize"),
                         tr("Tokens along a tile's side, at least 1/%1 of the text").arg(kMostTilesPerSide), 1,
                         kMostReach, m_tiled);
    m_first =
        makeButton(QStringLiteral("⏮"), QStringLiteral("tileReset"), tr("Back to before the first tile"), m_tiled);
    m_back = makeButton(QStringLiteral("◂"), QStringLiteral("tileBack"), tr("One tile back"), m_tiled);
    m_play = new ToggleButton(tr("Play"), {}, m_tiled);
    m_play->setObjectName(QStringLiteral("tilePlay"));
    const bool isStill = prefersReducedMotion();
    m_play->setEnabled(!isStill);
    m_play->setToolTip(isStill ? tr("Your desktop asks for no animations; step with the arrows beside")
                               : tr("Take in tile after tile"));
    m_next = makeButton(QStringLiteral("▸"), QStringLiteral("tileNext"), tr("One tile on"), m_tiled);
    m_last = makeButton(QStringLiteral("⏭"), QStringLiteral("tileEnd"), tr("All tiles"), m_tiled);
    addLabelled(*row, tr("Tile"), m_tile);
    for (QWidget* widget :
         {static_cast<QWidget*>(m_first), static_cast<QWidget*>(m_back), static_cast<QWidget*>(m_play),
          static_cast<QWidget*>(m_next), static_cast<QWidget*>(m_last)}) {
        row->addWidget(widget);
    }
    connect(m_tile, &QSpinBox::valueChanged, this, [this](int side) {
        play(false);
        change([side](VariantOptions& options) {
            options.tile = side;
            options.tilesDone.reset();
        });
    });
    const auto goTo = [this](std::optional<Index> tiles) {
        play(false);
        change([tiles](VariantOptions& options) { options.tilesDone = tiles; });
    };
    connect(m_first, &QToolButton::clicked, this, [goTo] { goTo(0); });
    connect(m_last, &QToolButton::clicked, this, [goTo] { goTo(std::nullopt); });
    connect(m_back, &QToolButton::clicked, this, [this] {
        play(false);
        step(-1);
    });
    connect(m_next, &QToolButton::clicked, this, [this] {
        play(false);
        step(1);
    });
    connect(m_play, &ToggleButton::toggled, this, &VariantsPage::play);
    return m_tiled;
}

QWidget* VariantsPage::makeCost()
{
    m_cost = new QWidget(this);
    QHBoxLayout* row = bareRow(m_cost);
    m_measure = new QPushButton(tr("Measure"), m_cost);
    m_measure->setObjectName(QStringLiteral("measureCost"));
    m_measure->setToolTip(tr("Time all four on this machine for 16 to 4096 tokens, on one thread; takes some seconds"));
    m_progress = new QProgressBar(m_cost);
    m_progress->setObjectName(QStringLiteral("measureProgress"));
    m_progress->setAccessibleName(tr("Share of the measurement"));
    m_progress->setRange(0, 100);
    m_progress->setMaximumWidth(140);
    m_meterNote = new QLabel(m_cost);
    m_meterNote->setObjectName(QStringLiteral("measureNote"));
    m_meterNote->setWordWrap(true);
    m_meterNote->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->addWidget(m_measure);
    row->addWidget(m_progress);
    row->addWidget(m_meterNote, 1);
    connect(m_measure, &QPushButton::clicked, this, &VariantsPage::measure);
    return m_cost;
}

void VariantsPage::connectView()
{
    const auto at = [this](Cell cell) {
        return session().toRows({.head = session().locked().head, .query = cell.query, .key = cell.key});
    };
    connect(m_view, &CellView::pointed, this,
            [this, at](std::optional<Cell> cell) { session().point(cell ? std::optional(at(*cell)) : std::nullopt); });
    connect(m_view, &CellView::clicked, this, [this, at](Cell cell) { session().select(at(cell)); });
    connect(m_view, &CellView::freed, this, [this] { session().select({.head = session().locked().head}); });
}

void VariantsPage::change(const std::function<void(VariantOptions&)>& change)
{
    ViewOptions options = session().viewOptions();
    change(options.variants);
    session().setViewOptions(options);
}

void VariantsPage::step(Index tiles)
{
    const Index next = std::clamp<Index>(m_tilesShown + tiles, 0, m_tilesInAll);
    change([next](VariantOptions& options) { options.tilesDone = next; });
    if (next == m_tilesInAll) {
        play(false);
    }
}

void VariantsPage::play(bool on)
{
    const QSignalBlocker block(m_play);
    m_play->setChecked(on);
    if (!on) {
        m_timer.stop();
        return;
    }
    if (m_tilesShown == m_tilesInAll) {
        change([](VariantOptions& options) { options.tilesDone = 0; });
    }
    m_timer.start(
        std::clamp(kPlayMs / static_cast<int>(std::max<Index>(m_tilesInAll, 1)), kShortestStepMs, kLongestStepMs));
}

std::optional<CostSetting> VariantsPage::setting() const
{
    const std::shared_ptr<const Trace> trace = tokenTrace();
    if (!trace) {
        return std::nullopt;
    }
    return costSetting(session().model().config, trace->info().maskOf(session().locked().head.layer),
                       session().viewOptions().variants);
}

void VariantsPage::measure()
{
    if (m_meter.isMeasuring()) {
        m_meter.cancel();
    } else if (const std::optional<CostSetting> wanted = setting()) {
        m_meter.measure(*wanted);
        change([](VariantOptions& options) { options.show = VariantShow::Time; });
    }
}

void VariantsPage::showMeter()
{
    m_measure->setText(m_meter.isMeasuring() ? tr("Cancel") : tr("Measure"));
    m_progress->setVisible(m_meter.isMeasuring());
    m_progress->setValue(static_cast<int>(100.0F * m_meter.shareDone()));
    m_meterNote->setText(m_meter.message());
}

void VariantsPage::showControls()
{
    const VariantOptions& options = session().viewOptions().variants;
    const bool isAttention = options.show == VariantShow::Attention;
    m_variant->button(static_cast<int>(options.variant))->setChecked(true);
    m_show->button(static_cast<int>(options.show))->setChecked(true);
    m_sparse->setVisible(!isAttention || options.variant == AttentionVariant::Sparse);
    m_tiled->setVisible(isAttention && options.variant == AttentionVariant::Tiled);
    m_cost->setVisible(!isAttention);
    const MaskPattern pattern = options.sparse.pattern;
    m_pattern->setCurrentIndex(m_pattern->findData(static_cast<int>(pattern)));
    m_reachLabel->setText(pattern == MaskPattern::Window    ? tr("Reach")
                          : pattern == MaskPattern::Strided ? tr("Stride")
                                                            : tr("Block"));
    showValue(*m_reach, options.sparse.reach);
    showValue(*m_global, options.sparse.globalTokens);
    m_global->setVisible(pattern == MaskPattern::BlockSparse);
    m_globalLabel->setVisible(pattern == MaskPattern::BlockSparse);
    showMeter();
}

void VariantsPage::showAttention(const std::shared_ptr<const Trace>& trace, const Selection& shown)
{
    const VariantOptions& options = session().viewOptions().variants;
    const ColourMap& colours = ColourMap::named(session().viewOptions().colourMap);
    std::unique_ptr<const CellPicture> picture;
    if (options.variant == AttentionVariant::Tiled) {
        auto tiled = std::make_unique<TiledPicture>(trace, session().model(), shown, options, colours);
        const TiledFrame* frame = tiled->frame();
        m_tilesInAll = frame == nullptr ? 0 : static_cast<Index>(frame->tiles.size());
        m_tilesShown = frame == nullptr ? 0 : frame->done;
        const BlockSize block = fittingBlock(options.tile, trace->tokens());
        const QSignalBlocker blockTile(m_tile);
        m_tile->setRange(static_cast<int>(fittingBlock(1, trace->tokens()).keys), static_cast<int>(trace->tokens()));
        m_tile->setValue(static_cast<int>(block.keys));
        picture = std::move(tiled);
    } else {
        picture = std::make_unique<VariantPicture>(trace, session().model(), shown, options, colours);
    }
    m_first->setEnabled(m_tilesShown > 0);
    m_back->setEnabled(m_tilesShown > 0);
    m_next->setEnabled(m_tilesShown < m_tilesInAll);
    m_last->setEnabled(m_tilesShown < m_tilesInAll);
    m_heading->setText(pageHeading(picture->title(), trace.get()));
    const Selection locked = session().toTokens(session().locked());
    m_view->setCursor(locked.query && locked.key ? std::optional(Cell{*locked.query, *locked.key}) : std::nullopt);
    m_view->setPicture(std::move(picture));
    m_stack->setCurrentWidget(m_view);
}

void VariantsPage::showCost(const Trace& trace)
{
    const CostSetting wanted = *setting();
    auto picture = std::make_unique<CostPicture>(wanted, session().viewOptions().variants.show, m_meter.timesOf(wanted),
                                                 trace.tokens());
    m_heading->setText(picture->title());
    m_chart->setPicture(std::move(picture));
    m_stack->setCurrentWidget(m_chart);
}

std::optional<Figure> VariantsPage::figure() const
{
    const std::shared_ptr<const Trace> trace = tokenTrace();
    if (!trace) {
        return std::nullopt;
    }
    return toFigure({.view = View::Variants,
                     .trace = trace,
                     .model = session().sharedModel(),
                     .selection = session().toTokens(session().locked()),
                     .options = session().viewOptions(),
                     .measured = m_meter.timesOf(*setting())});
}

void VariantsPage::refresh()
{
    showControls();
    const bool isBusy = session().state() == SessionState::Busy;
    m_view->setDimmed(isBusy);
    m_chart->setDimmed(isBusy);
    const std::shared_ptr<const Trace> trace = tokenTrace();
    if (!trace) {
        m_heading->clear();
        m_view->setPicture(nullptr);
        m_chart->setPicture(nullptr);
        return;
    }
    if (session().viewOptions().variants.show == VariantShow::Attention) {
        showAttention(trace, session().toTokens(session().shown()));
    } else {
        showCost(*trace);
    }
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
}

void VariantsPage::hideEvent(QHideEvent* event)
{
    play(false);
    Page::hideEvent(event);
}

}  // namespace headlight::ui
