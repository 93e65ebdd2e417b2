#include "ui/pages/flow_page.h"

#include "ui/panels/toggle_button.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPixmap>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr double kSliderUnit = 0.005;  ///< What one step of the slider is worth; fine, as most weights are small.
constexpr int kSliderSteps = 100;
constexpr int kHeadsARow = 16;

/// A head's colour, pale while its lines are hidden.
QIcon swatch(QColor colour, bool shown)
{
    constexpr float kPale = 0.25F;
    colour.setAlphaF(shown ? 1.0F : kPale);
    QPixmap pixels(12, 12);
    pixels.fill(colour);
    return pixels;
}

}  // namespace

FlowPage::FlowPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(new QLabel(this))
    , m_slider(new QSlider(Qt::Horizontal, this))
    , m_threshold(new QDoubleSpinBox(this))
    , m_all(new ToggleButton(tr("All"), tr("Show every head of the layer"), this))
    , m_selectedOnly(new ToggleButton(tr("Selected head only"), tr("Show the selected head, whichever that is"), this))
    , m_view(new FlowView(this))
{
    m_heading->setObjectName(QStringLiteral("flowHeading"));
    m_slider->setObjectName(QStringLiteral("thresholdSlider"));
    m_slider->setAccessibleName(tr("Threshold"));
    m_slider->setRange(0, kSliderSteps);
    m_slider->setMaximumWidth(180);
    m_threshold->setObjectName(QStringLiteral("threshold"));
    m_threshold->setAccessibleName(tr("Threshold"));
    m_threshold->setRange(0.0, 1.0);
    m_threshold->setDecimals(3);
    m_threshold->setSingleStep(0.01);
    m_threshold->setKeyboardTracking(false);
    const QString tip = tr("Lines of smaller weights are left out");
    m_slider->setToolTip(tip);
    m_threshold->setToolTip(tip);
    m_all->setObjectName(QStringLiteral("allHeads"));
    m_selectedOnly->setObjectName(QStringLiteral("selectedHeadOnly"));
    m_view->setObjectName(QStringLiteral("flow"));
    m_view->setAccessibleName(tr("Attention flow"));
    m_view->setHint(emptyHint());

    auto* threshold = new QLabel(tr("Weights from"), this);
    threshold->setBuddy(m_threshold);
    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    top->addWidget(threshold);
    top->addWidget(m_slider);
    top->addWidget(m_threshold);

    auto* chips = new QGridLayout;
    chips->setSpacing(3);
    const int heads = static_cast<int>(session.model().config.heads);
    for (int head = 0; head < heads; ++head) {
        auto* chip = new ToggleButton(QString::number(head), tr("Head %1: show or hide its lines").arg(head), this);
        chip->setObjectName(QStringLiteral("head%1").arg(head));
        chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        chips->addWidget(chip, head / kHeadsARow, head % kHeadsARow);
        m_heads.push_back(chip);
    }
    auto* headRow = new QHBoxLayout;
    headRow->addWidget(new QLabel(tr("Heads"), this));
    headRow->addLayout(chips);
    headRow->addSpacing(8);
    headRow->addWidget(m_all);
    headRow->addWidget(m_selectedOnly);
    headRow->addStretch(1);

    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(headRow);
    layout->addWidget(m_view, 1);

    const auto setThreshold = [this](double weight) {
        FlowOptions options = this->session().viewOptions().flow;
        options.threshold = static_cast<float>(weight);
        setOptions(options);
    };
    connect(m_slider, &QSlider::valueChanged, this, [setThreshold](int steps) { setThreshold(steps * kSliderUnit); });
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, setThreshold);
    for (QToolButton* chip : m_heads) {
        const HeadIndex head(chip->text().toInt());
        connect(chip, &QToolButton::clicked, this, [this, head] {
            FlowOptions options = this->session().viewOptions().flow;
            options.heads = toggledFlowHeads(options, this->session().locked().head.head,
                                             this->session().model().config.heads, head);
            setOptions(options);
        });
    }
    connect(m_all, &QToolButton::clicked, this, [this] {
        FlowOptions options = this->session().viewOptions().flow;
        for (Index head = 0; head < this->session().model().config.heads; ++head) {
            options.heads.insert(HeadIndex(head));
        }
        setOptions(options);
    });
    connect(m_selectedOnly, &QToolButton::clicked, this, [this] {
        FlowOptions options = this->session().viewOptions().flow;
        options.heads.clear();
        setOptions(options);
    });

    const auto at = [this](FlowToken token) {
        Selection selection{.head = this->session().locked().head, .query = {}, .key = {}};
        (token.side == FlowSide::Query ? selection.query : selection.key) = token.token;
        return selection;
    };
    connect(m_view, &FlowView::pointed, this, [this, at](std::optional<FlowToken> token) {
        this->session().point(token ? std::optional(at(*token)) : std::nullopt);
    });
    connect(m_view, &FlowView::clicked, this, [this, at](FlowToken token) { this->session().select(at(token)); });
    connect(m_view, &FlowView::freed, this,
            [this] { this->session().select({.head = this->session().locked().head, .query = {}, .key = {}}); });
}

void FlowPage::setOptions(const FlowOptions& options)
{
    ViewOptions all = session().viewOptions();
    all.flow = options;
    session().setViewOptions(all);
    showOptions();  // a click that changed nothing has still changed the button
}

void FlowPage::showOptions()
{
    const FlowOptions& options = session().viewOptions().flow;
    const QSignalBlocker blockSlider(m_slider);
    const QSignalBlocker blockThreshold(m_threshold);
    m_slider->setValue(qRound(static_cast<double>(options.threshold) / kSliderUnit));
    m_threshold->setValue(static_cast<double>(options.threshold));

    const HeadIndex selected = session().shown().head.head;
    const std::set<HeadIndex> shown = flowHeads(options, selected, session().model().config.heads);
    for (QToolButton* chip : m_heads) {
        const HeadIndex head(chip->text().toInt());
        QFont font = chip->font();
        font.setBold(head == selected);
        chip->setFont(font);
        chip->setIcon(swatch(headColour(head, themeOf(*this)), shown.contains(head)));
        chip->setChecked(shown.contains(head));
    }
    m_all->setChecked(shown.size() == m_heads.size());
    m_selectedOnly->setChecked(options.heads.empty());
}

void FlowPage::refresh()
{
    showOptions();
    m_view->setDimmed(session().state() == SessionState::Busy);
    if (!session().trace()) {
        m_heading->clear();
        m_view->setPicture(nullptr);
        return;
    }
    auto picture = std::make_unique<FlowPicture>(session().trace(), session().shown(), session().viewOptions().flow,
                                                 m_view->flow());
    m_heading->setText(pageHeading(picture->title(), session().trace().get()));
    const Selection& locked = session().locked();
    if (locked.query) {
        m_view->setCursor(FlowToken{FlowSide::Query, *locked.query});
    } else if (locked.key) {
        m_view->setCursor(FlowToken{FlowSide::Key, *locked.key});
    } else {
        m_view->setCursor(std::nullopt);
    }
    m_view->setPicture(std::move(picture));
}

}  // namespace headlight::ui
