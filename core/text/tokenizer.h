// From text to tokens. May use base/ only.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace headlight {

/// Whether marks as [CLS] or <s> are put around the text, where the tokenizer has such.
enum class SpecialTokens { Added, None };

/// What to cut into tokens.
struct EncodeRequest
{
    std::string_view text;
    std::optional<std::string_view> pair = {};  ///< A second text; see Tokenizer::takesPairs.
    SpecialTokens specialTokens = SpecialTokens::Added;
    Index maxTokens = std::numeric_limits<Index>::max();
};

struct Encoding
{
    std::vector<Token> tokens;
    Index droppedTokens =
        0;  ///< Cut off the text's end, or the longer text's, to keep to maxTokens; special tokens stay.
};

/// Cuts a text into tokens of a fixed vocabulary. Immutable and thread-safe.
class Tokenizer
{
public:
    virtual ~Tokenizer() = default;

    /// The number of ids, V; every id is below it.
    virtual Index vocabularySize() const = 0;

    /// @return the tokens in order, none for a text without any; InvalidUtf8 (the message names the offset), InvalidArgument for a
    /// pair where none is taken, TooLong where maxTokens leaves no room for any text.
    virtual Result<Encoding> encode(const EncodeRequest& request) const = 0;

    /// The tokens of a text alone, special tokens included.
    Result<std::vector<Token>> tokensOf(std::string_view text) const;

    /// The token with this id, with an empty span; NotFound if the vocabulary has no such id.
    virtual Result<Token> token(std::int32_t id) const = 0;

    /// The id of the token that stands for a hidden word, as [MASK]; nothing where there is none.
    virtual std::optional<std::int32_t> maskToken() const { return std::nullopt; }

    /// Whether two texts can be encoded together.
    virtual bool takesPairs() const { return false; }
};

/// InvalidArgument where the request has a pair: for tokenizers that take none.
Result<void> refusePair(const EncodeRequest& request);

/// Drops what is beyond the limit.
void cutTo(Index maxTokens, Encoding& encoding);

}  // namespace headlight
