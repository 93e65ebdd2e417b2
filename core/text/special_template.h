// Which marks stand around one text or two. May use base/ and text/ only.
#pragma once

#include "core/text/token.h"

#include <optional>

namespace headlight {

/// One place of a template.
struct TemplatePart
{
    enum class Kind { First, Second, Special };

    Kind kind = Kind::First;
    std::int32_t segment = 0;  ///< The token type that the model is given.
    std::int32_t id = 0;       ///< Of a special token.

    bool operator==(const TemplatePart&) const = default;
};

using Template = std::vector<TemplatePart>;

/// How a model's input is put together, as "[CLS] A [SEP] B [SEP]".
struct SpecialTemplates
{
    Template single = {{}};
    std::optional<Template> pair = {};  ///< Nothing where two texts are not taken.
};

/// How many special tokens a template has.
Index specialCount(const Template& parts);

}  // namespace headlight
