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
    std::vector<LinearWeights> readOuts;
};

/// Reads a folder that `writeTrainedModel` wrote; errors as `readModelFolder`.
Result<TrainedModel> readTrainedModel(const std::filesystem::path& folder);
Result<void> writeTrainedModel(const std::filesystem::path& folder, const Model& model,
                               const std::vector<LinearWeights>& readOuts, const std::vector<std::string>& vocabulary);

/// One relation, measured by the head that did best on development sentences; every figure comes from other ones.
struct RelationResult
{
    Role role;
    HeadScore heldOut;   ///< Sentences with a combination of words that training never has.
    HeadScore invented;  ///< Links to a noun that was invented.
    HeadScore longText;  ///< Texts of 40 to 100 tokens.
    HeadScore free;      ///< Sentences that people wrote without knowledge of the grammar.
};

struct PairResult
{
    std::string family;
    Index bothRight = 0;
    Index pairs = 0;
};

/// One word of a sentence and how much weight it has: "it → animal".
struct ShownLink
{
    std::string text;
    Role role;
    std::string from;
    std::string to;
    float weight;
    bool isLargest;
};

struct Evaluation
{
    std::string model;
    std::vector<RelationResult> relations;
    std::vector<PairResult> pairs;
    HeadScore unseenCues;
    std::vector<ShownLink> shown;
};

/// @param freeTest in the format of `readAnnotatedText`  @return what `readAnnotatedText` says of them
Result<Evaluation> evaluate(const TrainedModel& trained, const Corpus& corpus, std::string_view freeTest);

/// Tables in Markdown.
std::string toMarkdown(const Evaluation& evaluation);

}  // namespace headlight
