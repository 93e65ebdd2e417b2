#include "core/io/tokenizer_json.h"

#include "core/io/json_entry.h"
#include "core/io/named.h"
#include "core/text/utf8.h"

#include <algorithm>

namespace headlight {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::int32_t kMaxId = Vocabulary::kMaxIds - 1;
constexpr std::int32_t kMaxSegment = 255;
constexpr std::int32_t kMaxWordCharacters = 1'000'000;

constexpr auto kBehaviors = std::to_array<Named<SplitBehavior>>({
    {"Removed", SplitBehavior::Removed},
    {"Isolated", SplitBehavior::Isolated},
    {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
    {"MergedWithNext", SplitBehavior::MergedWithNext},
    {"Contiguous", SplitBehavior::Contiguous},
});

constexpr auto kPrependSchemes = std::to_array<Named<PrependScheme>>({
    {"always", PrependScheme::Always},
    {"first", PrependScheme::First},
    {"never", PrependScheme::Never},
});

constexpr std::size_t kLongestCharacter = 4;

/// What a part may put into a text in one place.
constexpr std::size_t kMostContentBytes = 1024;

/// Of a text's way through normalizers or pre-tokenizers.
constexpr std::size_t kMostParts = 100;

/// A text of which a tokenizer makes many copies.
std::string contentOf(const JsonEntry& entry)
{
    std::string content = entry.text();
    if (content.size() > kMostContentBytes) {
        entry.complain("has " + std::to_string(content.size()) + " bytes; expected at most " +
                       std::to_string(kMostContentBytes));
    }
    return content;
}

/// The value of a name in a table; `otherwise` where there is none, or where the entry is no such name.
template <typename Table, typename Value>
Value choiceOf(const JsonEntry& entry, const Table& table, Value otherwise)
{
    if (entry.isNull()) {
        return otherwise;
    }
    const std::string name = entry.text();
    if (const auto* row = findNamed(table, name)) {
        return row->second;
    }
    std::vector<std::string_view> known;
    for (const auto& row : table) {
        known.push_back(row.first);
    }
    entry.complainOfChoice(name, known);
    return otherwise;
}

/// A list of parts of one kind, which a "Sequence" adds to.
template <typename Part>
using Parts = std::vector<Part>;

/// How one type of part is read; an entry of a table by type names.
template <typename Part>
using Reader = void (*)(const JsonEntry&, Parts<Part>&);

/// Reads a part by its "type"; null is none.
template <typename Part, typename Table>
void readPart(const JsonEntry& entry, const Table& readers, Parts<Part>& parts)
{
    if (entry.isNull()) {
        return;
    }
    if (parts.size() == kMostParts) {
        entry.complain("is one part too many; expected at most " + std::to_string(kMostParts));
        return;
    }
    if (const Reader<Part> read = choiceOf(entry["type"], readers, Reader<Part>(nullptr))) {
        read(entry, parts);
    } else if (entry["type"].isNull()) {
        entry["type"].complainOfType("a text");
    }
}

/// {"String": …} or {"Regex": …}
std::optional<Pattern> readPattern(const JsonEntry& entry)
{
    if (entry.has("String")) {
        return Pattern::literal(entry["String"].text());
    }
    if (!entry.has("Regex")) {
        entry.complain("has neither \"String\" nor \"Regex\"");
        return std::nullopt;
    }
    Result<Pattern> pattern = Pattern::regex(entry["Regex"].text());
    if (!pattern) {
        std::string problem = pattern.error().message;
        problem.pop_back();  // the sentence goes on
        entry.complain("is wrong: " + problem);
        return std::nullopt;
    }
    return std::move(*pattern);
}

// ------------------------------------------------------------------------------------------------------- normalizers

void readNormalizer(const JsonEntry& entry, Parts<Normalizer>& parts);

void readNormalizers(const JsonEntry& entry, Parts<Normalizer>& parts)
{
    for (const JsonEntry& item : entry["normalizers"].items()) {
        readNormalizer(item, parts);
    }
}

void readBertNormalizer(const JsonEntry& entry, Parts<Normalizer>& parts)
{
    parts.emplace_back(BertNormalizer{.cleanText = entry["clean_text"].flag(true),
                                      .handleChineseChars = entry["handle_chinese_chars"].flag(true),
                                      .stripAccents = entry["strip_accents"].optionalFlag(),
                                      .lowercase = entry["lowercase"].flag(true)});
}

void readStrip(const JsonEntry& entry, Parts<Normalizer>& parts)
{
    parts.emplace_back(StripSpace{.left = entry["strip_left"].flag(true), .right = entry["strip_right"].flag(true)});
}

void readReplace(const JsonEntry& entry, Parts<Normalizer>& parts)
{
    if (std::optional<Pattern> pattern = readPattern(entry["pattern"])) {
        parts.emplace_back(Replace{std::move(*pattern), contentOf(entry["content"])});
    }
}

void readPrepend(const JsonEntry& entry, Parts<Normalizer>& parts)
{
    parts.emplace_back(Prepend{contentOf(entry["prepend"])});
}

template <auto Part>
void readPlain(const JsonEntry&, Parts<Normalizer>& parts)
{
    parts.emplace_back(Part);
}

constexpr auto kNormalizers = std::to_array<Named<Reader<Normalizer>>>({
    {"BertNormalizer", readBertNormalizer},
    {"NFC", readPlain<UnicodeForm::C>},
    {"NFD", readPlain<UnicodeForm::D>},
    {"NFKC", readPlain<UnicodeForm::KC>},
    {"NFKD", readPlain<UnicodeForm::KD>},
    {"Lowercase", readPlain<Lowercase{}>},
    {"StripAccents", readPlain<StripAccents{}>},
    {"Strip", readStrip},
    {"Replace", readReplace},
    {"Prepend", readPrepend},
    {"Nmt", readPlain<NmtCleaning{}>},
    {"ByteLevel", readPlain<ByteLevelNormalizer{}>},
    {"Sequence", readNormalizers},
});

void readNormalizer(const JsonEntry& entry, Parts<Normalizer>& parts)
{
    readPart(entry, kNormalizers, parts);
}

// ---------------------------------------------------------------------------------------------------- pre-tokenizers

void readPreTokenizer(const JsonEntry& entry, Parts<PreTokenizer>& parts);

void readPreTokenizers(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    for (const JsonEntry& item : entry["pretokenizers"].items()) {
        readPreTokenizer(item, parts);
    }
}

void readByteLevel(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    parts.emplace_back(
        ByteLevel{.addPrefixSpace = entry["add_prefix_space"].flag(true), .useRegex = entry["use_regex"].flag(true)});
}

void readSplit(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    if (std::optional<Pattern> pattern = readPattern(entry["pattern"])) {
        if (entry["behavior"].isNull()) {
            entry["behavior"].complainOfType("a text");
        }
        parts.emplace_back(Split{.pattern = std::move(*pattern),
                                 .behavior = choiceOf(entry["behavior"], kBehaviors, SplitBehavior::Isolated),
                                 .at = entry["invert"].flag(false) ? SplitAt::BetweenMatches : SplitAt::Matches});
    }
}

void readCharDelimiterSplit(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    parts.emplace_back(Split{Pattern::literal(entry["delimiter"].text()), SplitBehavior::Removed});
}

void readDigits(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    parts.emplace_back(Digits{.individualDigits = entry["individual_digits"].flag(false)});
}

void readPunctuation(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    parts.emplace_back(Punctuation{.behavior = choiceOf(entry["behavior"], kBehaviors, SplitBehavior::Isolated)});
}

void readMetaspace(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    Metaspace metaspace{.replacement = entry["replacement"].text("▁"), .split = entry["split"].flag(true)};
    const bool isNever = !entry["add_prefix_space"].flag(true);  // as older files say it
    metaspace.prependScheme =
        choiceOf(entry["prepend_scheme"], kPrependSchemes, isNever ? PrependScheme::Never : PrependScheme::Always);
    if (metaspace.replacement.empty() || metaspace.replacement.size() > kLongestCharacter) {
        entry["replacement"].complain("is " + excerpt(metaspace.replacement) +
                                      "; expected the character that stands for a space");
    }
    parts.emplace_back(std::move(metaspace));
}

template <typename Part>
void readPlainPreTokenizer(const JsonEntry&, Parts<PreTokenizer>& parts)
{
    parts.emplace_back(Part{});
}

constexpr auto kPreTokenizers = std::to_array<Named<Reader<PreTokenizer>>>({
    {"ByteLevel", readByteLevel},
    {"BertPreTokenizer", readPlainPreTokenizer<BertPreTokenizer>},
    {"Whitespace", readPlainPreTokenizer<WhitespaceWords>},
    {"WhitespaceSplit", readPlainPreTokenizer<WhitespaceSplit>},
    {"Split", readSplit},
    {"CharDelimiterSplit", readCharDelimiterSplit},
    {"Digits", readDigits},
    {"Punctuation", readPunctuation},
    {"Metaspace", readMetaspace},
    {"Sequence", readPreTokenizers},
});

void readPreTokenizer(const JsonEntry& entry, Parts<PreTokenizer>& parts)
{
    readPart(entry, kPreTokenizers, parts);
}

// ------------------------------------------------------------------------------------------------------------ models

Result<Vocabulary> readVocabulary(const JsonEntry& entry)
{
    if (!entry.isObject()) {
        entry.complainOfType("an object");
        return failure(ErrorCode::Malformed, {});
    }
    std::vector<Vocabulary::Entry> entries;
    entries.reserve(entry.json().size());
    std::optional<std::string> problem;
    for (auto member = entry.json().begin(); member != entry.json().end(); ++member) {
        const JsonEntry id(*member, member.key(), problem);
        entries.push_back({member.key(), id.integer(0, kMaxId)});
        if (problem) {
            entry.complain("has an entry that is wrong: " + *problem);
            return failure(ErrorCode::Malformed, {});
        }
    }
    Result<Vocabulary> vocabulary = Vocabulary::make(std::move(entries));
    if (!vocabulary) {
        entry.complain("is wrong: " + vocabulary.error().message);
    }
    return vocabulary;
}

/// "a b" or ["a", "b"]
std::optional<MergeRule> readMerge(nlohmann::json& json)
{
    if (json.is_array() && json.size() == 2 && json[0].is_string() && json[1].is_string()) {
        return MergeRule{std::move(json[0].get_ref<std::string&>()), std::move(json[1].get_ref<std::string&>())};
    }
    if (!json.is_string()) {
        return std::nullopt;
    }
    const auto& text = json.get_ref<const std::string&>();
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
        return std::nullopt;
    }
    return MergeRule{text.substr(0, space), text.substr(space + 1)};
}

std::vector<MergeRule> readMerges(const JsonEntry& entry)
{
    std::vector<MergeRule> merges;
    if (!entry.isList()) {
        entry.complainOfType("a list");
        return merges;
    }
    merges.reserve(entry.json().size());
    for (nlohmann::json& item : entry.json()) {
        std::optional<MergeRule> merge = readMerge(item);
        if (!merge) {
            entry.complain("has an entry that is wrong: number " + std::to_string(merges.size()) +
                           " is no pair of pieces, as \"a b\" or [\"a\", \"b\"]");
            return merges;
        }
        merges.push_back(std::move(*merge));
    }
    return merges;
}

std::optional<SubwordModel> readBpe(const JsonEntry& entry)
{
    BpeOptions options;
    options.unknownPiece = entry["unk_token"].text("");
    options.continuingPrefix = entry["continuing_subword_prefix"].text("");
    options.endOfWordSuffix = entry["end_of_word_suffix"].text("");
    options.byteFallback = entry["byte_fallback"].flag(false) ? ByteFallback::On : ByteFallback::Off;
    options.unknownRun = entry["fuse_unk"].flag(false) ? UnknownRun::Fused : UnknownRun::Separate;
    options.wholeWords = entry["ignore_merges"].flag(false) ? WholeWords::LookedUp : WholeWords::Merged;
    Result<Vocabulary> vocabulary = readVocabulary(entry["vocab"]);
    if (!vocabulary) {
        return std::nullopt;
    }
    const std::vector<MergeRule> merges = readMerges(entry["merges"]);
    Result<Bpe> bpe = Bpe::make(std::move(*vocabulary), merges, std::move(options));
    if (!bpe) {
        entry["merges"].complain("is wrong: " + bpe.error().message);
        return std::nullopt;
    }
    return std::move(*bpe);
}

std::optional<SubwordModel> readWordPiece(const JsonEntry& entry)
{
    WordPieceOptions options;
    options.unknownPiece = entry["unk_token"].text(options.unknownPiece);
    options.continuingPrefix = entry["continuing_subword_prefix"].text(options.continuingPrefix);
    options.maxCharacters =
        static_cast<std::size_t>(entry["max_input_chars_per_word"].integer(0, kMaxWordCharacters, 100));
    Result<Vocabulary> vocabulary = readVocabulary(entry["vocab"]);
    if (!vocabulary) {
        return std::nullopt;
    }
    return WordPiece(std::move(*vocabulary), std::move(options));
}

using ModelReader = std::optional<SubwordModel> (*)(const JsonEntry&);

constexpr auto kModels = std::to_array<Named<ModelReader>>({{"BPE", readBpe}, {"WordPiece", readWordPiece}});

/// Older files leave the type out; then the other entries tell.
std::optional<SubwordModel> readModel(const JsonEntry& entry)
{
    if (!entry.isObject()) {
        entry.complainOfType("an object");
        return std::nullopt;
    }
    if (entry["type"].isNull()) {
        if (entry.has("merges")) {
            return readBpe(entry);
        }
        if (entry.has("max_input_chars_per_word")) {
            return readWordPiece(entry);
        }
        entry["type"].complainOfType("a text");
        return std::nullopt;
    }
    const ModelReader read = choiceOf(entry["type"], kModels, ModelReader(nullptr));
    return read != nullptr ? read(entry) : std::nullopt;
}

// -------------------------------------------------------------------------------------------------- post-processors

void readPostProcessor(const JsonEntry& entry, Parts<SpecialTemplates>& parts);

void readPostProcessors(const JsonEntry& entry, Parts<SpecialTemplates>& parts)
{
    for (const JsonEntry& item : entry["processors"].items()) {
        readPostProcessor(item, parts);
    }
}

/// ["[SEP]", 102]
TemplatePart readTokenAndId(const JsonEntry& entry)
{
    const std::vector<JsonEntry> items = entry.items();
    if (items.size() != 2) {
        entry.complain("is no pair of a token and its id");
        return {};
    }
    return {.kind = TemplatePart::Kind::Special, .id = items[1].integer(0, kMaxId)};
}

constexpr TemplatePart kFirst{.kind = TemplatePart::Kind::First};
constexpr TemplatePart kSecond{.kind = TemplatePart::Kind::Second};

TemplatePart inSegment(TemplatePart part, std::int32_t segment)
{
    part.segment = segment;
    return part;
}

void readBertProcessing(const JsonEntry& entry, Parts<SpecialTemplates>& parts)
{
    const TemplatePart cls = readTokenAndId(entry["cls"]);
    const TemplatePart sep = readTokenAndId(entry["sep"]);
    parts.push_back(
        {.single = {cls, kFirst, sep}, .pair = Template{cls, kFirst, sep, inSegment(kSecond, 1), inSegment(sep, 1)}});
}

void readRobertaProcessing(const JsonEntry& entry, Parts<SpecialTemplates>& parts)
{
    const TemplatePart cls = readTokenAndId(entry["cls"]);
    const TemplatePart sep = readTokenAndId(entry["sep"]);
    parts.push_back({.single = {cls, kFirst, sep}, .pair = Template{cls, kFirst, sep, sep, kSecond, sep}});
}

/// A special token of a template may be several.
void readSpecialTokens(const JsonEntry& entry, const JsonEntry& specialTokens, Template& parts)
{
    const std::string name = entry["id"].text();
    const std::int32_t segment = entry["type_id"].integer(0, kMaxSegment);
    if (!specialTokens.has(name.c_str())) {
        entry["id"].complain("is " + excerpt(name) + ", which \"post_processor.special_tokens\" lacks");
        return;
    }
    for (const JsonEntry& id : specialTokens[name.c_str()]["ids"].items()) {
        parts.push_back({.kind = TemplatePart::Kind::Special, .segment = segment, .id = id.integer(0, kMaxId)});
    }
}

void readSequence(const JsonEntry& entry, Template& parts)
{
    static constexpr auto kSequences = std::to_array<Named<TemplatePart>>({{"A", kFirst}, {"B", kSecond}});
    parts.push_back(inSegment(choiceOf(entry["id"], kSequences, kFirst), entry["type_id"].integer(0, kMaxSegment)));
}

/// @param texts how many texts the template must have, each once
Template readTemplate(const JsonEntry& entry, const JsonEntry& specialTokens, std::ptrdiff_t texts)
{
    Template parts;
    for (const JsonEntry& item : entry.items()) {
        if (item.has("SpecialToken")) {
            readSpecialTokens(item["SpecialToken"], specialTokens, parts);
        } else if (item.has("Sequence")) {
            readSequence(item["Sequence"], parts);
        } else {
            item.complain("is neither \"SpecialToken\" nor \"Sequence\"");
        }
    }
    const auto firsts = std::ranges::count(parts, TemplatePart::Kind::First, &TemplatePart::kind);
    const auto seconds = std::ranges::count(parts, TemplatePart::Kind::Second, &TemplatePart::kind);
    if (firsts != 1 || seconds != texts - 1) {
        entry.complain(texts == 1 ? "must have the sequence A once, and no other"
                                  : "must have each of the sequences A and B once");
    }
    return parts;
}

void readTemplateProcessing(const JsonEntry& entry, Parts<SpecialTemplates>& parts)
{
    SpecialTemplates templates{.single = readTemplate(entry["single"], entry["special_tokens"], 1)};
    const JsonEntry pair = entry["pair"];
    if (!pair.isNull() && !(pair.isList() && pair.json().empty())) {
        templates.pair = readTemplate(pair, entry["special_tokens"], 2);
    }
    parts.push_back(std::move(templates));
}

/// Only trims offsets, which this program does not.
void readByteLevelProcessing(const JsonEntry&, Parts<SpecialTemplates>&) {}

constexpr auto kPostProcessors = std::to_array<Named<Reader<SpecialTemplates>>>({
    {"TemplateProcessing", readTemplateProcessing},
    {"BertProcessing", readBertProcessing},
    {"RobertaProcessing", readRobertaProcessing},
    {"ByteLevel", readByteLevelProcessing},
    {"Sequence", readPostProcessors},
});

void readPostProcessor(const JsonEntry& entry, Parts<SpecialTemplates>& parts)
{
    readPart(entry, kPostProcessors, parts);
}

// ---------------------------------------------------------------------------------------------- spelling, added tokens

/// What decoders say of the pieces' spelling. Ids do not depend on it, so one that is not known says nothing.
void readDecoder(const JsonEntry& entry, Spelling& spelling)
{
    if (entry.isNull()) {
        return;
    }
    const std::string type = entry["type"].text();
    if (type == "ByteLevel") {
        spelling.bytes = Spelling::Bytes::Characters;
    } else if (type == "ByteFallback") {
        spelling.bytes = Spelling::Bytes::Numbers;
    } else if (type == "Metaspace") {
        spelling.space = entry["replacement"].text("▁");
    } else if (type == "Replace" && entry["content"].text("") == " ") {
        spelling.space = entry["pattern"]["String"].text("");
    } else if (type == "WordPiece") {
        spelling.continuingPrefix = entry["prefix"].text("##");
    } else if (type == "BPEDecoder") {
        spelling.endOfWordSuffix = entry["suffix"].text("</w>");
    } else if (type == "Sequence") {
        for (const JsonEntry& item : entry["decoders"].items()) {
            readDecoder(item, spelling);
        }
    }
}

/// What the parts before the model say of the pieces' spelling; for files without a decoder.
Spelling spellingOf(const TokenizerParts& parts, const JsonEntry& model)
{
    Spelling spelling;
    if (model["byte_fallback"].flag(false)) {
        spelling.bytes = Spelling::Bytes::Numbers;
    }
    for (const PreTokenizer& part : parts.preTokenizers) {
        if (std::holds_alternative<ByteLevel>(part)) {
            spelling.bytes = Spelling::Bytes::Characters;
        } else if (const auto* metaspace = std::get_if<Metaspace>(&part)) {
            spelling.space = metaspace->replacement;
        }
    }
    const std::string_view prefix = std::holds_alternative<WordPiece>(parts.model) ? "##" : "";
    spelling.continuingPrefix = model["continuing_subword_prefix"].text(prefix);
    spelling.endOfWordSuffix = model["end_of_word_suffix"].text("");
    return spelling;
}

std::vector<AddedToken> readAddedTokens(const JsonEntry& entry)
{
    std::vector<AddedToken> tokens;
    if (entry.isNull()) {
        return tokens;
    }
    for (const JsonEntry& item : entry.items()) {
        tokens.push_back({.id = item["id"].integer(0, kMaxId),
                          .content = item["content"].text(),
                          .special = item["special"].flag(false),
                          .normalized = item["normalized"].flag(true),
                          .singleWord = item["single_word"].flag(false),
                          .lstrip = item["lstrip"].flag(false),
                          .rstrip = item["rstrip"].flag(false)});
    }
    return tokens;
}

std::optional<TokenizerDescription> readDescription(const JsonEntry& entry)
{
    if (!entry.isObject()) {
        entry.complainOfType("an object");
        return std::nullopt;
    }
    std::optional<SubwordModel> model = readModel(entry["model"]);
    if (!model) {
        return std::nullopt;
    }
    TokenizerDescription description{.parts = {.model = std::move(*model)}};
    TokenizerParts& parts = description.parts;
    parts.addedTokens = readAddedTokens(entry["added_tokens"]);
    readNormalizer(entry["normalizer"], parts.normalizers);
    readPreTokenizer(entry["pre_tokenizer"], parts.preTokenizers);
    Parts<SpecialTemplates> templates;
    readPostProcessor(entry["post_processor"], templates);
    if (templates.size() > 1) {
        entry["post_processor"].complain("puts special tokens around a text more than once, which is not supported");
    }
    description.hasTemplates = !templates.empty();
    if (description.hasTemplates) {
        parts.templates = std::move(templates.front());
    }
    parts.spelling = entry["decoder"].isNull() ? spellingOf(parts, entry["model"]) : Spelling();
    readDecoder(entry["decoder"], parts.spelling);
    parts.mask = usualMask(parts.addedTokens);
    return description;
}

}  // namespace

