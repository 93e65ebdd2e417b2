#include "ui/learn/token_name.h"

#include <QStringList>

namespace headlight::ui {
namespace {

/// The part behind a mark as a number: "2" of "the#2".
std::optional<int> numberBehind(const QString& text, qsizetype mark)
{
    bool isNumber = false;
    const int number = text.mid(mark + 1).toInt(&isNumber);
    return isNumber ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<TokenName> parseTokenName(const QString& text)
{
    const auto malformed = [&text] {
        return failure(ErrorCode::Malformed,
                       "A token is named as animal, the#2 or @3, not \"" + text.toStdString() + "\".");
    };
    if (text.isEmpty() || text.contains(u' ')) {
        return malformed();
    }
    if (text.startsWith(u'@') && text.size() > 1) {
        const std::optional<int> position = numberBehind(text, 0);
        if (!position || *position < 0) {
            return malformed();
        }
        return TokenName{.word = {}, .position = *position};
    }
    const qsizetype mark = text.lastIndexOf(u'#');
    if (mark <= 0) {
        return TokenName{.word = text};
    }
    const std::optional<int> occurrence = numberBehind(text, mark);
    if (!occurrence || *occurrence < 1) {
        return malformed();
    }
    return TokenName{.word = text.left(mark), .occurrence = *occurrence};
}

QString plainName(const Token& token)
{
    return QString::fromStdString(token.text).trimmed();
}

Result<TokenIndex> findToken(const TokenName& name, std::span<const Token> tokens)
{
    const auto count = static_cast<Index>(tokens.size());
    if (name.position && *name.position < count) {
        return TokenIndex(*name.position);
    }
    int seen = 0;
    QStringList known;
    for (Index i = 0; i < count; ++i) {
        const QString word = plainName(tokens[static_cast<std::size_t>(i)]);
        known.append(word);
        if (!name.position && word.compare(name.word, Qt::CaseInsensitive) == 0 && ++seen == name.occurrence) {
            return TokenIndex(i);
        }
    }
    const QString wanted = name.position          ? QStringLiteral("@%1").arg(*name.position)
                           : name.occurrence == 1 ? name.word
                                                  : QStringLiteral("%1#%2").arg(name.word).arg(name.occurrence);
    return failure(ErrorCode::NotFound, "The text has no token \"" + wanted.toStdString() + "\"; its tokens are " +
                                            known.join(QStringLiteral(" | ")).toStdString() + ".");
}

}  // namespace headlight::ui
