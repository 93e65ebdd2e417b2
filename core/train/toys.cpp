#include "core/train/toys.h"

#include "core/train/corpus/annotation.h"
#include "core/train/corpus/vocabulary.h"

#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <set>

namespace headlight {
namespace {

constexpr std::size_t kSymbols = 16;
constexpr std::size_t kKeyPairs = 6;
constexpr std::int32_t kFirstPair = 1;  ///< After "[UNK]".
constexpr auto kFirstQuery = kFirstPair + static_cast<std::int32_t>(kSymbols * kSymbols);
constexpr auto kFirstAnswer = static_cast<std::int32_t>(kFirstQuery + kSymbols);
constexpr std::size_t kMeasuredSentences = 100;

/// Streams of the seed, beside the trainer's.
enum ToyStream : std::uint64_t { kStartStream = 3, kSentencesStream = 4 };

std::int32_t pairId(std::size_t key, std::size_t value)
{
    return kFirstPair + static_cast<std::int32_t>(key * kSymbols + value);
}
std::int32_t queryId(std::size_t key)
{
    return kFirstQuery + static_cast<std::int32_t>(key);
}
std::int32_t answerId(std::size_t value)
{
    return kFirstAnswer + static_cast<std::int32_t>(value);
}

std::string keyName(std::size_t key)
{
    return std::string(1, static_cast<char>('a' + key));
}

Matrix normalMatrix(Index rows, Index cols, float deviation, Random& random)
{
    return Matrix::NullaryExpr(rows, cols, [&] { return deviation * random.normal(); });
}

Example lookupExample(Random& random)
{
    std::array<std::size_t, kSymbols> keys{};
    std::iota(keys.begin(), keys.end(), std::size_t{0});
    const auto shuffle = [&](std::size_t first, std::size_t count) {
        for (std::size_t i = 0; i + 1 < count; ++i) {
            std::swap(keys[first + i], keys[first + i + random.below(count - i)]);
        }
    };
    shuffle(0, kSymbols);
    std::array<std::size_t, kSymbols> valueOf{};
    Example example;
    for (std::size_t i = 0; i < kKeyPairs; ++i) {
        valueOf[keys[i]] = random.below(kSymbols);
        example.ids.push_back(pairId(keys[i], valueOf[keys[i]]));
    }
    shuffle(0, kKeyPairs);
    for (std::size_t i = 0; i < kKeyPairs; ++i) {
        example.asked.emplace_back(static_cast<Index>(kKeyPairs + i), answerId(valueOf[keys[i]]));
        example.ids.push_back(queryId(keys[i]));
    }
    example.isWord.assign(example.ids.size(), false);
    return example;
}

/// Sentences of the grammar toy, in the notation of the lexicon.
const std::vector<std::string>& toySentences()
{
    static const std::vector<std::string> kSentences = [] {
        const std::string animal = "[the {dog|cat|horse|fox|goat|cow|wolf|sheep|bear|rabbit}]";
        const std::string way = "[the {street|road|river|bridge|path|field|tunnel|lane}]";
        const std::string person = "[the {man|woman|boy|girl|child|farmer}]";
        const std::string state = "{tired|hungry|scared|sick|weak|lazy|sleepy|old} ";
        const std::string blocking = "{wide|busy|icy|muddy|steep|flooded|dangerous|narrow} ";
        const std::string didNotCross = animal + "=1 <did not {cross|enter|follow|reach}> " + way + "=2 ";
        const std::string chased = " <{chased|saw|followed|heard}> ";
        return std::vector<std::string>{
            didNotCross + "because [~it]=1 was too @" + state + ".",
            didNotCross + "because [~it]=2 was too @" + blocking + ".",
            "because [~it]=1 was too @" + state + ", " + didNotCross + ".",
            "because [~it]=2 was too @" + blocking + ", " + didNotCross + ".",
            animal + chased + person + " .",
            person + chased + animal + " .",
            way + " <was> +" + blocking + ".",
            animal + " <was> +" + state + ".",
        };
    }();
    return kSentences;
}

/// The words that the sentences can say, in alphabetical order.
const std::shared_ptr<const WordPieceTokenizer>& toyWords()
{
    static const auto kWords = [] {
        const Lexicon& lexicon = Lexicon::bundled();
        std::set<std::string> words;
        Random random(1);
        for (const std::string& text : toySentences()) {
            constexpr int kDraws = 400;
            for (int i = 0; i < kDraws; ++i) {
                const Result<Sentence> sentence = readAnnotated(drawFromTemplate(text, lexicon, random), lexicon);
                for (const Word& word : sentence->words) {
                    words.insert(word.text);
                }
            }
        }
        std::vector<std::string> vocabulary{"[UNK]", std::string(kMaskEntry)};
        vocabulary.insert(vocabulary.end(), words.begin(), words.end());
        return std::make_shared<const WordPieceTokenizer>(std::move(vocabulary));
    }();
    return kWords;
}

TokenizedSentence toySentence(Random& random)
{
    const Lexicon& lexicon = Lexicon::bundled();
    return *tokenize(*readAnnotated(drawFromTemplate(random.pick(toySentences()), lexicon, random), lexicon),
                     *toyWords());
}

/// "c7 a12 … a c"
std::string lookupText(Random& random, const std::vector<std::string>& vocabulary)
{
    std::string text;
    for (const std::int32_t id : lookupExample(random).ids) {
        text += (text.empty() ? "" : " ") + vocabulary[static_cast<std::size_t>(id)];
    }
    return text;
}

}  // namespace

Toy lookupToy(const ToyOptions& options)
{
    const Index width = options.width;
    Toy toy;
    toy.name = "Lookup toy";
    toy.config = {.vocabulary = kFirstAnswer + static_cast<Index>(kSymbols),
                  .width = width,
                  .layers = 1,
                  .heads = 1,
                  .feedForwardWidth = 2 * width,
                  .maxTokens = 2 * static_cast<Index>(kKeyPairs),
                  .activation = Activation::Gelu,
                  .positions = PositionScheme::None,
                  .mask = {}};
    toy.options.steps = 400;
    toy.options.batchSentences = 32;
    toy.options.learningRate = options.learningRate;
    toy.options.warmUpSteps = 1;
    toy.options.endFactor = 1.0F;
    toy.options.longestGradient = 1e9;
    toy.options.seed = options.seed;
    toy.options.adamW = {.beta2 = 0.999F, .weightDecay = 0.0F};
    ObjectiveOptions& objective = toy.options.objective;
    objective.scaling = options.scaling;
    objective.maskedShare = 0.0F;
    objective.roleWeights.fill(0.0F);
    objective.outputWeights.fill(0.0F);
    for (std::size_t value = 0; value < kSymbols; ++value) {
        objective.answers.push_back(answerId(value));
    }
    toy.source = lookupExample;

    toy.start = initialWeights(toy.config, objective, options.seed);
    Random random(options.seed, kStartStream);
    const auto symbols = static_cast<Index>(kSymbols);
    const float unit = 1.0F / std::sqrt(static_cast<float>(width));
    const Matrix keys = normalMatrix(symbols, width, 0.7F, random);
    const Matrix values = normalMatrix(symbols, width, 0.7F, random);
    const Matrix marks = normalMatrix(2, width, 0.5F, random);
    toy.start.model.tokenEmbedding.bottomRows(symbols) = normalMatrix(symbols, width, unit, random);
    for (std::size_t key = 0; key < kSymbols; ++key) {
        const auto row = static_cast<Index>(key);
        toy.start.model.tokenEmbedding.row(queryId(key)) = keys.row(row) + marks.row(1);
        for (std::size_t value = 0; value < kSymbols; ++value) {
            toy.start.model.tokenEmbedding.row(pairId(key, value)) =
                keys.row(row) + values.row(static_cast<Index>(value)) + marks.row(0);
        }
    }
    BlockWeights& block = toy.start.model.blocks.front();
    const float start = options.queryKeyStart == QueryKeyStart::UnitVariance ? unit : unit / std::sqrt(3.0F);
    block.query.weight = normalMatrix(width, width, start, random);
    block.key.weight = normalMatrix(width, width, start, random);

    std::vector<std::string> vocabulary{"[UNK]"};
    for (std::size_t key = 0; key < kSymbols; ++key) {
        for (std::size_t value = 0; value < kSymbols; ++value) {
            vocabulary.push_back(keyName(key) + std::to_string(value));
        }
    }
    for (std::size_t key = 0; key < kSymbols; ++key) {
        vocabulary.push_back(keyName(key));
    }
    for (std::size_t value = 0; value < kSymbols; ++value) {
        vocabulary.push_back(std::to_string(value));
    }
    Random examples(2);
    for (int i = 0; i < 3; ++i) {
        toy.examples.push_back(lookupText(examples, vocabulary));
    }
    toy.tokenizer = std::make_shared<const WordPieceTokenizer>(std::move(vocabulary));
    return toy;
}

Toy grammarToy(const ToyOptions& options)
{
    Toy toy;
    toy.name = "Grammar toy";
    toy.tokenizer = toyWords();
    toy.config = {.vocabulary = toy.tokenizer->vocabularySize(),
                  .width = 64,
                  .layers = 2,
                  .heads = 4,
                  .feedForwardWidth = 256,
                  .maxTokens = 32,
                  .activation = Activation::GeluTanh,
                  .mask = {}};
    toy.options.steps = 3'000;
    toy.options.batchSentences = 32;
    toy.options.learningRate = options.learningRate;
    toy.options.warmUpSteps = 50;
    toy.options.endFactor = 1.0F;
    toy.options.seed = options.seed;
    ObjectiveOptions& objective = toy.options.objective;
    objective.scaling = options.scaling;
    objective.maskId = 1;
    objective.firstWordId = 2;
    objective.otherCandidates = 0;
    objective.neighbourQuestions = 0;
    objective.roleWeights.fill(0.0F);
    objective.outputWeights.fill(0.0F);
    const auto ask = [&](Role role, Index layer, Index head, float weight) {
        const HeadAddress address{LayerIndex(layer), HeadIndex(head)};
        objective.roleHeads[static_cast<std::size_t>(role)] = address;
        objective.roleWeights[static_cast<std::size_t>(role)] = weight;
        toy.askedHeads.push_back({std::string(roleName(role)), address});
    };
    ask(Role::Subject, 0, 0, 0.5F);
    ask(Role::Object, 0, 1, 0.5F);
    ask(Role::Determiner, 0, 3, 0.5F);
    ask(Role::Antecedent, 1, 0, 1.5F);
    ask(Role::Sense, 0, 2, 0.5F);
    objective.outputWeights[static_cast<std::size_t>(Role::Antecedent)] = 1.0F;
    toy.source = [](Random& random) { return toExample(toySentence(random), random); };
    toy.start = initialWeights(toy.config, objective, options.seed);
    toy.examples = {
        "The dog did not cross the street because it was too tired.",
        "The dog did not cross the street because it was too wide.",
        "Because it was too hungry, the fox did not follow the path.",
        "The dog chased the man.",
        "The man chased the dog.",
    };
    Random sentences(options.seed, kSentencesStream);
    for (std::size_t i = 0; i < kMeasuredSentences; ++i) {
        toy.sentences.push_back(toySentence(sentences));
    }
    return toy;
}

Snapshot takeSnapshot(const Toy& toy, const TrainedWeights& weights, Index step)
{
    Snapshot snapshot{.step = step, .model = {}, .scores = {}};
    snapshot.model = std::make_shared<const Model>(Model{.name = toy.name,
                                                         .note = "toy after " + std::to_string(step) + " steps",
                                                         .config = toy.config,
                                                         .weights = weights.model,
                                                         .askedHeads = toy.askedHeads,
                                                         .tokenizer = toy.tokenizer});
    if (!toy.sentences.empty()) {
        const HeadScores scores(toy.config, weights, toy.sentences, toy.options.objective.scaling);
        for (const Role role : kRoles) {
            if (toy.options.objective.roleWeights[static_cast<std::size_t>(role)] > 0.0F) {
                snapshot.scores.push_back(
                    scores.score(role, toy.options.objective.roleHeads[static_cast<std::size_t>(role)]));
            }
        }
    }
    return snapshot;
}

}  // namespace headlight
