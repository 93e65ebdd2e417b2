#include "core/model/model_stages.h"

#include "core/attention/heads.h"
#include "core/attention/linear.h"
#include "core/attention/positions.h"
#include "core/attention/rows.h"
#include "core/model/attention_options.h"
#include "core/tensor/matmul.h"
#include "core/tensor/parallel.h"
#include "core/trace/computed_map.h"

#include <algorithm>
#include <cassert>

namespace headlight {
namespace {

using SharedTensor = std::shared_ptr<const Tensor>;

SharedTensor stageOf(Tensor tensor)
{
    return std::make_shared<const Tensor>(std::move(tensor));
}

SharedTensor stageOf(Matrix matrix)
{
    return stageOf(Tensor::fromMatrix(std::move(matrix)));
}

Matrix normed(const ModelConfig& config, ConstMatrixRef x, const NormWeights& weights)
{
    return config.normKind == NormKind::LayerNorm ? layerNorm(x, weights, config.normEpsilon)
                                                  : rmsNorm(x, weights, config.normEpsilon);
}

bool comesAfter(const StageKey& key, const StageKey& last)
{
    const bool isOfLayer = stageInfo(key.id).scope == StageScope::Layer;
    const bool endsInLayer = stageInfo(last.id).scope == StageScope::Layer;
    if (isOfLayer) {
        return endsInLayer && key.layer > last.layer;
    }
    return key.id > last.id;
}

void shareFirst(Tensor& heads)
{
    for (Index h = 1; h < heads.slices(); ++h) {
        heads.matrix(h) = heads.matrix(0);
    }
}

}  // namespace

/// The computation of one stage: which layer, which rows, and where its inputs are.
class ModelStages::Step
{
public:
    Step(const ModelStages& stages, const StageKey& key, IndexRange rows, const Find& find, const std::stop_token& stop)
        : m_stages(stages)
        , m_model(*stages.m_input.model)
        , m_config(m_model.config)
        , m_experiment(stages.m_input.experiment)
        , m_key(key)
        , m_rows(rows)
        , m_find(find)
        , m_stop(stop)
    {}

    SharedTensor compute() const
    {
        switch (m_key.id) {
        case StageId::TokenEmbedding:
            return stageOf(tokenEmbedding());
        case StageId::PositionEmbedding:
            return stageOf(Matrix(positions().middleRows(m_rows.begin, m_rows.size())));
        case StageId::TypeEmbedding:
            return stageOf(typeEmbedding());
        case StageId::EmbeddingOutput:
            return stageOf(embeddingOutput());
        case StageId::LayerInput:
            return m_key.layer.value == 0 ? m_find({StageId::EmbeddingOutput})
                                          : m_find({StageId::LayerOutput, LayerIndex(m_key.layer.value - 1)});
        case StageId::AttentionNorm:
            return stageOf(
                norm(isNormBefore() ? StageId::LayerInput : StageId::AttentionResidual, weights().attentionNorm));
        case StageId::Query:
            return stageOf(encoded(projected(weights().query, m_config.heads), weights().queryNorm));
        case StageId::Key:
            return stageOf(encoded(projected(weights().key, m_config.groups()), weights().keyNorm));
        case StageId::Value:
            return stageOf(value());
        case StageId::Scores:
        case StageId::Weights:
            return stageOf(cells());
        case StageId::Heads:
            return stageOf(heads());
        case StageId::Concat:
            return stageOf(concatenateHeads(*input(StageId::Heads)));
        case StageId::AttentionOutput:
            return stageOf(linear(input(StageId::Concat)->matrix(), weights().output));
        case StageId::AttentionResidual:
            return stageOf(sum(StageId::LayerInput, StageId::AttentionOutput));
        case StageId::FeedForwardNorm:
            return stageOf(feedForwardNorm());
        case StageId::FeedForwardHidden:
            return stageOf(linear(input(feedForwardInput())->matrix(), weights().expand));
        case StageId::FeedForwardGate:
            return stageOf(linear(input(feedForwardInput())->matrix(), weights().gate));
        case StageId::FeedForwardActivation:
            return stageOf(activation());
        case StageId::FeedForwardOutput:
            return stageOf(linear(input(StageId::FeedForwardActivation)->matrix(), weights().contract));
        case StageId::LayerOutput:
            return isNormBefore() ? stageOf(sum(StageId::AttentionResidual, StageId::FeedForwardOutput))
                                  : input(StageId::FeedForwardNorm);
        case StageId::FinalNorm:
            return stageOf(normed(m_config, lastOutput()->matrix(), *m_model.weights.finalNorm));
        case StageId::Logits:
            return stageOf(outputLogits(m_model, finalVectors()->matrix()));
        case StageId::RawScores:
        case StageId::MaskedScores:
            break;  // these no trace holds: see core/analysis/stage_matrix
        }
        assert(false);
        return nullptr;
    }

