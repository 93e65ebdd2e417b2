#include "ui/learn/glossary.h"

#include <QFile>

#include <algorithm>
#include <set>
#include <utility>

namespace headlight::ui {
namespace {

tl::unexpected<Error> at(qsizetype line, const QString& message)
{
    return failure(ErrorCode::Malformed, QStringLiteral("line %1: %2").arg(line).arg(message).toStdString());
}

/// The rest of a line that begins with "name:"; null where it does not.
QString valueOf(const QString& line, const char* name)
{
    const QString start = QString::fromLatin1(name) + QLatin1Char(':');
    return line.startsWith(start) ? line.mid(start.size()).trimmed() : QString();
}

/// What must be there of a term.
Result<void> check(const GlossaryTerm& term, qsizetype line)
{
    if (term.sentence.isEmpty() || term.formula.isEmpty() || term.place.isEmpty()) {
        return at(line, QStringLiteral("The term \"%1\" needs a sentence, a formula: and a do:").arg(term.name));
    }
    Scene scene;
    if (const Result<void> set = setLines(scene, term.place); !set) {
        return at(line, QString::fromStdString(set.error().message));
    }
    return {};
}

bool isLetter(const QString& text, qsizetype place)
{
    return place >= 0 && place < text.size() && (text[place].isLetterOrNumber() || text[place] == u'_');
}

}  // namespace

Result<Glossary> Glossary::parse(const QString& text)
{
    Glossary glossary;
    std::set<QString> known;
    qsizetype number = 0;
    qsizetype begun = 0;
    for (const QString& line : QString(text).remove(u'\r').split(u'\n')) {
        ++number;
        if (line.startsWith(QLatin1String("## "))) {
            if (!glossary.m_terms.empty()) {
                if (Result<void> checked = check(glossary.m_terms.back(), begun); !checked) {
                    return tl::unexpected(checked.error());
                }
            }
            begun = number;
            glossary.m_terms.push_back(
                {.name = line.mid(3).trimmed(), .also = {}, .sentence = {}, .formula = {}, .place = {}});
        } else if (glossary.m_terms.empty() || line.trimmed().isEmpty()) {
            continue;
        } else if (const QString also = valueOf(line, "also"); !also.isNull()) {
            for (const QString& spelling : also.split(u',', Qt::SkipEmptyParts)) {
                glossary.m_terms.back().also.append(spelling.trimmed());
            }
        } else if (const QString formula = valueOf(line, "formula"); !formula.isNull()) {
            glossary.m_terms.back().formula = formula;
        } else if (const QString place = valueOf(line, "do"); !place.isNull()) {
            glossary.m_terms.back().place = place;
        } else if (glossary.m_terms.back().sentence.isEmpty()) {
            glossary.m_terms.back().sentence = line.trimmed();
        } else {
            return at(number, QStringLiteral("A term has one sentence; \"%1\" is more.").arg(line));
        }
    }
    if (glossary.m_terms.empty()) {
        return at(number, QStringLiteral("There is no term: \"## …\"."));
    }
    if (Result<void> checked = check(glossary.m_terms.back(), begun); !checked) {
        return tl::unexpected(checked.error());
    }
    std::ranges::sort(glossary.m_terms, [](const GlossaryTerm& a, const GlossaryTerm& b) {
        return a.name.compare(b.name, Qt::CaseInsensitive) < 0;
    });
    for (std::size_t i = 0; i < glossary.m_terms.size(); ++i) {
        for (const QString& spelling : QStringList(glossary.m_terms[i].name) + glossary.m_terms[i].also) {
            if (!known.insert(spelling.toLower()).second) {
                return at(1, QStringLiteral("\"%1\" is written twice.").arg(spelling));
            }
            glossary.m_spellings.push_back({spelling.toLower(), i});
        }
    }
    std::ranges::stable_sort(glossary.m_spellings, std::ranges::greater{},
                             [](const Spelling& spelling) { return spelling.text.size(); });
    return glossary;
}

const Glossary& Glossary::bundled()
{
    static const Glossary glossary = [] {
        QFile file(QStringLiteral(":/glossary.md"));
        if (!file.open(QIODevice::ReadOnly)) {
            qFatal("There is no glossary in the program.");
        }
        Result<Glossary> parsed = parse(QString::fromUtf8(file.readAll()));
        if (!parsed) {
            qFatal("glossary.md, %s", parsed.error().message.c_str());
        }
        return std::move(*parsed);
    }();
    return glossary;
}

const GlossaryTerm* Glossary::find(const QString& name) const
{
    const auto found = std::ranges::find(m_spellings, name.toLower(), &Spelling::text);
    return found == m_spellings.end() ? nullptr : &m_terms[found->term];
}

std::vector<const GlossaryTerm*> Glossary::matching(const QString& query) const
{
    const QStringList words = query.split(u' ', Qt::SkipEmptyParts);
    std::vector<const GlossaryTerm*> found;
    for (const GlossaryTerm& term : m_terms) {
        const QString all = (QStringList(term.name) + term.also + QStringList(term.sentence)).join(u'\n');
        if (std::ranges::all_of(words, [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); })) {
            found.push_back(&term);
        }
    }
    // Those that are called so come before those that mention it.
    std::ranges::stable_partition(
        found, [&](const GlossaryTerm* term) { return term->name.startsWith(query.trimmed(), Qt::CaseInsensitive); });
    return found;
}

std::vector<Mention> Glossary::mentions(const QString& text) const
{
    const QString small = text.toLower();
    std::vector<Mention> found;
    if (small.size() != text.size()) {  // letters whose small form is longer
        return found;
    }
    qsizetype place = 0;
    while (place < small.size()) {
        const bool isWordStart = !small[place].isSpace() && !(isLetter(small, place) && isLetter(small, place - 1));
        const auto spelling =
            !isWordStart ? m_spellings.end() : std::ranges::find_if(m_spellings, [&](const Spelling& one) {
                const qsizetype end = place + one.text.size();
                return QStringView(small).sliced(place).startsWith(one.text) &&
                       !(isLetter(small, end - 1) && isLetter(small, end));
            });
        if (spelling == m_spellings.end()) {
            ++place;
            continue;
        }
        found.push_back({place, spelling->text.size(), &m_terms[spelling->term]});
        place += spelling->text.size();
    }
    return found;
}

QString tipOf(const GlossaryTerm& term)
{
    return QStringLiteral("<p><b>%1</b>: %2<br><span style='font-family:monospace'>%3</span></p>")
        .arg(term.name.toHtmlEscaped(), term.sentence.toHtmlEscaped(), term.formula.toHtmlEscaped());
}

}  // namespace headlight::ui
