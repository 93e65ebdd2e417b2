// Regular expressions of one dialect in another. May use base/ only.
#pragma once

#include "core/base/result.h"

#include <string_view>

namespace headlight {

/// An expression in Oniguruma's syntax, which tokenizer.json has, in PCRE2's. They differ in what \s, \w, \b and \h are, in
/// "{1,3}+", which repeats here and is possessive there, in (?m), and in \p{Script}.
///
/// @return Malformed for what PCRE2 has no counterpart of, as classes within classes; the message is a clause that names it.
Result<std::string> toPcre2(std::string_view oniguruma);

}  // namespace headlight