    SharedTensor lastOutput() const { return m_find({StageId::LayerOutput, LayerIndex(m_config.layers - 1)}); }

private:
    const BlockWeights& weights() const { return m_model.weights.blocks[static_cast<std::size_t>(m_key.layer.value)]; }
    SharedTensor input(StageId id) const { return m_find({id, m_key.layer}); }
    bool isNormBefore() const { return m_config.normPlacement == NormPlacement::Before; }
    Index count() const { return m_stages.tokens(); }

    const Token& token(Index row) const
    {
        return m_stages.m_input.tokens[static_cast<std::size_t>(m_rows.begin + row)];
    }

    Matrix norm(StageId of, const NormWeights& by) const { return normed(m_config, input(of)->matrix(), by); }
    Matrix sum(StageId a, StageId b) const
    {
        const SharedTensor first = input(a);
        const SharedTensor second = input(b);
        Matrix sum(first->matrix().rows(), first->matrix().cols());
        forEachInParallel(sum.rows(), static_cast<double>(sum.size()),
                          [&](Index i) { sum.row(i) = first->matrix().row(i) + second->matrix().row(i); });
        return sum;
    }

    SharedTensor finalVectors() const
    {
        return m_model.weights.finalNorm ? m_find({StageId::FinalNorm}) : lastOutput();
    }

    Matrix tokenEmbedding() const
    {
        Matrix x(m_rows.size(), m_config.width);
        for (Index i = 0; i < x.rows(); ++i) {
            x.row(i) = m_model.weights.tokenEmbedding.row(token(i).id);
        }
        return x;
    }

    /// [T×D], of all rows.
    Matrix positions() const
    {
        return m_stages.m_positions == PositionScheme::Sinusoidal
                   ? sinusoidalEncoding(count(), m_config.width)
                   : Matrix(m_model.weights.positionEmbedding.topRows(count()));
    }

    /// Token types that the model does not know count as its last.
    Matrix typeEmbedding() const
    {
        const Matrix& embedding = m_model.weights.segmentEmbedding;
        Matrix x(m_rows.size(), embedding.cols());
        for (Index i = 0; i < x.rows(); ++i) {
            x.row(i) = embedding.row(std::clamp<Index>(static_cast<Index>(token(i).segment), 0, embedding.rows() - 1));
        }
        return x;
    }

    Matrix embeddingOutput() const
    {
        Matrix x = m_find({StageId::TokenEmbedding})->matrix();
        for (const StageId part : {StageId::PositionEmbedding, StageId::TypeEmbedding}) {
            if (m_stages.has(part)) {
                x += m_find({part})->matrix();
            }
        }
        return m_config.hasEmbeddingNorm ? normed(m_config, x, m_model.weights.embeddingNorm) : x;
    }

    /// What attention projects, in heads.  @return [heads,T,d]
    Tensor projected(const LinearWeights& by, Index heads) const
    {
        const SharedTensor x = input(isNormBefore() ? StageId::AttentionNorm : StageId::LayerInput);
        return splitHeads(linear(x->matrix(), by), heads);
    }

    /// Queries or keys as the scores use them.  @param norms of each head, where the model has them
    Tensor encoded(Tensor vectors, const NormWeights& norms) const
    {
        const bool isRotary = m_stages.m_positions == PositionScheme::Rotary;
        const Matrix angles = isRotary ? rotaryAngles(count(), m_config.headWidth(), m_config.rotary) : Matrix();
        for (Index h = 0; h < vectors.slices(); ++h) {
            if (m_config.hasQueryKeyNorm) {
                vectors.matrix(h) = rmsNorm(vectors.matrix(h), norms, m_config.normEpsilon);
            }
            if (isRotary) {
                vectors.matrix(h) = rotate(vectors.matrix(h), angles.middleRows(m_rows.begin, m_rows.size()));
            }
        }
        if (m_experiment.sharing == HeadSharing::FirstHead) {
            shareFirst(vectors);
        }
        return vectors;
    }

    /// [G,S,d]
    Tensor value() const
    {
        if (m_experiment.values == ValueSource::Keys) {
            return zeroed(*input(StageId::Key));
        }
        Tensor own = projected(weights().value, m_config.groups());
        if (m_experiment.sharing == HeadSharing::FirstHead) {
            shareFirst(own);
        }
        return zeroed(std::move(own));
    }

