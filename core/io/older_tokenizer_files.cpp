#include "core/io/older_tokenizer_files.h"

#include "core/io/families/family.h"
#include "core/io/file_descriptor.h"
#include "core/io/named.h"
#include "core/io/text_file.h"
#include "core/io/tokenizer_json.h"
#include "core/text/utf8.h"

#include <algorithm>
#include <array>
#include <map>

namespace headlight {
namespace {

constexpr auto kVocabularyJson = "vocab.json";
constexpr auto kMergesFile = "merges.txt";
constexpr auto kVocabularyText = "vocab.txt";

/// The words of Qwen2  (Yang et al. 2024, their published code).
constexpr std::string_view kQwen2Words = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                                         R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// Tokenizers that need no tokenizer.json, since all of a kind do the same.
enum class Kind { Gpt2, Roberta, Deberta, Qwen2, Bert, Mpnet };

constexpr auto kKindsByClass = std::to_array<Named<Kind>>({
    {"GPT2Tokenizer", Kind::Gpt2},
    {"CodeGenTokenizer", Kind::Gpt2},
    {"GPTNeoXTokenizer", Kind::Gpt2},
    {"RobertaTokenizer", Kind::Roberta},
    {"BartTokenizer", Kind::Roberta},
    {"LongformerTokenizer", Kind::Roberta},
    {"LEDTokenizer", Kind::Roberta},
    {"MvpTokenizer", Kind::Roberta},
    {"DebertaTokenizer", Kind::Deberta},
    {"Qwen2Tokenizer", Kind::Qwen2},
    {"BertTokenizer", Kind::Bert},
    {"DistilBertTokenizer", Kind::Bert},
    {"ElectraTokenizer", Kind::Bert},
    {"MobileBertTokenizer", Kind::Bert},
    {"ConvBertTokenizer", Kind::Bert},
    {"LayoutLMTokenizer", Kind::Bert},
    {"LxmertTokenizer", Kind::Bert},
    {"SqueezeBertTokenizer", Kind::Bert},
    {"DPRQuestionEncoderTokenizer", Kind::Bert},
    {"DPRContextEncoderTokenizer", Kind::Bert},
    {"DPRReaderTokenizer", Kind::Bert},
    {"MPNetTokenizer", Kind::Mpnet},
});

/// For folders that name no class of tokenizer; every other model is taken for GPT-2 or BERT, as its files have it.
constexpr auto kKindsByModel = std::to_array<Named<Kind>>({
    {"roberta", Kind::Roberta},
    {"bart", Kind::Roberta},
    {"longformer", Kind::Roberta},
    {"led", Kind::Roberta},
    {"mvp", Kind::Roberta},
    {"deberta", Kind::Deberta},
    {"qwen2", Kind::Qwen2},
    {"qwen3", Kind::Qwen2},
    {"mpnet", Kind::Mpnet},
});

constexpr bool hasWordPieces(Kind kind)
{
    return kind == Kind::Bert || kind == Kind::Mpnet;
}

/// What special tokens are for, and as what they are found in tokenizer_config.json.
constexpr auto kRoles = std::to_array<const char*>(
    {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"});

using Roles = std::map<std::string, AddedToken, std::less<>>;

Roles rolesOf(std::initializer_list<std::pair<const char*, const char*>> contents)
{
    Roles roles;
    for (const auto& [role, content] : contents) {
        roles[role] = specialToken(content);
    }
    return roles;
}

/// The special tokens of a kind, where a folder says nothing else.
Roles usualRoles(Kind kind)
{
    switch (kind) {
    case Kind::Gpt2:
        return rolesOf(
            {{"bos_token", "<|endoftext|>"}, {"eos_token", "<|endoftext|>"}, {"unk_token", "<|endoftext|>"}});
    case Kind::Qwen2:
        return rolesOf({{"eos_token", "<|endoftext|>"}, {"pad_token", "<|endoftext|>"}});
    case Kind::Roberta:
        return rolesOf({{"bos_token", "<s>"},
                        {"eos_token", "</s>"},
                        {"unk_token", "<unk>"},
                        {"sep_token", "</s>"},
                        {"pad_token", "<pad>"},
                        {"cls_token", "<s>"},
                        {"mask_token", "<mask>"}});
    case Kind::Mpnet:
        return rolesOf({{"bos_token", "<s>"},
                        {"eos_token", "</s>"},
                        {"unk_token", "[UNK]"},
                        {"sep_token", "</s>"},
                        {"pad_token", "<pad>"},
                        {"cls_token", "<s>"},
                        {"mask_token", "<mask>"}});
    case Kind::Deberta:
    case Kind::Bert:
        break;
    }
    return rolesOf({{"unk_token", "[UNK]"},
                    {"sep_token", "[SEP]"},
                    {"pad_token", "[PAD]"},
                    {"cls_token", "[CLS]"},
                    {"mask_token", "[MASK]"}});
}

bool hasBytePairs(const std::filesystem::path& folder)
{
    return isThere(folder / kVocabularyJson) && isThere(folder / kMergesFile);
}

/// The tokenizer of a folder without a tokenizer.json, put together as its kind has it.
class KindReader
{
public:
    KindReader(std::filesystem::path folder, SideFiles& files, Kind kind)
        : m_folder(std::move(folder))
        , m_files(files)
        , m_kind(kind)
    {}

    Result<std::shared_ptr<const Tokenizer>> read()
    {
        Result<TokenizerParts> parts = hasWordPieces(m_kind) ? readWordPieces() : readBytePairs();
        if (!parts) {
            return tl::unexpected(parts.error());
        }
        readRoles(vocabularyOf(parts->model));
        parts->addedTokens = m_added;
        if (const auto mask = m_roles.find("mask_token"); mask != m_roles.end()) {
            parts->mask = mask->second.content;
        }
        const Result<SpecialTemplates> templates = readTemplates();
        if (!templates) {
            return tl::unexpected(templates.error());
        }
        parts->templates = *templates;
        if (const Result<void> checked = m_files.check(); !checked) {
            return tl::unexpected(checked.error());
        }
        return makeTokenizer(std::move(*parts), quoted(vocabularyPath()));
    }

private:
    std::filesystem::path vocabularyPath() const
    {
        return m_folder / (hasWordPieces(m_kind) ? kVocabularyText : kVocabularyJson);
    }

    tl::unexpected<Error> malformed(const std::filesystem::path& path, const std::string& problem) const
    {
        return failure(ErrorCode::Malformed, quoted(path) + ": " + problem + ".");
    }

    bool flag(const char* key, bool otherwise) { return m_files.config.entry()[key].flag(otherwise); }

    std::string unknownPiece()
    {
        const std::optional<AddedToken> unknown = readRole(m_files, "unk_token");
        return unknown ? unknown->content : usualRoles(m_kind)["unk_token"].content;
    }

    Result<TokenizerParts> readWordPieces()
    {
        const Result<std::string> text = readRegularFile(vocabularyPath());
        if (!text) {
            return tl::unexpected(text.error());
        }
        std::map<std::string_view, std::int32_t> ids;  // of an entry that is there twice, the later one
        std::string_view rest = *text;
        for (std::int32_t id = 0; !rest.empty() && id < Vocabulary::kMaxIds; ++id) {
            ids.insert_or_assign(takeLine(rest), id);
        }
        std::vector<Vocabulary::Entry> entries;
        for (const auto& [piece, id] : ids) {
            entries.push_back({std::string(piece), id});
        }
        Result<Vocabulary> vocabulary = Vocabulary::make(std::move(entries));
        if (!vocabulary) {
            return malformed(vocabularyPath(), vocabulary.error().message);
        }
        TokenizerParts parts{.model = WordPiece(std::move(*vocabulary), {.unknownPiece = unknownPiece()})};
        const bool isBasic = flag("do_basic_tokenize", true);
        parts.normalizers = {
            BertNormalizer{.handleChineseChars = isBasic && flag("tokenize_chinese_chars", true),
                           .stripAccents = isBasic ? m_files.config.entry()["strip_accents"].optionalFlag() : false,
                           .lowercase = isBasic && flag("do_lower_case", true)}};
        parts.preTokenizers = {BertPreTokenizer()};
        parts.spelling = {.continuingPrefix = "##"};
        return parts;
    }

    Result<TokenizerParts> readBytePairs()
    {
        Result<Vocabulary> vocabulary = readVocabularyJson();
        if (!vocabulary) {
            return tl::unexpected(vocabulary.error());
        }
        const Result<std::vector<MergeRule>> merges = readMergesText();
        if (!merges) {
            return tl::unexpected(merges.error());
        }
        Result<Bpe> bpe = Bpe::make(std::move(*vocabulary), *merges, {});
        if (!bpe) {
            return malformed(m_folder / kMergesFile, bpe.error().message);
        }
        TokenizerParts parts{.model = std::move(*bpe)};
        parts.spelling = {.bytes = Spelling::Bytes::Characters};
        if (m_kind != Kind::Qwen2) {
            parts.preTokenizers = {ByteLevel{.addPrefixSpace = flag("add_prefix_space", false)}};
            return parts;
        }
        Result<Pattern> words = Pattern::regex(kQwen2Words);
        if (!words) {
            return tl::unexpected(words.error());
        }
        parts.normalizers = {UnicodeForm::C};
        parts.preTokenizers = {Split{.pattern = std::move(*words)},
                               ByteLevel{.addPrefixSpace = flag("add_prefix_space", false), .useRegex = false}};
        return parts;
    }

    Result<Vocabulary> readVocabularyJson()
    {
        Result<JsonFile> file = JsonFile::read(vocabularyPath());
        if (!file) {
            return tl::unexpected(file.error());
        }
        std::vector<Vocabulary::Entry> entries;
        for (const auto& [piece, id] : file->entry().members()) {
            entries.push_back({piece, id.integer(0, Vocabulary::kMaxIds - 1)});
        }
        if (const Result<void> checked = file->check(); !checked) {
            return tl::unexpected(checked.error());
        }
        Result<Vocabulary> vocabulary = Vocabulary::make(std::move(entries));
        if (!vocabulary) {
            return malformed(vocabularyPath(), vocabulary.error().message);
        }
        return vocabulary;
    }

    Result<std::vector<MergeRule>> readMergesText()
    {
        const std::filesystem::path path = m_folder / kMergesFile;
        const Result<std::string> text = readRegularFile(path);
        if (!text) {
            return tl::unexpected(text.error());
        }
        std::vector<MergeRule> merges;
        std::string_view rest = *text;
        for (std::size_t number = 1; !rest.empty(); ++number) {
            const std::string_view line = takeLine(rest);
            if (line.empty() || line.starts_with("#version")) {
                continue;
            }
            const std::size_t space = line.find(' ');
            if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
                return malformed(path, "line " + std::to_string(number) + " is " + excerpt(line) +
                                           "; expected two pieces with a space between them");
            }
            merges.push_back({std::string(line.substr(0, space)), std::string(line.substr(space + 1))});
        }
        return merges;
    }

    /// The next line, without its end; it is taken off the text.
    static std::string_view takeLine(std::string_view& rest)
    {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        return line;
    }

    /// A usual special token counts only where the vocabulary has it; one that the folder names always.
    void readRoles(const Vocabulary& vocabulary)
    {
        const Roles usual = usualRoles(m_kind);
        std::vector<AddedToken> tokens;
        for (const char* role : kRoles) {
            std::optional<AddedToken> token = readRole(m_files, role);
            if (const auto known = usual.find(role); !token && known != usual.end()) {
                token = vocabulary.find(known->second.content) ? std::optional(known->second) : std::nullopt;
            }
            if (!token) {
                continue;
            }
            const bool isDescribed =
                m_files.config.entry()[role].isObject() || m_files.specialTokens.entry()[role].isObject();
            if (std::string_view(role) == "mask_token" && m_kind != Kind::Bert && !isDescribed) {
                token->lstrip = true;  // takes the space before it, so that a word may stand in its place
            }
            m_roles[role] = *token;
            tokens.push_back(std::move(*token));
        }
        m_added = readAddedTokens(m_files, vocabulary, tokens);
    }

    /// The template's part for a role's token.
    std::optional<TemplatePart> part(const char* role, std::int32_t segment = 0) const
    {
        const auto known = m_roles.find(role);
        if (known == m_roles.end()) {
            return std::nullopt;
        }
        const auto token = std::ranges::find(m_added, known->second.content, &AddedToken::content);
        return TemplatePart{.kind = TemplatePart::Kind::Special, .segment = segment, .id = token->id};
    }

    Result<SpecialTemplates> readTemplates()
    {
        constexpr TemplatePart kFirst{.kind = TemplatePart::Kind::First};
        constexpr TemplatePart kSecond{.kind = TemplatePart::Kind::Second};
        constexpr TemplatePart kSecondSegment{.kind = TemplatePart::Kind::Second, .segment = 1};
        if (m_kind == Kind::Gpt2 || m_kind == Kind::Qwen2) {
            return beginAndEndTemplates(m_files, part("bos_token"), part("eos_token"));
        }
        const std::optional<TemplatePart> cls = part("cls_token");
        const std::optional<TemplatePart> sep = part("sep_token");
        if (!cls || !sep) {
            return malformed(vocabularyPath(), std::string("it has no \"") +
                                                   usualRoles(m_kind)[cls ? "sep_token" : "cls_token"].content +
                                                   "\", which stands around every text");
        }
        const TemplatePart lateSep = *part("sep_token", 1);
        SpecialTemplates templates{.single = {*cls, kFirst, *sep}};
        if (m_kind == Kind::Roberta) {
            templates.pair = Template{*cls, kFirst, *sep, *sep, kSecond, *sep};
        } else if (m_kind == Kind::Mpnet) {
            templates.pair = Template{*cls, kFirst, *sep, *sep, kSecondSegment, lateSep};
        } else {
            templates.pair = Template{*cls, kFirst, *sep, kSecondSegment, lateSep};
        }
        return templates;
    }

    std::filesystem::path m_folder;
    SideFiles& m_files;
    Kind m_kind;
    Roles m_roles;
    std::vector<AddedToken> m_added;
};

/// config.json's "model_type", or that of the class that it names instead; empty if it tells neither.
std::string modelTypeOf(const JsonEntry& config)
{
    std::string type = config["model_type"].text("");
    const JsonEntry classes = config["architectures"];
    if (type.empty() && classes.isList() && !classes.items().empty() && classes.items().front().isText()) {
        const Family* const family = findFamilyOfArchitecture(classes.items().front().text());
        type = family != nullptr ? family->modelType : "";
    }
    return type;
}

/// Which of the kinds whose files a folder has it is.
Result<Kind> kindOf(const std::filesystem::path& folder, SideFiles& files)
{
    std::string type = files.config.entry()["tokenizer_class"].text("");
    if (type.ends_with("Fast")) {
        type.resize(type.size() - std::string_view("Fast").size());
    }
    if (type.empty() || type == "PreTrainedTokenizer") {
        const auto* row = findNamed(kKindsByModel, modelTypeOf(files.model.entry()));
        const Kind usual = hasBytePairs(folder) ? Kind::Gpt2 : Kind::Bert;
        return row != nullptr && hasWordPieces(row->second) != hasBytePairs(folder) ? row->second : usual;
    }
    const auto* row = findNamed(kKindsByClass, type);
    if (row == nullptr || !(hasWordPieces(row->second) ? isThere(folder / kVocabularyText) : hasBytePairs(folder))) {
        return failure(ErrorCode::Malformed, quoted(folder) + " has a tokenizer of the class " + excerpt(type) +
                                                 ", which cannot be read without a tokenizer.json; AutoTokenizer's " +
                                                 "save_pretrained writes one.");
    }
    return row->second;
}

}  // namespace

bool hasOlderTokenizer(const std::filesystem::path& folder)
{
    return hasBytePairs(folder) || isThere(folder / kVocabularyText);
}

Result<std::shared_ptr<const Tokenizer>> readOlderTokenizer(const std::filesystem::path& folder, SideFiles& files)
{
    const Result<Kind> kind = kindOf(folder, files);
    if (!kind) {
        return tl::unexpected(kind.error());
    }
    return KindReader(folder, files, *kind).read();
}

}  // namespace headlight
