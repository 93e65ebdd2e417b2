// How the bundled model is trained. May use base/, text/ and train/ only.
#pragma once

#include "core/text/word_piece_tokenizer.h"
#include "core/train/corpus/corpus.h"
#include "core/train/trainer.h"

namespace headlight {

/// Which questions a model is trained on.
enum class Lesson {
    Relations,    ///< Masked words, and for each relation one head that must name the linked word.
    MaskedWords,  ///< Masked words alone.
};

/// Everything that is decided about a training run before its first step.
struct Recipe
{
    std::string name;
    std::string note;
    ModelConfig config;
    TrainerOptions options;
    std::vector<AskedHead> askedHeads;  ///< None where only masked words are asked for.
};

/// "Headlight small": 4 layers × 8 heads, D = 128, pre-norm, sinusoidal, bidirectional. Neighbours are asked of layer 0, determiners
/// and adjectives of layer 1, subjects, objects and senses of layer 2, antecedents of layer 3, so that each may build on the ones before.
Recipe bundledRecipe(const WordPieceTokenizer& tokenizer, Lesson lesson, std::uint64_t seed);

/// A trainer of the recipe on the corpus's training sentences. Both must outlive it.
Trainer makeTrainer(const Recipe& recipe, const Corpus& corpus, const WordPieceTokenizer& tokenizer);

/// The trained model, to run and to store.
Model toModel(const Recipe& recipe, const TrainedWeights& weights, std::shared_ptr<const Tokenizer> tokenizer);

}  // namespace headlight