    Tensor zeroed(Tensor values) const
    {
        for (const TokenIndex token : m_experiment.zeroedValues) {
            const Index row = token.value - m_rows.begin;
            for (Index g = 0; g < values.slices() && row >= 0 && row < values.rows(); ++g) {
                values.matrix(g).row(row).setZero();
            }
        }
        return values;
    }

    /// work(h) for every head, side by side.
    template <typename Work>
    void forEachHead(const Work& work) const
    {
        const auto operations =
            static_cast<double>(4 * m_config.heads * m_rows.size() * count() * m_config.headWidth());
        forEachInParallel(m_config.heads, operations, [&](Index h) {
            if (!m_stop.stop_requested()) {
                work(HeadIndex(h));
            }
        });
    }

    /// The key-value head that a head shares  (Ainslie et al. 2023, "GQA").
    Index groupOf(HeadIndex head) const { return head.value / (m_config.heads / m_config.groups()); }

    /// Scores or weights of every head.  @return [H,T,S]
    Tensor cells() const
    {
        assert(m_rows == (IndexRange{0, count()}));
        const SharedTensor query = input(StageId::Query);
        const SharedTensor key = input(StageId::Key);
        Tensor cells = Tensor::unset({m_config.heads, count(), count()});
        forEachHead([&](HeadIndex head) {
            const AttentionOptions options = m_stages.optionsOf({m_key.layer, head});
            const Index group = groupOf(head);
            if (m_experiment.kernel == AttentionKernel::Linear) {
                const AttentionStages stages =
                    attendLinear(query->matrix(head.value), key->matrix(group), key->matrix(group), options).value();
                cells.matrix(head.value) = m_key.id == StageId::Weights ? stages.weights : stages.scores;
                return;
            }
            const ComputedStage stage = m_key.id == StageId::Weights ? ComputedStage::Weights : ComputedStage::Scores;
            cells.matrix(head.value) = ComputedMap({query, head.value, key, group, options}, stage).cells();
        });
        return cells;
    }

    /// [H,T,d]
    Tensor heads() const
    {
        const SharedTensor query = input(StageId::Query);
        const SharedTensor key = input(StageId::Key);
        const SharedTensor value = input(StageId::Value);
        Tensor outputs({m_config.heads, m_rows.size(), m_config.headWidth()});
        forEachHead([&](HeadIndex head) {
            const HeadAddress address{m_key.layer, head};
            if (m_experiment.ablatedHeads.contains(address)) {
                return;
            }
            const Index group = groupOf(head);
            const AttentionOptions options = m_stages.optionsOf(address);
            outputs.matrix(head.value) =
                m_experiment.kernel == AttentionKernel::Linear
                    ? attendLinear(query->matrix(head.value), key->matrix(group), value->matrix(group), options)
                          .value()
                          .output
                    : outputOfRows(query->matrix(head.value), TokenIndex(m_rows.begin), key->matrix(group),
                                   value->matrix(group), options);
        });
        return outputs;
    }

    Matrix feedForwardNorm() const
    {
        if (!isNormBefore()) {
            return normed(m_config, sum(StageId::AttentionNorm, StageId::FeedForwardOutput), weights().feedForwardNorm);
        }
        const bool isParallel = m_config.residualOrder == ResidualOrder::Parallel;
        return norm(isParallel ? StageId::LayerInput : StageId::AttentionResidual, weights().feedForwardNorm);
    }

    StageId feedForwardInput() const { return isNormBefore() ? StageId::FeedForwardNorm : StageId::AttentionNorm; }

    /// See FeedForwardKind.
    Matrix activation() const
    {
        const SharedTensor hidden = input(StageId::FeedForwardHidden);
        if (m_config.feedForward == FeedForwardKind::Gated) {
            return activate(input(StageId::FeedForwardGate)->matrix(), m_config.activation)
                .cwiseProduct(hidden->matrix());
        }
        return activate(hidden->matrix(), m_config.activation);
    }

