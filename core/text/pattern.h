// What a tokenizer looks for in a text: a literal or a regular expression. May use base/ and text/ only.
#pragma once

#include "core/base/result.h"
#include "core/text/patience.h"
#include "core/text/token.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// A compiled pattern. Immutable, cheap to copy and thread-safe.
class Pattern
{
public:
    /// The text itself, wherever it stands; an empty one stands between all characters.
    static Pattern literal(std::string text);

    /// A regular expression as tokenizer.json has them, which is Oniguruma's syntax.
    ///
    /// @return Malformed, which quotes the expression and says where it goes wrong, or which construct is not supported.
    static Result<Pattern> regex(std::string_view expression);

    /// Where the pattern matches: from left to right, none overlapping another; a match may be empty.
    ///
    /// @param text valid UTF-8
    /// @return TooLong where the patience is spent, or one match takes so long that it seems to have no end.
    Result<std::vector<ByteSpan>> matches(std::string_view text, Patience& patience) const;

private:
    class Regex;

    Pattern() = default;

    std::string m_text;
    std::shared_ptr<const Regex> m_regex;  ///< Null for a literal.
};

}  // namespace headlight
