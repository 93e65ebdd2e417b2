#include "tests/core/support/tokenizers.h"

#include "core/io/tokenizer_json.h"
#include "core/text/byte_level.h"

#include <array>
#include <cstdio>
#include <gtest/gtest.h>

namespace headlight::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kLlama3Words = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3})"
                                     R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2Words = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N})"
                                    R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kBloomWords = R"( ?[^(\s|[.,!?…。，、।۔،])]+)";

void add(Json& vocabulary, const std::string& piece)
{
    if (!vocabulary.contains(piece)) {
        const std::size_t id = vocabulary.size();
        vocabulary[piece] = id;
    }
}

/// Adds each merge's result to the vocabulary, and gives the merges back.
Json merges(Json& vocabulary, const std::vector<std::pair<std::string, std::string>>& pairs)
{
    Json list = Json::array();
    for (const auto& [left, right] : pairs) {
        add(vocabulary, left + right);
        list.push_back(Json::array({left, right}));
    }
    return list;
}

int sizeOf(const Json& tokenizer)
{
    return static_cast<int>(tokenizer["model"]["vocab"].size());
}

Json part(const char* kind, const char* id, int segment)
{
    return {{kind, {{"id", id}, {"type_id", segment}}}};
}

Json special(const char* content, int id)
{
    return {{"id", content}, {"ids", Json::array({id})}, {"tokens", Json::array({content})}};
}

/// One mark before each text.
Json beginTemplate(const char* mark, int id)
{
    return {{"type", "TemplateProcessing"},
            {"single", Json::array({part("SpecialToken", mark, 0), part("Sequence", "A", 0)})},
            {"pair", Json::array({part("SpecialToken", mark, 0), part("Sequence", "A", 0),
                                  part("SpecialToken", mark, 1), part("Sequence", "B", 1)})},
            {"special_tokens", {{mark, special(mark, id)}}}};
}

Json byteLevel(const char* options)
{
    Json part = {{"type", "ByteLevel"}, {"trim_offsets", true}};
    part.update(Json::parse(options));
    return part;
}

constexpr const char* kOwnWords = R"({"add_prefix_space": false, "use_regex": true})";
constexpr const char* kBytesOnly = R"({"add_prefix_space": false, "use_regex": false})";

Json splitThenBytes(const char* words)
{
    const Json split = {
        {"type", "Split"}, {"pattern", {{"Regex", words}}}, {"behavior", "Isolated"}, {"invert", false}};
    return {{"type", "Sequence"}, {"pretokenizers", Json::array({split, byteLevel(kBytesOnly)})}};
}

Json sentencePieceTokenizer()
{
    Json tokenizer = plainTokenizer(sentencePieceModel());
    tokenizer["added_tokens"] = Json::array({addedToken(0, "<unk>"), addedToken(1, "<s>"), addedToken(2, "</s>")});
    tokenizer["post_processor"] = beginTemplate("<s>", 1);
    return tokenizer;
}

Json gpt2()
{
    Json tokenizer = plainTokenizer(byteLevelModel());
    tokenizer["added_tokens"] = Json::array({addedToken(sizeOf(tokenizer), "<|endoftext|>")});
    tokenizer["pre_tokenizer"] = byteLevel(kOwnWords);
    tokenizer["post_processor"] = byteLevel(kOwnWords);
    tokenizer["decoder"] = byteLevel(kOwnWords);
    return tokenizer;
}

Json roberta()
{
    Json tokenizer = gpt2();
    const int id = sizeOf(tokenizer);
    tokenizer["added_tokens"] = Json::array(
        {addedToken(id, "<s>"), addedToken(id + 1, "</s>"), addedToken(id + 2, "<mask>", {{"lstrip", true}})});
    tokenizer["post_processor"] = {{"type", "RobertaProcessing"},
                                   {"sep", Json::array({"</s>", id + 1})},
                                   {"cls", Json::array({"<s>", id})},
                                   {"trim_offsets", true},
                                   {"add_prefix_space", false}};
    return tokenizer;
}

