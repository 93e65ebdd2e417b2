#include "core/train/report.h"

#include "core/io/file_descriptor.h"
#include "core/io/model_folder.h"
#include "core/train/recipe.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <map>
#include <set>

namespace headlight {
namespace {

/// Streams of random numbers: what chooses heads is not what is reported.
enum ReportStream : std::uint64_t { kDevelopment = 11, kTest, kInvented, kInventing, kLong, kPairs, kCues, kSenses };

TokenizedSentence tokenized(const Sentence& sentence, const Tokenizer& tokenizer)
{
    Result<TokenizedSentence> result = tokenize(sentence, tokenizer);
    assert(result);
    return std::move(*result);
}

/// Puts an invented word in place of one noun; its place.
Index inventOne(Sentence& sentence, const Corpus& corpus, Random& random)
{
    std::vector<std::size_t> nouns;
    for (std::size_t i = 0; i < sentence.words.size(); ++i) {
        if (sentence.words[i].kind == WordKind::Noun && sentence.words[i].mayBeInvented) {
            nouns.push_back(i);
        }
    }
    if (nouns.empty()) {
        return -1;
    }
    const std::size_t chosen = random.pick(nouns);
    Sentence only{.words = {sentence.words[chosen]}, .links = {}};
    corpus.invent(only, {.nouns = 1.0F, .others = 0.0F}, random);
    sentence.words[chosen] = only.words.front();
    return static_cast<Index>(chosen);
}

struct Probe
{
    const char* text;
    Role role;
    const char* from;
    const char* to;
};

constexpr std::array kProbes = {
    Probe{"The animal didn't cross the street because it was too tired.", Role::Antecedent, "it", "animal"},
    Probe{"The animal didn't cross the street because it was too wide.", Role::Antecedent, "it", "street"},
    Probe{"The trophy did not fit in the brown suitcase because it was too big.", Role::Antecedent, "it", "trophy"},
    Probe{"The trophy did not fit in the brown suitcase because it was too small.", Role::Antecedent, "it", "suitcase"},
    Probe{"The blicket didn't cross the street because it was too tired.", Role::Antecedent, "it", "blicket"},
    Probe{"The bank approved the loan.", Role::Sense, "bank", "loan"},
    Probe{"The bank approved the loan.", Role::Sense, "bank", "approved"},
    Probe{"She sat on the bank of the river and watched the boats.", Role::Sense, "bank", "river"},
    Probe{"Dog bites man", Role::Subject, "bites", "Dog"},
    Probe{"Dog bites man", Role::Object, "bites", "man"},
    Probe{"Man bites dog", Role::Subject, "bites", "Man"},
    Probe{"Man bites dog", Role::Object, "bites", "dog"},
};

std::string decimal(double value, int digits = 2)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string percent(double share, int digits)
{
    return decimal(100.0 * share, digits) + " %";
}

std::string rightPercent(const HeadScore& score)
{
    return score.links == 0 ? "–" : percent(score.rightShare, 1);
}

}  // namespace

Result<void> writeTrainedModel(const std::filesystem::path& folder, const Model& model, const ReadOuts& readOuts,
                               const std::vector<std::string>& vocabulary)
{
    ReadOuts copy = readOuts;
    std::vector<Parameter> more;
    appendParameters(copy, more);
    return writeModelFolder(folder, model, vocabulary, toTensors(more));
}

Result<TrainedModel> readTrainedModel(const std::filesystem::path& folder)
{
    Result<std::shared_ptr<const Model>> model = readModelFolder(folder);
    if (!model) {
        return tl::unexpected(model.error());
    }
    TrainedModel trained{.model = *model, .readOuts = {}};
    if (!trained.model->askedHeads.empty()) {
        trained.readOuts = zeroReadOuts(trained.model->config, {});
        const std::filesystem::path path = folder / "model.safetensors";
        const Result<SafetensorsFile> file = SafetensorsFile::open(path);
        if (!file) {
            return tl::unexpected(file.error());
        }
        std::vector<Parameter> list;
        appendParameters(trained.readOuts, list);
        if (const Result<void> filled = fill(list, file->contents()); !filled) {
            return failure(filled.error().code, quoted(path) + ": " + filled.error().message);
        }
    }
    return trained;
}

Result<Evaluation> evaluate(const TrainedModel& trained, const Corpus& corpus, std::string_view freeTest,
                            const EvaluationOptions& options)
{
    const Model& model = *trained.model;
    const Tokenizer& tokenizer = *model.tokenizer;
    const Result<std::vector<TokenizedSentence>> freeSentences = readAnnotatedText(freeTest, tokenizer);
    if (!freeSentences) {
        return tl::unexpected(freeSentences.error());
    }
    const TrainedWeights weights{.model = model.weights, .readOuts = trained.readOuts};
    const auto scoresOf = [&](const std::vector<TokenizedSentence>& sentences) {
        return HeadScores(model.config, weights, sentences);
    };
    // No sentence twice: some templates have few held-out words.
    const auto draw = [&](ReportStream stream, std::size_t count, const auto& make) {
        Random random(options.seed, stream);
        std::set<std::string> texts;
        std::vector<Sentence> sentences;
        while (sentences.size() < count) {
            Sentence sentence = make(random);
            if (texts.insert(written(sentence).text).second) {
                sentences.push_back(std::move(sentence));
            }
        }
        return sentences;
    };
    const auto tokenizedAll = [&](const std::vector<Sentence>& sentences) {
        std::vector<TokenizedSentence> all;
        for (const Sentence& sentence : sentences) {
            all.push_back(tokenized(sentence, tokenizer));
        }
        return all;
    };
    const auto heldOut = [&](Random& random) { return corpus.sentence(Split::HeldOut, random); };

    const auto heldOutSense = [&](Random& random) {
        Sentence sentence = heldOut(random);
        while (std::ranges::find(sentence.links, Role::Sense, &Link::role) == sentence.links.end()) {
            sentence = heldOut(random);
        }
        return sentence;
    };

    const HeadScores development = scoresOf(tokenizedAll(draw(kDevelopment, options.development, heldOut)));
    const HeadScores test = scoresOf(tokenizedAll(draw(kTest, options.heldOut, heldOut)));
    const HeadScores senses = scoresOf(tokenizedAll(draw(kSenses, options.heldOutSenses, heldOutSense)));
    std::vector<Sentence> withInvented = draw(kInvented, options.invented, heldOut);
    std::vector<Index> inventedPlaces;
    Random inventing(options.seed, kInventing);
    for (Sentence& sentence : withInvented) {
        inventedPlaces.push_back(inventOne(sentence, corpus, inventing));
    }
    const HeadScores invented = scoresOf(tokenizedAll(withInvented));
    const HeadScores longTexts =
        scoresOf(tokenizedAll(draw(kLong, options.longTexts, [&](Random& random) { return corpus.longText(random); })));
    const HeadScores free = scoresOf(*freeSentences);

    Evaluation evaluation{.model = model.name, .relations = {}, .pairs = {}, .shown = {}};
    std::array<HeadAddress, kRoleCount> heads{};
    for (const Role role : kRoles) {
        const HeadAddress head = development.best(role).head;
        heads[static_cast<std::size_t>(role)] = head;
        evaluation.relations.push_back({.role = role,
                                        .heldOut = (role == Role::Sense ? senses : test).score(role, head),
                                        .invented = invented.score(role, head,
                                                                   [&](std::size_t sentence, const Link& link) {
                                                                       return isLink(link.role) &&
                                                                              link.to == inventedPlaces[sentence];
                                                                   }),
                                        .longText = longTexts.score(role, head),
                                        .free = free.score(role, head)});
    }

    const HeadAddress antecedent = heads[static_cast<std::size_t>(Role::Antecedent)];
    Random random(options.seed, kPairs);
    for (const PairFamily& family : corpus.lexicon().pairFamilies()) {
        evaluation.pairs.push_back({.family = family.name});
        std::vector<TokenizedSentence> sentences;
        for (std::size_t i = 0; i < options.pairsOfAFamily; ++i) {
            if (const auto pair = corpus.minimalPair(family.pairs[i % family.pairs.size()], Split::HeldOut, random)) {
                sentences.push_back(tokenized(pair->first, tokenizer));
                sentences.push_back(tokenized(pair->second, tokenizer));
            }
        }
        const HeadScores scores = scoresOf(sentences);
        for (std::size_t i = 0; i < sentences.size(); i += 2) {
            ++evaluation.pairs.back().pairs;
            evaluation.pairs.back().bothRight +=
                scores.isRight(Role::Antecedent, antecedent, i) && scores.isRight(Role::Antecedent, antecedent, i + 1)
                    ? 1
                    : 0;
        }
    }
    const HeadAddress sense = heads[static_cast<std::size_t>(Role::Sense)];
    std::vector<Sentence> cues;
    Random drawing(options.seed, kCues);
    for (std::size_t i = 0; i < options.unseenCues; ++i) {
        cues.push_back(corpus.unseenCue(drawing));
    }
    const HeadScores cueScores = scoresOf(tokenizedAll(cues));
    std::map<std::string, std::pair<double, double>> rightOfAll;
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const auto link = std::ranges::find(cues[i].links, Role::Sense, &Link::role);
        assert(link != cues[i].links.end());
        const auto word = [&](Index place) { return cues[i].words[static_cast<std::size_t>(place)].text; };
        auto& [right, all] = rightOfAll[word(link->from) + " " + word(link->to)];
        right += cueScores.isRight(Role::Sense, sense, i) ? 1.0 : 0.0;
        all += 1.0;
    }
    evaluation.unseenCues = static_cast<Index>(rightOfAll.size());
    for (const auto& [cue, counts] : rightOfAll) {
        evaluation.unseenCueShare += counts.first / counts.second / static_cast<double>(rightOfAll.size());
    }

