#include "ui/panels/measure_table.h"

#include "ui/plots/head_arrangement.h"

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

enum Column { kName, kValue, kBar };
constexpr int kShareRole = Qt::UserRole;  ///< Of the largest value, 0 to 1; nothing where it is not defined.
constexpr int kThresholdRole =
    kShareRole + 1;  ///< Of the badge that the measure gives, likewise; nothing where it gives none.

class BarDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const QVariant share = index.data(kShareRole);
        if (!share.isValid()) {
            return;
        }
        constexpr qreal kMargin = 5.0;
        QRectF bar = QRectF(option.rect).adjusted(kMargin, kMargin, -kMargin, -kMargin);
        painter->save();
        painter->fillRect(bar, option.palette.color(QPalette::Mid));
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->fillRect(QRectF(bar.topLeft(), QSizeF(bar.width() * share.toDouble(), bar.height())),
                          option.palette.color(selected ? QPalette::HighlightedText : QPalette::Highlight));
        if (const QVariant threshold = index.data(kThresholdRole); threshold.isValid()) {
            constexpr qreal kOverhang = 2.0;
            const qreal x = std::round(bar.left() + bar.width() * threshold.toDouble());
            painter->fillRect(QRectF(x, bar.top() - kOverhang, 1.0, bar.height() + 2.0 * kOverhang),
                              option.palette.color(selected ? QPalette::HighlightedText : QPalette::Text));
        }
        painter->restore();
    }
};

/// The badge that a measure gives; null where it gives none.
const BadgeKind* badgeOf(MeasureId measure)
{
    const auto kind = std::ranges::find(badgeKinds(), measure, &BadgeKind::measure);
    return kind == badgeKinds().end() ? nullptr : &*kind;
}

QString tipOf(const Measure& measure)
{
    const QString unit = measure.unit.empty() ? QObject::tr("a share, 0 to 1") : text(measure.unit);
    QString tip =
        QStringLiteral("<b>%1</b> = %2<br>%3<br>%4 · %5")
            .arg(text(measure.title).toHtmlEscaped(), text(measure.formula).toHtmlEscaped(),
                 text(measure.meaning).toHtmlEscaped(), unit.toHtmlEscaped(), text(measure.source).toHtmlEscaped());
    if (const BadgeKind* badge = badgeOf(measure.id)) {
        tip += QObject::tr("<br>Badge “%1” from %2, the tick on the bar").arg(text(badge->title)).arg(badge->threshold);
    }
    return tip;
}

}  // namespace

MeasureTable::MeasureTable(QWidget* parent)
    : QWidget(parent)
    , m_table(new QTableWidget(static_cast<int>(kMeasures), 3, this))
    , m_badges(new QLabel(this))
{
    m_badges->setObjectName(QStringLiteral("headBadges"));
    m_badges->setTextFormat(Qt::PlainText);
    m_badges->setWordWrap(true);
    m_badges->setToolTip(tr("What the head is called on this text, and the threshold from which it is called so"));
    // However many badges a head has, nothing moves as one points from head to head.
    constexpr int kLines = 3;
    m_badges->setFixedHeight(kLines * fontMetrics().lineSpacing());
    m_badges->setAlignment(Qt::AlignTop);
    const int rowHeight = fontMetrics().height() + 4;
    m_table->setMinimumHeight(40);
    m_table->setMaximumHeight(static_cast<int>(kMeasures) * rowHeight + 2 * m_table->frameWidth());
    m_table->setSizeAdjustPolicy(QAbstractScrollArea::AdjustToContents);
    m_table->setObjectName(QStringLiteral("measures"));
    m_table->setAccessibleName(tr("Measures of the head"));
    m_table->horizontalHeader()->hide();
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setSectionResizeMode(kName, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(kValue, QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(kBar, QHeaderView::Fixed);
    constexpr int kBarWidth = 64;
    m_table->setColumnWidth(kBar, kBarWidth);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(rowHeight);
    m_table->setShowGrid(false);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setTabKeyNavigation(false);
    m_table->setItemDelegateForColumn(kBar, new BarDelegate(this));
    for (const Measure& measure : measures()) {
        const int row = static_cast<int>(measure.id);
        for (const Column column : {kName, kValue, kBar}) {
            auto* item = new QTableWidgetItem(column == kName ? text(measure.title) : QString());
            item->setToolTip(tipOf(measure));
            m_table->setItem(row, column, item);
        }
        if (const BadgeKind* badge = badgeOf(measure.id)) {
            m_table->item(row, kBar)->setData(kThresholdRole, badge->threshold);
        }
        m_table->item(row, kValue)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_table, 1);
    layout->addWidget(m_badges);
}

void MeasureTable::show(const MeasuredHead* head, Index tokens)
{
    setEnabled(head != nullptr);
    QStringList badges;
    for (const Measure& measure : measures()) {
        const std::optional<double> value = head == nullptr ? std::nullopt : head->measures[measure.id];
        const int row = static_cast<int>(measure.id);
        m_table->item(row, kValue)->setText(head == nullptr ? QString() : valueText(measure.id, value));
        const double largest = largestValue(measure.id, tokens);
        m_table->item(row, kBar)->setData(kShareRole, value && largest > 0.0 ? QVariant(*value / largest) : QVariant());
    }
    if (head != nullptr) {
        for (const Badge& badge : head->badges) {
            badges.append(QString::fromStdString(describe(badge)));
        }
    }
    m_badges->setText(head == nullptr    ? QString()
                      : badges.isEmpty() ? tr("No badge on this text")
                                         : badges.join(QLatin1Char('\n')));
}

}  // namespace headlight::ui
