#include "core/analysis/words.h"

#include "core/text/utf8.h"

#include <algorithm>
#include <array>
#include <string>

namespace headlight {
namespace {

/// How a script's letters make words.
enum class Joining {
    Spaced,    ///< Up to the next space.
    Katakana,  ///< With each other.
    Apart,     ///< No space or other sign says where a word ends.
};

struct ScriptRange
{
    char32_t first;
    char32_t last;
    Joining joining;
};

/// Ascending.
constexpr std::array kUnspaced = {
    ScriptRange{0x0E00, 0x0EFF, Joining::Apart},     // Thai, Lao
    ScriptRange{0x1000, 0x109F, Joining::Apart},     // Burmese
    ScriptRange{0x1780, 0x17FF, Joining::Apart},     // Khmer
    ScriptRange{0x1950, 0x19FF, Joining::Apart},     // Tai Le, New Tai Lue, Khmer symbols
    ScriptRange{0x1A20, 0x1AAF, Joining::Apart},     // Tai Tham
    ScriptRange{0x3005, 0x3007, Joining::Apart},     // ideographic marks
    ScriptRange{0x3041, 0x309F, Joining::Apart},     // hiragana
    ScriptRange{0x30A0, 0x30FF, Joining::Katakana},  // katakana
    ScriptRange{0x31F0, 0x31FF, Joining::Katakana},  // katakana, small
    ScriptRange{0x3400, 0x4DBF, Joining::Apart},     // ideographs
    ScriptRange{0x4E00, 0x9FFF, Joining::Apart},     // ideographs
    ScriptRange{0xA9E0, 0xA9FF, Joining::Apart},     // Burmese
    ScriptRange{0xAA60, 0xAADF, Joining::Apart},     // Burmese, Tai Viet
    ScriptRange{0xF900, 0xFAFF, Joining::Apart},     // ideographs
    ScriptRange{0xFF66, 0xFF9F, Joining::Katakana},  // katakana, narrow
    ScriptRange{0x20000, 0x3FFFF, Joining::Apart},   // ideographs
};

Joining joiningOf(char32_t codePoint)
{
    const auto* range = std::ranges::lower_bound(kUnspaced, codePoint, {}, &ScriptRange::last);
    return range != kUnspaced.end() && codePoint >= range->first ? range->joining : Joining::Spaced;
}

bool isContinuationByte(char byte)
{
    constexpr unsigned kMask = 0xC0;
    constexpr unsigned kContinuation = 0x80;
    return (static_cast<unsigned char>(byte) & kMask) == kContinuation;
}

/// One of the two texts, and where its characters begin.
class SeamReader
{
public:
    explicit SeamReader(std::string_view text) : m_text(text), m_starts(text.size() + 1, false)
    {
        for (const ByteSpan& cluster : graphemeClusters(text)) {
            m_starts[cluster.begin] = true;
        }
    }

    /// Whether what ends at byte `seam` and what begins there is one word.
    bool joins(std::size_t seam) const
    {
        if (seam == 0 || seam >= m_text.size()) {
            return false;
        }
        if (!m_starts[seam]) {
            return true;
        }
        const std::size_t before = previous(seam);
        return joinsLetters(before, seam) || (isApostrophe(seam) && isBetweenLetters(seam)) ||
               (isApostrophe(before) && isBetweenLetters(before));
    }

    std::size_t size() const { return m_text.size(); }

private:
    std::size_t previous(std::size_t offset) const
    {
        --offset;
        while (offset > 0 && isContinuationByte(m_text[offset])) {
            --offset;
        }
        return offset;
    }

    char32_t at(std::size_t offset) const { return codePointAt(m_text, offset).value; }
    bool isWord(std::size_t offset) const { return characterKind(at(offset)) == CharacterKind::Word; }
    bool isApostrophe(std::size_t offset) const { return at(offset) == U'\'' || at(offset) == U'\u2019'; }

    bool joinsLetters(std::size_t before, std::size_t after) const
    {
        const Joining joining = joiningOf(at(after));
        return isWord(before) && isWord(after) && joining != Joining::Apart && joiningOf(at(before)) == joining;
    }

    bool isBetweenLetters(std::size_t offset) const
    {
        const std::size_t after = offset + codePointAt(m_text, offset).bytes;
        if (offset == 0 || after >= m_text.size()) {
            return false;
        }
        std::size_t before = offset - 1;
        while (!m_starts[before]) {
            --before;
        }
        const auto isSpacedLetter = [this](std::size_t i) {
            return isLetter(at(i)) && joiningOf(at(i)) == Joining::Spaced;
        };
        return isSpacedLetter(before) && isSpacedLetter(after);
    }

