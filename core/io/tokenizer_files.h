// The tokenizer of a Hugging Face model folder. May use base/, text/ and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/tokenizer_json.h"

#include <filesystem>

namespace headlight {

/// Reads the tokenizer of a folder: from tokenizer.json; without one from vocab.json and merges.txt (GPT-2, RoBERTa, Qwen2 and
/// those like them); without these from vocab.txt (BERT and those like it). tokenizer_config.json, special_tokens_map.json,
/// added_tokens.json and config.json say the rest, where they are there.
///
/// @return NotFound for a folder without these files; Malformed, which names file and entry, for anything that is not as it should
/// be or not supported, and for a folder that has a SentencePiece model alone.
Result<std::shared_ptr<const Tokenizer>> readTokenizer(const std::filesystem::path& folder);

}  // namespace headlight
