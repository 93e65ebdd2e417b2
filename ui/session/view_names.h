// The words for what views can show: the same on the command line and in lessons.
#pragma once

#include "core/base/result.h"
#include "ui/session/view_options.h"

#include <string>
#include <utility>
#include <vector>

namespace headlight::ui {

/// Each value's word, in the order in which they are listed.
template <typename Value>
using ValueNames = std::vector<std::pair<std::string, Value>>;

const ValueNames<Quantity>& quantityNames();
const ValueNames<PositionShow>& positionShowNames();
const ValueNames<ScalingShow>& scalingShowNames();
const ValueNames<VariantShow>& variantShowNames();
const ValueNames<RecurrenceShow>& recurrenceShowNames();
const ValueNames<AttentionVariant>& variantNames();

/// Nothing for "own": the one in use.
const ValueNames<std::optional<PositionScheme>>& schemeNames();

/// The value that has the name.
///
/// @param what is named so, for the message: "--show"
/// @return InvalidArgument, which lists those known
template <typename Value>
Result<Value> valueNamed(const std::string& what, const std::string& name, const ValueNames<Value>& names)
{
    std::string known;
    for (const auto& [word, value] : names) {
        if (word == name) {
            return value;
        }
        known += (known.empty() ? "" : ", ") + word;
    }
    return failure(ErrorCode::InvalidArgument, what + " is one of " + known + ", not \"" + name + "\".");
}

/// What a view is compared with, as far as no other model is needed: "default" (without the experiment), "text:T", "head:L.H", "layer:N";
/// nothing for anything else.
std::optional<CompareOptions> comparedWith(const std::string& against);

}  // namespace headlight::ui
