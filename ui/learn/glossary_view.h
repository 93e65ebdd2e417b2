// The glossary as a page to search.
#pragma once

#include "ui/learn/glossary.h"

#include <QWidget>

class QLineEdit;
class QTextBrowser;

namespace headlight::ui {

/// Every term with its sentence, its formula and a link to where it is seen.
class GlossaryView final : public QWidget
{
    Q_OBJECT

public:
    explicit GlossaryView(const Glossary& glossary, QWidget* parent = nullptr);

    /// Brings a term into sight.
    void showTerm(const QString& name);

signals:
    /// To where the window shows a term: lines of a scene.
    void linesWanted(const QString& lines);

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    const Glossary& m_glossary;
    QLineEdit* m_search;
    QTextBrowser* m_list;
};

}  // namespace headlight::ui
