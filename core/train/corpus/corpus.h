// What the bundled model is trained and measured on. May use base/, text/ and train/ only.
#pragma once

#include "core/base/random.h"
#include "core/text/tokenizer.h"
#include "core/train/corpus/lexicon.h"
#include "core/train/objective.h"

#include <optional>

namespace headlight {

/// Which sentences: those of training, or those whose word combinations training never has.
enum class Split { Training, HeldOut };

/// Whether two words, by their lemmas, never share a training sentence: 1 % of all pairs of content words, fixed for good,
/// and the pairs of the window's examples (animal and street, dog and man, …).
bool isHeldOut(std::string_view a, std::string_view b);

/// Whether a cue never stands with its ambiguous word in training: 12 % of them.
bool isHeldOutCue(std::string_view ambiguous, std::string_view cue);

/// Two sentences that differ in what decides whom a pronoun means.
struct MinimalPair
{
    Sentence first;
    Sentence second;
};

/// How often words are invented: "blicket".
struct InventionRates
{
    float nouns = 0.16F;
    float others = 0.03F;
};

/// Draws sentences of the grammar, of the templates, of the minimal pairs and of the ambiguous words. Immutable and thread-safe.
class Corpus
{
public:
    explicit Corpus(const Lexicon& lexicon) : m_lexicon(lexicon) {}

    const Lexicon& lexicon() const { return m_lexicon; }

    /// One sentence of any kind, as it is in the lexicon. A held-out one has at least one held-out pair and no held-out cue.
    Sentence sentence(Split split, Random& random) const;

    /// Puts invented words in place of some: nouns keep their plural, verbs their ending.
    void invent(Sentence& sentence, const InventionRates& rates, Random& random) const;

    /// A sentence of training with invented words; now and then several in a row, so that long texts are no news.
    Sentence trainingText(Random& random) const;

    /// Held-out sentences in a row, 40 to 100 words in all.
    Sentence longText(Random& random) const;

    /// @return none where all combinations of the pair's words belong to the other split
    std::optional<MinimalPair> minimalPair(const PairTemplate& pair, Split split, Random& random) const;

    /// A sentence whose ambiguous word has a cue that training never shows with it.
    Sentence unseenCue(Random& random) const;

private:
    Sentence anySentence(Random& random) const;

    const Lexicon& m_lexicon;
};

/// A sentence as the model takes it.
struct TokenizedSentence
{
    struct Pieces
    {
        Index first;
        Index count;
    };

    std::vector<std::int32_t> ids;
    std::vector<Pieces> words;        ///< The tokens of each word.
    std::vector<Link> links;          ///< Between words.
    std::vector<bool> isPunctuation;  ///< Of each word.
};

/// Tokenizes the sentence as people write it.  @return what the tokenizer says of a word that is no UTF-8
Result<TokenizedSentence> tokenize(const Sentence& sentence, const Tokenizer& tokenizer);

/// For training: every link starts at one piece of its word, drawn at random, and ends at the first piece of its target.
Example toExample(const TokenizedSentence& sentence, Random& random);

}  // namespace headlight
