// The terms of the field, each in a sentence, with its formula and where to see it.
#pragma once

#include "core/base/result.h"
#include "ui/learn/scene.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace headlight::ui {

struct GlossaryTerm
{
    QString name;
    QStringList also;  ///< Other spellings.
    QString sentence;
    QString formula;
    QString place;  ///< Lines of a scene that show it, as setLines takes them.
};

/// A term where a text mentions it.
struct Mention
{
    qsizetype begin = 0;
    qsizetype length = 0;
    const GlossaryTerm* term = nullptr;
};

/// Terms and where texts mention them. Immutable.
class Glossary
{
public:
    /// @return Malformed; the message begins with the line
    static Result<Glossary> parse(const QString& text);

    /// The program's own. One that cannot be read is a bug of the program.
    static const Glossary& bundled();

    /// In alphabetical order.
    const std::vector<GlossaryTerm>& terms() const noexcept { return m_terms; }

    /// By name or other spelling, in capital or small letters; null where there is none.
    const GlossaryTerm* find(const QString& name) const;

    /// Those with all words of the query in their name, spellings or sentence.
    std::vector<const GlossaryTerm*> matching(const QString& query) const;

    /// Where whole words of the text are a term, the longest spelling first where several begin at a place; none overlap.
    std::vector<Mention> mentions(const QString& text) const;

private:
    struct Spelling
    {
        QString text;  ///< In small letters.
        std::size_t term = 0;
    };

    std::vector<GlossaryTerm> m_terms;
    std::vector<Spelling> m_spellings;  ///< The longest first.
};

/// The term, its sentence and formula as rich text for a tool tip.
QString tipOf(const GlossaryTerm& term);

}  // namespace headlight::ui
