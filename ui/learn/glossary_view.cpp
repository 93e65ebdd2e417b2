#include "ui/learn/glossary_view.h"

#include "ui/plots/picture_view.h"

#include <QEvent>
#include <QLineEdit>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

namespace headlight::ui {

GlossaryView::GlossaryView(const Glossary& glossary, QWidget* parent)
    : QWidget(parent)
    , m_glossary(glossary)
    , m_search(new QLineEdit(this))
    , m_list(new QTextBrowser(this))
{
    m_search->setObjectName(QStringLiteral("glossarySearch"));
    m_search->setPlaceholderText(tr("Search %1 terms").arg(glossary.terms().size()));
    m_search->setAccessibleName(tr("Search the glossary"));
    m_search->setClearButtonEnabled(true);
    m_list->setObjectName(QStringLiteral("glossaryList"));
    m_list->setAccessibleName(tr("Glossary"));
    m_list->setOpenLinks(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_search);
    layout->addWidget(m_list, 1);
    connect(m_search, &QLineEdit::textChanged, this, &GlossaryView::refresh);
    connect(m_list, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
        if (const GlossaryTerm* term = m_glossary.find(link.path(QUrl::FullyDecoded))) {
            emit linesWanted(term->place);
        }
    });
    setFocusProxy(m_search);
    refresh();
}

void GlossaryView::showTerm(const QString& name)
{
    m_search->clear();
    m_list->scrollToAnchor(name);
}

void GlossaryView::refresh()
{
    const Theme& theme = themeOf(*this);
    QString html;
    for (const GlossaryTerm* term : m_glossary.matching(m_search->text())) {
        const QString name = term->name.toHtmlEscaped();
        html += QStringLiteral("<p style='margin-bottom:10px'><a name='%1'></a><b>%1</b><br>%2<br>"
                               "<span style='font-family:DejaVu Sans Mono,monospace;color:%4'>%3</span><br>"
                               "<a href='show:%5' style='color:%6;text-decoration:none'>%7</a></p>")
                    .arg(name, term->sentence.toHtmlEscaped(), term->formula.toHtmlEscaped(), theme.mutedText.name(),
                         QString::fromLatin1(QUrl::toPercentEncoding(term->name)), theme.accent.name(),
                         tr("Show in the window ›"));
    }
    m_list->setHtml(html.isEmpty() ? tr("<p>No term has these words.</p>") : html);
}

void GlossaryView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        refresh();
    }
}

}  // namespace headlight::ui
