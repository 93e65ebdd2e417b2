// An experiment, and the mask in force, as JSON for trace files, sessions and exports. May use base/, attention/,
// text/utf8.h and io/ only.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// One line with every key, whether or not it differs from the default:
/// {"ablated_heads":[[1,3]],"global_tokens":0,"head_sharing":"none","hidden_cells":[],"kernel":"softmax","mask":"own",
/// "mask_reach":4,"positions":"own","scaling":true,"temperature":1.0,"values":"own","zeroed_values":[]}
/// Hidden cells are [query, first key, last key] each.
///
/// @param experiment one that `validate` accepts
std::string toJson(const Experiment& experiment);

/// Undoes toJson exactly. A key that is not there means the default.
///
/// @return Malformed, which names the key: an unknown one, one with a value of the wrong type or out of range.
Result<Experiment> experimentFromJson(std::string_view json);

/// {"direction":"causal","global_tokens":0,"hidden":[],"pattern":"window","reach":4}
std::string toJson(const Mask& mask);

/// Undoes toJson exactly, with the errors of experimentFromJson.
Result<Mask> maskFromJson(std::string_view json);

/// A list of masks.
std::string toJson(const std::vector<Mask>& masks);

/// Undoes toJson exactly, with the errors of experimentFromJson.
Result<std::vector<Mask>> masksFromJson(std::string_view json);

}  // namespace headlight
