// How failed tests show what they found.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

#include <ostream>

namespace headlight {

inline void PrintTo(const Error& error, std::ostream* stream)
{
    *stream << "error " << static_cast<int>(error.code) << ", \"" << error.message << '"';
}

inline void PrintTo(const ByteSpan& span, std::ostream* stream)
{
    *stream << "bytes " << span.begin << " to " << span.end;
}

inline void PrintTo(const Token& token, std::ostream* stream)
{
    *stream << token.id << " \"" << token.text << "\", ";
    PrintTo(token.span, stream);
}

}  // namespace headlight
