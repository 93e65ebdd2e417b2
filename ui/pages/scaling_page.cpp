#include "ui/pages/scaling_page.h"

#include "ui/panels/toggle_button.h"
#include "ui/plots/scaling_picture.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <cmath>

namespace headlight::ui {
namespace {

constexpr int kStepsADoubling = 16;
constexpr int kBusyAfterMs = 100;
constexpr int kMostSeed = 9999;  ///< The command line takes any.

int sliderOf(Index headWidth)
{
    return static_cast<int>(std::lround(kStepsADoubling * std::log2(static_cast<double>(headWidth))));
}

Index headWidthOf(int slider)
{
    return static_cast<Index>(std::lround(std::exp2(static_cast<double>(slider) / kStepsADoubling)));
}

}  // namespace

ScalingPage::ScalingPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_show(new QButtonGroup(this))
    , m_newDraw(new QPushButton(tr("New draw"), this))
    , m_seed(new QSpinBox(this))
    , m_widthRow(new QWidget(this))
    , m_widthSlider(new QSlider(Qt::Horizontal, m_widthRow))
    , m_width(new QSpinBox(m_widthRow))
    , m_view(new PointableView(this))
{
    m_heading->setObjectName(QStringLiteral("scalingHeading"));
    m_view->setObjectName(QStringLiteral("scalingView"));
    m_view->setAccessibleName(tr("Scaling by √d"));
    m_busyTimer.setSingleShot(true);
    m_busyTimer.setInterval(kBusyAfterMs);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(makeChooser());
    m_widthRow->setLayout(makeWidth());
    layout->addWidget(m_widthRow);
    layout->addWidget(m_view, 1);

    connect(&m_busyTimer, &QTimer::timeout, m_view, [this] { m_view->setDimmed(true); });
    connect(&m_runner, &ScalingRunner::measured, this, &ScalingPage::showPicture);
    connectView();
}

QLayout* ScalingPage::makeChooser()
{
    struct Choice
    {
        ScalingShow show;
        const char* name;
        const char* label;
        const char* tip;
    };
    static constexpr Choice kChoices[] = {
        {ScalingShow::Random, "scalingRandom", QT_TR_NOOP("Random"),
         QT_TR_NOOP("q·k of random vectors of any width d, and what the softmax makes of it")},
        {ScalingShow::Example, "scalingExample", QT_TR_NOOP("4 × 8 example"),
         QT_TR_NOOP("Four random tokens of width 8, with every number")},
        {ScalingShow::Heads, "scalingHeads", QT_TR_NOOP("Heads"),
         QT_TR_NOOP("The same gauges for every head of this model on this text, from its own queries and keys")},
    };
    auto* row = new QHBoxLayout;
    for (const Choice& choice : kChoices) {
        auto* button = new ToggleButton(tr(choice.label), tr(choice.tip), this);
        button->setObjectName(QString::fromLatin1(choice.name));
        m_show->addButton(button, static_cast<int>(choice.show));
        row->addWidget(button);
    }
    m_newDraw->setObjectName(QStringLiteral("newDraw"));
    m_newDraw->setToolTip(tr("Other random vectors: the next seed"));
    m_seed->setObjectName(QStringLiteral("drawSeed"));
    m_seed->setToolTip(tr("The same seed gives the same random vectors"));
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setPrefix(tr("seed "));
    m_seed->setRange(0, kMostSeed);
    m_seed->setKeyboardTracking(false);
    row->addStretch(1);
    row->addWidget(m_newDraw);
    row->addWidget(m_seed);

    connect(m_show, &QButtonGroup::idClicked, this, [this](int id) {
        changeOptions([id](ScalingOptions& options) { options.show = static_cast<ScalingShow>(id); });
    });
    connect(m_newDraw, &QPushButton::clicked, this, [this] { m_seed->stepUp(); });
    connect(m_seed, &QSpinBox::valueChanged, this, [this](int seed) {
        changeOptions([seed](ScalingOptions& options) { options.seed = static_cast<std::uint64_t>(seed); });
    });
    return row;
}

QLayout* ScalingPage::makeWidth()
{
    const QString tip = tr("Components of each query and key: q·k is a sum of d products, so its variance is d");
    m_widthSlider->setObjectName(QStringLiteral("headWidthSlider"));
    m_widthSlider->setAccessibleName(tr("Head width d"));
    m_widthSlider->setToolTip(tip);
    m_widthSlider->setRange(0, sliderOf(kMostHeadWidth));
    m_widthSlider->setPageStep(kStepsADoubling);
    m_widthSlider->setTickInterval(kStepsADoubling);
    m_widthSlider->setTickPosition(QSlider::TicksBelow);
    m_width->setObjectName(QStringLiteral("headWidth"));
    m_width->setAccessibleName(tr("Head width d"));
    m_width->setToolTip(tip);
    m_width->setRange(1, static_cast<int>(kMostHeadWidth));
    m_width->setKeyboardTracking(false);
    auto* label = new QLabel(tr("Head width d"), m_widthRow);
    label->setBuddy(m_widthSlider);
    auto* row = new QHBoxLayout;
    row->setContentsMargins({});
    row->addWidget(label);
    row->addWidget(m_widthSlider, 1);
    row->addWidget(m_width);

    const auto setWidth = [this](Index width) {
        changeOptions([width](ScalingOptions& options) { options.headWidth = width; });
    };
    connect(m_widthSlider, &QSlider::valueChanged, this, [setWidth](int value) { setWidth(headWidthOf(value)); });
    connect(m_width, &QSpinBox::valueChanged, this, [setWidth](int value) { setWidth(value); });
    return row;
}

void ScalingPage::connectView()
{
    connect(m_view, &PointableView::pointed, this, [this](const std::optional<Selection>& selection) {
        if (!selection) {
            session().point(std::nullopt);
            return;
        }
        Selection head = session().locked();
        head.head = selection->head;
        session().point(head);
    });
    connect(m_view, &PointableView::clicked, this,
            [this](const Selection& selection) { session().selectHead(selection.head); });
    connect(m_view, &PointableView::freed, this, [this] { session().select({.head = session().locked().head}); });
}

void ScalingPage::changeOptions(const std::function<void(ScalingOptions&)>& change)
{
    ViewOptions options = session().viewOptions();
    change(options.scaling);
    session().setViewOptions(options);
}

void ScalingPage::showOptions()
{
    const ScalingOptions& options = session().viewOptions().scaling;
    m_show->button(static_cast<int>(options.show))->setChecked(true);
    const QSignalBlocker blockSeed(m_seed);
    const QSignalBlocker blockSlider(m_widthSlider);
    const QSignalBlocker blockWidth(m_width);
    m_seed->setValue(static_cast<int>(options.seed));
    // Several widths share a place of the slider's, which need not be the one that was chosen.
    if (headWidthOf(m_widthSlider->value()) != options.headWidth) {
        m_widthSlider->setValue(sliderOf(options.headWidth));
    }
    m_width->setValue(static_cast<int>(options.headWidth));
    m_widthRow->setVisible(options.show == ScalingShow::Random);
}

void ScalingPage::refresh()
{
    showOptions();
    const ScalingOptions& options = session().viewOptions().scaling;
    ScalingRequest request{.seed = options.seed};
    if (options.show == ScalingShow::Heads && session().fullTrace()) {
        request.trace = session().fullTrace();
        request.model = session().sharedModel();
    }
    m_runner.request(request);
    if (!m_runner.isUpToDate() && !m_busyTimer.isActive()) {
        m_busyTimer.start();
    }
    showPicture();
}

void ScalingPage::showPicture()
{
    const ViewOptions& options = session().viewOptions();
    const bool isOfHeads = options.scaling.show == ScalingShow::Heads;
    if (m_runner.isUpToDate()) {
        m_busyTimer.stop();
        m_view->setDimmed(isOfHeads && session().state() == SessionState::Busy);
    }
    const bool isEmpty = isOfHeads && !session().fullTrace();
    m_view->setHint(isEmpty ? emptyHint() : QString());
    auto picture = isEmpty ? nullptr : scalingPicture(m_runner.measurements(), options, session().shown().head);
    const QString title = picture ? picture->title() : QString();
    m_heading->setText(isOfHeads ? pageHeading(title, session().trace().get()) : title);
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
    m_view->setPicture(std::move(picture));
}

bool ScalingPage::isUpToDate() const
{
    return Page::isUpToDate() && m_runner.isUpToDate();
}

std::optional<Figure> ScalingPage::figure() const
{
    std::shared_ptr<const Picture> picture =
        scalingPicture(m_runner.measurements(), session().viewOptions(), session().locked().head);
    if (!picture) {
        return std::nullopt;
    }
    return toFigure({.view = View::Scaling,
                     .trace = m_runner.measurements().of.trace,
                     .model = session().sharedModel(),
                     .selection = session().toTokens(session().locked()),
                     .options = session().viewOptions()},
                    std::move(picture));
}

}  // namespace headlight::ui
