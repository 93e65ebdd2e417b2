// How well heads find what they were asked for. May use base/, text/ and train/ only.
#pragma once

#include "core/train/corpus/corpus.h"
#include "core/train/objective.h"

#include <functional>

namespace headlight {

/// One head on one relation, in the manner of Clark et al. 2019, "What Does BERT Look At?", §4.2: the word looks where the
/// mean of its pieces' weights is largest, and is right if that is any piece of the linked word.
struct HeadScore
{
    HeadAddress head = {};
    double rightShare = 0.0;  ///< Of the links.
    double meanWeight = 0.0;  ///< The largest weight on a piece of the linked word, on average.
    /// Of the links: those where the role's read-out of the final vector, whatever the head, names the linked word's first piece
    /// among the whole vocabulary.
    double namedShare = 0.0;
    Index links = 0;
};

/// What every head did on every link, kept to compare heads and to count pairs.
class HeadScores
{
public:
    /// @param scaling as in training
    HeadScores(const ModelConfig& config, const TrainedWeights& weights, std::span<const TokenizedSentence> sentences,
               Scaling scaling = Scaling::On);

    /// @param filter which links count, by sentence and link; all where it is empty
    using Filter = std::function<bool(std::size_t sentence, const Link& link)>;
    /// All zero where no link counts.
    HeadScore score(Role role, HeadAddress head, const Filter& filter = {}) const;
    /// Of the head that is right most often; the first of several.
    HeadScore best(Role role, const Filter& filter = {}) const;

    /// Whether every link of the role in the sentence is right in this head; false where there is none.
    bool isRight(Role role, HeadAddress head, std::size_t sentence) const;

private:
    struct Outcome
    {
        std::size_t sentence;
        Link link;
        std::vector<bool> right;  ///< Of each head, layer by layer.
        std::vector<float> weight;
        bool named = false;
    };

    Index m_heads;
    Index m_layers;
    std::vector<Outcome> m_outcomes;  ///< Sentence by sentence.
};

/// Annotated sentences of a file, as resources/evaluation/ has them: a line with the sentence, then an indented one for each relation,
/// "subject: see>dog was>it#2".
///
/// @return Malformed, which names the line: an unknown relation, or a word that the sentence has not.
Result<std::vector<TokenizedSentence>> readAnnotatedText(std::string_view text, const Tokenizer& tokenizer);

}  // namespace headlight
