// Text files that are part of the program. Uses nothing.
#pragma once

#include <string_view>

namespace headlight {

/// The content of a file of resources/, as "lexicon/nouns.txt"; empty where none of this name is bundled.
std::string_view bundledText(std::string_view name);

}  // namespace headlight
