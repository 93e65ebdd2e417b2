#include "app/commands.h"
#include "app/options.h"
#include "core/base/memory.h"
#include "core/base/quantity.h"
#include "core/io/file_descriptor.h"
#include "core/io/text_file.h"
#include "core/text/bundled_text.h"
#include "core/train/corpus/vocabulary.h"
#include "core/train/recipe.h"
#include "core/train/report.h"
#include "core/train/training_run.h"

#include <chrono>
#include <cmath>
#include <iostream>

namespace headlight::app {
namespace {

struct TrainOptions
{
    std::string folder;
    std::vector<std::string> evaluated;
    std::optional<std::string> sentences;  ///< A file of annotated ones, instead of the bundled free sentences.
    bool maskedOnly = false;
    std::uint64_t seed = TrainerOptions{}.seed;
    Index steps = TrainerOptions{}.steps;
};

constexpr Index kSaveEvery = 500;
constexpr Index kReportEvery = 100;

Result<void> evaluateFolders(const TrainOptions& options)
{
    Result<std::string> sentences = std::string(bundledText("evaluation/free_test.txt"));
    if (options.sentences) {
        sentences = readTextFile(*options.sentences);
        if (!sentences) {
            return tl::unexpected(sentences.error());
        }
    }
    const Corpus corpus(Lexicon::bundled());
    for (const std::string& folder : options.evaluated) {
        const Result<TrainedModel> trained = readTrainedModel(folder);
        if (!trained) {
            return tl::unexpected(trained.error());
        }
        const Result<Evaluation> evaluation = evaluate(*trained, corpus, *sentences);
        if (!evaluation) {
            return options.sentences ? failure(evaluation.error().code, headlight::quoted(*options.sentences) + ": " +
                                                                            evaluation.error().message)
                                     : tl::unexpected(evaluation.error());
        }
        std::cout << "## " << evaluation->model << ", " << folder << "\n\n" << toMarkdown(*evaluation) << '\n';
    }
    return {};
}

Result<void> train(const TrainOptions& options)
{
    keepFreedMemory();
    const Lexicon& lexicon = Lexicon::bundled();
    const Corpus corpus(lexicon);
    const auto tokenizer = std::make_shared<const WordPieceTokenizer>(makeVocabulary(lexicon));
    Recipe recipe =
        bundledRecipe(*tokenizer, options.maskedOnly ? Lesson::MaskedWords : Lesson::Relations, options.seed);
    recipe.options.steps = options.steps;
    Result<TrainingRun> run = TrainingRun::open(options.folder, makeTrainer(recipe, corpus, *tokenizer));
    if (!run) {
        return tl::unexpected(run.error());
    }
    const Index before = run->trainer().stepsDone();
    if (before > 0) {
        std::cerr << "headlight: going on after step " << before << '\n';
    }
    const auto start = std::chrono::steady_clock::now();
    while (!run->isDone()) {
        const StepReport report = run->step();
        if (report.step % kReportEvery == 0) {
            const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            const double left =
                seconds / static_cast<double>(report.step - before) * static_cast<double>(options.steps - report.step);
            std::cerr << "step " << report.step << " of " << options.steps << ", loss " << report.loss.total
                      << ", gradient norm " << report.gradientNorm << ", " << duration(left) << " left\n";
        }
        if (report.step % kSaveEvery == 0 || run->isDone()) {
            if (const Result<void> saved = run->save(); !saved) {
                return saved;
            }
        }
    }
    return writeTrainedModel(options.folder, toModel(recipe, run->trainer().weights(), tokenizer),
                             run->trainer().weights().readOuts, tokenizer->vocabulary());
}

}  // namespace

void addTrainCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command = program.add_subcommand("train", "Train the bundled model again, or measure a trained one");
    CLI::Option* folder =
        command->add_option("-o,--output", options->folder, "The model's folder; a run that was stopped goes on in it");
    CLI::Option* evaluated = command->add_option("--evaluate", options->evaluated,
                                                 "Print what the models in these folders can do, and train nothing");
    command
        ->add_option("--sentences", options->sentences,
                     "A file of annotated sentences to measure on, instead of the program's own free sentences")
        ->needs(evaluated);
    command->add_flag("--masked-only", options->maskedOnly, "Ask for masked words alone, and no head for a relation")
        ->excludes(evaluated);
    command->add_option("--seed", options->seed, "Of weights, sentences and masks")
        ->excludes(evaluated)
        ->capture_default_str();
    command->add_option("--steps", options->steps, "Of 64 sentences each")
        ->check(CLI::Range(Index{1}, Index{10'000'000}))
        ->excludes(evaluated)
        ->capture_default_str();
    folder->excludes(evaluated);
    command->callback([options, folder, evaluated, &status] {
        if (folder->empty() && evaluated->empty()) {
            throw CLI::RequiredError("--output or --evaluate");
        }
        const Result<void> done = evaluated->empty() ? train(*options) : evaluateFolders(*options);
        if (!done) {
            status = report(done.error());
        }
    });
}

}  // namespace headlight::app
