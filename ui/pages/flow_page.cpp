#include "ui/pages/flow_page.h"

#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPixmap>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr int kSliderSteps = 100;

QPixmap swatch(const QColor& colour, qreal pixelRatio)
{
    constexpr int kSide = 12;
    QPixmap pixmap(QSize(kSide, kSide) * pixelRatio);
    pixmap.setDevicePixelRatio(pixelRatio);
    pixmap.fill(colour);
    return pixmap;
}

}  // namespace

FlowPage::FlowPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(new QLabel(this))
    , m_slider(new QSlider(Qt::Horizontal, this))
    , m_threshold(new QDoubleSpinBox(this))
    , m_view(new FlowView(this))
{
    m_view->setObjectName(QStringLiteral("flow"));
    m_view->setAccessibleName(tr("Attention flow"));
    m_view->setHint(emptyHint());
    m_slider->setRange(0, kSliderSteps);
    m_slider->setMaximumWidth(180);
    m_slider->setAccessibleName(tr("Threshold"));
    m_threshold->setObjectName(QStringLiteral("threshold"));
    m_threshold->setRange(0.0, 1.0);
    m_threshold->setSingleStep(0.01);
    m_threshold->setKeyboardTracking(false);
    m_threshold->setToolTip(tr("Lines of smaller weights are left out"));

    auto* top = new QHBoxLayout;
    top->addWidget(m_heading, 1);
    auto* label = new QLabel(tr("&Threshold"), this);
    label->setBuddy(m_threshold);
    top->addWidget(label);
    top->addWidget(m_slider);
    top->addWidget(m_threshold);

    auto* heads = new QHBoxLayout;
    heads->setSpacing(2);
    heads->addWidget(new QLabel(tr("Heads"), this));
    for (Index head = 0; head < session.model().config.heads; ++head) {
        auto* chip = new QToolButton(this);
        chip->setObjectName(QStringLiteral("flowHead%1").arg(head));
        chip->setText(QString::number(head));
        chip->setCheckable(true);
        chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        chip->setToolTip(tr("Show or hide the lines of head %1").arg(head));
        connect(chip, &QToolButton::toggled, this, [this] {
            std::set<HeadIndex> shown;
            for (std::size_t i = 0; i < m_chips.size(); ++i) {
                if (m_chips[i]->isChecked()) {
                    shown.insert(HeadIndex(static_cast<Index>(i)));
                }
            }
            setHeads(shown);
        });
        heads->addWidget(chip);
        m_chips.push_back(chip);
    }
    auto* all = new QToolButton(this);
    all->setObjectName(QStringLiteral("flowAllHeads"));
    all->setText(tr("All"));
    all->setToolTip(tr("Show every head of the layer"));
    auto* one = new QToolButton(this);
    one->setObjectName(QStringLiteral("flowOneHead"));
    one->setText(tr("Selected only"));
    one->setToolTip(tr("Show the selected head alone, whichever it is"));
    heads->addSpacing(6);
    heads->addWidget(all);
    heads->addWidget(one);
    heads->addStretch(1);
    colourChips();

    auto* layout = new QVBoxLayout(this);
    layout->addLayout(top);
    layout->addLayout(heads);
    layout->addWidget(m_view, 1);

    connect(m_slider, &QSlider::valueChanged, this, [this](int value) { setThreshold(value / double{kSliderSteps}); });
    connect(m_threshold, &QDoubleSpinBox::valueChanged, this, &FlowPage::setThreshold);
    connect(all, &QToolButton::clicked, this, [this] {
        std::set<HeadIndex> every;
        for (Index head = 0; head < this->session().model().config.heads; ++head) {
            every.insert(HeadIndex(head));
        }
        setHeads(every);
    });
    connect(one, &QToolButton::clicked, this, [this] { setHeads({}); });

    const auto at = [this](FlowToken token) {
        Selection selection{.head = this->session().document().selection.head};
        (token.side == FlowSide::Query ? selection.query : selection.key) = token.token;
        return selection;
    };
    connect(m_view, &FlowView::pointed, this, [this, at](std::optional<FlowToken> token) {
        this->session().point(token ? std::optional(at(*token)) : std::nullopt);
    });
    connect(m_view, &FlowView::clicked, this, [this, at](FlowToken token) { this->session().select(at(token)); });
    connect(m_view, &FlowView::freed, this,
            [this] { this->session().select({.head = this->session().document().selection.head}); });
}

void FlowPage::setHeads(const std::set<HeadIndex>& heads)
{
    ViewOptions options = session().viewOptions();
    options.flow.heads = heads;
    session().setViewOptions(options);
}

void FlowPage::setThreshold(double threshold)
{
    ViewOptions options = session().viewOptions();
    options.flow.threshold = static_cast<float>(threshold);
    session().setViewOptions(options);
}

void FlowPage::colourChips()
{
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        m_chips[i]->setIcon(swatch(headColour(HeadIndex(static_cast<Index>(i)), themeOf(*this)), devicePixelRatioF()));
    }
}

void FlowPage::changeEvent(QEvent* event)
{
    Page::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        colourChips();
    }
}

void FlowPage::refresh()
{
    const FlowOptions& options = session().viewOptions().flow;
    const QSignalBlocker blockSlider(m_slider);
    const QSignalBlocker blockThreshold(m_threshold);
    m_slider->setValue(qRound(static_cast<double>(options.threshold) * kSliderSteps));
    m_threshold->setValue(static_cast<double>(options.threshold));
    const Selection& shown = session().shown();
    const std::set<HeadIndex> heads = flowHeads(options, shown.head.head, session().model().config.heads);
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        const QSignalBlocker block(m_chips[i]);
        m_chips[i]->setChecked(heads.contains(HeadIndex(static_cast<Index>(i))));
    }

    m_view->setDimmed(session().state() == SessionState::Busy);
    if (!session().trace()) {
        m_heading->clear();
        m_view->setPicture(nullptr);
        return;
    }
    auto picture = std::make_unique<FlowPicture>(session().trace(), shown, options);
    m_heading->setText(pageHeading(picture->title(), session().trace().get()));
    const Selection& locked = session().document().selection;
    if (locked.query) {
        m_view->setCursor(FlowToken{.side = FlowSide::Query, .token = *locked.query});
    } else if (locked.key) {
        m_view->setCursor(FlowToken{.side = FlowSide::Key, .token = *locked.key});
    } else {
        m_view->setCursor(std::nullopt);
    }
    m_view->setPicture(std::move(picture));
}

}  // namespace headlight::ui
