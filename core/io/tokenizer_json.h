// Tokenizers as tokenizer.json describes them. May use base/, text/ and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/text/pipeline_tokenizer.h"

#include <string_view>

namespace headlight {

/// The largest tokenizer.json that is read, in bytes.
inline constexpr std::size_t kMaxTokenizerBytes = std::size_t{128} << 20U;

/// Makes a tokenizer from the text of a tokenizer.json. Truncation and padding that it asks for are left to the caller.
///
/// @param name of the file, for messages
/// @return Malformed, which names file and entry, for anything that is not as it should be or not supported; TooLong for a file
/// beyond the limits.
Result<std::shared_ptr<const Tokenizer>> parseTokenizer(std::string_view json, std::string_view name);

/// What tokenizer.json says, before the tokenizer is made of it.
struct TokenizerDescription
{
    TokenizerParts parts;
    bool hasTemplates = false;  ///< Whether it says which special tokens stand around a text.
};

/// As `parseTokenizer`, for a caller who knows more than the file says.
Result<TokenizerDescription> parseTokenizerDescription(std::string_view json, std::string_view name);

/// Puts a tokenizer together; the message of a failure names the file.
Result<std::shared_ptr<const Tokenizer>> makeTokenizer(TokenizerParts parts, std::string_view name);

/// The added token that stands for a hidden word, by its usual names; empty where there is none.
std::string usualMask(std::span<const AddedToken> tokens);

}  // namespace headlight
