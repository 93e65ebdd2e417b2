#include "core/text/special_template.h"

#include <algorithm>

namespace headlight {

Index specialCount(const Template& parts)
{
    return std::ranges::count(parts, TemplatePart::Kind::Special, &TemplatePart::kind);
}

}  // namespace headlight
