// Any bytes as a tokenizer.json: what reads must cut texts without a crash.
#include "core/io/tokenizer_json.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace headlight;
    using fuzz::require;
    const auto tokenizer = parseTokenizer({reinterpret_cast<const char*>(data), size}, "tokenizer.json");
    if (!tokenizer) {
        require(!tokenizer.error().message.empty());
        return 0;
    }
    for (const std::string_view text :
         {"", " ", "The dog's running.", "  a\n\nb\t1234", "é e\u0301 語 😀 ﬁ <s>[MASK]"}) {
        const auto encoding = (*tokenizer)->encode({.text = text});
        for (const Token& token : encoding ? encoding->tokens : std::vector<Token>()) {
            require(token.span.begin <= token.span.end && token.span.end <= text.size());
            require((*tokenizer)->token(token.id).has_value());
        }
        if ((*tokenizer)->takesPairs()) {
            static_cast<void>((*tokenizer)->encode({.text = text, .pair = "a b", .maxTokens = 5}));
        }
    }
    return 0;
}
