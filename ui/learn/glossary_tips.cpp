#include "ui/learn/glossary_tips.h"

#include "ui/learn/painted_text.h"
#include "ui/plots/picture_view.h"

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QGroupBox>
#include <QHelpEvent>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QTabBar>
#include <QTextDocumentFragment>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {
namespace {

/// More than these make no tool tip, but a page.
constexpr std::size_t kMostTerms = 3;

QString plain(const QString& text)
{
    return Qt::mightBeRichText(text) ? QTextDocumentFragment::fromHtml(text).toPlainText() : text;
}

struct NamedText
{
    QString text;  ///< What stands at the point.
    QString tip;   ///< The widget's own tool tip there.
};

NamedText actionText(const QAction* action, const QMenu* menu)
{
    if (action == nullptr) {
        return {};
    }
    // An action's tool tip is its text unless it has been given another.
    const QString text = action->text().remove(u'&');
    const bool hasTip = menu != nullptr && menu->toolTipsVisible() && action->toolTip() != text;
    return {text, hasTip ? action->toolTip() : QString()};
}

NamedText textAt(QWidget& widget, QPoint point)
{
    if (const auto* label = qobject_cast<const QLabel*>(&widget)) {
        return {plain(label->text()), widget.toolTip()};
    }
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget)) {
        return {button->text().remove(u'&'), widget.toolTip()};
    }
    if (const auto* box = qobject_cast<const QGroupBox*>(&widget)) {
        return {box->title(), widget.toolTip()};
    }
    if (const auto* tabs = qobject_cast<const QTabBar*>(&widget)) {
        const int tab = tabs->tabAt(point);
        return tab < 0 ? NamedText{} : NamedText{tabs->tabText(tab), tabs->tabToolTip(tab)};
    }
    if (const auto* box = qobject_cast<const QComboBox*>(&widget)) {
        return {box->currentText(), widget.toolTip()};
    }
    if (const auto* menu = qobject_cast<const QMenu*>(&widget)) {
        return actionText(menu->actionAt(point), menu);
    }
    if (const auto* bar = qobject_cast<const QMenuBar*>(&widget)) {
        return actionText(bar->actionAt(point), nullptr);
    }
    if (const auto* view = qobject_cast<const PictureView*>(&widget);
        view != nullptr && view->picture() != nullptr && !view->isMapping()) {
        const QPointF there = QPointF(point) / PictureView::magnification();
        return {paintedTextAt(*view->picture(), view->pictureArea(), there), widget.toolTip()};
    }
    return {};
}

}  // namespace

GlossaryTips::GlossaryTips(QObject* parent) : QObject(parent)
{
    QApplication::instance()->installEventFilter(this);
}

QString GlossaryTips::tipAt(QWidget& widget, QPoint point) const
{
    if (widget.property(kShowsTokens).toBool()) {
        return {};
    }
    const NamedText named = textAt(widget, point);
    std::vector<const GlossaryTerm*> terms;
    for (const Mention& mention : Glossary::bundled().mentions(named.text)) {
        if (terms.size() < kMostTerms && std::ranges::find(terms, mention.term) == terms.end()) {
            terms.push_back(mention.term);
        }
    }
    if (terms.empty()) {
        return {};
    }
    QString tip =
        named.tip.isEmpty() || Qt::mightBeRichText(named.tip)
            ? named.tip
            : QStringLiteral("<p>%1</p>").arg(named.tip.toHtmlEscaped().replace(u'\n', QLatin1String("<br>")));
    for (const GlossaryTerm* term : terms) {
        tip += tipOf(*term);
    }
    return tip;
}

bool GlossaryTips::eventFilter(QObject* watched, QEvent* event)
{
    auto* widget = event->type() == QEvent::ToolTip ? qobject_cast<QWidget*>(watched) : nullptr;
    if (widget == nullptr) {
        return false;
    }
    const auto* help = static_cast<const QHelpEvent*>(event);
    const QString tip = tipAt(*widget, help->pos());
    if (tip.isEmpty()) {
        return false;
    }
    QToolTip::showText(help->globalPos(), tip, widget);
    return true;
}

}  // namespace headlight::ui
