#include "ui/session/recording.h"

#include <algorithm>
#include <initializer_list>

namespace headlight::ui {
namespace {

class NoTokenizer final : public Tokenizer
{
public:
    Index vocabularySize() const override { return 0; }

    Result<Encoding> encode(const EncodeRequest& /*request*/) const override
    {
        return failure(ErrorCode::InvalidArgument, "A recorded trace takes no other text; choose a model for that.");
    }

    Result<Token> token(std::int32_t id) const override
    {
        return failure(ErrorCode::NotFound,
                       "A recorded trace has no vocabulary, and so no token " + std::to_string(id) + ".");
    }
};

/// The last extent of the first of these stages that the trace holds, of any layer; else 0.
Index extentOf(const Trace& trace, std::initializer_list<StageId> stages)
{
    for (const auto& [key, shape] : trace.shapes()) {
        if (std::ranges::find(stages, key.id) != stages.end()) {
            return shape.back();
        }
    }
    return 0;
}

}  // namespace

std::shared_ptr<const Model> recordedModel(const Trace& trace, const std::string& name)
{
    const TraceInfo& info = trace.info();
    auto model = std::make_shared<Model>();
    model->name = name;
    model->askedHeads = info.askedHeads;
    model->tokenizer = std::make_shared<NoTokenizer>();
    ModelConfig& config = model->config;
    config.layers = std::max<Index>(info.layers, 1);
    config.heads = std::max<Index>(info.heads, 1);
    config.maxTokens = trace.tokens();
    config.ownHeadWidth =
        std::max<Index>(extentOf(trace, {StageId::Query, StageId::Key, StageId::Value, StageId::Heads}), 1);
    config.width = std::max(extentOf(trace, {StageId::LayerInput, StageId::LayerOutput, StageId::AttentionOutput}),
                            config.heads * config.ownHeadWidth);
    config.positions = PositionScheme::None;
    config.mask = info.mask;
    config.layerMasks = info.layerMasks;
    config.outputHead = OutputHead::None;
    return model;
}

bool isRecorded(const Model& model)
{
    return dynamic_cast<const NoTokenizer*>(model.tokenizer.get()) != nullptr;
}

}  // namespace headlight::ui
