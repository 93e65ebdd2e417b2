#include "tests/core/support/naive.h"

#include <cmath>
#include <complex>
#include <numbers>
#include <set>

namespace headlight::test {

DoubleMatrix widen(ConstMatrixRef matrix)
{
    DoubleMatrix wide(matrix.rows(), matrix.cols());
    for (Index i = 0; i < matrix.rows(); ++i) {
        for (Index j = 0; j < matrix.cols(); ++j) {
            wide(i, j) = static_cast<double>(matrix(i, j));
        }
    }
    return wide;
}

DoubleMatrix naiveMultiply(const DoubleMatrix& a, const DoubleMatrix& b)
{
    DoubleMatrix product(a.rows(), b.cols());
    for (Index i = 0; i < a.rows(); ++i) {
        for (Index j = 0; j < b.cols(); ++j) {
            product(i, j) = 0.0;
            for (Index k = 0; k < a.cols(); ++k) {
                product(i, j) += a(i, k) * b(k, j);
            }
        }
    }
    return product;
}

DoubleMatrix naiveTranspose(const DoubleMatrix& a)
{
    DoubleMatrix transposed(a.cols(), a.rows());
    for (Index i = 0; i < a.rows(); ++i) {
        for (Index j = 0; j < a.cols(); ++j) {
            transposed(j, i) = a(i, j);
        }
    }
    return transposed;
}

bool naiveIsVisible(const Mask& mask, Index query, Index key)
{
    std::set<Index> seen;
    switch (mask.pattern) {
    case MaskPattern::Full:
        seen.insert(key);
        break;
    case MaskPattern::Window:
        for (Index j = query - mask.reach; j <= query + mask.reach; ++j) {
            seen.insert(j);
        }
        break;
    case MaskPattern::Strided:
        for (Index near = 0; near < mask.reach; ++near) {
            seen.insert(query - near);
            seen.insert(query + near);
        }
        for (Index j = query; j >= std::min<Index>(key, 0); j -= mask.reach) {
            seen.insert(j);
        }
        for (Index j = query; j <= key; j += mask.reach) {
            seen.insert(j);
        }
        break;
    case MaskPattern::BlockSparse: {
        Index first = query;
        while (first % mask.reach != 0) {
            --first;
        }
        for (Index j = first - mask.reach; j < first + 2 * mask.reach; ++j) {
            seen.insert(j);
        }
        for (Index j = 0; j < mask.globalTokens; ++j) {
            seen.insert(j);
        }
        if (query < mask.globalTokens) {
            seen.insert(key);
        }
        break;
    }
    }
    for (const CellRun& run : mask.hidden.runs()) {
        for (Index j = run.begin; run.query == query && j < run.end; ++j) {
            seen.erase(j);
        }
    }
    if (mask.direction == Direction::Causal) {
        seen.erase(seen.upper_bound(query), seen.end());
    }
    return seen.contains(key);
}

DoubleMatrix naiveSoftmax(const DoubleMatrix& scores, const Mask& mask, double temperature)
{
    DoubleMatrix weights(scores.rows(), scores.cols());
    for (Index i = 0; i < scores.rows(); ++i) {
        double sum = 0.0;
        for (Index j = 0; j < scores.cols(); ++j) {
            weights(i, j) = naiveIsVisible(mask, i, j) ? std::exp(scores(i, j) / temperature) : 0.0;
            sum += weights(i, j);
        }
        for (Index j = 0; j < scores.cols(); ++j) {
            weights(i, j) /= sum;
        }
    }
    return weights;
}

NaiveAttention naiveAttend(const DoubleMatrix& query, const DoubleMatrix& key, const DoubleMatrix& value,
                           const AttentionOptions& options)
{
    const double scale =
        options.scale == 0.0F ? 1.0 / std::sqrt(static_cast<double>(query.cols())) : static_cast<double>(options.scale);
    NaiveAttention result;
    result.scores = naiveMultiply(query, naiveTranspose(key));
    for (Index i = 0; i < result.scores.rows(); ++i) {
        for (Index j = 0; j < result.scores.cols(); ++j) {
            const Index distance = i > j ? i - j : j - i;
            result.scores(i, j) =
                scale * result.scores(i, j) - static_cast<double>(options.alibiSlope) * static_cast<double>(distance);
        }
    }
    result.weights = naiveSoftmax(result.scores, options.mask, static_cast<double>(options.temperature));
    result.output = naiveMultiply(result.weights, value);
    return result;
}

NaiveAttention naiveAttendLinear(const DoubleMatrix& query, const DoubleMatrix& key, const DoubleMatrix& value,
                                 const Mask& mask)
{
    const auto feature = [](double x) { return x > 0.0 ? x + 1.0 : std::exp(x); };
    NaiveAttention result;
    result.scores = naiveMultiply(query.unaryExpr(feature), naiveTranspose(key.unaryExpr(feature)));
    result.weights = DoubleMatrix::Zero(query.rows(), key.rows());
    for (Index i = 0; i < query.rows(); ++i) {
        double sum = 0.0;
        for (Index j = 0; j < key.rows(); ++j) {
            sum += naiveIsVisible(mask, i, j) ? result.scores(i, j) : 0.0;
        }
        for (Index j = 0; j < key.rows(); ++j) {
            result.weights(i, j) = naiveIsVisible(mask, i, j) ? result.scores(i, j) / sum : 0.0;
        }
    }
    result.output = naiveMultiply(result.weights, value);
    return result;
}

DoubleMatrix naiveLayerNorm(const DoubleMatrix& x, const NormWeights& weights, float epsilon)
{
    DoubleMatrix normed(x.rows(), x.cols());
    const auto width = static_cast<double>(x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        double mean = 0.0;
        for (Index j = 0; j < x.cols(); ++j) {
            mean += x(i, j) / width;
        }
        double variance = 0.0;
        for (Index j = 0; j < x.cols(); ++j) {
            variance += (x(i, j) - mean) * (x(i, j) - mean) / width;
        }
        for (Index j = 0; j < x.cols(); ++j) {
            normed(i, j) = static_cast<double>(weights.gain(j)) * (x(i, j) - mean) /
                               std::sqrt(variance + static_cast<double>(epsilon)) +
                           static_cast<double>(weights.bias(j));
        }
    }
    return normed;
}

DoubleMatrix naiveLinear(const DoubleMatrix& x, const LinearWeights& weights)
{
    DoubleMatrix y = naiveMultiply(x, widen(weights.weight));
    for (Index i = 0; i < y.rows(); ++i) {
        for (Index j = 0; j < y.cols(); ++j) {
            y(i, j) += static_cast<double>(weights.bias(j));
        }
    }
    return y;
}

DoubleMatrix naiveActivate(const DoubleMatrix& x, Activation activation)
{
    DoubleMatrix y = x;
    for (double& value : y.reshaped()) {
        switch (activation) {
        case Activation::Relu:
            value = value > 0.0 ? value : 0.0;
            break;
        case Activation::Gelu:
            value *= 0.5 * std::erfc(-value / std::numbers::sqrt2);  // Φ(x) = erfc(−x/√2)/2
            break;
        case Activation::GeluTanh: {
            const double inner = std::sqrt(2.0 / std::numbers::pi) * (value + 0.044715 * std::pow(value, 3.0));
            value /= 1.0 + std::exp(-2.0 * inner);  // (1 + tanh(u))/2 = 1/(1 + e^(−2u))
            break;
        }
        case Activation::QuickGelu:
            value /= 1.0 + std::exp(-1.702 * value);
            break;
        case Activation::Silu:
            value /= 1.0 + std::exp(-value);
            break;
        }
    }
    return y;
}

DoubleMatrix naiveSinusoidal(Index positions, Index width)
{
    DoubleMatrix encoding(positions, width);
    for (Index p = 0; p < positions; ++p) {
        for (Index column = 0; column < width; ++column) {
            const Index even = column % 2 == 0 ? column : column - 1;  // 2i of the paper
            const double angle =
                static_cast<double>(p) / std::pow(10000.0, static_cast<double>(even) / static_cast<double>(width));
            encoding(p, column) = column == even ? std::sin(angle) : std::cos(angle);
        }
    }
    return encoding;
}

DoubleMatrix naiveRotate(const DoubleMatrix& vectors)
{
    const Index half = vectors.cols() / 2;
    DoubleMatrix rotated(vectors.rows(), vectors.cols());
    for (Index p = 0; p < vectors.rows(); ++p) {
        for (Index i = 0; i < half; ++i) {
            const double theta = std::pow(10000.0, -static_cast<double>(i) / static_cast<double>(half));
            const std::complex<double> turned =
                std::complex(vectors(p, i), vectors(p, i + half)) * std::polar(1.0, static_cast<double>(p) * theta);
            rotated(p, i) = turned.real();
            rotated(p, i + half) = turned.imag();
        }
    }
    return rotated;
}

std::map<StageKey, std::vector<DoubleMatrix>> naiveForward(const Model& model, const EncodedText& text,
                                                           const Experiment& experiment)
{
    const ModelConfig& config = model.config;
    const PositionScheme positions = experiment.positions.value_or(config.positions);
    const bool before = config.normPlacement == NormPlacement::Before;
    const Index width = config.headWidth();
    std::map<StageKey, std::vector<DoubleMatrix>> stages;

    DoubleMatrix x(static_cast<Index>(text.tokens.size()), config.width);
    for (Index i = 0; i < x.rows(); ++i) {
        for (Index j = 0; j < x.cols(); ++j) {
            const Index id = text.tokens[static_cast<std::size_t>(i)].id;
            x(i, j) = static_cast<double>(model.weights.tokenEmbedding(id, j));
        }
    }
    stages[{StageId::TokenEmbedding}] = {x};
    if (positions == PositionScheme::Sinusoidal || positions == PositionScheme::Learned) {
        const DoubleMatrix encoding = positions == PositionScheme::Sinusoidal
                                          ? naiveSinusoidal(x.rows(), x.cols())
                                          : widen(model.weights.positionEmbedding.topRows(x.rows()));
        stages[{StageId::PositionEmbedding}] = {encoding};
        x += encoding;
    }
    stages[{StageId::EmbeddingOutput}] = {x};

    for (LayerIndex layer{0}; layer.value < config.layers; ++layer.value) {
        const BlockWeights& weights = model.weights.blocks[static_cast<std::size_t>(layer.value)];
        const auto keep = [&](StageId id, const DoubleMatrix& matrix) {
            stages[{id, layer}].push_back(matrix);
            return matrix;
        };
        keep(StageId::LayerInput, x);
        const DoubleMatrix input =
            before ? keep(StageId::AttentionNorm, naiveLayerNorm(x, weights.attentionNorm, config.normEpsilon)) : x;
        const DoubleMatrix query = naiveLinear(input, weights.query);
        const DoubleMatrix key = naiveLinear(input, weights.key);
        const DoubleMatrix value = naiveLinear(input, weights.value);
        DoubleMatrix concatenated = DoubleMatrix::Zero(x.rows(), x.cols());
        for (Index h = 0; h < config.heads; ++h) {
            const Index source = experiment.sharing == HeadSharing::FirstHead ? 0 : h;
            const auto columns = [&](const DoubleMatrix& all) {
                return DoubleMatrix(all.middleCols(source * width, width));
            };
            const bool rotary = positions == PositionScheme::Rotary;
            const DoubleMatrix q = keep(StageId::Query, rotary ? naiveRotate(columns(query)) : columns(query));
            const DoubleMatrix k = keep(StageId::Key, rotary ? naiveRotate(columns(key)) : columns(key));
            DoubleMatrix v = experiment.values == ValueSource::Keys ? k : columns(value);
            for (Index i = 0; i < v.rows(); ++i) {
                v.row(i) *= experiment.zeroedValues.contains(TokenIndex(i)) ? 0.0 : 1.0;
            }
            keep(StageId::Value, v);
            AttentionOptions options{.scale = experiment.scaling == Scaling::Off ? 1.0F : 0.0F,
                                     .temperature = experiment.temperature,
                                     .mask = effectiveMask(experiment, config.mask)};
            if (positions == PositionScheme::Alibi) {
                options.alibiSlope =
                    std::pow(2.0F, -8.0F * static_cast<float>(h + 1) / static_cast<float>(config.heads));
            }
            NaiveAttention head = experiment.kernel == AttentionKernel::Linear
                                      ? naiveAttendLinear(q, k, v, options.mask)
                                      : naiveAttend(q, k, v, options);
            if (experiment.ablatedHeads.contains({layer, HeadIndex(h)})) {
                head.output.setZero();
            }
            keep(StageId::Scores, head.scores);
            keep(StageId::Weights, head.weights);
            keep(StageId::Heads, head.output);
            concatenated.middleCols(h * width, width) = head.output;
        }
        keep(StageId::Concat, concatenated);
        const DoubleMatrix attention = keep(StageId::AttentionOutput, naiveLinear(concatenated, weights.output));
        const DoubleMatrix residual = keep(StageId::AttentionResidual, x + attention);
        const DoubleMatrix normed =
            before
                ? keep(StageId::FeedForwardNorm, naiveLayerNorm(residual, weights.feedForwardNorm, config.normEpsilon))
                : keep(StageId::AttentionNorm, naiveLayerNorm(residual, weights.attentionNorm, config.normEpsilon));
        const DoubleMatrix hidden = keep(StageId::FeedForwardHidden, naiveLinear(normed, weights.expand));
        const DoubleMatrix activation = keep(StageId::FeedForwardActivation, naiveActivate(hidden, config.activation));
        const DoubleMatrix output = keep(StageId::FeedForwardOutput, naiveLinear(activation, weights.contract));
        x = before ? DoubleMatrix(residual + output)
                   : keep(StageId::FeedForwardNorm,
                          naiveLayerNorm(normed + output, weights.feedForwardNorm, config.normEpsilon));
        keep(StageId::LayerOutput, x);
    }
    if (model.weights.finalNorm) {
        x = naiveLayerNorm(x, *model.weights.finalNorm, config.normEpsilon);
        stages[{StageId::FinalNorm}] = {x};
    }
    stages[{StageId::Logits}] = {naiveMultiply(x, naiveTranspose(widen(model.weights.tokenEmbedding)))};
    return stages;
}

}  // namespace headlight::test
