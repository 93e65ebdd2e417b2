#include "core/train/objective.h"

#include "core/tensor/matmul.h"
#include "core/train/backward.h"
#include "core/train/batch_pass.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace headlight {
namespace {

constexpr std::size_t kGroups = kRoleCount + 1;  ///< The roles, then the masked words.

std::size_t groupOf(const Question& question)
{
    return question.role ? static_cast<std::size_t>(*question.role) : kRoleCount;
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
        questions.push_back({.row = start + static_cast<Index>(i), .answer = example.ids[i], .role = {}, .weight = 0});
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
            const float weight = question.role ? options.roleWeights[static_cast<std::size_t>(*question.role)]
                                               : options.maskedWordWeight;
            question.weight = weight / counts[groupOf(question)];
        }
    }
}

}  // namespace

std::vector<Parameter> parameters(TrainedWeights& weights)
{
    std::vector<Parameter> list = parameters(weights.model);
    for (std::size_t i = 0; i < weights.readOuts.size(); ++i) {
        appendParameters("read_out." + std::string(roleName(kRoles[i])), weights.readOuts[i], list);
    }
    return list;
}

std::vector<Exercise> makeExercises(std::span<const Example> examples, std::size_t shards,
                                    const ObjectiveOptions& options, Index vocabulary, Random random)
{
    std::vector<Exercise> exercises(shards);
    const bool asksRoles = std::ranges::any_of(options.roleWeights, [](float weight) { return weight > 0.0F; });
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
            exercise.questions.push_back({.row = start + row, .answer = answer, .role = {}, .weight = 0});
        }
        if (!asksRoles) {
            continue;
        }
        const auto ask = [&](Role role, Index from, Index to) {
            if (options.roleWeights[static_cast<std::size_t>(role)] > 0.0F && !masked[static_cast<std::size_t>(from)] &&
                !masked[static_cast<std::size_t>(to)]) {
                exercise.questions.push_back(
                    {.row = start + from, .answer = original[static_cast<std::size_t>(to)], .role = role, .weight = 0});
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
        const auto repeated = std::ranges::unique(exercise.candidates);
        exercise.candidates.erase(repeated.begin(), repeated.end());
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
    return *this;
}

namespace {

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
            (question.role ? loss.roles[static_cast<std::size_t>(*question.role)] : loss.maskedWord) += weighted;
            if (!question.role && entropy.isTargetLargest) {
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
    std::size_t roleQuestions = 0;
    while (roleQuestions < all.size() && all[roleQuestions].role) {
        ++roleQuestions;
    }

    // Features of every read-out question, each role's rows through its own map.
    const Index headWidth = config.headWidth();
    Matrix features(static_cast<Index>(roleQuestions), config.width);
    Matrix asked(features.rows(), headWidth);
    const auto sourceOf = [&](const Question& question, auto&& layers) {
        const HeadAddress head = options.roleHeads[static_cast<std::size_t>(*question.role)];
        return layers(static_cast<std::size_t>(head.layer.value))
            .row(question.row)
            .segment(head.head.value * headWidth, headWidth);
    };
    const auto forEachRole = [&](const auto& visit) {
        for (std::size_t begin = 0, end = 0; begin < roleQuestions; begin = end) {
            for (end = begin; end < roleQuestions && all[end].role == all[begin].role; ++end) {
            }
            visit(static_cast<std::size_t>(*all[begin].role), static_cast<Index>(begin),
                  static_cast<Index>(end - begin));
        }
    };
    for (std::size_t i = 0; i < roleQuestions; ++i) {
        asked.row(static_cast<Index>(i)) =
            sourceOf(all[i], [&](std::size_t layer) -> const Matrix& { return activations.blocks[layer].heads; });
    }
    if (roleQuestions > 0) {
        forEachRole([&](std::size_t role, Index begin, Index count) {
            features.middleRows(begin, count) = linear(asked.middleRows(begin, count), weights.readOuts[role]);
        });
        const Matrix featuresGradient =
            Naming(weights, gradient, exercise.candidates).learn(features, all.first(roleQuestions), loss);
        Matrix askedGradient(asked.rows(), headWidth);
        forEachRole([&](std::size_t role, Index begin, Index count) {
            askedGradient.middleRows(begin, count) =
                linearBackward(asked.middleRows(begin, count), weights.readOuts[role],
                               featuresGradient.middleRows(begin, count), gradient.readOuts[role]);
        });
        for (std::size_t i = 0; i < roleQuestions; ++i) {
            sourceOf(all[i], [&](std::size_t layer) -> Matrix& {
                Matrix& heads = outputs.heads[layer];
                if (heads.size() == 0) {
                    heads = Matrix::Zero(activations.final.rows(), config.width);
                }
                return heads;
            }) += askedGradient.row(static_cast<Index>(i));
        }
    }

    const std::span<const Question> words = all.subspan(roleQuestions);
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
    return loss;
}

}  // namespace headlight
