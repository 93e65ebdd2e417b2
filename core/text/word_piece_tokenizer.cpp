#include "core/text/word_piece_tokenizer.h"

#include "core/text/bundled_text.h"
#include "core/text/utf8.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace headlight {
namespace {

constexpr std::string_view kTypographicApostrophe = "\u2019";

/// What may follow an apostrophe in a contraction, but for "n't".
constexpr std::array<std::string_view, 6> kClitics = {"s", "m", "d", "re", "ve", "ll"};

constexpr std::string_view kContinuation = "##";

std::string_view spelling(std::string_view text, ByteSpan span)
{
    return text.substr(span.begin, span.end - span.begin);
}

/// The bytes of some clusters that stand side by side.
ByteSpan spanOf(std::span<const ByteSpan> clusters)
{
    return {clusters.front().begin, clusters.back().end};
}

bool isApostrophe(std::string_view character)
{
    return character == "'" || character == kTypographicApostrophe;
}

/// Whether the ASCII letters `lower` are what the text says, in any case.
bool isCaseOf(std::string_view text, std::string_view lower)
{
    return text.size() == lower.size() && lookupForm(text) == lower;
}

bool isWhitespace(std::string_view cluster)
{
    for (std::size_t offset = 0; offset < cluster.size();) {
        const auto [codePoint, bytes] = codePointAt(cluster, offset);
        if (characterKind(codePoint) != CharacterKind::Whitespace) {
            return false;
        }
        offset += bytes;
    }
    return true;
}

bool isWordCharacter(std::string_view cluster)
{
    return characterKind(codePointAt(cluster, 0).value) == CharacterKind::Word;
}

/// How many of the clusters, from the first on, make one word; an apostrophe between two word characters is part of it.
std::size_t wordLength(std::string_view text, std::span<const ByteSpan> clusters)
{
    const auto isWord = [&](std::size_t i) {
        return i < clusters.size() && isWordCharacter(spelling(text, clusters[i]));
    };
    std::size_t length = 0;
    while (isWord(length) || (length > 0 && length < clusters.size() &&
                              isApostrophe(spelling(text, clusters[length])) && isWord(length + 1))) {
        ++length;
    }
    return length;
}

/// How many clusters at the word's end make a contraction's second half, as "n't" or "'ll"; 0 if there is none.
std::size_t cliticLength(std::string_view text, std::span<const ByteSpan> word)
{
    const auto fromEnd = [&](std::size_t i) { return spelling(text, word[word.size() - i]); };
    if (word.size() > 3 && isCaseOf(fromEnd(3), "n") && isApostrophe(fromEnd(2)) && isCaseOf(fromEnd(1), "t")) {
        return 3;
    }
    for (const std::string_view clitic : kClitics) {
        const std::size_t length = clitic.size() + 1;
        if (word.size() > length && isApostrophe(fromEnd(length)) &&
            isCaseOf(spelling(text, spanOf(word.last(clitic.size()))), clitic)) {
            return length;
        }
    }
    return 0;
}

/// With plain apostrophes.
std::string plainSpelling(std::string_view spelling)
{
    std::string plain(spelling);
    for (std::size_t at = plain.find(kTypographicApostrophe); at != std::string::npos;
         at = plain.find(kTypographicApostrophe, at)) {
        plain.replace(at, kTypographicApostrophe.size(), "'");
    }
    return plain;
}

}  // namespace

WordPieceTokenizer::WordPieceTokenizer(std::vector<std::string> vocabulary) : m_vocabulary(std::move(vocabulary))
{
    assert(!m_vocabulary.empty() && m_vocabulary.front() == "[UNK]");
    for (std::size_t id = 0; id < m_vocabulary.size(); ++id) {
        m_ids.emplace(m_vocabulary[id], static_cast<std::int32_t>(id));
        m_longestSpelling = std::max(m_longestSpelling, m_vocabulary[id].size());
    }
}

Result<Encoding> WordPieceTokenizer::encode(const EncodeRequest& request) const
{
    if (const Result<void> single = refusePair(request); !single) {
        return tl::unexpected(single.error());
    }
    const std::string_view text = request.text;
    if (const Result<void> valid = validateUtf8(text); !valid) {
        return tl::unexpected(valid.error());
    }
    Encoding encoding;
    std::vector<Token>& tokens = encoding.tokens;
    const std::vector<ByteSpan> clusters = graphemeClusters(text);
    std::span<const ByteSpan> rest = clusters;
    const std::optional<std::int32_t> mask = maskToken();
    while (!rest.empty()) {
        std::size_t used = 1;
        if (const std::size_t begin = rest.front().begin; mask && text.substr(begin).starts_with(kMaskEntry)) {
            tokens.push_back(makeToken(*mask, text, {begin, begin + kMaskEntry.size()}));
            tokens.back().isSpecial = true;
            used = kMaskEntry.size();
        } else if (const std::size_t length = wordLength(text, rest); length > 0) {
            appendWord(text, rest.first(length), tokens);
            used = length;
        } else if (!isWhitespace(spelling(text, rest.front()))) {
            tokens.push_back(tokenOf(text, rest.front()));
        }
        rest = rest.subspan(used);
    }
    cutTo(request.maxTokens, encoding);
    return encoding;
}