    const ModelStages& m_stages;
    const Model& m_model;
    const ModelConfig& m_config;
    const Experiment& m_experiment;
    const StageKey& m_key;
    IndexRange m_rows;
    const Find& m_find;
    const std::stop_token& m_stop;
};

ModelStages::ModelStages(PassInput input, const StageKey& last)
    : m_input(std::move(input))
    , m_positions(m_input.experiment.positions.value_or(m_input.model->config.positions))
{
    const ModelConfig& config = m_input.model->config;
    const std::map<char, Index> extents = {{'T', tokens()},
                                           {'S', tokens()},
                                           {'H', config.heads},
                                           {'G', config.groups()},
                                           {'d', config.headWidth()},
                                           {'D', config.width},
                                           {'F', config.feedForwardWidth},
                                           {'V', config.vocabulary},
                                           {'C', config.heads * config.headWidth()}};
    for (const headlight::Stage& stage : stages()) {
        if (!has(stage.id)) {
            continue;
        }
        Tensor::Shape shape;
        for (const char axis : stage.axes) {
            shape.push_back(extents.at(axis));
        }
        const Index layers = stage.scope == StageScope::Layer ? config.layers : 1;
        for (LayerIndex layer(0); layer.value < layers; ++layer.value) {
            if (const StageKey key{stage.id, layer}; !comesAfter(key, last)) {
                m_shapes.emplace(key, shape);
            }
        }
    }
}

Index ModelStages::rowsAtOnce() const
{
    return m_input.experiment.kernel == AttentionKernel::Linear ? tokens() : kRowsAtOnce;
}

bool ModelStages::has(StageId stage) const
{
    const ModelConfig& config = m_input.model->config;
    switch (stage) {
    case StageId::PositionEmbedding:
        return m_positions == PositionScheme::Sinusoidal || m_positions == PositionScheme::Learned;
    case StageId::TypeEmbedding:
        return config.segments > 0;
    case StageId::FeedForwardGate:
        return config.feedForward == FeedForwardKind::Gated;
    case StageId::FinalNorm:
        return m_input.model->weights.finalNorm.has_value();
    case StageId::Logits:
        return config.outputHead != OutputHead::None;
    default:
        return stageInfo(stage).storage == StageStorage::Traced;
    }
}

AttentionOptions ModelStages::optionsOf(HeadAddress head) const
{
    AttentionOptions options = attentionOptions(m_input.model->config, m_input.experiment, head);
    return m_input.experiment.kernel == AttentionKernel::Linear ? AttentionOptions{.mask = std::move(options.mask)}
                                                                : options;
}

std::shared_ptr<const Tensor> ModelStages::computeRows(const StageKey& key, IndexRange rows, const Find& find,
                                                       const std::stop_token& stop) const
{
    return Step(*this, key, rows, find, stop).compute();
}

RowVector ModelStages::row(const StageKey& key, TokenIndex token, const Find& find) const
{
    if (key.id != StageId::FinalNorm && key.id != StageId::Logits) {
        return {};
    }
    const Model& model = *m_input.model;
    const SharedTensor output = find({StageId::LayerOutput, LayerIndex(model.config.layers - 1)});
    Matrix vector = output->matrix().row(token.value);
    if (model.weights.finalNorm) {
        vector = normed(model.config, vector, *model.weights.finalNorm);
    }
    return key.id == StageId::FinalNorm ? vector.row(0) : outputLogits(model, vector).row(0);
}

bool ModelStages::hasMap(StageId stage) const
{
    return (stage == StageId::Weights || stage == StageId::Scores) &&
           m_input.experiment.kernel == AttentionKernel::Softmax;
}

std::shared_ptr<const AttentionMap> ModelStages::map(StageId stage, HeadAddress head, const Find& find) const
{
    assert(hasMap(stage));
    const ModelConfig& config = m_input.model->config;
    return std::make_shared<ComputedMap>(HeadVectors{.query = find({StageId::Query, head.layer}),
                                                     .querySlice = head.head.value,
                                                     .key = find({StageId::Key, head.layer}),
                                                     .keySlice = head.head.value * config.groups() / config.heads,
                                                     .options = optionsOf(head)},
                                         stage == StageId::Weights ? ComputedStage::Weights : ComputedStage::Scores);
}

Matrix outputLogits(const Model& model, ConstMatrixRef x)
{
    const ModelConfig& config = model.config;
    assert(config.outputHead != OutputHead::None);
    const OutputHeadWeights& head = model.weights.outputHead;
    const Matrix& embedding =
        config.outputEmbedding == OutputEmbedding::Tied ? model.weights.tokenEmbedding : head.embedding;
    Matrix result =
        config.outputHead == OutputHead::Transformed
            ? multiplyTransposed(
                  normed(config, activate(linear(x, head.transform), config.headActivation()), head.norm), embedding)
            : multiplyTransposed(x, embedding);
    if (config.hasOutputBias) {
        result.rowwise() += head.bias;
    }
    return result;
}

}  // namespace headlight
