#include "core/base/parse.h"

#include <charconv>

namespace headlight {

std::optional<Index> wholeNumber(std::string_view text)
{
    Index value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<HeadAddress> parseHead(std::string_view text)
{
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) {
        return std::nullopt;
    }
    const std::optional<Index> layer = wholeNumber(text.substr(0, dot));
    const std::optional<Index> head = wholeNumber(text.substr(dot + 1));
    const bool isHead = layer && head && *layer >= 0 && *head >= 0;
    return isHead ? std::optional(HeadAddress{LayerIndex(*layer), HeadIndex(*head)}) : std::nullopt;
}

}  // namespace headlight