Json llama3()
{
    Json tokenizer = gpt2();
    const int id = sizeOf(tokenizer);
    tokenizer["model"]["ignore_merges"] = true;
    tokenizer["model"]["vocab"]["Ġdogma"] = id;  // no merge makes it
    tokenizer["added_tokens"] =
        Json::array({addedToken(id + 1, "<|begin_of_text|>"), addedToken(id + 2, "<|eot_id|>")});
    tokenizer["pre_tokenizer"] = splitThenBytes(kLlama3Words);
    tokenizer["post_processor"] = {
        {"type", "Sequence"},
        {"processors", Json::array({byteLevel(kOwnWords), beginTemplate("<|begin_of_text|>", id + 1)})}};
    return tokenizer;
}

Json qwen2()
{
    Json tokenizer = gpt2();
    tokenizer["normalizer"] = {{"type", "NFC"}};
    tokenizer["pre_tokenizer"] = splitThenBytes(kQwen2Words);
    return tokenizer;
}

Json bloom()
{
    Json tokenizer = gpt2();
    tokenizer["pre_tokenizer"] = splitThenBytes(kBloomWords);
    return tokenizer;
}

Json llama2()
{
    Json tokenizer = sentencePieceTokenizer();
    const Json prepend = {{"type", "Prepend"}, {"prepend", "▁"}};
    const Json spaces = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}};
    const Json back = {{"type", "Replace"}, {"pattern", {{"String", "▁"}}}, {"content", " "}};
    tokenizer["normalizer"] = {{"type", "Sequence"}, {"normalizers", Json::array({prepend, spaces})}};
    tokenizer["decoder"] = {{"type", "Sequence"},
                            {"decoders", Json::array({back, {{"type", "ByteFallback"}}, {{"type", "Fuse"}}})}};
    return tokenizer;
}

Json withMetaspace(const char* options)
{
    Json tokenizer = sentencePieceTokenizer();
    tokenizer["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "▁"}};
    tokenizer["pre_tokenizer"].update(Json::parse(options));
    return tokenizer;
}

Json bert()
{
    Json tokenizer = plainTokenizer(wordPieceModel());
    int id = 0;
    for (const char* content : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
        tokenizer["added_tokens"].push_back(addedToken(id++, content));
    }
    tokenizer["normalizer"] = {{"type", "BertNormalizer"},
                               {"clean_text", true},
                               {"handle_chinese_chars", true},
                               {"strip_accents", nullptr},
                               {"lowercase", true}};
    tokenizer["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
    tokenizer["post_processor"] = {
        {"type", "TemplateProcessing"},
        {"single",
         Json::array({part("SpecialToken", "[CLS]", 0), part("Sequence", "A", 0), part("SpecialToken", "[SEP]", 0)})},
        {"pair",
         Json::array({part("SpecialToken", "[CLS]", 0), part("Sequence", "A", 0), part("SpecialToken", "[SEP]", 0),
                      part("Sequence", "B", 1), part("SpecialToken", "[SEP]", 1)})},
        {"special_tokens", {{"[CLS]", special("[CLS]", 2)}, {"[SEP]", special("[SEP]", 3)}}}};
    tokenizer["decoder"] = {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    return tokenizer;
}

std::string joined(const Tokenizer& tokenizer, const EncodeRequest& request, std::string Token::*member)
{
    const Result<Encoding> encoding = tokenizer.encode(request);
    if (!encoding) {
        return encoding.error().message;
    }
    std::string all;
    for (const Token& token : encoding->tokens) {
        all += (&token == encoding->tokens.data() ? "" : "|") + token.*member;
    }
    return all;
}

}  // namespace

Json byteLevelModel()
{
    Json vocabulary = Json::object();
    for (int byte = 0; byte < 256; ++byte) {
        add(vocabulary, std::string(byteCharacter(static_cast<unsigned char>(byte))));
    }
    const Json list =
        merges(vocabulary, {{"Ġ", "t"},   {"h", "e"},   {"Ġt", "he"},  {"i", "n"},  {"in", "g"}, {"Ġ", "d"},
                            {"Ġd", "o"},  {"Ġdo", "g"}, {"d", "o"},    {"do", "g"}, {"Ġ", "c"},  {"a", "t"},
                            {"Ġc", "at"}, {"'", "t"},   {"Ġ", "Ġ"},    {"1", "2"},  {"12", "3"}, {"r", "u"},
                            {"n", "n"},   {"ru", "nn"}, {"Ġ", "runn"}, {"Ã", "©"}});
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", ""},
            {"end_of_word_suffix", ""},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"vocab", vocabulary},
            {"merges", list}};
}

