#include "core/text/word_character_tokenizer.h"

#include "core/text/utf8.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace headlight {
namespace {

constexpr std::string_view kUnknownEntry = "[UNK]";
constexpr std::string_view kTypographicApostrophe = "\u2019";

/// What may follow an apostrophe in a contraction, but for "n't".
constexpr std::array<std::string_view, 6> kClitics = {"s", "m", "d", "re", "ve", "ll"};

/// The blocks whose letters are characters of the vocabulary.
constexpr std::array kLetterBlocks = {
    std::pair{U'\u00A0', U'\u00FF'},  // Latin-1
    std::pair{U'\u0100', U'\u017F'},  // Latin Extended-A
    std::pair{U'\u0370', U'\u03FF'},  // Greek
    std::pair{U'\u0400', U'\u04FF'},  // Cyrillic
};

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

}  // namespace

WordCharacterTokenizer::WordCharacterTokenizer(const std::vector<std::string>& words)
{
    add(std::string(kUnknownEntry));
    for (char c = '!'; c <= '~'; ++c) {
        add(lookupForm(std::string(1, c)));
    }
    for (const auto& [first, last] : kLetterBlocks) {
        for (char32_t letter = first; letter <= last; ++letter) {
            if (isLetter(letter)) {
                std::string character;
                appendUtf8(character, letter);
                add(lookupForm(character));
            }
        }
    }
    for (const std::string& word : words) {
        assert(validateUtf8(word));
        add(lookupForm(word));
    }
}

Result<std::vector<Token>> WordCharacterTokenizer::encode(std::string_view text) const
{
    if (const Result<void> valid = validateUtf8(text); !valid) {
        return tl::unexpected(valid.error());
    }
    std::vector<Token> tokens;
    const std::vector<ByteSpan> clusters = graphemeClusters(text);
    std::span<const ByteSpan> rest = clusters;
    while (!rest.empty()) {
        std::size_t used = 1;
        if (const std::size_t length = wordLength(text, rest); length > 0) {
            appendWord(text, rest.first(length), tokens);
            used = length;
        } else if (!isWhitespace(spelling(text, rest.front()))) {
            tokens.push_back(makeToken(text, rest.front()));
        }
        rest = rest.subspan(used);
    }
    return tokens;
}

Result<Token> WordCharacterTokenizer::token(std::int32_t id) const
{
    if (id < 0 || id >= vocabularySize()) {
        return failure(ErrorCode::NotFound, "There is no token " + std::to_string(id) +
                                                ": the vocabulary has ids 0 to " +
                                                std::to_string(vocabularySize() - 1) + ".");
    }
    return Token{id, m_vocabulary[static_cast<std::size_t>(id)], {}};
}

void WordCharacterTokenizer::add(std::string entry)
{
    const auto id = static_cast<std::int32_t>(m_vocabulary.size());
    if (m_ids.emplace(entry, id).second) {
        m_longestSpelling = std::max(m_longestSpelling, entry.size());
        m_vocabulary.push_back(std::move(entry));
    }
}

/// The id of a word or character under any spelling, or kUnknown.
std::int32_t WordCharacterTokenizer::find(std::string_view spelling) const
{
    // A decomposed letter fills up to three times the bytes of a composed one; what is longer still is no entry.
    if (spelling.size() > 4 * m_longestSpelling) {
        return kUnknown;
    }
    std::string plain(spelling);
    for (std::size_t at = plain.find(kTypographicApostrophe); at != std::string::npos;
         at = plain.find(kTypographicApostrophe, at)) {
        plain.replace(at, kTypographicApostrophe.size(), "'");
    }
    const auto found = m_ids.find(lookupForm(plain));
    return found == m_ids.end() ? kUnknown : found->second;
}

Token WordCharacterTokenizer::makeToken(std::string_view text, ByteSpan span) const
{
    const std::string_view own = spelling(text, span);
    return {find(own), std::string(own), span};
}

/// Cuts contractions off a word's end, then takes what is left.
void WordCharacterTokenizer::appendWord(std::string_view text, std::span<const ByteSpan> clusters,
                                        std::vector<Token>& tokens) const
{
    std::vector<std::span<const ByteSpan>> clitics;
    for (std::size_t length = cliticLength(text, clusters); length > 0; length = cliticLength(text, clusters)) {
        clitics.push_back(clusters.last(length));
        clusters = clusters.first(clusters.size() - length);
    }
    if (find(spelling(text, spanOf(clusters))) != kUnknown) {
        tokens.push_back(makeToken(text, spanOf(clusters)));
    } else {
        const auto apostrophe = [&](ByteSpan cluster) { return isApostrophe(spelling(text, cluster)); };
        while (!clusters.empty()) {
            const auto cut = std::find_if(clusters.begin(), clusters.end(), apostrophe);
            const auto length = static_cast<std::size_t>(cut - clusters.begin());
            appendPiece(text, clusters.first(std::max<std::size_t>(length, 1)), tokens);
            clusters = clusters.subspan(std::max<std::size_t>(length, 1));
        }
    }
    for (auto clitic = clitics.rbegin(); clitic != clitics.rend(); ++clitic) {
        appendPiece(text, *clitic, tokens);
    }
}

/// One token where the vocabulary has the whole piece, else one for each of its characters.
void WordCharacterTokenizer::appendPiece(std::string_view text, std::span<const ByteSpan> clusters,
                                         std::vector<Token>& tokens) const
{
    if (Token whole = makeToken(text, spanOf(clusters)); whole.id != kUnknown || clusters.size() == 1) {
        tokens.push_back(std::move(whole));
        return;
    }
    for (const ByteSpan cluster : clusters) {
        tokens.push_back(makeToken(text, cluster));
    }
}

std::shared_ptr<const Tokenizer> defaultTokenizer()
{
    static const auto kTokenizer = std::make_shared<const WordCharacterTokenizer>(bundledWords());
    return kTokenizer;
}

}  // namespace headlight
