#include "core/train/objective.h"

#include "core/tensor/matmul.h"
#include "core/train/backward.h"
#include "core/train/batch_pass.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace headlight {
namespace {

constexpr std::size_t kGroups = kRoleCount + kLinkRoleCount + 1;

/// Questions of one group are of the same kind and role, and their weights sum to the group's.
std::size_t groupOf(const Question& question)
{
    switch (question.asked) {
    case Asked::Head:
        return static_cast<std::size_t>(question.role);
    case Asked::Output:
        return kRoleCount + static_cast<std::size_t>(question.role);
    case Asked::MaskedWord:
        break;
    }
    return kGroups - 1;
}

float weightOf(const Question& question, const ObjectiveOptions& options)
{
    switch (question.asked) {
    case Asked::Head:
        return options.roleWeights[static_cast<std::size_t>(question.role)];
    case Asked::Output:
        return options.outputWeights[static_cast<std::size_t>(question.role)];
    case Asked::MaskedWord:
        break;
    }
    return options.maskedWordWeight;
}

Question maskedWordQuestion(Index row, std::int32_t answer)
{
    return {.row = row, .answer = answer, .asked = Asked::MaskedWord, .role = {}, .weight = 0.0F};
}

/// Masks some words of the example in place, asks for them, and says which.
std::vector<bool> maskWords(Example& example, Index start, const ObjectiveOptions& options, Index vocabulary,
                            Random& random, std::vector<Question>& questions)
{
    std::vector<bool> masked(example.ids.size());
    for (std::size_t i = 0; i < example.ids.size(); ++i) {
        if (!example.isWord[i] || !random.chance(options.maskedShare)) {
            continue;
        }
        masked[i] = true;
        questions.push_back(maskedWordQuestion(start + static_cast<Index>(i), example.ids[i]));
        const float fate = random.unit();
        if (fate < 0.8F) {
            example.ids[i] = options.maskId;
        } else if (fate < 0.9F) {
            const auto words = static_cast<std::size_t>(vocabulary - options.firstWordId);
            example.ids[i] = options.firstWordId + static_cast<std::int32_t>(random.below(words));
        }
    }
    return masked;
}

/// Gives every question its share, so that a group's loss is the mean over all shards times the group's weight.
void weigh(std::vector<Exercise>& exercises, const ObjectiveOptions& options)
{
    std::array<float, kGroups> counts = {};
    for (const Exercise& exercise : exercises) {
        for (const Question& question : exercise.questions) {
            counts[groupOf(question)] += 1.0F;
        }
    }
    for (Exercise& exercise : exercises) {
        for (Question& question : exercise.questions) {
            question.weight = weightOf(question, options) / counts[groupOf(question)];
        }
    }
}

}  // namespace

void appendParameters(ReadOuts& readOuts, std::vector<Parameter>& list)
{
    for (std::size_t i = 0; i < readOuts.heads.size(); ++i) {
        appendParameters("read_out." + std::string(roleName(kRoles[i])), readOuts.heads[i], list);
    }
    for (std::size_t i = 0; i < readOuts.outputs.size(); ++i) {
        appendParameters("output_read_out." + std::string(roleName(kRoles[i])), readOuts.outputs[i], list);
    }
}

std::vector<Parameter> parameters(TrainedWeights& weights)
{
    std::vector<Parameter> list = parameters(weights.model);
    appendParameters(weights.readOuts, list);
    return list;
}

