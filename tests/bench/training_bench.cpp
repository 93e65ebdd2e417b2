// One side of training_speed.py: writes the exercises of some training steps, or times those steps.
#include "core/base/memory.h"
#include "core/train/corpus/vocabulary.h"
#include "core/train/recipe.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <string_view>

namespace {

using namespace headlight;
using Json = nlohmann::json;

/// What is asked of one batch, as the trainer draws it.
Json exercise(const Recipe& recipe, const Corpus& corpus, const WordPieceTokenizer& tokenizer, std::uint64_t step)
{
    std::vector<Example> examples;
    for (Index i = 0; i < recipe.options.batchSentences; ++i) {
        Random random(recipe.options.seed, step * 1000 + static_cast<std::uint64_t>(i));
        examples.push_back(toExample(*tokenize(corpus.trainingText(random), tokenizer), random));
    }
    const Exercise made = makeExercises(examples, 1, recipe.options.objective, recipe.config.vocabulary,
                                        Random(recipe.options.seed, step))
                              .front();
    Json questions = Json::array();
    for (const Question& question : made.questions) {
        const char* asked = question.asked == Asked::Head     ? "head"
                            : question.asked == Asked::Output ? "output"
                                                              : "masked word";
        questions.push_back({question.row, question.answer, asked, static_cast<int>(question.role), question.weight});
    }
    return {{"ids", made.batch.ids},
            {"starts", made.batch.starts},
            {"questions", questions},
            {"candidates", made.candidates}};
}

}  // namespace

int main(int argc, char** argv)
{
    constexpr int kSteps = 40;
    keepFreedMemory();
    const Lexicon& lexicon = Lexicon::bundled();
    const Corpus corpus(lexicon);
    const WordPieceTokenizer tokenizer(makeVocabulary(lexicon));
    const Recipe recipe = bundledRecipe(tokenizer, Lesson::Relations, 1);
    if (argc > 1 && std::string_view(argv[1]) == "--exercises") {
        Json seats = Json::array();
        for (const HeadAddress& head : recipe.options.objective.roleHeads) {
            seats.push_back({head.layer.value, head.head.value});
        }
        Json all = {{"vocabulary", recipe.config.vocabulary}, {"seats", seats}, {"batches", Json::array()}};
        for (std::uint64_t step = 0; step < kSteps; ++step) {
            all["batches"].push_back(exercise(recipe, corpus, tokenizer, step));
        }
        std::cout << all << '\n';
        return 0;
    }
    Trainer trainer = makeTrainer(recipe, corpus, tokenizer);
    for (int i = 0; i < 5; ++i) {
        trainer.step();
    }
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kSteps; ++i) {
        trainer.step();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::cout << Json{{"sentences_per_second", static_cast<double>(kSteps * recipe.options.batchSentences) / seconds}}
              << '\n';
    return 0;
}
