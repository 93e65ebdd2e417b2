#include "ui/pages/heatmap_page.h"

#include "ui/panels/toggle_button.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
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
};

}  // namespace

HeatmapPage::HeatmapPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_quantity(new QButtonGroup(this))
    , m_numbers(new QCheckBox(tr("Numbers"), this))
    , m_fit(new QCheckBox(tr("Fit range"), this))
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

    auto* controls = new QHBoxLayout;
    controls->addWidget(m_heading, 1);
    for (const QuantityChoice& choice : kQuantities) {
        auto* button = new ToggleButton(tr(choice.label), tr(choice.tip), this);
        m_quantity->addButton(button, static_cast<int>(choice.quantity));
        controls->addWidget(button);
    }
    controls->addSpacing(12);
    controls->addWidget(m_numbers);
    controls->addWidget(m_fit);

    auto* layout = new QVBoxLayout(this);
    layout->addLayout(controls);
    layout->addWidget(m_view, 1);

    const auto changeOptions = [this](auto change) {
        ViewOptions options = this->session().viewOptions();
        change(options.heatmap);
        this->session().setViewOptions(options);
    };
    connect(m_quantity, &QButtonGroup::idClicked, this, [changeOptions](int id) {
        changeOptions([id](HeatmapOptions& options) { options.quantity = static_cast<Quantity>(id); });
    });
    connect(m_numbers, &QCheckBox::toggled, this, [changeOptions](bool on) {
        changeOptions(
            [on](HeatmapOptions& options) { options.numbers = on ? CellNumbers::Shown : CellNumbers::Hidden; });
    });
    connect(m_fit, &QCheckBox::toggled, this, [changeOptions](bool on) {
        changeOptions([on](HeatmapOptions& options) { options.range = on ? RangeMode::Fit : RangeMode::Fixed; });
    });

    const auto at = [this](Cell cell) {
        return Selection{.head = this->session().locked().head, .query = cell.query, .key = cell.key};
    };
    connect(m_view, &HeatmapView::pointed, this, [this, at](std::optional<Cell> cell) {
        this->session().point(cell ? std::optional(at(*cell)) : std::nullopt);
    });
    connect(m_view, &HeatmapView::clicked, this, [this, at](Cell cell) { this->session().select(at(cell)); });
    connect(m_view, &HeatmapView::freed, this,
            [this] { this->session().select({.head = this->session().locked().head}); });
}

void HeatmapPage::refresh()
{
    const ViewOptions& options = session().viewOptions();
    m_quantity->button(static_cast<int>(options.heatmap.quantity))->setChecked(true);
    const QSignalBlocker blockNumbers(m_numbers);
    const QSignalBlocker blockFit(m_fit);
    m_numbers->setChecked(options.heatmap.numbers == CellNumbers::Shown);
    m_fit->setChecked(options.heatmap.range == RangeMode::Fit);
    m_fit->setEnabled(options.heatmap.quantity == Quantity::Weights);

    m_view->setDimmed(session().state() == SessionState::Busy);
    if (!session().trace()) {
        m_heading->clear();
        m_view->setPicture(nullptr);
        return;
    }
    const Selection& shown = session().shown();
    auto picture = std::make_unique<HeatmapPicture>(session().trace(), shown, options.heatmap,
                                                    ColourMap::named(options.colourMap));
    m_heading->setText(pageHeading(picture->title(), session().trace().get()));
    const Selection& locked = session().locked();
    m_view->setCursor(locked.query && locked.key ? std::optional(Cell{*locked.query, *locked.key}) : std::nullopt);
    m_view->setPicture(std::move(picture));
}

}  // namespace headlight::ui
