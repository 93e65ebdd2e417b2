#include "core/text/bpe.h"

#include "core/text/character_classes.h"

#include <algorithm>
#include <array>
#include <queue>

namespace headlight {
namespace {

constexpr std::size_t kBytes = 256;
constexpr std::int32_t kNone = -1;

std::string bytePiece(std::size_t byte)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    return {'<', '0', 'x', kDigits[byte >> 4U], kDigits[byte & 15U], '>'};
}

/// A word as a linked list of pieces that are being joined.
class MergingWord
{
public:
    MergingWord(std::span<const Subword> characters, const MergeTable& merges) : m_merges(merges)
    {
        const auto count = static_cast<std::int32_t>(characters.size());
        m_symbols.reserve(characters.size());
        for (std::int32_t at = 0; at < count; ++at) {
            const Subword& character = characters[static_cast<std::size_t>(at)];
            m_symbols.push_back({character, at - 1, at + 1 < count ? at + 1 : kNone});
        }
        for (std::int32_t at = 0; at + 1 < count; ++at) {
            propose(at);
        }
    }

    std::vector<Subword> merged()
    {
        while (!m_candidates.empty()) {
            const Candidate best = m_candidates.top();
            m_candidates.pop();
            join(best);
        }
        std::vector<Subword> result;
        for (const Symbol& symbol : m_symbols) {
            if (!symbol.isGone) {
                result.push_back(symbol.subword);
            }
        }
        return result;
    }

private:
    struct Symbol
    {
        Subword subword;
        std::int32_t previous;
        std::int32_t next;
        bool isGone = false;  ///< It is part of one before it.
    };

    /// A pair that may be joined, unless one of the two has changed since.
    struct Candidate
    {
        Merge merge;
        std::int32_t at;  ///< Of the left one.

        bool operator<(const Candidate& other) const  // the top of a std::priority_queue is its largest
        {
            return merge.rank != other.merge.rank ? merge.rank > other.merge.rank : at > other.at;
        }
    };

    Symbol& symbol(std::int32_t at) { return m_symbols[static_cast<std::size_t>(at)]; }

    const Merge* mergeAt(std::int32_t at)
    {
        const Symbol& left = symbol(at);
        return left.isGone || left.next == kNone ? nullptr
                                                 : m_merges.find(left.subword.id, symbol(left.next).subword.id);
    }

    void propose(std::int32_t at)
    {
        if (const Merge* merge = mergeAt(at)) {
            m_candidates.push({*merge, at});
        }
    }

    void join(const Candidate& candidate)
    {
        const Merge* merge = mergeAt(candidate.at);
        if (merge == nullptr || merge->id != candidate.merge.id) {
            return;
        }
        Symbol& left = symbol(candidate.at);
        Symbol& right = symbol(left.next);
        left.subword = {candidate.merge.id, {left.subword.range.begin, right.subword.range.end}};
        left.next = right.next;
        right.isGone = true;
        if (left.next != kNone) {
            symbol(left.next).previous = candidate.at;
            propose(candidate.at);
        }
        if (left.previous != kNone) {
            propose(left.previous);
        }
    }

    const MergeTable& m_merges;
    std::vector<Symbol> m_symbols;
    std::priority_queue<Candidate> m_candidates;
};

/// Unknown characters on their way to being tokens: a run of them is one, where runs are fused.
class PendingUnknown
{
public:
    PendingUnknown(UnknownRun run, std::vector<Subword>& subwords) : m_run(run), m_subwords(subwords) {}

    void add(std::int32_t id, ByteSpan range)
    {
        if (m_pending && m_run == UnknownRun::Fused) {
            m_pending->range.end = range.end;
            return;
        }
        flush();
        m_pending = Subword{id, range};
    }

    void flush()
    {
        if (m_pending) {
            m_subwords.push_back(*m_pending);
            m_pending.reset();
        }
    }

private:
    UnknownRun m_run;
    std::vector<Subword>& m_subwords;
    std::optional<Subword> m_pending;
};

}  // namespace

Bpe::Bpe(Vocabulary vocabulary, BpeOptions options) : m_vocabulary(std::move(vocabulary)), m_options(std::move(options))
{
    m_unknown = m_options.unknownPiece.empty() ? std::nullopt : m_vocabulary.find(m_options.unknownPiece);
    for (std::size_t byte = 0; byte < kBytes; ++byte) {
        m_byteIds.push_back(m_vocabulary.find(bytePiece(byte)));
    }
}

