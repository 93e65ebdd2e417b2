#include "ui/panels/measure_table.h"

#include "ui/plots/head_arrangement.h"

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

enum Column { kName, kValue, kBar };
constexpr int kShareRole = Qt::UserRole;  ///< Of the largest value, 0 to 1; nothing where it is not defined.

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
        bar.setWidth(bar.width() * share.toDouble());
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        painter->fillRect(bar, option.palette.color(selected ? QPalette::HighlightedText : QPalette::Highlight));
        painter->restore();
    }
};

QString tipOf(const Measure& measure)
{
    const QString unit = measure.unit.empty() ? QObject::tr("a share, 0 to 1") : text(measure.unit);
    return QStringLiteral("<b>%1</b> = %2<br>%3<br>%4 · %5")
        .arg(text(measure.title).toHtmlEscaped(), text(measure.formula).toHtmlEscaped(),
             text(measure.meaning).toHtmlEscaped(), unit.toHtmlEscaped(), text(measure.source).toHtmlEscaped());
}

}  // namespace

MeasureTable::MeasureTable(QWidget* parent)
    : QWidget(parent)
    , m_badges(new QLabel(this))
    , m_table(new QTableWidget(static_cast<int>(kMeasures), 3, this))
{
    m_badges->setObjectName(QStringLiteral("headBadges"));
    m_badges->setTextFormat(Qt::PlainText);
    m_badges->setWordWrap(true);
    m_badges->setToolTip(tr("What the head is called on this text, and the threshold from which it is called so"));
    // However many badges a head has, nothing moves beside it.
    constexpr int kMostLines = 4;
    m_badges->setMaximumHeight(kMostLines * fontMetrics().lineSpacing());
    m_badges->setAlignment(Qt::AlignTop);
    m_table->setMinimumHeight(40);
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
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
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
        m_table->item(row, kValue)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_badges);
    layout->addWidget(m_table, 1);
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