std::vector<Exercise> makeExercises(std::span<const Example> examples, std::size_t shards,
                                    const ObjectiveOptions& options, Index vocabulary, Random random)
{
    std::vector<Exercise> exercises(shards);
    const auto isPositive = [](float weight) { return weight > 0.0F; };
    const bool asksRoles =
        std::ranges::any_of(options.roleWeights, isPositive) || std::ranges::any_of(options.outputWeights, isPositive);
    const auto neighbours = static_cast<float>(options.neighbourQuestions);
    std::size_t tokens = 0;
    for (const Example& example : examples) {
        tokens += example.ids.size();
    }
    const float neighbourShare = neighbours / static_cast<float>(std::max<std::size_t>(tokens, 1));
    for (std::size_t e = 0; e < examples.size(); ++e) {
        Exercise& exercise = exercises[e * shards / examples.size()];
        Example example = examples[e];
        const Index start = exercise.batch.tokens();
        const std::vector<std::int32_t> original = example.ids;
        const std::vector<bool> masked = maskWords(example, start, options, vocabulary, random, exercise.questions);
        exercise.batch.append(example.ids);
        for (const auto& [row, answer] : example.asked) {
            exercise.questions.push_back(maskedWordQuestion(start + row, answer));
        }
        if (!asksRoles) {
            continue;
        }
        const auto ask = [&](Role role, Index from, Index to) {
            if (masked[static_cast<std::size_t>(from)] || masked[static_cast<std::size_t>(to)]) {
                return;
            }
            Question question{.row = start + from,
                              .answer = original[static_cast<std::size_t>(to)],
                              .asked = Asked::Head,
                              .role = role,
                              .weight = 0.0F};
            for (const Asked asked : {Asked::Head, Asked::Output}) {
                question.asked = asked;
                if ((asked == Asked::Head || isLink(role)) && weightOf(question, options) > 0.0F) {
                    exercise.questions.push_back(question);
                }
            }
        };
        for (const Link& link : example.links) {
            ask(link.role, link.from, link.to);
        }
        const auto last = static_cast<Index>(original.size()) - 1;
        for (Index i = 0; i <= last; ++i) {
            if (i > 0 && random.chance(neighbourShare)) {
                ask(Role::Previous, i, i - 1);
            }
            if (i < last && random.chance(neighbourShare)) {
                ask(Role::Next, i, i + 1);
            }
        }
        exercise.candidates.insert(exercise.candidates.end(), original.begin(), original.end());
    }
    for (Exercise& exercise : exercises) {
        for (std::size_t i = 0; asksRoles && i < options.otherCandidates; ++i) {
            exercise.candidates.push_back(
                static_cast<std::int32_t>(random.below(static_cast<std::size_t>(vocabulary))));
        }
        std::ranges::sort(exercise.candidates);
        const auto repeated = std::unique(exercise.candidates.begin(), exercise.candidates.end());
        exercise.candidates.erase(repeated, exercise.candidates.end());
        std::ranges::stable_sort(exercise.questions, {}, groupOf);
    }
    weigh(exercises, options);
    return exercises;
}

Loss& Loss::operator+=(const Loss& other)
{
    total += other.total;
    maskedWord += other.maskedWord;
    wordsRight += other.wordsRight;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        roles[i] += other.roles[i];
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        outputs[i] += other.outputs[i];
    }
    return *this;
}

namespace {

/// Where the questions of a group add up.
double& partOf(Loss& loss, const Question& question)
{
    switch (question.asked) {
    case Asked::Head:
        return loss.roles[static_cast<std::size_t>(question.role)];
    case Asked::Output:
        return loss.outputs[static_cast<std::size_t>(question.role)];
    case Asked::MaskedWord:
        break;
    }
    return loss.maskedWord;
}

/// Some questions' features times the embeddings of the candidates: loss and gradients.
class Naming
{
public:
    Naming(const TrainedWeights& weights, TrainedWeights& gradient, std::span<const std::int32_t> candidates)
        : m_weights(weights)
        , m_gradient(gradient)
        , m_candidates(candidates)
    {
        if (!candidates.empty()) {
            m_embeddings.resize(static_cast<Index>(candidates.size()), weights.model.tokenEmbedding.cols());
            for (std::size_t i = 0; i < candidates.size(); ++i) {
                m_embeddings.row(static_cast<Index>(i)) = weights.model.tokenEmbedding.row(candidates[i]);
            }
        }
    }

