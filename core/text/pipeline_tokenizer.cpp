#include "core/text/pipeline_tokenizer.h"

#include "core/text/utf8.h"

#include <algorithm>

namespace headlight {
namespace {

constexpr std::size_t kLongestText = std::size_t{32} << 20U;  ///< Bytes.
constexpr std::size_t kLongestAddedToken = 1024;              ///< Bytes: each place of a text is compared with it.

constexpr std::size_t kLongestCachedWord = 64;  ///< Bytes.
constexpr std::size_t kMostCachedWords = 100'000;

/// How many tokens of each of two texts stay, so that together there are at most `room`: the longer one gives first, then both
/// in turn.
std::array<std::size_t, 2> sharesOf(std::size_t room, std::size_t first, std::size_t second)
{
    if (first + second <= room) {
        return {first, second};
    }
    const std::size_t shorter = std::min({first, second, room / 2});
    const std::size_t longer = room - shorter;
    return first > second ? std::array{longer, shorter} : std::array{shorter, longer};
}

/// Calls `useMatch` with each match, and `useRest` with each range between them, in order.
template <typename UseRest, typename UseMatch>
Result<void> forEachSection(const std::vector<AddedTokenMatch>& matches, std::size_t length, UseRest useRest,
                            UseMatch useMatch)
{
    std::size_t end = 0;
    for (const AddedTokenMatch& match : matches) {
        if (end < match.range.begin) {
            if (const Result<void> done = useRest(ByteSpan{end, match.range.begin}); !done) {
                return done;
            }
        }
        useMatch(match);
        end = match.range.end;
    }
    return end < length ? useRest(ByteSpan{end, length}) : Result<void>();
}

}  // namespace

/// The subwords of words that one text has more than once.
class PipelineTokenizer::WordCache
{
public:
    explicit WordCache(const SubwordModel& model) : m_model(model) {}

