// Training, step by step. May use base/, tensor/, attention/ and model/.
#pragma once

#include "core/train/adamw.h"
#include "core/train/objective.h"

#include <functional>

namespace headlight {

struct TrainerOptions
{
    Index steps = 30'000;
    Index batchSentences = 64;
    float learningRate = 2e-3F;  ///< At its highest.
    Index warmUpSteps = 200;
    float endFactor = 0.02F;  ///< Of the learning rate, at the last step.
    double longestGradient = 1.0;
    std::uint64_t seed = 1;
    AdamWOptions adamW = {};
    ObjectiveOptions objective = {};
};

/// What one step did.
struct StepReport
{
    Index step = 0;  ///< Counted from 1.
    Loss loss = {};
    double gradientNorm = 0.0;       ///< Before clipping.
    double queryGradientNorm = 0.0;  ///< Of the first layer's W_q alone, before clipping.
    AttentionStatistics attention = {};
    float learningRate = 0.0F;
    Index tokens = 0;
};

/// Draws a training sentence; the same one for the same random numbers.
using ExampleSource = std::function<Example(Random&)>;

/// Trains one model from random weights. The same configuration, options and source give the same bits on the same machine,
/// however many cores it has: step t depends on the weights and on (seed, t) alone. Not thread-safe.
class Trainer
{
public:
    Trainer(const ModelConfig& config, const TrainerOptions& options, ExampleSource source);

    /// From these weights, which have the configuration's shapes.
    Trainer(const ModelConfig& config, const TrainerOptions& options, ExampleSource source, TrainedWeights weights);

    StepReport step();
    bool isDone() const { return m_optimiser.steps >= m_options.steps; }

    const ModelConfig& config() const { return m_config; }
    const TrainerOptions& options() const { return m_options; }
    const TrainedWeights& weights() const { return m_weights; }
    Index stepsDone() const { return m_optimiser.steps; }

    /// Everything that the next step depends on beside the options, to store and to put back: the weights and the optimiser's moments.
    std::vector<Parameter> state();
    void setStepsDone(Index steps) { m_optimiser.steps = steps; }

private:
    std::vector<Example> draw() const;

    ModelConfig m_config;
    TrainerOptions m_options;
    ExampleSource m_source;
    TrainedWeights m_weights;
    std::vector<TrainedWeights> m_gradients;  ///< One a shard.
    AdamW m_optimiser;
};

/// The read-outs that the objective asks for, all zero.
ReadOuts zeroReadOuts(const ModelConfig& config, const ObjectiveOptions& objective);

/// Random weights as training starts from.
TrainedWeights initialWeights(const ModelConfig& config, const ObjectiveOptions& objective, std::uint64_t seed);

}  // namespace headlight
