#include "core/train/recipe.h"

#include "core/train/corpus/vocabulary.h"

#include <algorithm>
#include <cassert>

namespace headlight {
namespace {

struct Seat
{
    Role role;
    Index layer;
    Index head;
};

constexpr std::array kSeats = {Seat{Role::Previous, 0, 0},  Seat{Role::Next, 0, 1},      Seat{Role::Determiner, 1, 0},
                               Seat{Role::Adjective, 1, 1}, Seat{Role::Subject, 2, 0},   Seat{Role::Object, 2, 1},
                               Seat{Role::Sense, 2, 2},     Seat{Role::Antecedent, 3, 0}};

std::int32_t idOf(const std::vector<std::string>& vocabulary, std::string_view entry)
{
    const auto found = std::ranges::find(vocabulary, entry);
    assert(found != vocabulary.end());
    return static_cast<std::int32_t>(found - vocabulary.begin());
}

/// Pieces come before the words.
std::int32_t firstWordId(const std::vector<std::string>& vocabulary)
{
    const auto last = std::ranges::find_if(vocabulary.rbegin(), vocabulary.rend(), [](const std::string& entry) {
        return entry.size() > 2 && entry.starts_with("##");
    });
    return static_cast<std::int32_t>(vocabulary.rend() - last);
}

}  // namespace

Recipe bundledRecipe(const WordPieceTokenizer& tokenizer, Lesson lesson, std::uint64_t seed)
{
    Recipe recipe;
    recipe.config = {.vocabulary = tokenizer.vocabularySize(),
                     .width = 128,
                     .layers = 4,
                     .heads = 8,
                     .feedForwardWidth = 512,
                     .maxTokens = 1024,
                     .activation = Activation::GeluTanh,
                     .mask = {}};
    recipe.options.seed = seed;
    ObjectiveOptions& objective = recipe.options.objective;
    objective.maskId = idOf(tokenizer.vocabulary(), kMaskEntry);
    objective.firstWordId = firstWordId(tokenizer.vocabulary());
    if (lesson == Lesson::MaskedWords) {
        recipe.name = "Headlight small, masked words only";
        recipe.note = "trained on masked words alone";
        objective.roleWeights.fill(0.0F);
        objective.outputWeights.fill(0.0F);
        return recipe;
    }
    recipe.name = "Headlight small";
    for (const auto& [role, layer, head] : kSeats) {
        const HeadAddress address{LayerIndex(layer), HeadIndex(head)};
        objective.roleHeads[static_cast<std::size_t>(role)] = address;
        recipe.askedHeads.push_back({std::string(roleName(role)), address});
    }
    return recipe;
}

Trainer makeTrainer(const Recipe& recipe, const Corpus& corpus, const WordPieceTokenizer& tokenizer)
{
    return {recipe.config, recipe.options, [&corpus, &tokenizer](Random& random) {
                Result<TokenizedSentence> sentence = tokenize(corpus.trainingText(random), tokenizer);
                assert(sentence);  // The lexicon's words are ASCII.
                return toExample(*sentence, random);
            }};
}

Model toModel(const Recipe& recipe, const TrainedWeights& weights, std::shared_ptr<const Tokenizer> tokenizer)
{
    return {.name = recipe.name,
            .note = recipe.note,
            .config = recipe.config,
            .weights = weights.model,
            .askedHeads = recipe.askedHeads,
            .tokenizer = std::move(tokenizer)};
}

}  // namespace headlight
