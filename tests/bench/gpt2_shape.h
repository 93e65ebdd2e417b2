// A model of GPT-2 small's shape with random weights; texts of any length for it.
#pragma once

#include "core/model/seeded_model.h"
#include "core/model/transformer.h"
#include "core/text/word_piece_tokenizer.h"

#include <array>
#include <memory>
#include <string>

namespace headlight::bench {

/// 12 layers × 12 heads, D = 768, F = 3072, causal, learned positions. The program's own vocabulary, and no logits: the peer makes
/// those of the last token alone.
inline std::shared_ptr<const Model> gpt2Shape(Index maxTokens = 1024)
{
    const std::shared_ptr<const Tokenizer> tokenizer = defaultTokenizer();
    ModelConfig config = seededModelConfig(*tokenizer);
    config.width = 768;
    config.layers = 12;
    config.heads = 12;
    config.feedForwardWidth = 3072;
    config.maxTokens = maxTokens;
    config.positions = PositionScheme::Learned;
    config.mask.direction = Direction::Causal;
    config.outputHead = OutputHead::None;
    config.hasOutputBias = false;
    return makeSeededModel(config, 1, tokenizer).value();
}

/// So many words, one token each.
inline std::string textOf(Index tokens)
{
    constexpr std::array kWords = {"the ", "dog ", "street "};
    std::string text;
    for (Index i = 0; i < tokens; ++i) {
        text += kWords[static_cast<std::size_t>(i) % kWords.size()];
    }
    return text;
}

}  // namespace headlight::bench
