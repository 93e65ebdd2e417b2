// What the bundled model is trained for. May use base/, tensor/, attention/ and model/.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/random.h"
#include "core/model/parameters.h"
#include "core/train/batch_pass.h"
#include "core/train/roles.h"

#include <array>
#include <optional>

namespace headlight {

/// A sentence as the trainer sees it.
struct Example
{
    std::vector<std::int32_t> ids;
    std::vector<Link> links;   ///< Between tokens.
    std::vector<bool> isWord;  ///< Of each token: a whole word, which may be masked; no piece, punctuation or end mark.
    std::vector<std::pair<Index, std::int32_t>> asked = {};  ///< Tokens whose final vector must name this id.
};

/// Linear maps whose product with the token embedding must name a linked word.
struct ReadOuts
{
    std::vector<LinearWeights> heads;    ///< One a role, from its head's own output alone: [d×D].
    std::vector<LinearWeights> outputs;  ///< One a role that is a link, from the model's final vector: [D×D].
};

void appendParameters(ReadOuts& readOuts, std::vector<Parameter>& list);

/// Weights of the model and of its read-outs; those that no loss asks for are not there.
struct TrainedWeights
{
    Weights model = {};
    ReadOuts readOuts = {};
};

std::vector<Parameter> parameters(TrainedWeights& weights);

struct ObjectiveOptions
{
    Scaling scaling = Scaling::On;
    /// Of the words: 80 % masked, 10 % another word, 10 % as they are  (Devlin et al. 2019).
    float maskedShare = 0.15F;
    float maskedWordWeight = 1.0F;
    std::array<float, kRoleCount> roleWeights = {0.5F, 0.5F, 0.5F, 0.5F, 1.5F, 0.75F, 0.5F, 0.2F};
    std::array<HeadAddress, kRoleCount> roleHeads = {};  ///< Which head is asked.
    std::array<float, kLinkRoleCount> outputWeights = {0.1F, 0.1F, 0.1F, 0.1F, 1.2F, 0.15F};
    /// Words of the vocabulary that read-outs choose among beside the batch's own.
    std::size_t otherCandidates = 1024;
    Index neighbourQuestions = 192;  ///< Tokens a batch that are asked for their neighbours.
    std::vector<std::int32_t> answers =
        {};  ///< What words are named among, ascending; the whole vocabulary where it is empty.
    std::int32_t maskId = 0;
    std::int32_t firstWordId = 0;  ///< Ids from here on may stand in for another word.
};

/// From what a word is to be named.
enum class Asked {
    Head,        ///< The linked word, from the output of the role's head.
    Output,      ///< The linked word, from the final vector.
    MaskedWord,  ///< The word that was masked here, from the final vector; so a toy's answers.
};

/// One thing to name: the token at `row` must name `answer`.
struct Question
{
    Index row;
    std::int32_t answer;
    Asked asked;
    Role role;     ///< Of a link.
    float weight;  ///< Its share of the loss.
};

/// A batch with some words masked, and what is asked of it.
struct Exercise
{
    Batch batch;
    std::vector<Question> questions;
    std::vector<std::int32_t>
        candidates;  ///< What read-outs choose among: the batch's own words and others, ascending.
};

/// Draws masks and neighbours and weighs the questions so that their losses are means over all the examples.
std::vector<Exercise> makeExercises(std::span<const Example> examples, std::size_t shards,
                                    const ObjectiveOptions& options, Index vocabulary, Random random);

struct Loss
{
    double total = 0.0;
    double maskedWord = 0.0;                          ///< Mean cross-entropy in nats.
    double wordsRight = 0.0;                          ///< The share of the words that were named right.
    std::array<double, kRoleCount> roles = {};        ///< Likewise, before the role's weight.
    std::array<double, kLinkRoleCount> outputs = {};  ///< Likewise, named from the final vector.

    Loss& operator+=(const Loss& other);
};

/// What the attention weights of a batch are like, over every head and query that sees more than one key.
struct AttentionStatistics
{
    double largestWeight = 0.0;  ///< The mean of each row's largest weight.
    double saturation = 0.0;     ///< The share of rows whose largest weight is above 0.99.
    double slope = 0.0;          ///< The mean of 1 − Σw²: how much the weights still answer to their scores.
};

/// @param activations of a forward pass
AttentionStatistics attentionStatistics(const Activations& activations);

/// Forward, loss, backward.  @param gradient has the weights' shapes and is added to.
///
/// @param statistics is filled if it is given
Loss differentiate(const ModelConfig& config, const TrainedWeights& weights, const Exercise& exercise,
                   const ObjectiveOptions& options, TrainedWeights& gradient,
                   AttentionStatistics* statistics = nullptr);

}  // namespace headlight
