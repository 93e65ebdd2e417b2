#include "core/train/trainer.h"

#include "core/base/parallel.h"
#include "core/tensor/matmul.h"

#include <cmath>

namespace headlight {
namespace {

/// Two shards on any machine, so that sums are always made in the same order.
constexpr std::size_t kShards = 2;

/// Streams of the seed.
enum TrainerStream : std::uint64_t { kWeightsStream = 1, kMasksStream = 2, kExamplesStream = 1ULL << 32U };

TrainedWeights zeroLike(const ModelConfig& config, const TrainedWeights& weights)
{
    TrainedWeights zeros{.model = zeroWeights(config)};
    zeros.readOuts = weights.readOuts;
    std::vector<Parameter> readOuts;
    appendParameters(zeros.readOuts, readOuts);
    for (Parameter& parameter : readOuts) {
        parameter.values.setZero();
    }
    return zeros;
}

void fillNormal(Eigen::Map<Matrix> values, float deviation, Random& random)
{
    for (float& value : values.reshaped<Eigen::RowMajor>()) {
        value = deviation * random.normal();
    }
}

}  // namespace

ReadOuts zeroReadOuts(const ModelConfig& config, const ObjectiveOptions& objective)
{
    const auto isPositive = [](float weight) { return weight > 0.0F; };
    const auto map = [&](Index from) {
        return LinearWeights{Matrix::Zero(from, config.width), RowVector::Zero(config.width)};
    };
    ReadOuts readOuts;
    if (std::ranges::any_of(objective.roleWeights, isPositive)) {
        readOuts.heads.assign(kRoleCount, map(config.headWidth()));
    }
    if (std::ranges::any_of(objective.outputWeights, isPositive)) {
        readOuts.outputs.assign(kLinkRoleCount, map(config.width));
    }
    return readOuts;
}

TrainedWeights initialWeights(const ModelConfig& config, const ObjectiveOptions& objective, std::uint64_t seed)
{
    TrainedWeights weights{.model = zeroWeights(config)};
    weights.readOuts = zeroReadOuts(config, objective);
    Random random(seed, kWeightsStream);
    for (Parameter& parameter : parameters(weights)) {
        if (parameter.name.ends_with(".gain")) {
            parameter.values.setOnes();
        } else if (parameter.name.starts_with("embedding.")) {
            fillNormal(parameter.values, 0.3F, random);
        } else if (parameter.isMatrix()) {
            fillNormal(parameter.values, 0.58F / std::sqrt(static_cast<float>(parameter.values.rows())), random);
        }
    }
    return weights;
}

Trainer::Trainer(const ModelConfig& config, const TrainerOptions& options, ExampleSource source)
    : Trainer(config, options, std::move(source), initialWeights(config, options.objective, options.seed))
{}

Trainer::Trainer(const ModelConfig& config, const TrainerOptions& options, ExampleSource source, TrainedWeights weights)
    : m_config(config)
    , m_options(options)
    , m_source(std::move(source))
    , m_weights(std::move(weights))
    , m_gradients(kShards, zeroLike(config, m_weights))
    , m_optimiser(parameters(m_weights), options.adamW)
{}

std::vector<Example> Trainer::draw() const
{
    std::vector<Example> examples;
    for (Index i = 0; i < m_options.batchSentences; ++i) {
        Random random(m_options.seed,
                      kExamplesStream + static_cast<std::uint64_t>(m_optimiser.steps * m_options.batchSentences + i));
        examples.push_back(m_source(random));
    }
    return examples;
}

std::vector<Parameter> Trainer::state()
{
    std::vector<Parameter> all = parameters(m_weights);
    const auto append = [&](const char* name, RowVector& moment) {
        all.push_back({name, {moment.data(), 1, moment.cols()}, 1});
    };
    append("optimiser.first_moment", m_optimiser.firstMoment);
    append("optimiser.second_moment", m_optimiser.secondMoment);
    return all;
}

StepReport Trainer::step()
{
    const auto stream = kMasksStream + (static_cast<std::uint64_t>(m_optimiser.steps) << 1U);
    const std::vector<Exercise> exercises =
        makeExercises(draw(), kShards, m_options.objective, m_config.vocabulary, Random(m_options.seed, stream));
    std::vector<Loss> losses(kShards);
    std::vector<AttentionStatistics> statistics(kShards);
    inParallel(kShards, [&](std::size_t shard) {
        setProductThreads(1);
        for (Parameter& gradient : parameters(m_gradients[shard])) {
            gradient.values.setZero();
        }
        losses[shard] = differentiate(m_config, m_weights, exercises[shard], m_options.objective, m_gradients[shard],
                                      &statistics[shard]);
    });

    StepReport report{.step = m_optimiser.steps + 1};
    std::vector<Parameter> sum = parameters(m_gradients[0]);
    for (std::size_t shard = 0; shard < kShards; ++shard) {
        report.loss += losses[shard];
        report.tokens += exercises[shard].batch.tokens();
        if (shard > 0) {
            const std::vector<Parameter> more = parameters(m_gradients[shard]);
            for (std::size_t i = 0; i < sum.size(); ++i) {
                sum[i].values += more[i].values;
            }
        }
    }
    report.loss.wordsRight = std::min(report.loss.wordsRight, 1.0);  // Rounded shares may add up to a little more.
    for (const AttentionStatistics& part : statistics) {
        report.attention.largestWeight += part.largestWeight / kShards;
        report.attention.saturation += part.saturation / kShards;
        report.attention.slope += part.slope / kShards;
    }
    report.queryGradientNorm = static_cast<double>(m_gradients[0].model.blocks.front().query.weight.norm());
    report.gradientNorm = clipGradients(sum, m_options.longestGradient);
    report.learningRate = m_options.learningRate * learningRateFactor(m_optimiser.steps, m_options.warmUpSteps,
                                                                      m_options.steps, m_options.endFactor);
    std::vector<Parameter> theta = parameters(m_weights);
    m_optimiser.step(theta, sum, report.learningRate);
    return report;
}

}  // namespace headlight