    /// Valid until the next call.
    Result<std::span<const Subword>> subwordsOf(std::string_view word)
    {
        if (const auto known = m_words.find(m_key.assign(word)); known != m_words.end()) {
            return std::span<const Subword>(known->second);
        }
        Result<std::vector<Subword>> subwords =
            std::visit([&](const auto& model) { return model.subwordsOf(word); }, m_model);
        if (!subwords) {
            return tl::unexpected(subwords.error());
        }
        if (word.size() > kLongestCachedWord || m_words.size() >= kMostCachedWords) {
            m_last = std::move(*subwords);
            return std::span<const Subword>(m_last);
        }
        return std::span<const Subword>(m_words.emplace(m_key, std::move(*subwords)).first->second);
    }

private:
    const SubwordModel& m_model;
    std::unordered_map<std::string, std::vector<Subword>> m_words;
    std::vector<Subword> m_last;
    std::string m_key;
};

/// What is on hand while one text is cut.
struct PipelineTokenizer::Work
{
    WordCache cache;
    Patience& patience;
    std::vector<Found> tokens = {};
};

PipelineTokenizer::PipelineTokenizer(TokenizerParts parts) : m_parts(std::move(parts)) {}

Result<std::shared_ptr<const PipelineTokenizer>> PipelineTokenizer::make(TokenizerParts parts)
{
    const std::shared_ptr<PipelineTokenizer> tokenizer(new PipelineTokenizer(std::move(parts)));
    if (const Result<void> resolved = tokenizer->resolveAddedTokens(); !resolved) {
        return tl::unexpected(resolved.error());
    }
    tokenizer->m_mask = tokenizer->find(tokenizer->m_parts.mask);
    if (const Result<void> checked = tokenizer->checkTemplates(); !checked) {
        return tl::unexpected(checked.error());
    }
    if (const Result<void> made = tokenizer->makeFinders(); !made) {
        return tl::unexpected(made.error());
    }
    return tokenizer;
}

Result<void> PipelineTokenizer::resolveAddedTokens()
{
    m_idCount = vocabulary().idCount();
    std::erase_if(m_parts.addedTokens, [](const AddedToken& token) { return token.content.empty(); });
    for (AddedToken& token : m_parts.addedTokens) {
        const auto malformed = [&](const std::string& problem) {
            return failure(ErrorCode::Malformed, "the added token " + excerpt(token.content) + " has the id " +
                                                     std::to_string(token.id) + problem);
        };
        if (token.content.size() > kLongestAddedToken) {
            return malformed(" and more than " + std::to_string(kLongestAddedToken) + " bytes");
        }
        if (const std::optional<std::int32_t> id = vocabulary().find(token.content)) {
            token.id = *id;
        }
        if (token.id < 0 || token.id >= Vocabulary::kMaxIds) {
            return malformed("; expected 0 to " + std::to_string(Vocabulary::kMaxIds - 1));
        }
        if (const std::string* other = piece(token.id); other != nullptr && *other != token.content) {
            return malformed(", as has " + excerpt(*other));
        }
        m_addedTokens.insert_or_assign(token.id, token);
        m_idCount = std::max<Index>(m_idCount, token.id + 1);
    }
    return {};
}

Result<void> PipelineTokenizer::checkTemplates() const
{
    const auto isUnknown = [&](const TemplatePart& part) {
        return part.kind == TemplatePart::Kind::Special && piece(part.id) == nullptr;
    };
    for (const Template& parts : {m_parts.templates.single, m_parts.templates.pair.value_or(Template())}) {
        if (const auto part = std::ranges::find_if(parts, isUnknown); part != parts.end()) {
            return failure(ErrorCode::Malformed, "the special token with the id " + std::to_string(part->id) +
                                                     " is put around texts, but the vocabulary has no such id");
        }
    }
    return {};
}

Result<void> PipelineTokenizer::makeFinders()
{
    std::stable_partition(m_parts.addedTokens.begin(), m_parts.addedTokens.end(),
                          [](const AddedToken& token) { return token.special; });
    Patience patience;
    std::vector<AddedToken> raw;
    std::vector<AddedToken> normalized;
    for (const AddedToken& token : m_parts.addedTokens) {
        if (!token.normalized) {
            raw.push_back(token);
            continue;
        }
        const Result<AlignedText> content = normalize(m_parts.normalizers, AlignedText(token.content), patience);
        if (!content) {
            return tl::unexpected(content.error());
        }
        normalized.push_back(token);
        normalized.back().content = content->text();
    }
    m_raw = AddedTokenFinder(std::move(raw));
    m_normalized = AddedTokenFinder(std::move(normalized));
    return {};
}

const Vocabulary& PipelineTokenizer::vocabulary() const
{
    return vocabularyOf(m_parts.model);
}

const AddedToken* PipelineTokenizer::addedToken(std::int32_t id) const
{
    const auto found = m_addedTokens.find(id);
    return found == m_addedTokens.end() ? nullptr : &found->second;
}

const std::string* PipelineTokenizer::piece(std::int32_t id) const
{
    const AddedToken* added = addedToken(id);
    return added != nullptr ? &added->content : vocabulary().piece(id);
}

std::optional<std::int32_t> PipelineTokenizer::find(std::string_view piece) const
{
    const auto added =
        std::ranges::find_if(m_addedTokens, [&](const auto& entry) { return entry.second.content == piece; });
    return added != m_addedTokens.end() ? std::optional(added->first) : vocabulary().find(piece);
}

Result<Encoding> PipelineTokenizer::encode(const EncodeRequest& request) const
{
    if (request.pair && !takesPairs()) {
        return tl::unexpected(refusePair(request).error());
    }
    const Result<FoundPair> found = tokensIn(request);
    if (!found) {
        return tl::unexpected(found.error());
    }
    Template parts = request.pair ? *m_parts.templates.pair : m_parts.templates.single;
    if (request.specialTokens == SpecialTokens::None) {
        std::erase_if(parts, [](const TemplatePart& part) { return part.kind == TemplatePart::Kind::Special; });
    }
    const Index specials = specialCount(parts);
    const auto& [first, second] = *found;
    const std::size_t all = first.size() + second.size();
    if (request.maxTokens < specials + (all > 0 ? 1 : 0)) {
        return failure(ErrorCode::TooLong, "At most " + std::to_string(request.maxTokens) +
                                               " tokens are allowed, which leaves no room for text beside " +
                                               std::to_string(specials) + " special tokens.");
    }
    const std::array<std::size_t, 2> shares =
        sharesOf(static_cast<std::size_t>(request.maxTokens - specials), first.size(), second.size());
    Encoding encoding;
    encoding.droppedTokens = static_cast<Index>(all - shares[0] - shares[1]);
    for (const TemplatePart& part : parts) {
        if (part.kind == TemplatePart::Kind::Special) {
            encoding.tokens.push_back(specialToken(part));
            continue;
        }
        const std::size_t source = part.kind == TemplatePart::Kind::First ? 0 : 1;
        const std::string_view text = source == 0 ? request.text : *request.pair;
        for (const Found& token : std::span((*found)[source]).first(shares[source])) {
            encoding.tokens.push_back(tokenOf(token, text));
            encoding.tokens.back().source = static_cast<Index>(source);
            encoding.tokens.back().segment = part.segment;
        }
    }
    return encoding;
}

Result<PipelineTokenizer::FoundPair> PipelineTokenizer::tokensIn(const EncodeRequest& request) const
{
    FoundPair found;
    Patience patience;
    const std::array<std::string_view, 2> texts = {request.text, request.pair.value_or("")};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        Result<std::vector<Found>> tokens = tokensIn(texts[i], patience);
        if (!tokens) {
            return tl::unexpected(tokens.error());
        }
        found[i] = std::move(*tokens);
    }
    return found;
}

