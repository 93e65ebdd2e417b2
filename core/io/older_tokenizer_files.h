// Tokenizers of folders without a tokenizer.json. May use base/, text/ and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/tokenizer_side_files.h"
#include "core/text/tokenizer.h"

namespace headlight {

/// Whether a folder has the files of one: vocab.json and merges.txt, or vocab.txt.
bool hasOlderTokenizer(const std::filesystem::path& folder);

/// Puts a tokenizer together from its vocabulary as its class does, which tokenizer_config.json or config.json names; without
/// a name as GPT-2 does or BERT.
///
/// @return Malformed, which names file and entry, for anything that is not as it should be, and for a class that is not known.
Result<std::shared_ptr<const Tokenizer>> readOlderTokenizer(const std::filesystem::path& folder, SideFiles& files);

}  // namespace headlight