Json sentencePieceModel()
{
    Json vocabulary = Json::object();
    for (const char* piece : {"<unk>", "<s>", "</s>"}) {
        add(vocabulary, piece);
    }
    for (unsigned byte = 0; byte < 256; ++byte) {
        std::array<char, 8> piece{};
        std::snprintf(piece.data(), piece.size(), "<0x%02X>", byte);
        add(vocabulary, piece.data());
    }
    add(vocabulary, "▁");
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?'")) {
        add(vocabulary, std::string(1, c));
    }
    const Json list = merges(vocabulary, {{"▁", "t"},
                                          {"h", "e"},
                                          {"▁t", "he"},
                                          {"i", "n"},
                                          {"in", "g"},
                                          {"▁", "d"},
                                          {"o", "g"},
                                          {"▁d", "og"},
                                          {"▁", "c"},
                                          {"a", "t"},
                                          {"▁c", "at"},
                                          {"▁", "▁"},
                                          {"▁▁", "▁▁"},
                                          {"r", "u"},
                                          {"n", "n"},
                                          {"ru", "nn"},
                                          {"▁", "runn"}});
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", "<unk>"},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", true},
            {"byte_fallback", true},
            {"vocab", vocabulary},
            {"merges", list}};
}

Json wordPieceModel()
{
    Json vocabulary = Json::object();
    for (const char* piece : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
        add(vocabulary, piece);
    }
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")) {
        add(vocabulary, std::string(1, c));
        add(vocabulary, "##" + std::string(1, c));
    }
    for (const char* piece : {"the", "dog", "cat", "run", "##ning", "##s", ".", ",", "!", "?", "'", "語", "cafe"}) {
        add(vocabulary, piece);
    }
    return {{"type", "WordPiece"},
            {"unk_token", "[UNK]"},
            {"continuing_subword_prefix", "##"},
            {"max_input_chars_per_word", 100},
            {"vocab", vocabulary}};
}

Json plainTokenizer(Json model)
{
    return {{"version", "1.0"},          {"truncation", nullptr},
            {"padding", nullptr},        {"added_tokens", Json::array()},
            {"normalizer", nullptr},     {"pre_tokenizer", nullptr},
            {"post_processor", nullptr}, {"decoder", nullptr},
            {"model", std::move(model)}};
}

Json addedToken(int id, std::string_view content, const Json& flags)
{
    Json token = {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
                  {"rstrip", false}, {"normalized", false}, {"special", true}};
    token.update(flags);
    return token;
}

Json familyTokenizer(std::string_view family)
{
    if (family == "gpt2") {
        return gpt2();
    }
    if (family == "roberta") {
        return roberta();
    }
    if (family == "llama3") {
        return llama3();
    }
    if (family == "qwen2") {
        return qwen2();
    }
    if (family == "bloom") {
        return bloom();
    }
    if (family == "llama2") {
        return llama2();
    }
    if (family == "mistral") {
        return withMetaspace(R"({"prepend_scheme": "first", "split": false})");
    }
    if (family == "metaspace") {
        return withMetaspace(R"({"prepend_scheme": "always", "split": true})");
    }
    return bert();
}

std::vector<std::string> tokenizerFamilies()
{
    return {"gpt2", "roberta", "llama3", "qwen2", "bloom", "llama2", "mistral", "metaspace", "bert"};
}

std::shared_ptr<const Tokenizer> parsed(const Json& tokenizer)
{
    const auto result = parseTokenizer(tokenizer.dump(), "tokenizer.json");
    if (!result) {
        ADD_FAILURE() << result.error().message;
        return nullptr;
    }
    return *result;
}

std::string pieces(const Tokenizer& tokenizer, const EncodeRequest& request)
{
    return joined(tokenizer, request, &Token::piece);
}

std::string texts(const Tokenizer& tokenizer, const EncodeRequest& request)
{
    return joined(tokenizer, request, &Token::text);
}

}  // namespace headlight::test
