// Which heads were asked for relations, as JSON for model folders and trace files. May use base/ and io/ only.
#pragma once

#include "core/base/indices.h"
#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// {"antecedent":[3,0],"subject":[2,0]}: layer and head of each relation.
std::string toJson(const std::vector<AskedHead>& askedHeads);

/// Undoes toJson, in the relations' alphabetical order.
///
/// @return Malformed, which names the relation: a value that is no layer and head below `layers` and `heads`.
Result<std::vector<AskedHead>> askedHeadsFromJson(std::string_view json, Index layers, Index heads);

}  // namespace headlight
