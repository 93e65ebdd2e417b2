// The text that the model reads.
#pragma once

#include <QPlainTextEdit>

namespace headlight::ui {

/// One to four lines, as many as the text needs. Undo belongs to the session, not to the box. A pasted text that would
/// make it longer than kLongestText is cut, and `cut` says so.
class TextBox final : public QPlainTextEdit
{
    Q_OBJECT

public:
    static constexpr int kLongestText = 100'000;  ///< In UTF-16 units.

    explicit TextBox(QWidget* parent = nullptr);

    /// As much of a text's start as the box holds.
    static QString fitting(const QString& text);

    /// Shows a text that comes from elsewhere and fits; keeps the cursor if it is the same text.
    void setText(const QString& text);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void edited(const QString& text);

    /// The text was longer than the box holds.
    void cut(int characters, int kept);

protected:
    void insertFromMimeData(const QMimeData* source) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitHeight();
};

}  // namespace headlight::ui
