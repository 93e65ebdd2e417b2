// Small models that learn within a minute. May use base/, text/, model/ and train/ only.
#pragma once

#include "core/model/model.h"
#include "core/text/word_piece_tokenizer.h"
#include "core/train/corpus/corpus.h"
#include "core/train/evaluation.h"
#include "core/train/trainer.h"

#include <memory>
#include <string>

namespace headlight {

/// A task and a model for it.
struct Toy
{
    std::string name;
    ModelConfig config;
    TrainerOptions options;
    ExampleSource source;
    TrainedWeights start;
    std::shared_ptr<const WordPieceTokenizer> tokenizer;
    std::vector<std::string> examples;         ///< Texts of the task, whose attention shows what is learnt.
    std::vector<AskedHead> askedHeads;         ///< None where only the model's output is asked.
    std::vector<TokenizedSentence> sentences;  ///< On which the asked heads are measured.
};

/// Where the queries and keys of a toy start.
enum class QueryKeyStart {
    UnitVariance,  ///< Scores have a standard deviation of √d unscaled, and of 1 scaled.
    TorchDefault,  ///< A third of that variance, as PyTorch's linear layers start: the deviation is √d/3 and 1/3.
};

struct ToyOptions
{
    Scaling scaling = Scaling::On;
    std::uint64_t seed = 1;
    float learningRate = 1e-3F;
    Index width = 128;  ///< Of the lookup toy's one head.
    QueryKeyStart queryKeyStart = QueryKeyStart::UnitVariance;
};

/// Key-value lookup, one layer and one head: six tokens such as "c7" each hold a key and a value, six more such as "c" ask for
/// a key each, and must name its value. The setting in which scaling by √d decides whether anything is learnt
/// (Vaswani et al. 2017, §3.2.1, footnote 4).
Toy lookupToy(const ToyOptions& options);

/// Whom "it" means: "the dog did not cross the street because it was too tired". Two layers × four heads, D = 64, about 120,000
/// parameters; heads are asked for subject, object, determiner and antecedent, and for the word that tells whom "it" means (sense).
Toy grammarToy(const ToyOptions& options);

/// A toy at one moment of its training, as a model like any other.
struct Snapshot
{
    Index step = 0;  ///< Steps done.
    std::shared_ptr<const Model> model;
    std::vector<HeadScore> scores;  ///< Of the asked heads, in their order.
};

/// @param weights of the toy's trainer after so many steps
Snapshot takeSnapshot(const Toy& toy, const TrainedWeights& weights, Index step);

}  // namespace headlight
