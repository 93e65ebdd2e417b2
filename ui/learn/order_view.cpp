#include "ui/learn/order_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QListWidget>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr int kItem = Qt::UserRole;

}  // namespace

OrderView::OrderView(const PreparedQuestion& question, QWidget* parent)
    : QuestionView(parent)
    , m_question(question)
    , m_list(new QListWidget(this))
    , m_up(new QToolButton(this))
    , m_down(new QToolButton(this))
{
    m_list->setObjectName(QStringLiteral("order"));
    m_list->setAccessibleName(tr("Steps to put in order"));
    m_list->setDragDropMode(QAbstractItemView::InternalMove);
    m_list->setWordWrap(true);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setSpacing(1);
    m_up->setText(QStringLiteral("↑"));
    m_up->setToolTip(tr("Move up (Ctrl+Up)"));
    m_down->setText(QStringLiteral("↓"));
    m_down->setToolTip(tr("Move down (Ctrl+Down)"));
    for (QToolButton* button : {m_up, m_down}) {
        button->setFocusPolicy(Qt::StrongFocus);
        button->setAccessibleName(button->toolTip());
    }
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* buttons = new QVBoxLayout;
    buttons->addWidget(m_up);
    buttons->addWidget(m_down);
    buttons->addStretch(1);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_list, 1);
    layout->addLayout(buttons);
    const auto& items = std::get<OrderQuestion>(question.question.kind).items;
    show(shuffledOrder(static_cast<Index>(items.size())));
    m_list->setCurrentRow(0);

    connect(m_up, &QToolButton::clicked, this, [this] { move(-1); });
    connect(m_down, &QToolButton::clicked, this, [this] { move(1); });
    connect(new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Up), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut),
            &QShortcut::activated, this, [this] { move(-1); });
    connect(
        new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Down), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut),
        &QShortcut::activated, this, [this] { move(1); });
    connect(m_list->model(), &QAbstractItemModel::rowsMoved, this, &QuestionView::answerChanged);
}

void OrderView::show(const std::vector<Index>& order)
{
    const auto& items = std::get<OrderQuestion>(m_question.question.kind).items;
    m_list->clear();
    for (const Index item : order) {
        auto* row = new QListWidgetItem(items.at(static_cast<std::size_t>(item)).text, m_list);
        row->setData(kItem, static_cast<qlonglong>(item));
    }
    fitHeight();
}

void OrderView::move(int by)
{
    const int row = m_list->currentRow();
    const int to = row + by;
    if (!m_list->isEnabled() || row < 0 || to < 0 || to >= m_list->count()) {
        return;
    }
    m_list->insertItem(to, m_list->takeItem(row));
    m_list->setCurrentRow(to);
    emit answerChanged();
}

std::optional<Answer> OrderView::answer() const
{
    std::vector<Index> order;
    for (int row = 0; row < m_list->count(); ++row) {
        order.push_back(static_cast<Index>(m_list->item(row)->data(kItem).toLongLong()));
    }
    return order;
}

void OrderView::setAnswer(const Answer& answer)
{
    show(std::get<std::vector<Index>>(answer));
    emit answerChanged();
}

void OrderView::reveal()
{
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        const auto right = item->data(kItem).toLongLong();
        item->setText(right == row ? QStringLiteral("✓ %1").arg(item->text())
                                   : QStringLiteral("%1. %2").arg(right + 1).arg(item->text()));
    }
    for (QWidget* widget :
         {static_cast<QWidget*>(m_list), static_cast<QWidget*>(m_up), static_cast<QWidget*>(m_down)}) {
        widget->setEnabled(false);
    }
    fitHeight();
}

/// All of it is seen: what it stands in scrolls.
void OrderView::fitHeight()
{
    const QListWidgetItem* last = m_list->item(m_list->count() - 1);
    if (last != nullptr) {
        m_list->setFixedHeight(m_list->visualItemRect(last).bottom() + m_list->spacing() + 2 * m_list->frameWidth() +
                               2);
    }
}

void OrderView::resizeEvent(QResizeEvent* event)
{
    QuestionView::resizeEvent(event);
    m_list->doItemsLayout();
    fitHeight();
}

void OrderView::changeEvent(QEvent* event)
{
    QuestionView::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        fitHeight();
    }
}

}  // namespace headlight::ui
