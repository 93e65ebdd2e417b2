// Small models and texts for tests.
#pragma once

#include "core/model/model.h"
#include "core/model/transformer.h"
#include "tests/core/support/random.h"

#include <utility>
#include <vector>

namespace headlight::test {

/// Knows the words that it is given, which stand between single spaces.
class WordTokenizer final : public Tokenizer
{
public:
    explicit WordTokenizer(std::vector<std::string> words) : m_words(std::move(words)) {}

    Index vocabularySize() const override { return static_cast<Index>(m_words.size()); }
    Result<Encoding> encode(const EncodeRequest& request) const override;
    Result<Token> token(std::int32_t id) const override;

private:
    std::vector<std::string> m_words;
};

/// 2 layers × 4 heads, D = 16, F = 24, V = 11, before-norm, no positions, no mask.
ModelConfig smallConfig();

/// The same with sinusoidal positions.
ModelConfig sinusoidalConfig();

HeadAddress head(Index layer, Index which);

/// One experiment for each toggle, with its name.
const std::vector<std::pair<const char*, Experiment>>& toggles();

/// A model with random weights: biases and norm gains far from 0 and 1, learned positions there whether used or not.
Model randomModel(const ModelConfig& config, Random& random);

/// A text of tokens with these ids.
EncodedText textOf(const std::vector<std::int32_t>& ids);

/// A text of `count` random tokens of the model.
EncodedText randomText(const ModelConfig& config, Index count, Random& random);

/// A copy to share, as traces keep their model.
std::shared_ptr<const Model> shared(const Model& model);

/// The forward pass, which must succeed.
std::shared_ptr<const Trace> run(const Model& model, const EncodedText& text, const Experiment& experiment = {});

/// One slice of a stage, which must be there.
Matrix stage(const Trace& trace, const StageKey& key, Index slice = 0);

}  // namespace headlight::test
