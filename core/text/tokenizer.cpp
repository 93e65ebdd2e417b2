#include "core/text/tokenizer.h"

namespace headlight {

Result<std::vector<Token>> Tokenizer::tokensOf(std::string_view text) const
{
    Result<Encoding> encoding = encode({.text = text});
    if (!encoding) {
        return tl::unexpected(encoding.error());
    }
    return std::move(encoding->tokens);
}

Result<void> refusePair(const EncodeRequest& request)
{
    if (request.pair) {
        return failure(ErrorCode::InvalidArgument, "This model's tokenizer takes one text, not a pair of texts.");
    }
    return {};
}

void cutTo(Index maxTokens, Encoding& encoding)
{
    const auto count = static_cast<Index>(encoding.tokens.size());
    if (count > maxTokens) {
        encoding.droppedTokens += count - maxTokens;
        encoding.tokens.resize(static_cast<std::size_t>(maxTokens));
    }
}

}  // namespace headlight
