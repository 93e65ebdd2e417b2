// Small models that learn within a minute. May use base/ and train/ only.
#pragma once

#include "core/train/trainer.h"

#include <string>

namespace headlight {

/// A task, a model for it and a sentence to watch.
struct Toy
{
    ModelConfig config;
    TrainerOptions options;
    ExampleSource source;
    TrainedWeights start;
    std::vector<std::string> tokens;       ///< Their texts, by id.
    std::vector<std::int32_t> watchedIds;  ///< A text of the task, whose attention shows what is learnt.
    std::vector<AskedHead> askedHeads;
};

struct ToyOptions
{
    Scaling scaling = Scaling::On;
    std::uint64_t seed = 1;
    float learningRate = 1e-3F;
    Index width = 128;
};

/// Key-value lookup, one layer and one head: six tokens each hold a key and a value, six more ask for a key each, and must name
/// its value. Queries and keys start with unit variance, so that scores start with a standard deviation of √d, or 1 where they are
/// scaled: the setting in which scaling by √d decides whether anything is learnt  (Vaswani et al. 2017, §3.2.1, footnote 4).
Toy lookupToy(const ToyOptions& options);

/// Whom "it" means: "the dog did not cross the street because it was too tired". Two layers × four heads, D = 64, about 120,000
/// parameters; heads are asked for the previous word, subject, object and antecedent.
Toy grammarToy(const ToyOptions& options);

}  // namespace headlight