Result<std::vector<PipelineTokenizer::Found>> PipelineTokenizer::tokensIn(std::string_view text,
                                                                          Patience& patience) const
{
    if (text.size() > kLongestText) {
        return failure(ErrorCode::TooLong, "The text has " + std::to_string(text.size()) + " bytes; at most " +
                                               std::to_string(kLongestText) + " are cut into tokens.");
    }
    if (const Result<void> valid = validateUtf8(text); !valid) {
        return tl::unexpected(valid.error());
    }
    Work work{WordCache(m_parts.model), patience};
    const Result<void> done = forEachSection(
        m_raw.find(text), text.size(), [&](ByteSpan section) { return appendSection(text, section, work); },
        [&](const AddedTokenMatch& match) {
            work.tokens.push_back({match.id, match.range, true});
        });
    if (!done) {
        return tl::unexpected(done.error());
    }
    return std::move(work.tokens);
}

/// The tokens of a range without added tokens, but for those that are looked for in the normalized text.
Result<void> PipelineTokenizer::appendSection(std::string_view text, ByteSpan section, Work& work) const
{
    Result<AlignedText> aligned =
        normalize(m_parts.normalizers,
                  AlignedText(std::string(text.substr(section.begin, section.end - section.begin)), section.begin),
                  work.patience);
    if (!aligned) {
        return tl::unexpected(aligned.error());
    }
    std::vector<Cut> cuts;
    const auto addRest = [&](ByteSpan range) {
        cuts.push_back({range});
        return Result<void>();
    };
    const auto addMatch = [&](const AddedTokenMatch& match) { cuts.push_back({match.range, match.id}); };
    if (const Result<void> done =
            forEachSection(m_normalized.find(aligned->text()), aligned->text().size(), addRest, addMatch);
        !done) {
        return done;
    }
    const Result<CutText> words =
        preTokenize(m_parts.preTokenizers, {std::move(*aligned), std::move(cuts)}, work.patience);
    if (!words) {
        return tl::unexpected(words.error());
    }
    const std::string_view normalized = words->text.text();
    for (const Cut& cut : words->cuts) {
        if (cut.token) {
            work.tokens.push_back({*cut.token, words->text.origin(cut.range), true});
            continue;
        }
        const Result<std::span<const Subword>> subwords =
            work.cache.subwordsOf(normalized.substr(cut.range.begin, cut.range.end - cut.range.begin));
        if (!subwords) {
            return tl::unexpected(subwords.error());
        }
        for (const Subword& subword : *subwords) {
            work.tokens.push_back({subword.id, words->text.origin({cut.range.begin + subword.range.begin,
                                                                   cut.range.begin + subword.range.end})});
        }
    }
    return {};
}

Token PipelineTokenizer::tokenOf(const Found& found, std::string_view text) const
{
    const AddedToken* added = found.isAdded ? addedToken(found.id) : nullptr;
    const bool isSpecial = added != nullptr && added->special;
    const std::string* spelled = piece(found.id);
    Token token{.id = found.id, .text = {}, .span = found.span, .piece = *spelled, .isSpecial = isSpecial};
    if (isSpecial) {
        token.text = *spelled;
    } else if (found.span.begin == found.span.end) {
        token.text = added != nullptr ? *spelled : readable(*spelled, m_parts.spelling);
    } else {
        token.text = readableBytes(text.substr(found.span.begin, found.span.end - found.span.begin));
    }
    return token;
}

Token PipelineTokenizer::specialToken(const TemplatePart& part) const
{
    const std::string* content = piece(part.id);
    return {.id = part.id, .text = *content, .span = {}, .piece = *content, .segment = part.segment, .isSpecial = true};
}

Result<Token> PipelineTokenizer::token(std::int32_t id) const
{
    const std::string* spelled = piece(id);
    if (spelled == nullptr) {
        const bool isGap = id >= 0 && id < m_idCount;
        return failure(ErrorCode::NotFound,
                       "There is no token " + std::to_string(id) + ": the vocabulary " +
                           (isGap ? "leaves this id out." : "has ids 0 to " + std::to_string(m_idCount - 1) + "."));
    }
    const AddedToken* added = addedToken(id);
    return Token{.id = id,
                 .text = added != nullptr ? *spelled : readable(*spelled, m_parts.spelling),
                 .span = {},
                 .piece = *spelled,
                 .isSpecial = added != nullptr && added->special};
}

}  // namespace headlight
