#include "ui/learn/flowing_text.h"

#include "ui/learn/glossary.h"
#include "ui/plots/picture_view.h"

#include <QEvent>
#include <QTextBlock>
#include <QTextCursor>
#include <QWheelEvent>

#include <cmath>
#include <set>

namespace headlight::ui {
namespace {

const QString kTerm = QStringLiteral("term");
const QString kLines = QStringLiteral("do");

}  // namespace

FlowingText::FlowingText(QWidget* parent) : QTextBrowser(parent)
{
    setOpenLinks(false);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    document()->setDocumentMargin(1.0);
    connect(this, &QTextBrowser::anchorClicked, this, &FlowingText::follow);
}

void FlowingText::show(const QString& markdown)
{
    m_markdown = markdown;
    lay();
    setVisible(!markdown.isEmpty());
}

void FlowingText::lay()
{
    const Theme& theme = themeOf(*this);
    document()->setDefaultFont(font());
    setMarkdown(m_markdown);
    // Markdown's own links have the colour of the palette that was there before the widget had its own.
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        for (auto part = block.begin(); !part.atEnd(); ++part) {
            const QTextFragment fragment = part.fragment();
            if (!fragment.charFormat().isAnchor()) {
                continue;
            }
            QTextCursor cursor(document());
            cursor.setPosition(fragment.position());
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor::KeepAnchor);
            QTextCharFormat format;
            format.setForeground(theme.accent);
            cursor.mergeCharFormat(format);
        }
    }
    markTerms();
    fitHeight();
}

void FlowingText::markTerms()
{
    const Theme& theme = themeOf(*this);
    std::set<const GlossaryTerm*> seen;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        for (const Mention& mention : Glossary::bundled().mentions(block.text())) {
            QTextCursor cursor(block);
            const int begin = block.position() + static_cast<int>(mention.begin);
            cursor.setPosition(begin + 1);
            if (cursor.charFormat().isAnchor() || !seen.insert(mention.term).second) {
                continue;
            }
            cursor.setPosition(begin);
            cursor.setPosition(begin + static_cast<int>(mention.length), QTextCursor::KeepAnchor);
            QTextCharFormat format;
            format.setAnchor(true);
            format.setAnchorHref(kTerm + QLatin1Char(':') + mention.term->name);
            format.setToolTip(tipOf(*mention.term));
            format.setUnderlineStyle(QTextCharFormat::DotLine);
            format.setUnderlineColor(theme.accent);
            cursor.mergeCharFormat(format);
        }
    }
}

void FlowingText::follow(const QUrl& link)
{
    const QString target = link.path(QUrl::FullyDecoded);
    if (link.scheme() == kTerm) {
        emit termWanted(target);
    } else if (link.scheme() == kLines) {
        emit linesWanted(link.path(QUrl::FullyEncoded));
    }
}

void FlowingText::fitHeight()
{
    setFixedHeight(static_cast<int>(std::ceil(document()->size().height())));
}

QSize FlowingText::sizeHint() const
{
    constexpr int kUsualWidth = 380;
    return {kUsualWidth, height()};
}

void FlowingText::changeEvent(QEvent* event)
{
    QTextBrowser::changeEvent(event);
    if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) && !m_markdown.isEmpty()) {
        lay();
    }
}

void FlowingText::resizeEvent(QResizeEvent* event)
{
    QTextBrowser::resizeEvent(event);
    fitHeight();
}

void FlowingText::wheelEvent(QWheelEvent* event)
{
    event->ignore();  // what it stands in scrolls
}

}  // namespace headlight::ui