    for (const Probe& probe : kProbes) {
        const std::string annotated = std::string(probe.text) + "\n  " + std::string(roleName(probe.role)) + ": " +
                                      probe.from + ">" + probe.to + "\n";
        const Result<std::vector<TokenizedSentence>> sentence = readAnnotatedText(annotated, tokenizer);
        assert(sentence);
        const HeadScore score = scoresOf(*sentence).score(probe.role, heads[static_cast<std::size_t>(probe.role)]);
        evaluation.shown.push_back({probe.text, probe.role, probe.from, probe.to, static_cast<float>(score.meanWeight),
                                    score.rightShare > 0.5});
    }
    return evaluation;
}

std::string toMarkdown(const Evaluation& evaluation)
{
    std::string text =
        "| relation | head | held-out | mean weight | named | to invented nouns | 40–100 words | free sentences |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (const RelationResult& result : evaluation.relations) {
        const HeadAddress head = result.heldOut.head;
        const bool isNamed = isLink(result.role) && result.heldOut.namedShare > 0.0;
        text += "| " + std::string(roleName(result.role)) + " | " + std::to_string(head.layer.value) + "." +
                std::to_string(head.head.value) + " | " + rightPercent(result.heldOut) + " | " +
                decimal(result.heldOut.meanWeight) + " | " + (isNamed ? percent(result.heldOut.namedShare, 2) : "–") +
                " | " + rightPercent(result.invented) + " | " + rightPercent(result.longText) + " | " +
                rightPercent(result.free) + " |\n";
    }
    text += "\nSense from a cue that training never shows with its word: " + percent(evaluation.unseenCueShare, 1) +
            ", the mean over " + std::to_string(evaluation.unseenCues) +
            " cues.\n\n| both sentences of a pair right | pairs |\n| --- | --- |\n";
    Index right = 0;
    Index pairs = 0;
    for (const PairResult& pair : evaluation.pairs) {
        if (pair.pairs == 0) {
            continue;  // No word of its is held out.
        }
        text +=
            "| " + pair.family + " | " + std::to_string(pair.bothRight) + " of " + std::to_string(pair.pairs) + " |\n";
        right += pair.bothRight;
        pairs += pair.pairs;
    }
    text += "| all | " + std::to_string(right) + " of " + std::to_string(pairs) +
            " |\n\n| sentence | looks | weight |\n| --- | --- | --- |\n";
    for (const ShownLink& link : evaluation.shown) {
        text += "| " + link.text + " | " + link.from + " → " + link.to + " (" + std::string(roleName(link.role)) +
                ") | " + decimal(static_cast<double>(link.weight)) + (link.isLargest ? "" : " (not the largest)") +
                " |\n";
    }
    return text;
}

}  // namespace headlight
