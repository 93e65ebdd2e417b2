#include "core/train/adamw.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace headlight {

AdamW::AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options)
    : firstMoment(RowVector::Zero(parameterCount(parameters)))
    , secondMoment(RowVector::Zero(parameterCount(parameters)))
    , m_options(options)
{}

void AdamW::step(std::vector<Parameter>& parameters, const std::vector<Parameter>& gradients, float learningRate)
{
    assert(parameters.size() == gradients.size());
    ++steps;
    const auto time = static_cast<double>(steps);
    const auto correction1 = static_cast<float>(1.0 - std::pow(static_cast<double>(m_options.beta1), time));
    const auto correction2 = static_cast<float>(1.0 - std::pow(static_cast<double>(m_options.beta2), time));
    std::vector<Index> offsets;
    Index total = 0;
    for (const Parameter& parameter : parameters) {
        offsets.push_back(total);
        total += parameter.values.size();
    }
    constexpr std::size_t kThreads = 2;
    inParallel(kThreads, [&](std::size_t thread) {
        for (std::size_t i = thread; i < parameters.size(); i += kThreads) {
            const Index size = parameters[i].values.size();
            auto theta = parameters[i].values.reshaped<Eigen::RowMajor>().array();
            const auto gradient = gradients[i].values.reshaped<Eigen::RowMajor>().array();
            auto first = firstMoment.segment(offsets[i], size).transpose().array();
            auto second = secondMoment.segment(offsets[i], size).transpose().array();
            first = m_options.beta1 * first + (1.0F - m_options.beta1) * gradient;
            second = m_options.beta2 * second + (1.0F - m_options.beta2) * gradient.square();
            const float decay = parameters[i].isMatrix() ? m_options.weightDecay : 0.0F;
            theta -= learningRate *
                     (first / correction1 / ((second / correction2).sqrt() + m_options.epsilon) + decay * theta);
        }
    });
}

double gradientNorm(const std::vector<Parameter>& gradients)
{
    double sum = 0.0;
    for (const Parameter& gradient : gradients) {
        sum += static_cast<double>(gradient.values.squaredNorm());
    }
    return std::sqrt(sum);
}

double clipGradients(std::vector<Parameter>& gradients, double longest)
{
    const double norm = gradientNorm(gradients);
    if (norm > longest) {
        for (Parameter& gradient : gradients) {
            gradient.values *= static_cast<float>(longest / norm);
        }
    }
    return norm;
}

float learningRateFactor(Index step, Index warmUp, Index steps, float end)
{
    const auto at = static_cast<float>(step);
    if (step < warmUp) {
        return (at + 1.0F) / static_cast<float>(warmUp);
    }
    const float left = static_cast<float>(steps - step) / static_cast<float>(std::max<Index>(steps - warmUp, 1));
    return std::max(left, end);
}

}  // namespace headlight
