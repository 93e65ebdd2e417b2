// Text of a lesson: as high as it is, with its glossary terms explained.
#pragma once

#include <QTextBrowser>

namespace headlight::ui {

/// Markdown that grows with its text instead of scrolling. Terms of the glossary are underlined with dots, the first time each: a tool
/// tip explains them, and a click or Return asks for their entry. Selecting and copying work as in a browser.
class FlowingText final : public QTextBrowser
{
    Q_OBJECT

public:
    explicit FlowingText(QWidget* parent = nullptr);

    void show(const QString& markdown);
    using QTextBrowser::show;

    /// What is shown.
    const QString& markdown() const noexcept { return m_markdown; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, 0}; }

signals:
    /// A glossary term was clicked.
    void termWanted(const QString& name);

    /// A link that sets lines of a scene was clicked: "page=heads".
    void linesWanted(const QString& lines);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void lay();
    void fitHeight();
    void markTerms();
    void follow(const QUrl& link);

    QString m_markdown;
};

}  // namespace headlight::ui