std::string usualMask(std::span<const AddedToken> tokens)
{
    const auto found = std::ranges::find_if(
        tokens, [](const AddedToken& token) { return token.content == "[MASK]" || token.content == "<mask>"; });
    return found == tokens.end() ? std::string() : found->content;
}

Result<TokenizerDescription> parseTokenizerDescription(std::string_view json, std::string_view name)
{
    Result<nlohmann::json> document = parseJson(json, name, {.bytes = kMaxTokenizerBytes, .depth = kMaxDepth});
    if (!document) {
        return tl::unexpected(document.error());
    }
    std::optional<std::string> problem;
    std::optional<TokenizerDescription> description = readDescription(JsonEntry(*document, "", problem));
    if (problem || !description) {
        return failure(ErrorCode::Malformed, std::string(name) + ": " + problem.value_or("it is incomplete") + ".");
    }
    return std::move(*description);
}

Result<std::shared_ptr<const Tokenizer>> makeTokenizer(TokenizerParts parts, std::string_view name)
{
    Result<std::shared_ptr<const PipelineTokenizer>> tokenizer = PipelineTokenizer::make(std::move(parts));
    if (!tokenizer) {
        return failure(tokenizer.error().code, std::string(name) + ": " + tokenizer.error().message + ".");
    }
    return std::move(*tokenizer);
}

Result<std::shared_ptr<const Tokenizer>> parseTokenizer(std::string_view json, std::string_view name)
{
    Result<TokenizerDescription> description = parseTokenizerDescription(json, name);
    if (!description) {
        return tl::unexpected(description.error());
    }
    return makeTokenizer(std::move(description->parts), name);
}

}  // namespace headlight
