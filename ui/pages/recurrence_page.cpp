#include "ui/pages/recurrence_page.h"

#include "ui/panels/toggle_button.h"
#include "ui/plots/recurrence_picture.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr int kStepMs = 700;

}  // namespace

RecurrencePage::RecurrencePage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_show(new QButtonGroup(this))
    , m_back(new QToolButton(this))
    , m_play(new ToggleButton(tr("Play"), tr("One step after another"), this))
    , m_forward(new QToolButton(this))
    , m_measure(new QPushButton(tr("Measure"), this))
    , m_view(new PictureView(this))
{
    m_heading->setObjectName(QStringLiteral("recurrenceHeading"));
    m_view->setObjectName(QStringLiteral("recurrenceView"));
    m_view->setAccessibleName(tr("A recurrent network beside self-attention"));
    m_view->setHint(emptyHint());
    m_timer.setInterval(kStepMs);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(makeControls());
    layout->addWidget(m_view, 1);
    connect(&m_timer, &QTimer::timeout, this, [this] { step(1); });
    connect(&m_task, &BackgroundTask::progressed, this, &RecurrencePage::showControls);
    const auto addKey = [this](Qt::Key key, Index by) {
        connect(new QShortcut(QKeySequence(key), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut),
                &QShortcut::activated, this, [this, by] { step(by); });
    };
    addKey(Qt::Key_Comma, -1);
    addKey(Qt::Key_Period, 1);
}

QLayout* RecurrencePage::makeControls()
{
    auto* row = new QHBoxLayout;
    const auto addSide = [this, row](RecurrenceShow show, const char* name, const QString& text, const QString& tip) {
        auto* button = new ToggleButton(text, tip, this);
        button->setObjectName(QString::fromLatin1(name));
        m_show->addButton(button, static_cast<int>(show));
        row->addWidget(button);
    };
    addSide(RecurrenceShow::Steps, "recurrenceSteps", tr("Steps"),
            tr("One state after another, against all tokens at once"));
    addSide(RecurrenceShow::Distance, "recurrenceDistance", tr("Distance"),
            tr("How far information from each token has to travel, and how much of it is left"));
    addSide(RecurrenceShow::Time, "recurrenceTime", tr("Time"),
            tr("Seconds that one layer of either takes on this machine, measured"));
    row->addStretch(1);
    m_back->setObjectName(QStringLiteral("stepBack"));
    m_back->setText(QStringLiteral("◂"));
    m_back->setToolTip(tr("One step less (,)"));
    m_play->setObjectName(QStringLiteral("playSteps"));
    m_forward->setObjectName(QStringLiteral("stepForward"));
    m_forward->setText(QStringLiteral("▸"));
    m_forward->setToolTip(tr("One step more (.)"));
    m_measure->setObjectName(QStringLiteral("measureLayers"));
    m_measure->setToolTip(tr("Time both on this machine for 16 to 4096 tokens, on one thread; takes some seconds"));
    for (QWidget* control : {static_cast<QWidget*>(m_back), static_cast<QWidget*>(m_play),
                             static_cast<QWidget*>(m_forward), static_cast<QWidget*>(m_measure)}) {
        row->addWidget(control);
    }
    connect(m_show, &QButtonGroup::idClicked, this, [this](int id) {
        change([id](RecurrenceOptions& options) { options.show = static_cast<RecurrenceShow>(id); });
    });
    connect(m_back, &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { step(1); });
    connect(m_play, &QToolButton::clicked, this, &RecurrencePage::play);
    connect(m_measure, &QPushButton::clicked, this, &RecurrencePage::measure);
    return row;
}

void RecurrencePage::change(const std::function<void(RecurrenceOptions&)>& change)
{
    ViewOptions options = session().viewOptions();
    change(options.recurrence);
    session().setViewOptions(options);
}

/// Without a step all are done: back goes from there, forward begins anew.
void RecurrencePage::step(Index by)
{
    const auto* shown = dynamic_cast<const RecurrencePicture*>(m_view->picture());
    if (shown == nullptr || session().viewOptions().recurrence.show != RecurrenceShow::Steps) {
        return;
    }
    const Index all = shown->drawnTokens();
    const bool isAll = !session().viewOptions().recurrence.step;
    const Index next = isAll && by > 0 ? 1 : std::clamp<Index>(shown->stepsDone() + by, 0, all);
    change([next](RecurrenceOptions& options) { options.step = next; });
    if (next == all) {
        play(false);
    }
}

void RecurrencePage::play(bool on)
{
    m_play->setChecked(on);
    if (!on) {
        m_timer.stop();
        return;
    }
    const auto* shown = dynamic_cast<const RecurrencePicture*>(m_view->picture());
    if (shown != nullptr && shown->stepsDone() == shown->drawnTokens()) {
        change([](RecurrenceOptions& options) { options.step = 0; });
    }
    m_timer.start();
}

void RecurrencePage::measure()
{
    if (m_task.isRunning()) {
        m_task.cancel();
        return;
    }
    const LayerSetting setting = layerSetting(session().model().config);
    m_task.run([this, setting](const Progress& progress) -> BackgroundTask::Finish {
        return [this, setting, times = measureLayers(setting, {}, progress)] {
            if (times) {
                m_measuredSetting = setting;
                m_times = *times;
            }
            invalidate();
        };
    });
    showControls();
}

std::vector<LayerTime> RecurrencePage::times() const
{
    return m_measuredSetting == layerSetting(session().model().config) ? m_times : std::vector<LayerTime>();
}

void RecurrencePage::showControls()
{
    const RecurrenceShow show = session().viewOptions().recurrence.show;
    m_show->button(static_cast<int>(show))->setChecked(true);
    for (QWidget* control :
         {static_cast<QWidget*>(m_back), static_cast<QWidget*>(m_play), static_cast<QWidget*>(m_forward)}) {
        control->setVisible(show == RecurrenceShow::Steps);
    }
    m_measure->setVisible(show == RecurrenceShow::Time);
    m_measure->setText(m_task.isRunning() ? tr("Cancel (%1 %)").arg(qRound(100.0F * m_task.shareDone()))
                                          : tr("Measure"));
}

void RecurrencePage::refresh()
{
    showControls();
    const std::shared_ptr<const Trace> trace = tokenTrace();
    if (!trace) {
        m_view->setPicture(nullptr);
        m_heading->clear();
        return;
    }
    auto picture = std::make_unique<RecurrencePicture>(trace, layerSetting(session().model().config),
                                                       session().toTokens(session().shown()),
                                                       session().viewOptions().recurrence, times());
    m_heading->setText(pageHeading(picture->title(), trace.get()));
    m_heading->setToolTip(m_heading->text());
    m_view->setDimmed(session().state() == SessionState::Busy);
    m_view->setPicture(std::move(picture));
}

void RecurrencePage::hideEvent(QHideEvent* event)
{
    play(false);
    Page::hideEvent(event);
}

std::optional<Figure> RecurrencePage::figure() const
{
    const std::shared_ptr<const Trace> trace = tokenTrace();
    if (!trace) {
        return std::nullopt;
    }
    return toFigure({.view = View::Recurrence,
                     .trace = trace,
                     .model = session().sharedModel(),
                     .selection = session().toTokens(session().locked()),
                     .options = session().viewOptions(),
                     .layerTimes = times()});
}

}  // namespace headlight::ui
