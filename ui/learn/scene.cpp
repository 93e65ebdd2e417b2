#include "ui/learn/scene.h"

#include "core/analysis/scaling.h"
#include "core/io/experiment_json.h"
#include "core/model/transformer.h"
#include "ui/pages/page_list.h"
#include "ui/session/model_choice.h"

#include <QUrl>

#include <algorithm>
#include <functional>
#include <utility>

namespace headlight::ui {
namespace {

template <typename Value>
using Names = std::vector<std::pair<QString, Value>>;

QString namesOf(const auto& names)
{
    QStringList all;
    for (const auto& [name, value] : names) {
        all.append(name);
    }
    return all.join(QStringLiteral(", "));
}

tl::unexpected<Error> notOneOf(const QString& line, const QString& known, const QString& value)
{
    return failure(ErrorCode::Malformed, line.toStdString() + ": is one of " + known.toStdString() + ", not \"" +
                                             value.toStdString() + "\".");
}

/// Sets `field` to what the name stands for, or to its default where there is none.
template <typename Value>
Result<void> choose(Value& field, const QString& line, const QString& value, const Names<Value>& names)
{
    if (value.isEmpty()) {
        field = Value{};
        return {};
    }
    const auto found = std::ranges::find(names, value, &std::pair<QString, Value>::first);
    if (found == names.end()) {
        return notOneOf(line, namesOf(names), value);
    }
    field = found->second;
    return {};
}

Result<HeadAddress> readHead(const QString& line, const QString& value)
{
    const QStringList parts = value.split(u'.');
    bool isLayer = false;
    bool isHead = false;
    const int layer = parts.front().toInt(&isLayer);
    const int head = parts.back().toInt(&isHead);
    if (parts.size() != 2 || !isLayer || !isHead || layer < 0 || head < 0) {
        return failure(ErrorCode::Malformed, line.toStdString() + ": is layer.head, counted from 0, as 3.0; not \"" +
                                                 value.toStdString() + "\".");
    }
    return HeadAddress{LayerIndex(layer), HeadIndex(head)};
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
    const Result<HeadAddress> head = readHead(QStringLiteral("head"), value);
    if (!head) {
        return tl::unexpected(head.error());
    }
    scene.head = *head;
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
        return choose(scene.view.positions.show, line, value,
                      Names<PositionShow>{{QStringLiteral("encoding"), PositionShow::Encoding},
                                          {QStringLiteral("distance"), PositionShow::Distance},
                                          {QStringLiteral("wavelengths"), PositionShow::Wavelengths},
                                          {QStringLiteral("shift"), PositionShow::Shift}});
    }
    if (scene.page == QLatin1String("scaling")) {
        return choose(scene.view.scaling.show, line, value,
                      Names<ScalingShow>{{QStringLiteral("random"), ScalingShow::Random},
                                         {QStringLiteral("example"), ScalingShow::Example},
                                         {QStringLiteral("heads"), ScalingShow::Heads}});
    }
    if (scene.page == QLatin1String("variants")) {
        return choose(scene.view.variants.show, line, value,
                      Names<VariantShow>{{QStringLiteral("attention"), VariantShow::Attention},
                                         {QStringLiteral("operations"), VariantShow::Operations},
                                         {QStringLiteral("memory"), VariantShow::Memory},
                                         {QStringLiteral("time"), VariantShow::Time}});
    }
    if (scene.page == QLatin1String("recurrence")) {
        return choose(scene.view.recurrence.show, line, value,
                      Names<RecurrenceShow>{{QStringLiteral("steps"), RecurrenceShow::Steps},
                                            {QStringLiteral("distance"), RecurrenceShow::Distance},
                                            {QStringLiteral("time"), RecurrenceShow::Time}});
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
    CompareOptions& compare = scene.view.compare;
    compare = {};
    const qsizetype colon = value.indexOf(u':');
    const QString what = value.left(colon);
    const QString which = colon < 0 ? QString() : value.mid(colon + 1).trimmed();
    if (value.isEmpty() || value == QLatin1String("experiment")) {
        return {};
    }
    if (what == QLatin1String("text") && !which.isEmpty()) {
        compare.kind = ComparisonKind::Texts;
        compare.text = which;
        return {};
    }
    if (what == QLatin1String("head")) {
        const Result<HeadAddress> head = readHead(QStringLiteral("against: head"), which);
        if (!head) {
            return tl::unexpected(head.error());
        }
        compare.kind = ComparisonKind::Heads;
        compare.head = *head;
        return {};
    }
    bool isNumber = false;
    const int layer = which.toInt(&isNumber);
    if (what == QLatin1String("layer") && isNumber && layer >= 0) {
        compare.kind = ComparisonKind::Layers;
        compare.layer = LayerIndex(layer);
        return {};
    }
    return notOneOf(QStringLiteral("against"), QStringLiteral("experiment, text:…, head:2.1, layer:1"), value);
}

Result<void> setToy(Scene& scene, const QString& value)
{
    const auto lookup = [](ScalingChoice scaling) {
        ToySetup setup = defaultSetup(ToyKind::Lookup);
        setup.scaling = scaling;
        return setup;
    };
    return choose(scene.toy, QStringLiteral("toy"), value,
                  Names<std::optional<ToySetup>>{
                      {QStringLiteral("grammar"), defaultSetup(ToyKind::Grammar)},
                      {QStringLiteral("lookup"), lookup(ScalingChoice::On)},
                      {QStringLiteral("lookup-unscaled"), lookup(ScalingChoice::Off)},
                      {QStringLiteral("lookup-both"), lookup(ScalingChoice::SideBySide)},
                  });
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
             return choose(scene.view.heatmap.quantity, QStringLiteral("quantity"), value,
                           Names<Quantity>{{QStringLiteral("weights"), Quantity::Weights},
                                           {QStringLiteral("scores"), Quantity::ScaledScores},
                                           {QStringLiteral("raw-scores"), Quantity::RawScores},
                                           {QStringLiteral("norm-weighted"), Quantity::NormWeighted},
                                           {QStringLiteral("rollout"), Quantity::Rollout}});
         }},
        {QStringLiteral("numbers"),
         [](Scene& scene, const QString& value) {
             return choose(scene.view.heatmap.numbers, QStringLiteral("numbers"), value,
                           Names<CellNumbers>{{QStringLiteral("on"), CellNumbers::Shown},
                                              {QStringLiteral("off"), CellNumbers::Hidden}});
         }},
        {QStringLiteral("heads"), setHeads},
        {QStringLiteral("stage"), setStage},
        {QStringLiteral("show"), setShow},
        {QStringLiteral("width"), setWidth},
        {QStringLiteral("scheme"),
         [](Scene& scene, const QString& value) {
             return choose(
                 scene.view.positions.scheme, QStringLiteral("scheme"), value,
                 Names<std::optional<PositionScheme>>{{QStringLiteral("own"), std::nullopt},
                                                      {QStringLiteral("sinusoidal"), PositionScheme::Sinusoidal},
                                                      {QStringLiteral("rotary"), PositionScheme::Rotary},
                                                      {QStringLiteral("alibi"), PositionScheme::Alibi}});
         }},
        {QStringLiteral("variant"),
         [](Scene& scene, const QString& value) {
             if (value.isEmpty()) {
                 scene.view.variants.variant = VariantOptions{}.variant;
                 return Result<void>{};
             }
             return choose(scene.view.variants.variant, QStringLiteral("variant"), value,
                           Names<AttentionVariant>{{QStringLiteral("linear"), AttentionVariant::Linear},
                                                   {QStringLiteral("sparse"), AttentionVariant::Sparse},
                                                   {QStringLiteral("tiled"), AttentionVariant::Tiled}});
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
