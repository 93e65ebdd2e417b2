#include "ui/session/model_choice.h"

#include "core/io/bundled_models.h"
#include "core/model/seeded_model.h"
#include "core/text/word_piece_tokenizer.h"

#include <QCoreApplication>

#include <algorithm>
#include <filesystem>

namespace headlight::ui {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ModelChoice", text);
}

constexpr QLatin1String kUntrained("untrained");

}  // namespace

std::vector<ModelChoice> modelChoices()
{
    std::vector<ModelChoice> choices;
    const auto addBundled = [&](const QString& name, const QString& title, const QString& help, BundledModel model) {
        std::error_code problem;
        if (std::filesystem::exists(bundledModelFolder(model), problem)) {
            choices.push_back({.name = name,
                               .title = title,
                               .help = help,
                               .read = [model] { return readBundledModel(model); },
                               .isOf = [model](const Model& open) { return isBundledModel(open, model); }});
        }
    };
    addBundled(QStringLiteral("small"), QStringLiteral("Headlight small"),
               tr("Eight of its heads were told which question to answer, never where to look"), BundledModel::Small);
    addBundled(QStringLiteral("masked-only"), QStringLiteral("Headlight small, masked words only"),
               tr("The same model, sentences and steps; no head was asked for anything: what arises by itself"),
               BundledModel::SmallMaskedOnly);
    choices.push_back({.name = QString::fromLatin1(kUntrained),
                       .title = tr("Untrained"),
                       .help = tr("Random weights: its heads look somewhere, but mean nothing"),
                       .read = []() -> Result<std::shared_ptr<const Model>> {
                           const std::shared_ptr<const Tokenizer> tokenizer = defaultTokenizer();
                           return makeSeededModel(seededModelConfig(*tokenizer), 1, tokenizer);
                       },
                       .isOf = [](const Model& open) { return QString::fromStdString(open.note) == kUntrained; }});
    return choices;
}

std::optional<ModelChoice> modelNamed(const QString& name)
{
    for (const ModelChoice& choice : modelChoices()) {
        if (choice.name == name) {
            return choice;
        }
    }
    return std::nullopt;
}

ModelSource sourceOf(const ModelChoice& choice)
{
    return {.title = choice.title, .folder = {}, .read = [read = choice.read](const Progress&) { return read(); }};
}

ModelSource otherThan(const Model& model)
{
    const std::vector<ModelChoice> choices = modelChoices();
    return sourceOf(*std::ranges::find_if(choices, [&](const ModelChoice& choice) { return !choice.isOf(model); }));
}

}  // namespace headlight::ui