Result<Token> WordPieceTokenizer::token(std::int32_t id) const
{
    if (id < 0 || id >= vocabularySize()) {
        return failure(ErrorCode::NotFound, "There is no token " + std::to_string(id) +
                                                ": the vocabulary has ids 0 to " +
                                                std::to_string(vocabularySize() - 1) + ".");
    }
    const std::string& entry = m_vocabulary[static_cast<std::size_t>(id)];
    const bool continues = entry.size() > kContinuation.size() && entry.starts_with(kContinuation);
    return Token{.id = id,
                 .text = continues ? entry.substr(kContinuation.size()) : entry,
                 .span = {},
                 .piece = entry,
                 .isSpecial = id == kUnknown || id == maskToken()};
}

std::optional<std::int32_t> WordPieceTokenizer::maskToken() const
{
    const auto found = m_ids.find(kMaskEntry);
    return found == m_ids.end() ? std::nullopt : std::optional(found->second);
}

/// A decomposed letter fills up to three times the bytes of a composed one; what is longer still is no entry.
bool WordPieceTokenizer::isTooLong(std::string_view spelling) const
{
    return spelling.size() > 4 * m_longestSpelling;
}

/// The id of a word or character under any spelling, or kUnknown.
std::int32_t WordPieceTokenizer::find(std::string_view spelling) const
{
    if (isTooLong(spelling)) {
        return kUnknown;
    }
    const std::string form = lookupForm(plainSpelling(spelling));
    auto found = m_ids.find(form);
    if (found == m_ids.end()) {
        found = m_ids.find(withoutAccents(form));
    }
    return found == m_ids.end() ? kUnknown : found->second;
}

Token WordPieceTokenizer::makeToken(std::int32_t id, std::string_view text, ByteSpan span) const
{
    return {.id = id,
            .text = std::string(spelling(text, span)),
            .span = span,
            .piece = m_vocabulary[static_cast<std::size_t>(id)]};
}

Token WordPieceTokenizer::tokenOf(std::string_view text, ByteSpan span) const
{
    return makeToken(find(spelling(text, span)), text, span);
}

/// Cuts contractions off a word's end, then takes what is left.
void WordPieceTokenizer::appendWord(std::string_view text, std::span<const ByteSpan> clusters,
                                    std::vector<Token>& tokens) const
{
    std::vector<std::span<const ByteSpan>> clitics;
    for (std::size_t length = cliticLength(text, clusters); length > 0; length = cliticLength(text, clusters)) {
        clitics.push_back(clusters.last(length));
        clusters = clusters.first(clusters.size() - length);
    }
    if (Token whole = tokenOf(text, spanOf(clusters)); whole.id != kUnknown) {
        tokens.push_back(std::move(whole));
    } else {
        const auto apostrophe = [&](ByteSpan cluster) { return isApostrophe(spelling(text, cluster)); };
        while (!clusters.empty()) {
            const auto cut = std::find_if(clusters.begin(), clusters.end(), apostrophe);
            const auto length = std::max<std::size_t>(static_cast<std::size_t>(cut - clusters.begin()), 1);
            appendPieces(text, clusters.first(length), tokens);
            clusters = clusters.subspan(length);
        }
    }
    for (auto clitic = clitics.rbegin(); clitic != clitics.rend(); ++clitic) {
        appendPieces(text, *clitic, tokens);
    }
}

/// One token where the vocabulary has the whole, else the longest piece again and again.
void WordPieceTokenizer::appendPieces(std::string_view text, std::span<const ByteSpan> clusters,
                                      std::vector<Token>& tokens) const
{
    for (bool continues = false; !clusters.empty(); continues = true) {
        std::string piece(continues ? kContinuation : std::string_view());
        std::vector<std::size_t> ends;  // of the piece after each cluster, as far as an entry may reach
        while (ends.size() < clusters.size() && piece.size() <= m_longestSpelling) {
            const std::string_view cluster = spelling(text, clusters[ends.size()]);
            piece += isTooLong(cluster) ? std::string(cluster) : lookupForm(plainSpelling(cluster));
            ends.push_back(piece.size());
        }
        while (ends.size() > 1 && !m_ids.contains(std::string_view(piece).substr(0, ends.back()))) {
            ends.pop_back();
        }
        const ByteSpan span = spanOf(clusters.first(ends.size()));
        const auto found = m_ids.find(std::string_view(piece).substr(0, ends.back()));
        const std::int32_t id = found != m_ids.end() ? found->second : find(spelling(text, span));
        tokens.push_back(makeToken(id, text, span));
        clusters = clusters.subspan(ends.size());
    }
}

std::shared_ptr<const Tokenizer> defaultTokenizer()
{
    static const auto kTokenizer = [] {
        std::vector<std::string> vocabulary;
        std::string_view rest = bundledText("models/headlight-small/vocab.txt");
        while (!rest.empty()) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(line.size() + 1);
            vocabulary.emplace_back(line);
        }
        return std::make_shared<const WordPieceTokenizer>(std::move(vocabulary));
    }();
    return kTokenizer;
}

}  // namespace headlight
