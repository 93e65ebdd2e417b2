#include "ui/pages/pipeline_page.h"

#include "ui/panels/reduced_motion.h"
#include "ui/panels/toggle_button.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QShortcut>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace headlight::ui {
namespace {

constexpr double kUsualPace = 1.5;  // seconds

QToolButton* makeButton(const QString& text, const QString& name, const QString& tip, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setObjectName(name);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

/// Whether there is a matrix of the stage a head.
bool hasHeads(StageId stage)
{
    constexpr std::size_t kAxesOfHeads = 3;
    return stageInfo(stage).axes.size() == kAxesOfHeads;
}

/// Where the visible range must begin so that `index` is in it.
Index beginFor(Index index, IndexRange seen)
{
    if (index < seen.begin) {
        return index;
    }
    return index < seen.end ? seen.begin : index - seen.size() + 1;
}

}  // namespace

PipelinePage::PipelinePage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_caption(new QLabel(this))
    , m_stack(new QStackedWidget(this))
    , m_scroll(new QScrollArea(this))
    , m_pipeline(new PipelineView)
{
    m_heading->setObjectName(QStringLiteral("pipelineHeading"));
    m_caption->setObjectName(QStringLiteral("stageCaption"));
    m_caption->setWordWrap(true);
    m_caption->setTextFormat(Qt::PlainText);
    m_pipeline->setObjectName(QStringLiteral("pipeline"));
    m_pipeline->setAccessibleName(tr("Pipeline of one layer and head"));
    m_pipeline->setHint(emptyHint());
    m_scroll->setObjectName(QStringLiteral("pipelineScroll"));
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setWidget(m_pipeline);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(makeControls());
    layout->addWidget(m_caption);
    m_stack->addWidget(m_scroll);
    m_stack->addWidget(makeStage());
    layout->addWidget(m_stack, 1);

    connectPipeline();
    connectStage();
    connect(&m_timer, &QTimer::timeout, this, [this] { step(1); });
    connect(&session, &Session::explainedChanged, this, &PipelinePage::showExplained);
    for (PictureView* view : {static_cast<PictureView*>(m_pipeline), static_cast<PictureView*>(m_stage)}) {
        for (const auto& [key, steps] : {std::pair{Qt::Key_Comma, -1}, std::pair{Qt::Key_Period, 1}}) {
            connect(new QShortcut(QKeySequence(key), view, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated,
                    this, [this, by = steps] { step(by); });
        }
    }
}

QLayout* PipelinePage::makeControls()
{
    m_back = makeButton(tr("‹ All"), QStringLiteral("backToPipeline"), tr("Back to the whole pipeline (Escape)"), this);
    m_stages = new QComboBox(this);
    m_stages->setObjectName(QStringLiteral("stages"));
    m_stages->setAccessibleName(tr("Matrix"));
    m_stages->setToolTip(tr("All matrices, or one of them, large; a click on a matrix opens it too"));
    m_stages->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_stages->setMinimumContentsLength(8);
    m_numbers =
        new ToggleButton(tr("Numbers"), tr("Every cell large enough for its number; scroll to see the others"), this);
    m_numbers->setObjectName(QStringLiteral("stageNumbers"));
    m_reset = makeButton(tr("All"), QStringLiteral("stepReset"), tr("Show all stages again"), this);
    m_previous = makeButton(QStringLiteral("◂"), QStringLiteral("stepPrevious"), tr("Previous stage (,)"), this);
    m_play = new ToggleButton(tr("Play"), {}, this);
    m_play->setObjectName(QStringLiteral("stepPlay"));
    const bool isStill = prefersReducedMotion();
    m_play->setEnabled(!isStill);
    m_play->setToolTip(isStill ? tr("Your desktop asks for no animations; step with , and .")
                               : tr("Show stage after stage, from the embedding to the output"));
    m_next = makeButton(QStringLiteral("▸"), QStringLiteral("stepNext"), tr("Next stage (.)"), this);
    m_pace = new QDoubleSpinBox(this);
    m_pace->setObjectName(QStringLiteral("stepPace"));
    m_pace->setAccessibleName(tr("Seconds a stage"));
    m_pace->setToolTip(tr("How long a stage is shown when the pipeline plays"));
    m_pace->setSuffix(tr(" s"));
    m_pace->setDecimals(1);
    m_pace->setRange(0.2, 20.0);
    m_pace->setSingleStep(0.5);
    m_pace->setValue(kUsualPace);

    auto* controls = new QHBoxLayout;
    controls->addWidget(m_back);
    controls->addWidget(m_stages, 2);
    controls->addWidget(m_numbers);
    controls->addStretch(1);
    for (QWidget* widget :
         {static_cast<QWidget*>(m_reset), static_cast<QWidget*>(m_previous), static_cast<QWidget*>(m_play),
          static_cast<QWidget*>(m_next), static_cast<QWidget*>(m_pace)}) {
        controls->addWidget(widget);
    }
    connect(m_back, &QToolButton::clicked, this, [this] { zoom(std::nullopt); });
    connect(m_stages, &QComboBox::activated, this, [this](int index) {
        zoom(index == 0 ? std::nullopt : std::optional(static_cast<StageId>(m_stages->itemData(index).toInt())));
    });
    connect(m_numbers, &ToggleButton::toggled, this, [this](bool on) {
        change([on](PipelineOptions& options) { options.cellSize = on ? CellSize::Readable : CellSize::Whole; });
    });
    connect(m_reset, &QToolButton::clicked, this, [this] {
        play(false);
        change([](PipelineOptions& options) { options.step.reset(); });
    });
    connect(m_previous, &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { step(1); });
    connect(m_play, &ToggleButton::toggled, this, &PipelinePage::play);
    connect(m_pace, &QDoubleSpinBox::valueChanged, this,
            [this](double seconds) { m_timer.setInterval(static_cast<int>(1000.0 * seconds)); });
    m_timer.setInterval(static_cast<int>(1000.0 * kUsualPace));
    return controls;
}

QWidget* PipelinePage::makeStage()
{
    auto* area = new QWidget(this);
    m_stage = new StageView(area);
    m_stage->setObjectName(QStringLiteral("stage"));
    m_stage->setAccessibleName(tr("One matrix of the pipeline"));
    m_stage->setHint(emptyHint());
    m_down = new QScrollBar(Qt::Vertical, area);
    m_down->setObjectName(QStringLiteral("stageRows"));
    m_down->setAccessibleName(tr("Rows seen"));
    m_across = new QScrollBar(Qt::Horizontal, area);
    m_across->setObjectName(QStringLiteral("stageColumns"));
    m_across->setAccessibleName(tr("Columns seen"));
    auto* grid = new QGridLayout(area);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    grid->addWidget(m_stage, 0, 0);
    grid->addWidget(m_down, 0, 1);
    grid->addWidget(m_across, 1, 0);
    grid->setRowStretch(0, 1);
    grid->setColumnStretch(0, 1);
    return area;
}

void PipelinePage::connectPipeline()
{
    const auto pointAt = [this](const std::optional<Selection>& tokens) {
        session().point(tokens ? std::optional(session().toRows(*tokens)) : std::nullopt);
    };
    const auto at = [this](const PipelinePlace& place) {
        const StageId stage = m_content->matrices()[static_cast<std::size_t>(place.matrix)].step.key.id;
        return selectionAt(stage, *place.row, place.column, session().toTokens(session().locked()));
    };
    const auto withQuery = [this](Index token) {
        Selection selection = session().toTokens(session().locked());
        selection.query = TokenIndex(token);
        return selection;
    };
    connect(m_pipeline, &PipelineView::pointed, this, [this, pointAt, at](const std::optional<PipelinePlace>& place) {
        const std::optional<Index> matrix = place ? std::optional(place->matrix) : std::nullopt;
        const bool isOther = std::exchange(m_pointed, matrix) != matrix;
        pointAt(place && place->row ? std::optional(at(*place)) : std::nullopt);
        if (isOther) {
            showPipeline();
        }
        if (place && !place->row) {
            const QRectF box =
                PictureView::onWidget(m_pipeline->pipeline()->boxRect(place->matrix, m_pipeline->pictureArea()));
            m_scroll->ensureVisible(static_cast<int>(box.center().x()), static_cast<int>(box.center().y()), 0,
                                    static_cast<int>(box.height() / 2.0) + 8);
        }
    });
    connect(m_pipeline, &PipelineView::pointedToken, this,
            [pointAt, withQuery](TokenIndex token) { pointAt(withQuery(token.value)); });
    connect(m_pipeline, &PipelineView::clickedToken, this,
            [this, withQuery](TokenIndex token) { session().select(session().toRows(withQuery(token.value))); });
    connect(m_pipeline, &PipelineView::opened, this, [this, at](const PipelinePlace& place) {
        if (place.row) {
            session().select(session().toRows(at(place)));
        }
        zoom(m_content->matrices()[static_cast<std::size_t>(place.matrix)].step.key.id);
        m_stage->setFocus();
    });
    connect(m_pipeline, &PipelineView::moved, this, [this, withQuery](int rows) {
        const Index last = m_content->trace().tokens() - 1;
        const std::optional<TokenIndex> now = session().toTokens(session().locked()).query;
        const Index next = now ? now->value + rows : rows > 0 ? 0 : last;
        session().select(session().toRows(withQuery(std::clamp<Index>(next, 0, last))));
    });
    connect(m_pipeline, &PipelineView::freed, this,
            [this] { session().select({.head = session().document().selection.head}); });
}

void PipelinePage::connectStage()
{
    const auto at = [this](const StageCell& cell) {
        return session().toRows(
            selectionAt(m_stage->stage()->stage(), cell.row, cell.column, session().toTokens(session().locked())));
    };
    connect(m_stage, &StageView::pointed, this, [this, at](const std::optional<StageCell>& cell) {
        session().point(cell ? std::optional(at(*cell)) : std::nullopt);
    });
    connect(m_stage, &StageView::clicked, this, [this, at](const StageCell& cell) {
        reveal(cell);
        session().select(at(cell));
        const StageKey key = m_stage->stage()->matrix()->step.key;
        session().explain(CellAddress{.stage = key,
                                      .head = hasHeads(key.id) ? m_content->head().head : HeadIndex(0),
                                      .row = cell.row,
                                      .column = cell.column});
    });
    connect(m_stage, &StageView::closed, this, [this] {
        zoom(std::nullopt);
        m_pipeline->setFocus();
    });
    connect(m_stage, &StageView::scrolled, this,
            [this](Index rows, Index columns) { scrollTo(m_down->value() + rows, m_across->value() + columns); });
    connect(m_stage, &StageView::resized, this, &PipelinePage::showBars);
    connect(m_down, &QScrollBar::valueChanged, this, [this](int row) { scrollTo(row, m_across->value()); });
    connect(m_across, &QScrollBar::valueChanged, this, [this](int column) { scrollTo(m_down->value(), column); });
}

template <typename Change>
void PipelinePage::change(Change change)
{
    ViewOptions all = session().viewOptions();
    change(all.pipeline);
    session().setViewOptions(all);
}

/// Made once a trace and head.
const std::shared_ptr<const PipelineContent>& PipelinePage::content()
{
    const std::shared_ptr<const Trace> trace = tokenTrace();
    const HeadAddress head = session().shown().head;
    if (!trace) {
        m_content.reset();
    } else if (!m_content || !m_content->isOf(trace.get(), &session().model(), head)) {
        m_content = std::make_shared<const PipelineContent>(trace, session().sharedModel(), head);
        const QSignalBlocker block(m_stages);
        m_stages->clear();
        m_stages->addItem(tr("All matrices"));
        for (const PipelineMatrix& matrix : m_content->matrices()) {
            m_stages->addItem(toText(stageInfo(matrix.step.key.id).title), static_cast<int>(matrix.step.key.id));
        }
    }
    return m_content;
}

Selection PipelinePage::shownTokens() const
{
    return session().toTokens(session().shown());
}

void PipelinePage::zoom(std::optional<StageId> stage)
{
    m_pointed.reset();
    change([stage](PipelineOptions& options) {
        options.zoomed = stage;
        options.firstRow = 0;
        options.firstColumn = 0;
    });
}

/// One stage on or back; of a large matrix, to the one that stands beside it.
void PipelinePage::step(Index steps)
{
    if (!content() || m_content->matrices().empty()) {
        return;
    }
    const auto last = static_cast<Index>(m_content->matrices().size()) - 1;
    if (options().zoomed) {
        const Index now = m_content->indexOf(*options().zoomed).value_or(0);
        const Index next = std::clamp<Index>(now + steps, 0, last);
        zoom(m_content->matrices()[static_cast<std::size_t>(next)].step.key.id);
        if (next == last) {
            play(false);
        }
        return;
    }
    const Index now = options().step.value_or(steps > 0 ? -1 : last + 1);
    const Index next = std::clamp<Index>(now + steps, 0, last);
    change([next](PipelineOptions& options) { options.step = next; });
    if (const PipelinePicture* shown = m_pipeline->pipeline()) {
        const QRectF box = PictureView::onWidget(shown->boxRect(next, m_pipeline->pictureArea()));
        m_scroll->ensureVisible(0, next == 0 ? 0 : static_cast<int>(box.bottom()), 0, 12);
    }
    if (next == last) {
        play(false);
    }
}

void PipelinePage::play(bool on)
{
    if (on) {
        const std::optional<Index>& now = options().step;
        if (content() && now && *now + 1 >= static_cast<Index>(m_content->matrices().size())) {
            change([](PipelineOptions& options) { options.step.reset(); });
        }
        m_timer.start();
        step(1);
    } else {
        m_timer.stop();
    }
    const QSignalBlocker block(m_play);
    m_play->setChecked(m_timer.isActive());
    m_play->setText(m_timer.isActive() ? tr("Pause") : tr("Play"));
}

void PipelinePage::hideEvent(QHideEvent* event)
{
    play(false);
    Page::hideEvent(event);
}

void PipelinePage::scrollTo(Index row, Index column)
{
    const Index firstRow = std::clamp<Index>(row, 0, m_down->maximum());
    const Index firstColumn = std::clamp<Index>(column, 0, m_across->maximum());
    change([=](PipelineOptions& options) {
        options.firstRow = firstRow;
        options.firstColumn = firstColumn;
    });
}

void PipelinePage::reveal(StageCell cell)
{
    const StagePicture* shown = m_stage->stage();
    if (shown != nullptr && shown->matrix() != nullptr && options().cellSize == CellSize::Readable) {
        scrollTo(beginFor(cell.row, shown->rowsIn(m_stage->pictureArea())),
                 beginFor(cell.column, shown->columnsIn(m_stage->pictureArea())));
    }
}

/// The explained cell, if it is in the matrix that is shown large.
std::optional<StageCell> PipelinePage::explainedCell() const
{
    const std::optional<CellAddress>& cell = session().explained();
    if (!cell || !options().zoomed || cell->stage.id != *options().zoomed) {
        return std::nullopt;
    }
    const Stage& stage = stageInfo(cell->stage.id);
    const HeadAddress shown = m_content->head();
    const bool isOfLayer = stage.scope == StageScope::Model || cell->stage.layer == shown.layer;
    const bool isOfHead = !hasHeads(stage.id) || cell->head == shown.head;
    return isOfLayer && isOfHead ? std::optional(StageCell{cell->row, cell->column}) : std::nullopt;
}

/// Goes where the explanation goes.
void PipelinePage::showExplained(const std::optional<CellAddress>& cell)
{
    if (!isVisible() || !cell || !content()) {
        return;
    }
    const Stage& stage = stageInfo(cell->stage.id);
    HeadAddress head = session().document().selection.head;
    head.layer = stage.scope == StageScope::Layer ? cell->stage.layer : head.layer;
    head.head = hasHeads(stage.id) ? cell->head : head.head;
    if (head != session().document().selection.head) {
        session().selectHead(head);
    }
    if (options().zoomed != cell->stage.id) {
        zoom(cell->stage.id);
    }
    refresh();
    reveal({cell->row, cell->column});
}

void PipelinePage::showControls()
{
    const QSignalBlocker blockNumbers(m_numbers);
    const bool isZoomed = options().zoomed.has_value();
    m_stages->setCurrentIndex(isZoomed ? m_stages->findData(static_cast<int>(*options().zoomed)) : 0);
    m_back->setVisible(isZoomed);
    m_numbers->setVisible(isZoomed);
    m_numbers->setChecked(options().cellSize == CellSize::Readable);
    m_reset->setVisible(!isZoomed);
    m_reset->setEnabled(options().step.has_value());
}

void PipelinePage::refresh()
{
    const bool isBusy = session().state() == SessionState::Busy;
    m_pipeline->setDimmed(isBusy);
    m_stage->setDimmed(isBusy);
    m_caption->setVisible(options().zoomed.has_value() && content());
    if (!content()) {
        m_heading->clear();
        m_pipeline->setPicture(nullptr);
        m_stage->setPicture(nullptr);
        m_stack->setCurrentIndex(0);
        return;
    }
    showControls();
    m_stack->setCurrentIndex(options().zoomed ? 1 : 0);
    options().zoomed ? showStage() : showPipeline();
}

void PipelinePage::showPipeline()
{
    auto picture = std::make_unique<PipelinePicture>(m_content, shownTokens(), options(),
                                                     ColourMap::named(session().viewOptions().colourMap), m_pointed);
    showHeading(*picture);
    m_pipeline->setPicture(std::move(picture));
}

void PipelinePage::showStage()
{
    const std::optional<StageCell> cell = explainedCell();
    auto picture = std::make_unique<StagePicture>(m_content, shownTokens(), options(),
                                                  ColourMap::named(session().viewOptions().colourMap), cell);
    showHeading(*picture);
    m_caption->setText(picture->caption());
    m_stage->setCursor(cell);
    m_stage->setPicture(std::move(picture));
    const bool scrolls = options().cellSize == CellSize::Readable;
    m_down->setVisible(scrolls);
    m_across->setVisible(scrolls);
    showBars();
}

void PipelinePage::showHeading(const Picture& picture)
{
    const bool isOfWords = session().trace()->info().unit == TokenUnit::Word;
    const QString title = isOfWords ? tr("%1 · of tokens, not of words").arg(picture.title()) : picture.title();
    m_heading->setText(pageHeading(title, &m_content->trace()));
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
}

void PipelinePage::showBars()
{
    const StagePicture* shown = m_stage->stage();
    if (shown == nullptr || shown->matrix() == nullptr) {
        return;
    }
    const auto show = [](QScrollBar* bar, IndexRange seen, Index all) {
        const QSignalBlocker block(bar);
        bar->setRange(0, static_cast<int>(all - seen.size()));
        bar->setPageStep(static_cast<int>(seen.size()));
        bar->setValue(static_cast<int>(seen.begin));
    };
    show(m_down, shown->rowsIn(m_stage->pictureArea()), shown->matrix()->rows());
    show(m_across, shown->columnsIn(m_stage->pictureArea()), shown->matrix()->cols());
}

}  // namespace headlight::ui
