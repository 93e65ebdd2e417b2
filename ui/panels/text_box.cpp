#include "ui/panels/text_box.h"

#include <QAbstractTextDocumentLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QSignalBlocker>
#include <QTextBlock>
#include <QTextDocument>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kMostLines = 4;

/// The longest start of a text that fits, never half of a surrogate pair.
QString start(const QString& text, qsizetype length)
{
    QString kept = text.left(std::max<qsizetype>(length, 0));
    if (!kept.isEmpty() && kept.back().isHighSurrogate()) {
        kept.chop(1);
    }
    return kept;
}

}  // namespace

TextBox::TextBox(QWidget* parent) : QPlainTextEdit(parent)
{
    setUndoRedoEnabled(false);
    setTabChangesFocus(true);
    setAcceptDrops(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setPlaceholderText(tr("Type a sentence"));
    setAccessibleName(tr("Text"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        fitHeight();
        emit edited(toPlainText());
    });
}

QString TextBox::fitting(const QString& text)
{
    return start(text, kLongestText);
}

void TextBox::setText(const QString& text)
{
    if (text == toPlainText()) {
        return;
    }
    const QSignalBlocker blocker(this);
    setPlainText(text);
    moveCursor(QTextCursor::End);
    fitHeight();
}

QSize TextBox::sizeHint() const
{
    int lines = 0;
    for (QTextBlock block = document()->begin(); block.isValid() && lines < kMostLines; block = block.next()) {
        lines += std::max(block.layout()->lineCount(), 1);
    }
    const int height = fontMetrics().lineSpacing() * std::clamp(lines, 1, kMostLines);
    const int margins = 2 * (static_cast<int>(document()->documentMargin()) + frameWidth()) + 2;
    return {400, height + margins};
}

void TextBox::insertFromMimeData(const QMimeData* source)
{
    const QString text = source->text();
    const qsizetype selected = textCursor().selectionEnd() - textCursor().selectionStart();
    const qsizetype room = kLongestText - (document()->characterCount() - 1 - selected);
    const QString kept = start(text, room);
    insertPlainText(kept);
    ensureCursorVisible();
    if (kept.size() < text.size()) {
        emit cut(static_cast<int>(text.size()), static_cast<int>(kept.size()));
    }
}

void TextBox::keyPressEvent(QKeyEvent* event)
{
    // The window's undo covers text, experiment and selection together.
    if (event->matches(QKeySequence::Undo) || event->matches(QKeySequence::Redo)) {
        event->ignore();
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

void TextBox::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    fitHeight();
}

void TextBox::fitHeight()
{
    const int height = sizeHint().height();
    if (height != maximumHeight()) {
        setFixedHeight(height);
    }
}

}  // namespace headlight::ui