    /// @param features [R×D] one row a question  @return their gradient; adds to the loss and to the embeddings' gradient
    Matrix learn(const Matrix& features, std::span<const Question> questions, Loss& loss)
    {
        const Matrix& embeddings = m_candidates.empty() ? m_weights.model.tokenEmbedding : m_embeddings;
        Matrix logits = multiplyTransposed(features, embeddings);
        for (std::size_t i = 0; i < questions.size(); ++i) {
            const Question& question = questions[i];
            const CrossEntropy entropy =
                crossEntropyGradient(logits.row(static_cast<Index>(i)), targetOf(question.answer), question.weight);
            const double weighted = entropy.nats * static_cast<double>(question.weight);
            loss.total += weighted;
            partOf(loss, question) += weighted;
            if (question.asked == Asked::MaskedWord && entropy.isTargetLargest) {
                loss.wordsRight += static_cast<double>(question.weight);
            }
        }
        if (m_candidates.empty()) {
            addLeftTransposedProduct(m_gradient.model.tokenEmbedding, logits, features);
        } else {
            const Matrix gradient = multiplyLeftTransposed(logits, features);
            for (std::size_t i = 0; i < m_candidates.size(); ++i) {
                m_gradient.model.tokenEmbedding.row(m_candidates[i]) += gradient.row(static_cast<Index>(i));
            }
        }
        return multiply(logits, embeddings);
    }

private:
    Index targetOf(std::int32_t id) const
    {
        if (m_candidates.empty()) {
            return id;
        }
        const auto found = std::ranges::lower_bound(m_candidates, id);
        assert(found != m_candidates.end() && *found == id);
        return found - m_candidates.begin();
    }

    const TrainedWeights& m_weights;
    TrainedWeights& m_gradient;
    std::span<const std::int32_t> m_candidates;
    Matrix m_embeddings;
};

/// Questions for a linked word that go through one read-out.
struct Group
{
    std::span<const Question> questions;
    std::optional<HeadAddress> head;  ///< None: the final vector.
    const LinearWeights* readOut;
    Index offset;  ///< Of the asked columns among those of the layer's heads or of the final vector.
    Matrix asked;  ///< [R×d] or [R×D], one row a question

    LinearWeights& gradientIn(TrainedWeights& gradient) const
    {
        const auto role = static_cast<std::size_t>(questions.front().role);
        return head ? gradient.readOuts.heads[role] : gradient.readOuts.outputs[role];
    }

    /// Adds each question's row to what it was read from.
    void scatter(const Matrix& askedGradient, OutputGradients& outputs) const
    {
        Matrix& target = head ? outputs.heads[static_cast<std::size_t>(head->layer.value)] : outputs.final;
        if (target.size() == 0) {
            target = Matrix::Zero(outputs.final.rows(), outputs.final.cols());
        }
        for (std::size_t i = 0; i < questions.size(); ++i) {
            target.row(questions[i].row).segment(offset, asked.cols()) += askedGradient.row(static_cast<Index>(i));
        }
    }
};

Group makeGroup(std::span<const Question> questions, const ModelConfig& config, const ObjectiveOptions& options,
                const TrainedWeights& weights, const Activations& activations)
{
    const auto role = static_cast<std::size_t>(questions.front().role);
    Group group{.questions = questions, .head = {}, .readOut = nullptr, .offset = 0, .asked = {}};
    const Matrix* source = &activations.final;
    if (questions.front().asked == Asked::Head) {
        group.head = options.roleHeads[role];
        group.readOut = &weights.readOuts.heads[role];
        group.offset = group.head->head.value * config.headWidth();
        source = &activations.blocks[static_cast<std::size_t>(group.head->layer.value)].heads;
    } else {
        group.readOut = &weights.readOuts.outputs[role];
    }
    group.asked.resize(static_cast<Index>(questions.size()), group.readOut->weight.rows());
    for (std::size_t i = 0; i < questions.size(); ++i) {
        group.asked.row(static_cast<Index>(i)) =
            source->row(questions[i].row).segment(group.offset, group.asked.cols());
    }
    return group;
}

}  // namespace

