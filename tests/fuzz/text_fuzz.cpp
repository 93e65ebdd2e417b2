// Any bytes as a text, through a tokenizer of each kind.
#include "core/io/tokenizer_json.h"
#include "tests/fuzz/require.h"

#include <array>

namespace {

using namespace headlight;
using fuzz::require;

/// Byte-pair encoding on bytes, byte-pair encoding with byte fallback, word pieces: as small as they may be.
constexpr std::array<std::string_view, 3> kTokenizers = {
    R"({"added_tokens": [{"id": 9, "content": "<s>", "special": true, "normalized": false, "rstrip": true}],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġab": 4, "Ã": 5, "©": 6},
                  "merges": ["a b", "Ġ ab"]}})",
    R"({"added_tokens": [{"id": 9, "content": "é", "normalized": true, "lstrip": true, "single_word": true}],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": "▁"}]},
        "model": {"type": "BPE", "unk_token": "?", "fuse_unk": true, "byte_fallback": true,
                  "vocab": {"?": 0, "▁": 1, "a": 2, "▁a": 3, "<0xC3>": 4, "<0xA9>": 5}, "merges": [["▁", "a"]]}})",
    R"({"normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "max_input_chars_per_word": 20,
                  "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "##a": 4, "e": 5, "語": 6}}})",
};

std::vector<std::shared_ptr<const Tokenizer>> parsedTokenizers()
{
    std::vector<std::shared_ptr<const Tokenizer>> parsed;
    for (const std::string_view json : kTokenizers) {
        const auto tokenizer = parseTokenizer(json, "tokenizer.json");
        require(tokenizer.has_value());
        parsed.push_back(*tokenizer);
    }
    return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const auto kParsed = parsedTokenizers();
    for (const auto& tokenizer : kParsed) {
        const auto encoding = tokenizer->encode({.text = text});
        for (const Token& token : encoding ? encoding->tokens : std::vector<Token>()) {
            require(token.span.begin <= token.span.end && token.span.end <= text.size());
            require(tokenizer->token(token.id).has_value());
        }
    }
    return 0;
}
