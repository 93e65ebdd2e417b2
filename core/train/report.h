// What a trained model can do, measured. May use all of core.
#pragma once

#include "core/model/model.h"
#include "core/train/evaluation.h"

#include <filesystem>

namespace headlight {

/// A model with the read-outs that it was trained with; none where it learnt masked words alone.
struct TrainedModel
{
    std::shared_ptr<const Model> model;
    ReadOuts readOuts;
};

/// Reads a folder that `writeTrainedModel` wrote. A model with asked heads must have read-outs.
///
/// @return what `readModelFolder` says; Malformed, with path and tensor, where a read-out is missing or does not fit the model
Result<TrainedModel> readTrainedModel(const std::filesystem::path& folder);

/// Writes a model folder whose weights' file also has the read-outs, in half precision.
///
/// @param readOuts as in TrainedModel  @param vocabulary the model's, in the order of the ids
/// @return what `writeModelFolder` says
Result<void> writeTrainedModel(const std::filesystem::path& folder, const Model& model, const ReadOuts& readOuts,
                               const std::vector<std::string>& vocabulary);

/// How many sentences each measure draws, and from which random numbers.
struct EvaluationOptions
{
    std::size_t development = 1'000;  ///< Which choose each relation's head and are not reported.
    std::size_t heldOut = 2'000;
    std::size_t heldOutSenses = 500;  ///< More sentences, each with a sense to tell: few of the others have one.
    std::size_t invented = 2'000;
    std::size_t longTexts = 200;
    std::size_t unseenCues = 1'000;
    std::size_t pairsOfAFamily = 25;  ///< At most: some templates have no held-out words.
    std::uint64_t seed = 20'000;
};

/// One relation, measured by the head that did best on development sentences; every figure comes from other ones.
struct RelationResult
{
    Role role;
    HeadScore heldOut;   ///< Sentences with a combination of words that training never has.
    HeadScore invented;  ///< Links to a noun that was invented; none of neighbours.
    HeadScore longText;  ///< Texts of 40 to 100 words.
    HeadScore free;      ///< Sentences that people wrote without knowledge of the grammar.
};

/// Pairs of sentences that differ in what decides whom a pronoun means.
struct PairResult
{
    std::string family;
    Index bothRight = 0;  ///< Pairs in both of whose sentences every pronoun looks at its antecedent.
    Index pairs = 0;
};

/// One word of a sentence and how much weight it has: "it → animal".
struct ShownLink
{
    std::string text;
    Role role;
    std::string from;
    std::string to;
    float weight;    ///< The largest on a piece of `to`, 0 to 1.
    bool isLargest;  ///< No token of the sentence has more of `from`.
};

struct Evaluation
{
    std::string model;                      ///< Its name.
    std::vector<RelationResult> relations;  ///< One for each of kRoles, in that order.
    std::vector<PairResult> pairs;          ///< One for each family of the lexicon, in its order.
    /// Sense, from cues that training never shows with their word: the mean over cues of the share of their sentences that are right,
    /// so that a cue of many sentences counts no more than another.
    double unseenCueShare = 0.0;
    Index unseenCues = 0;          ///< How many cues there are, each with its word.
    std::vector<ShownLink> shown;  ///< Well-known examples, the same for every model.
};

/// Measures how often the best head of each relation looks from a word at the linked one  (Clark et al. 2019, "What Does BERT Look
/// At?", §4.2). Equal arguments give equal figures.
///
/// @param freeTest in the format of `readAnnotatedText`
/// @return what `readAnnotatedText` says of freeTest
Result<Evaluation> evaluate(const TrainedModel& trained, const Corpus& corpus, std::string_view freeTest,
                            const EvaluationOptions& options = {});

/// Tables in Markdown: a row for each relation with its head as layer.head, shares in per cent of the links, and mean weights from 0
/// to 1; then unseen cues, pairs and the shown sentences. "–" where nothing was measured.
std::string toMarkdown(const Evaluation& evaluation);

}  // namespace headlight
