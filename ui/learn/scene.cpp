#include "ui/learn/scene.h"

#include "core/analysis/scaling.h"
#include "core/base/parse.h"
#include "core/io/experiment_json.h"
#include "core/model/transformer.h"
#include "ui/pages/page_list.h"
#include "ui/session/model_choice.h"
#include "ui/session/view_names.h"

#include <QUrl>

#include <algorithm>
#include <functional>
#include <utility>

namespace headlight::ui {
namespace {

tl::unexpected<Error> notOneOf(const QString& line, const QString& known, const QString& value)
{
    return failure(ErrorCode::Malformed, line.toStdString() + ": is one of " + known.toStdString() + ", not \"" +
                                             value.toStdString() + "\".");
}

/// Sets `field` to what the name stands for, or to its default where there is none.
template <typename Value>
Result<void> choose(Value& field, const QString& line, const QString& value, const ValueNames<Value>& names)
{
    if (value.isEmpty()) {
        field = names.front().second;
        return {};
    }
    const Result<Value> named = valueNamed((line + QLatin1Char(':')).toStdString(), value.toStdString(), names);
    if (!named) {
        return tl::unexpected(named.error());
    }
    field = *named;
    return {};
}

Result<void> setToken(std::optional<TokenName>& field, const QString& value)
{
    field.reset();
    if (value.isEmpty()) {
        return {};
    }
    Result<TokenName> name = parseTokenName(value);
    if (!name) {
        return tl::unexpected(name.error());
    }
    field = std::move(*name);
    return {};
}

Result<void> setHead(Scene& scene, const QString& value)
{
    scene.head.reset();
    if (value.isEmpty()) {
        return {};
    }
    scene.head = parseHead(value.toStdString());
    if (!scene.head) {
        return failure(ErrorCode::Malformed,
                       "head: is layer.head, counted from 0, as 3.0; not \"" + value.toStdString() + "\".");
    }
    return {};
}

Result<void> setExperiment(Scene& scene, const QString& value)
{
    const Result<Experiment> experiment = experimentFromJson(value.isEmpty() ? "{}" : value.toStdString());
    if (!experiment) {
        return failure(ErrorCode::Malformed, "experiment: " + experiment.error().message);
    }
    scene.experiment = *experiment;
    return {};
}

Result<void> setPage(Scene& scene, const QString& value)
{
    if (!value.isEmpty() && !pageNames().contains(value)) {
        return notOneOf(QStringLiteral("page"), pageNames().join(QStringLiteral(", ")), value);
    }
    scene.page = value.isEmpty() ? Scene{}.page : value;
    return {};
}

Result<void> setModel(Scene& scene, const QString& value)
{
    if (!value.isEmpty() && value != kOpenModel && !modelNamed(value)) {
        QStringList known;
        for (const ModelChoice& choice : modelChoices()) {
            known.append(choice.name);
        }
        return notOneOf(QStringLiteral("model"), (known << kOpenModel).join(QStringLiteral(", ")), value);
    }
    scene.model = value.isEmpty() ? Scene{}.model : value;
    return {};
}

/// What `show` says depends on the page: the line comes after it.
Result<void> setShow(Scene& scene, const QString& value)
{
    const QString line = QStringLiteral("show");
    if (scene.page == QLatin1String("positions")) {
        return choose(scene.view.positions.show, line, value, positionShowNames());
    }
    if (scene.page == QLatin1String("scaling")) {
        return choose(scene.view.scaling.show, line, value, scalingShowNames());
    }
    if (scene.page == QLatin1String("variants")) {
        return choose(scene.view.variants.show, line, value, variantShowNames());
    }
    if (scene.page == QLatin1String("recurrence")) {
        return choose(scene.view.recurrence.show, line, value, recurrenceShowNames());
    }
    return failure(ErrorCode::Malformed, "show: belongs to a page with sides, and comes after its page: positions, "
                                         "scaling, variants or recurrence.");
}

Result<void> setHeads(Scene& scene, const QString& value)
{
    scene.view.flow.heads.clear();
    for (const QString& part : value.split(u',', Qt::SkipEmptyParts)) {
        bool isNumber = false;
        const int head = part.trimmed().toInt(&isNumber);
        if (!isNumber || head < 0) {
            return failure(ErrorCode::Malformed,
                           "heads: are numbers from 0 on, as 0, 2; not \"" + value.toStdString() + "\".");
        }
        scene.view.flow.heads.insert(HeadIndex(head));
    }
    return {};
}

Result<void> setStage(Scene& scene, const QString& value)
{
    scene.view.pipeline.zoomed.reset();
    if (value.isEmpty() || value == QLatin1String("all")) {
        return {};
    }
    for (const Stage& stage : stages()) {
        if (value.toStdString() == stage.name) {
            scene.view.pipeline.zoomed = stage.id;
            return {};
        }
    }
    return failure(ErrorCode::Malformed,
                   "stage: is all or a stage's name, as attention.scores, not \"" + value.toStdString() + "\".");
}

Result<void> setWidth(Scene& scene, const QString& value)
{
    bool isNumber = false;
    const int width = value.toInt(&isNumber);
    if (!value.isEmpty() && (!isNumber || width < 1 || width > kMostHeadWidth)) {
        return failure(ErrorCode::Malformed, "width: is from 1 to " + std::to_string(kMostHeadWidth) + ", not \"" +
                                                 value.toStdString() + "\".");
    }
    scene.view.scaling.headWidth = value.isEmpty() ? ScalingOptions{}.headWidth : width;
    return {};
}

Result<void> setAgainst(Scene& scene, const QString& value)
{
    const qsizetype colon = value.indexOf(u':');
    const QString trimmed = colon < 0 ? value : value.left(colon + 1) + value.mid(colon + 1).trimmed();
    const std::optional<CompareOptions> compare =
        value.isEmpty() ? CompareOptions{} : comparedWith(trimmed.toStdString());
    if (!compare) {
        return notOneOf(QStringLiteral("against"), QStringLiteral("default, text:…, head:2.1, layer:1"), value);
    }
    scene.view.compare = *compare;
    return {};
}

Result<void> setToy(Scene& scene, const QString& value)
{
    const auto lookup = [](ScalingChoice scaling) {
        ToySetup setup = defaultSetup(ToyKind::Lookup);
        setup.scaling = scaling;
        return setup;
    };
    static const ValueNames<std::optional<ToySetup>> kToys = {
        {"none", std::nullopt},
        {"grammar", defaultSetup(ToyKind::Grammar)},
        {"lookup", lookup(ScalingChoice::On)},
        {"lookup-unscaled", lookup(ScalingChoice::Off)},
        {"lookup-both", lookup(ScalingChoice::SideBySide)},
    };
    return choose(scene.toy, QStringLiteral("toy"), value, kToys);
}

/// One row of the table of lines.
struct Line
{
    QString name;
    std::function<Result<void>(Scene&, const QString&)> set;
};

const std::vector<Line>& lines()
{
    static const std::vector<Line> table = {
        {QStringLiteral("text"),
         [](Scene& scene, const QString& value) -> Result<void> {
             const bool isOwn = value.isEmpty() || value == QLatin1String("own");
             scene.text = isOwn ? std::nullopt : std::optional(value);
             return {};
         }},
        {QStringLiteral("pair"),
         [](Scene& scene, const QString& value) -> Result<void> {
             scene.pair = value;
             return {};
         }},
        {QStringLiteral("model"), setModel},
        {QStringLiteral("page"), setPage},
        {QStringLiteral("head"), setHead},
        {QStringLiteral("query"), [](Scene& scene, const QString& value) { return setToken(scene.query, value); }},
        {QStringLiteral("key"), [](Scene& scene, const QString& value) { return setToken(scene.key, value); }},
        {QStringLiteral("experiment"), setExperiment},
        {QStringLiteral("quantity"),
         [](Scene& scene, const QString& value) {
             return choose(scene.view.heatmap.quantity, QStringLiteral("quantity"), value, quantityNames());
         }},
        {QStringLiteral("numbers"),
         [](Scene& scene, const QString& value) {
             return choose(scene.view.heatmap.numbers, QStringLiteral("numbers"), value,
                           ValueNames<CellNumbers>{{"off", CellNumbers::Hidden}, {"on", CellNumbers::Shown}});
         }},
        {QStringLiteral("heads"), setHeads},
        {QStringLiteral("stage"), setStage},
        {QStringLiteral("show"), setShow},
        {QStringLiteral("width"), setWidth},
        {QStringLiteral("scheme"),
         [](Scene& scene, const QString& value) {
             return choose(scene.view.positions.scheme, QStringLiteral("scheme"), value, schemeNames());
         }},
        {QStringLiteral("variant"),
         [](Scene& scene, const QString& value) {
             return choose(scene.view.variants.variant, QStringLiteral("variant"), value, variantNames());
         }},
        {QStringLiteral("against"), setAgainst},
        {QStringLiteral("toy"), setToy},
    };
    return table;
}

}  // namespace

Result<void> setLine(Scene& scene, const QString& name, const QString& value)
{
    const std::vector<Line>& table = lines();
    const auto line = std::ranges::find(table, name, &Line::name);
    if (line == table.end()) {
        QStringList known;
        for (const Line& row : table) {
            known.append(row.name);
        }
        return failure(ErrorCode::Malformed, "A scene has no line \"" + name.toStdString() + "\"; there are " +
                                                 known.join(QStringLiteral(", ")).toStdString() + ".");
    }
    return line->set(scene, value);
}

Result<void> setLines(Scene& scene, const QString& lines)
{
    for (const QString& part : lines.split(u';', Qt::SkipEmptyParts)) {
        const qsizetype equals = part.indexOf(u'=');
        if (equals < 0) {
            return failure(ErrorCode::Malformed,
                           "A link sets lines as page=heads;head=3.0, not \"" + part.toStdString() + "\".");
        }
        const auto decoded = [](const QString& text) { return QUrl::fromPercentEncoding(text.toUtf8()).trimmed(); };
        if (Result<void> set = setLine(scene, decoded(part.left(equals)), decoded(part.mid(equals + 1))); !set) {
            return set;
        }
    }
    return {};
}

Result<Document> documentOf(const Scene& scene, const Document& current, const Model& model)
{
    Document document{.text = scene.text.value_or(current.text),
                      .pair = scene.pair,
                      .experiment = scene.experiment,
                      .selection = {.head = scene.head.value_or(current.selection.head)}};
    const HeadAddress head = document.selection.head;
    if (Result<void> valid = validate(scene.experiment, model.config.layers, model.config.heads); !valid) {
        return tl::unexpected(valid.error());
    }
    if (head.layer.value >= model.config.layers || head.head.value >= model.config.heads) {
        return failure(ErrorCode::InvalidArgument, "The model has no head " + std::to_string(head.layer.value) + "." +
                                                       std::to_string(head.head.value) + ".");
    }
    if (!scene.query && !scene.key) {
        return document;
    }
    const Result<EncodedText> encoded = encode(model, document.text.toStdString(), document.pair.toStdString());
    if (!encoded) {
        return tl::unexpected(encoded.error());
    }
    const auto find = [&](const std::optional<TokenName>& name, std::optional<TokenIndex>& place) -> Result<void> {
        if (!name) {
            return {};
        }
        const Result<TokenIndex> found = findToken(*name, encoded->tokens);
        if (!found) {
            return tl::unexpected(found.error());
        }
        place = *found;
        return {};
    };
    if (Result<void> found = find(scene.query, document.selection.query); !found) {
        return tl::unexpected(found.error());
    }
    if (Result<void> found = find(scene.key, document.selection.key); !found) {
        return tl::unexpected(found.error());
    }
    return document;
}

ViewOptions viewOf(const Scene& scene, const ViewOptions& current)
{
    ViewOptions view = scene.view;
    view.colourMap = current.colourMap;
    view.tokens = current.tokens;
    return view;
}

Result<Scene> changedScene(const Document& document, const ViewOptions& view, const QString& page, const QString& lines)
{
    const auto name = [](const std::optional<TokenIndex>& token) {
        return token ? std::optional(TokenName{.word = {}, .position = token->value}) : std::nullopt;
    };
    const Scene before{.text = document.text,
                       .pair = document.pair,
                       .model = kOpenModel,
                       .page = page,
                       .head = document.selection.head,
                       .query = name(document.selection.query),
                       .key = name(document.selection.key),
                       .experiment = document.experiment,
                       .view = view};
    Scene scene = before;
    if (Result<void> set = setLines(scene, lines); !set) {
        return tl::unexpected(set.error());
    }
    if (scene.text != before.text) {
        for (std::optional<TokenName> Scene::*token : {&Scene::query, &Scene::key}) {
            if (scene.*token == before.*token) {
                (scene.*token).reset();
            }
        }
    }
    return scene;
}

}  // namespace headlight::ui