AttentionStatistics attentionStatistics(const Activations& activations)
{
    constexpr float kSaturated = 0.99F;
    AttentionStatistics statistics;
    double rows = 0.0;
    for (const BlockActivations& block : activations.blocks) {
        for (const Matrix& weights : block.weights) {
            for (Index row = 0; row < weights.rows() && weights.cols() > 1; ++row) {
                const float largest = weights.row(row).maxCoeff();
                statistics.largestWeight += static_cast<double>(largest);
                statistics.saturation += largest > kSaturated ? 1.0 : 0.0;
                statistics.slope += 1.0 - static_cast<double>(weights.row(row).squaredNorm());
                rows += 1.0;
            }
        }
    }
    if (rows > 0.0) {
        statistics.largestWeight /= rows;
        statistics.saturation /= rows;
        statistics.slope /= rows;
    }
    return statistics;
}

Loss differentiate(const ModelConfig& config, const TrainedWeights& weights, const Exercise& exercise,
                   const ObjectiveOptions& options, TrainedWeights& gradient, AttentionStatistics* statistics)
{
    const Activations activations = forwardBatch(config, weights.model, exercise.batch, options.scaling);
    if (statistics != nullptr) {
        *statistics = attentionStatistics(activations);
    }
    OutputGradients outputs{.final = Matrix::Zero(activations.final.rows(), activations.final.cols()),
                            .heads = std::vector<Matrix>(activations.blocks.size())};
    Loss loss;
    const std::span<const Question> all = exercise.questions;
    const auto firstWord = std::ranges::find(all, Asked::MaskedWord, &Question::asked);
    const auto linkQuestions = static_cast<std::size_t>(firstWord - all.begin());

    // Each group's features, through its own map; then all of them are named at once.
    std::vector<Group> groups;
    for (std::size_t begin = 0; begin < linkQuestions;) {
        std::size_t end = begin;
        while (end < linkQuestions && groupOf(all[end]) == groupOf(all[begin])) {
            ++end;
        }
        groups.push_back(makeGroup(all.subspan(begin, end - begin), config, options, weights, activations));
        begin = end;
    }
    if (linkQuestions > 0) {
        Matrix features(static_cast<Index>(linkQuestions), config.width);
        Index row = 0;
        for (const Group& group : groups) {
            features.middleRows(row, group.asked.rows()) = linear(group.asked, *group.readOut);
            row += group.asked.rows();
        }
        const Matrix featuresGradient =
            Naming(weights, gradient, exercise.candidates).learn(features, all.first(linkQuestions), loss);
        row = 0;
        for (const Group& group : groups) {
            const Index count = group.asked.rows();
            group.scatter(linearBackward(group.asked, *group.readOut, featuresGradient.middleRows(row, count),
                                         group.gradientIn(gradient)),
                          outputs);
            row += count;
        }
    }

    const std::span<const Question> words = all.subspan(linkQuestions);
    if (!words.empty()) {
        Matrix finals(static_cast<Index>(words.size()), config.width);
        for (std::size_t i = 0; i < words.size(); ++i) {
            finals.row(static_cast<Index>(i)) = activations.final.row(words[i].row);
        }
        const Matrix finalsGradient = Naming(weights, gradient, options.answers).learn(finals, words, loss);
        for (std::size_t i = 0; i < words.size(); ++i) {
            outputs.final.row(words[i].row) += finalsGradient.row(static_cast<Index>(i));
        }
    }
    backwardBatch(config, weights.model, exercise.batch, options.scaling, activations, outputs, gradient.model);
    loss.maskedWord /= static_cast<double>(options.maskedWordWeight);
    loss.wordsRight /= static_cast<double>(options.maskedWordWeight);
    for (std::size_t i = 0; i < kRoleCount; ++i) {
        if (options.roleWeights[i] > 0.0F) {
            loss.roles[i] /= static_cast<double>(options.roleWeights[i]);
        }
    }
    for (std::size_t i = 0; i < kLinkRoleCount; ++i) {
        if (options.outputWeights[i] > 0.0F) {
            loss.outputs[i] /= static_cast<double>(options.outputWeights[i]);
        }
    }
    return loss;
}

}  // namespace headlight
