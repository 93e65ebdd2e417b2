#include "app/cell_option.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace headlight::app {
namespace {

/// The number that the text ends on after its last colon, which it loses.
std::optional<Index> takeNumber(std::string& text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) {
        return std::nullopt;
    }
    Index value = 0;
    const char* end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data() + colon + 1, end, value);
    if (error != std::errc{} || last != end) {
        return std::nullopt;
    }
    text.resize(colon);
    return value;
}

}  // namespace

Result<CellAddress> cellOf(const std::string& stage, HeadAddress head, Index row, Index column)
{
    const auto found = std::ranges::find(stages(), stage, &Stage::name);
    if (found == stages().end()) {
        std::string known;
        for (const Stage& other : stages()) {
            known += (known.empty() ? "" : ", ") + std::string(other.name);
        }
        return failure(ErrorCode::InvalidArgument, "There is no stage \"" + stage + "\"; known are " + known + ".");
    }
    constexpr std::size_t kAxesOfHeads = 3;
    return CellAddress{
        .stage = {found->id, found->scope == StageScope::Layer ? head.layer : LayerIndex(0)},
        .head = found->axes.size() == kAxesOfHeads ? head.head : HeadIndex(0),
        .row = row,
        .column = column,
    };
}

Result<CellAddress> readCell(const std::string& text, HeadAddress head)
{
    std::string stage = text;
    const std::optional<Index> column = takeNumber(stage);
    const std::optional<Index> row = takeNumber(stage);
    if (!column || !row) {
        return failure(ErrorCode::InvalidArgument,
                       "A cell is STAGE:ROW:COLUMN, as attention.weights:8:1, not \"" + text + "\".");
    }
    return cellOf(stage, head, *row, *column);
}

}  // namespace headlight::app
