#include "ui/export/view.h"

#include "ui/plots/ablation_picture.h"
#include "ui/plots/comparison_picture.h"
#include "ui/plots/cost_picture.h"
#include "ui/plots/flow_picture.h"
#include "ui/plots/gallery_picture.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/pipeline_picture.h"
#include "ui/plots/position_picture.h"
#include "ui/plots/positions_picture.h"
#include "ui/plots/recurrence_picture.h"
#include "ui/plots/scaling_picture.h"
#include "ui/plots/stage_picture.h"
#include "ui/plots/tiled_picture.h"
#include "ui/plots/token_label.h"
#include "ui/plots/variant_picture.h"

#include <algorithm>
#include <array>
#include <utility>

namespace headlight::ui {
namespace {

struct NamedView
{
    View view;
    const char* name;
};

constexpr std::array kViews = {
    NamedView{View::Heatmap, "heatmap"},     NamedView{View::Heads, "heads"},
    NamedView{View::Flow, "flow"},           NamedView{View::Pipeline, "pipeline"},
    NamedView{View::Compare, "compare"},     NamedView{View::Ablation, "ablation"},
    NamedView{View::Positions, "positions"}, NamedView{View::Scaling, "scaling"},
    NamedView{View::Variants, "variants"},   NamedView{View::Recurrence, "recurrence"},
};

/// What a view of scaling shows; nothing cancels it.
ScalingMeasurements measuredFor(const ViewContent& content)
{
    ScalingRequest request{.seed = content.options.scaling.seed};
    if (content.options.scaling.show == ScalingShow::Heads) {
        request.trace = content.trace;
        request.model = content.model;
    }
    return measureScaling(request).value();
}

std::shared_ptr<const Picture> pipelinePicture(const ViewContent& content, const ColourMap& colourMap)
{
    const auto stages = std::make_shared<const PipelineContent>(content.trace, content.model, content.selection.head);
    const PipelineOptions& options = content.options.pipeline;
    if (options.zoomed) {
        return std::make_shared<StagePicture>(stages, content.selection, options, colourMap);
    }
    return std::make_shared<PipelinePicture>(stages, content.selection, options, colourMap);
}

std::shared_ptr<const Picture> variantsPicture(const ViewContent& content, const ColourMap& colourMap)
{
    const VariantOptions& options = content.options.variants;
    if (options.show != VariantShow::Attention) {
        const Mask& own = content.trace->info().maskOf(content.selection.head.layer);
        return std::make_shared<CostPicture>(costSetting(content.model->config, own, options), options.show,
                                             content.measured, content.trace->tokens());
    }
    if (options.variant == AttentionVariant::Tiled) {
        return std::make_shared<TiledPicture>(content.trace, *content.model, content.selection, options, colourMap);
    }
    return std::make_shared<VariantPicture>(content.trace, *content.model, content.selection, options, colourMap);
}

std::shared_ptr<const Picture> pictureOf(const ViewContent& content)
{
    const ColourMap& colourMap = ColourMap::named(content.options.colourMap);
    switch (content.view) {
    case View::Heatmap:
        break;
    case View::Heads:
        return std::make_shared<GalleryPicture>(content.trace, content.selection, colourMap, content.options.gallery,
                                                content.analysis);
    case View::Flow:
        return std::make_shared<FlowPicture>(content.trace, content.selection, content.options.flow);
    case View::Compare:
        return std::make_shared<ComparisonPicture>(
            content.comparison, marksOf(*content.comparison->numbers, content.trace, content.selection),
            content.options.compare, colourMap);
    case View::Pipeline:
        return pipelinePicture(content, colourMap);
    case View::Ablation:
        return std::make_shared<AblationPicture>(content.ablation, content.selection.head, content.options.tokens.names,
                                                 colourMap);
    case View::Positions:
        return positionPicture(PositionsInUse{*content.model, content.trace->info().experiment, content.trace->tokens(),
                                              content.trace.get()},
                               content.options.positions, content.selection);
    case View::Scaling:
        return scalingPicture(measuredFor(content), content.options, content.selection.head);
    case View::Variants:
        return variantsPicture(content, colourMap);
    case View::Recurrence:
        return std::make_shared<RecurrencePicture>(content.trace, layerSetting(content.model->config),
                                                   content.selection, content.options.recurrence, content.layerTimes);
    }
    return std::make_shared<HeatmapPicture>(content.trace, content.selection, content.options.heatmap, colourMap,
                                            HeatmapSources{content.model.get(), content.analysis});
}

/// In quotation marks, and cut short if it is long.
QString quoted(const std::string& foreign)
{
    QString text = withVisibleControls(QString::fromStdString(foreign).simplified());
    constexpr qsizetype kLongestText = 300;
    if (text.size() > kLongestText) {
        text = text.left(kLongestText) + QChar(0x2026);
    }
    const QString isolated = QChar(0x2068) + text + QChar(0x2069);  // the quotation marks stay outside
    return QStringLiteral("“%1”").arg(isolated);
}

/// A trace of words keeps the direction alone.
Mask maskOf(const TraceInfo& info, const Model& model)
{
    return info.unit == TokenUnit::Word ? effectiveMask(info.experiment, model.config.mask) : info.mask;
}

QString textsOf(const TraceInfo& info)
{
    return info.pair.empty() ? quoted(info.text) : quoted(info.text) + QStringLiteral(" · ") + quoted(info.pair);
}

QString settingsOf(const TraceInfo& info, const Model& usedModel)
{
    const Experiment& experiment = info.experiment;
    QString model = QString::fromStdString(info.modelName);
    if (!info.modelNote.empty()) {
        model += QStringLiteral(" (%1)").arg(QString::fromStdString(info.modelNote));
    }
    const QString positions =
        QString::fromLatin1(positionSchemeName(experiment.positions.value_or(usedModel.config.positions)).data());
    QStringList settings{model, QStringLiteral("%1 layers × %2 heads").arg(info.layers).arg(info.heads)};
    if (experiment.kernel == AttentionKernel::Softmax) {
        settings.append(experiment.scaling == Scaling::On ? QStringLiteral("scores ÷ √d")
                                                          : QStringLiteral("scores not scaled"));
        settings.append(QStringLiteral("softmax temperature %1").arg(static_cast<double>(experiment.temperature)));
    }
    settings.append(QStringLiteral("positions %1").arg(positions));
    settings.append(QStringLiteral("mask %1").arg(QString::fromStdString(describe(maskOf(info, usedModel)))));
    if (info.unit == TokenUnit::Word) {
        settings.append(QStringLiteral("words: weights summed over a word's keys, averaged over its queries"));
    }
    const Experiment others{.kernel = experiment.kernel,
                            .values = experiment.values,
                            .sharing = experiment.sharing,
                            .ablatedHeads = experiment.ablatedHeads,
                            .zeroedValues = experiment.zeroedValues};
    if (others != Experiment{}) {
        settings.append(QString::fromStdString(describe(others)));
    }
    return settings.join(QStringLiteral(" · "));
}

QStringList captionOf(const ViewContent& content)
{
    if (content.view == View::Scaling && content.options.scaling.show != ScalingShow::Heads) {
        return {
            QStringLiteral("Random vectors, independent of any text or model; components of mean 0 and variance 1")};
    }
    if (content.view == View::Variants && content.options.variants.show != VariantShow::Attention) {
        return {QStringLiteral("One head of %1's width; the numbers depend on no text")
                    .arg(QString::fromStdString(content.trace->info().modelName))};
    }
    if (content.view != View::Compare) {
        const TraceInfo& info = content.trace->info();
        return {textsOf(info), settingsOf(info, *content.model)};
    }
    const ComparisonSide& a = content.comparison->numbers->a;
    const ComparisonSide& b = content.comparison->numbers->b;
    const auto lines = [](const QString& name, const QString& ofA, const QString& ofB) {
        return ofA == ofB ? QStringList{QStringLiteral("%1 %2").arg(name, ofA).trimmed()}
                          : QStringList{QStringLiteral("A: ") + ofA, QStringLiteral("B: ") + ofB};
    };
    return lines({}, textsOf(a.shown->info()), textsOf(b.shown->info())) + lines(QStringLiteral("A and B:"),
                                                                                 settingsOf(a.shown->info(), *a.model),
                                                                                 settingsOf(b.shown->info(), *b.model));
}

}  // namespace

QStringList viewNames()
{
    QStringList names;
    for (const auto& [view, name] : kViews) {
        names.append(QString::fromLatin1(name));
    }
    return names;
}

QString viewName(View view)
{
    return QString::fromLatin1(std::ranges::find(kViews, view, &NamedView::view)->name);
}

std::optional<View> viewNamed(const QString& name)
{
    for (const auto& [view, known] : kViews) {
        if (name == QLatin1String(known)) {
            return view;
        }
    }
    return std::nullopt;
}

std::optional<TokenUnit> unitOf(View view)
{
    const bool isOfTokens = view == View::Pipeline || view == View::Ablation || view == View::Positions ||
                            view == View::Scaling || view == View::Variants || view == View::Recurrence;
    return isOfTokens ? std::optional(TokenUnit::Token) : std::nullopt;
}

Figure toFigure(const ViewContent& content)
{
    return toFigure(content, pictureOf(content));
}

Figure toFigure(const ViewContent& content, std::shared_ptr<const Picture> picture)
{
    return {.name = viewName(content.view), .picture = std::move(picture), .caption = captionOf(content)};
}

}  // namespace headlight::ui