Result<Bpe> Bpe::make(Vocabulary vocabulary, std::span<const MergeRule> merges, BpeOptions options)
{
    Bpe bpe(std::move(vocabulary), std::move(options));
    bpe.m_merges = MergeTable(merges.size());
    const std::size_t prefix = bpe.m_options.continuingPrefix.size();
    std::string whole;
    for (std::size_t rank = 0; rank < merges.size(); ++rank) {
        const MergeRule& merge = merges[rank];
        const auto malformed = [&](const std::string& problem) {
            return failure(ErrorCode::Malformed, "merge " + std::to_string(rank) + ", of " + excerpt(merge.left) +
                                                     " and " + excerpt(merge.right) + ", " + problem);
        };
        if (merge.right.size() < prefix) {
            return malformed("has a second part that is shorter than the prefix of a word's later parts");
        }
        whole.assign(merge.left).append(merge.right, prefix);
        std::array<std::int32_t, 3> ids{};
        const std::array<std::string_view, 3> pieces = {merge.left, merge.right, whole};
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const std::optional<std::int32_t> id = bpe.m_vocabulary.find(pieces[i]);
            if (!id) {
                return malformed("needs " + excerpt(pieces[i]) + ", which the vocabulary lacks");
            }
            ids[i] = *id;
        }
        bpe.m_merges.set(ids[0], ids[1], {static_cast<std::int32_t>(rank), ids[2]});
    }
    return bpe;
}

Result<std::vector<Subword>> Bpe::subwordsOf(std::string_view word) const
{
    if (m_options.wholeWords == WholeWords::LookedUp) {
        if (const std::optional<std::int32_t> id = m_vocabulary.find(word)) {
            return std::vector<Subword>{{*id, {0, word.size()}}};
        }
    }
    const Result<std::vector<Subword>> characters = charactersOf(word);
    if (!characters) {
        return characters;
    }
    return MergingWord(*characters, m_merges).merged();
}

Result<std::vector<Subword>> Bpe::charactersOf(std::string_view word) const
{
    std::vector<Subword> characters;
    characters.reserve(word.size());
    PendingUnknown unknown(m_options.unknownRun, characters);
    std::optional<Error> error;
    std::string spelled;
    forEachCodePoint(word, [&](char32_t, ByteSpan range) {
        spelled.assign(range.begin > 0 ? m_options.continuingPrefix : std::string());
        spelled.append(word.substr(range.begin, range.end - range.begin));
        spelled.append(range.end == word.size() ? m_options.endOfWordSuffix : std::string());
        if (const std::optional<std::int32_t> id = m_vocabulary.find(spelled)) {
            unknown.flush();
            characters.push_back({*id, range});
        } else if (m_options.byteFallback == ByteFallback::On && appendBytes(spelled, range, characters)) {
            return;
        } else if (m_unknown) {
            unknown.add(*m_unknown, range);
        } else if (!m_options.unknownPiece.empty() && !error) {
            error = Error{ErrorCode::Malformed, "The tokenizer does not know " + excerpt(spelled) +
                                                    ", and its vocabulary has no unknown token " +
                                                    excerpt(m_options.unknownPiece) + "."};
        }
    });
    unknown.flush();
    if (error) {
        return tl::unexpected(*error);
    }
    return characters;
}

/// Takes each byte as a token, each its own byte of the word. False where the vocabulary lacks one.
bool Bpe::appendBytes(std::string_view spelled, ByteSpan range, std::vector<Subword>& characters) const
{
    const auto idOf = [&](char byte) { return m_byteIds[static_cast<unsigned char>(byte)]; };
    if (!std::ranges::all_of(spelled, [&](char byte) { return idOf(byte).has_value(); })) {
        return false;
    }
    const std::size_t prefix = range.begin > 0 ? m_options.continuingPrefix.size() : 0;
    for (std::size_t i = 0; i < spelled.size(); ++i) {
        const std::size_t begin = std::clamp(range.begin + i - std::min(i, prefix), range.begin, range.end);
        const std::size_t end = i < prefix ? begin : std::min(begin + 1, range.end);
        characters.push_back({*idOf(spelled[i]), {begin, end}});
    }
    return true;
}

}  // namespace headlight