    std::string_view m_text;
    std::vector<bool> m_starts;  ///< Of each byte: whether what people take for a character begins there.
};

bool isInText(const Token& token, const SeamReader& reader)
{
    return !token.isSpecial && token.span.begin < token.span.end && token.span.end <= reader.size();
}

/// The words' text as people read it: the text's own spelling, with the space that belongs to its first token.
std::string textOf(std::span<const Token> tokens, std::string_view source)
{
    const ByteSpan span{tokens.front().span.begin, tokens.back().span.end};
    std::string text(source.substr(span.begin, span.end - span.begin));
    if (tokens.front().text.starts_with(' ') && !text.starts_with(' ')) {
        text.insert(text.begin(), ' ');
    }
    return text;
}

Token wordOf(std::span<const Token> tokens, const TraceInfo& info)
{
    Token word = tokens.front();
    if (tokens.size() > 1) {
        word.id = -1;
        word.text = textOf(tokens, word.source == 0 ? info.text : info.pair);
        word.span.end = tokens.back().span.end;
        word.piece.clear();
        for (const Token& token : tokens) {
            word.piece += token.piece;
        }
    }
    return word;
}

/// The word of each token.
std::vector<Index> wordOfToken(std::span<const IndexRange> words)
{
    std::vector<Index> wordOf;
    for (std::size_t word = 0; word < words.size(); ++word) {
        wordOf.insert(wordOf.end(), static_cast<std::size_t>(words[word].size()), static_cast<Index>(word));
    }
    return wordOf;
}

/// Weights of tokens to weights of words.  @param weights H maps [T×T]  @return [H,W,W], or Cancelled
Result<Tensor> merged(std::span<const std::shared_ptr<const AttentionMap>> weights, std::span<const IndexRange> words,
                      const std::stop_token& stop)
{
    const std::vector<Index> wordOf = wordOfToken(words);
    const auto count = static_cast<Index>(words.size());
    Tensor result({static_cast<Index>(weights.size()), count, count});
    for (Index h = 0; h < result.slices(); ++h) {
        if (stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "Merging into words was cancelled.");
        }
        const Matrix from = weights[static_cast<std::size_t>(h)]->cells();
        auto to = result.matrix(h);
        for (Index i = 0; i < from.rows(); ++i) {
            auto row = to.row(wordOf[static_cast<std::size_t>(i)]);
            for (Index j = 0; j < from.cols(); ++j) {
                row(wordOf[static_cast<std::size_t>(j)]) += from(i, j);
            }
        }
        for (Index i = 0; i < count; ++i) {
            to.row(i) /= static_cast<float>(words[static_cast<std::size_t>(i)].size());
        }
    }
    return result;
}

}  // namespace

std::vector<IndexRange> wordsOf(std::string_view text, std::string_view pair, std::span<const Token> tokens)
{
    const std::array readers = {SeamReader(text), SeamReader(pair)};
    std::vector<IndexRange> words;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto index = static_cast<Index>(i);
        if (i > 0) {
            const Token& before = tokens[i - 1];
            const Token& after = tokens[i];
            const SeamReader& reader = readers.at(after.source == 0 ? 0 : 1);
            const bool neighbours =
                before.source == after.source && isInText(before, reader) && isInText(after, reader);
            // Tokens of one character may each have all of its bytes.
            const bool overlap = neighbours && after.span.begin < before.span.end;
            if (overlap || (neighbours && after.span.begin == before.span.end && reader.joins(after.span.begin))) {
                words.back().end = index + 1;
                continue;
            }
        }
        words.push_back({index, index + 1});
    }
    return words;
}

Result<std::shared_ptr<const Trace>> mergedIntoWords(const Trace& trace, std::span<const IndexRange> words,
                                                     const std::stop_token& stop)
{
    TraceInfo info = trace.info();
    const std::vector<Token> tokens = std::move(info.tokens);
    info.tokens.clear();
    for (const IndexRange& word : words) {
        info.tokens.push_back(wordOf(
            std::span(tokens).subspan(static_cast<std::size_t>(word.begin), static_cast<std::size_t>(word.size())),
            info));
    }
    info.unit = TokenUnit::Word;
    const auto ofWords = [](const Mask& mask) { return Mask{.direction = mask.direction}; };
    info.mask = ofWords(info.mask);
    std::ranges::transform(info.layerMasks, info.layerMasks.begin(), ofWords);
    Trace::Tensors tensors;
    for (const auto& [key, shape] : trace.shapes()) {
        if (key.id == StageId::Weights) {
            Result<Tensor> weights = merged(trace.maps(key.id, key.layer), words, stop);
            if (!weights) {
                return tl::unexpected(weights.error());
            }
            tensors.emplace(key, std::make_shared<const Tensor>(std::move(*weights)));
        }
    }
    return std::make_shared<const Trace>(std::move(info), std::move(tensors));
}

std::shared_ptr<const Trace> mergedIntoWords(const Trace& trace)
{
    const TraceInfo& info = trace.info();
    return *mergedIntoWords(trace, wordsOf(info.text, info.pair, info.tokens), {});
}

}  // namespace headlight
