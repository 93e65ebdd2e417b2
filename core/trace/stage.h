// The one table of the stages that a forward pass leaves behind. A new stage is one row here. May use base/ only.
#pragma once

#include "core/base/indices.h"
#include "core/base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace headlight {

/// In the order in which data flows.
enum class StageId {
    TokenEmbedding,
    PositionEmbedding,
    TypeEmbedding,
    EmbeddingOutput,
    LayerInput,
    AttentionNorm,
    Query,
    Key,
    Value,
    RawScores,
    Scores,
    MaskedScores,
    Weights,
    Heads,
    Concat,
    AttentionOutput,
    AttentionResidual,
    FeedForwardNorm,
    FeedForwardHidden,
    FeedForwardGate,
    FeedForwardActivation,
    FeedForwardOutput,
    LayerOutput,
    FinalNorm,
    Logits,
};

/// Whether a stage exists once a model or once a layer.
enum class StageScope { Model, Layer };

/// Whether a trace has a stage, or core/analysis/stage_matrix makes it of others that a trace has.
enum class StageStorage { Traced, Derived };

/// One row of the table.
struct Stage
{
    StageId id;
    StageScope scope;
    std::string_view name;     ///< In a trace file; a layer's stages are prefixed "layers.N.".
    std::string_view title;    ///< For people.
    std::string_view formula;  ///< As the papers write it.
    std::string_view axes;     ///< One shape letter an axis: T S H G d D F V, and C for the H·d concatenated columns.
    std::string_view purpose;  ///< What it does, as one sentence for people.
    StageStorage storage = StageStorage::Traced;
};

/// One stage of one layer; `layer` is 0 for stages of the whole model.
struct StageKey
{
    StageId id;
    LayerIndex layer = LayerIndex(0);

    auto operator<=>(const StageKey&) const = default;
};

/// Every stage, in the order in which data flows.
std::span<const Stage> stages();

/// The table's row for a stage.
const Stage& stageInfo(StageId id);

/// The tensor's name in a trace file: "layers.2.attention.scores", "logits".
std::string tensorName(const StageKey& key);

/// Undoes tensorName; NotFound for a name outside the table.
Result<StageKey> parseTensorName(std::string_view name);

}  // namespace headlight
