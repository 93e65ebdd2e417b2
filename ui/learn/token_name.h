// Tokens as a lesson names them.
#pragma once

#include "core/base/indices.h"
#include "core/base/result.h"
#include "core/text/token.h"

#include <QString>

#include <optional>
#include <span>

namespace headlight::ui {

/// "animal", "the#2" (the second of them), "@3" (whatever stands fourth).
struct TokenName
{
    QString word;  ///< As people read the token, without the spaces around it.
    int occurrence = 1;
    std::optional<Index> position = {};  ///< Instead of the word.

    bool operator==(const TokenName&) const = default;
};

/// @return Malformed for a name without a word, an occurrence below 1 or a position below 0
Result<TokenName> parseTokenName(const QString& text);

/// A token as a lesson names it: what people read, without the spaces around it.
QString plainName(const Token& token);

/// Where the token stands; letters in upper and lower case count as the same.  @return NotFound, which names the tokens that there are
Result<TokenIndex> findToken(const TokenName& name, std::span<const Token> tokens);

}  // namespace headlight::ui
