#include "ui/export/view.h"

#include "ui/plots/flow_picture.h"
#include "ui/plots/gallery_picture.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/positions_picture.h"
#include "ui/plots/token_label.h"

namespace headlight::ui {
namespace {

std::shared_ptr<const Picture> pictureOf(const ViewContent& content)
{
    const ColourMap& colourMap = ColourMap::named(content.options.colourMap);
    switch (content.view) {
    case View::Heatmap:
        break;
    case View::Heads:
        return std::make_shared<GalleryPicture>(content.trace, content.selection, colourMap);
    case View::Flow:
        return std::make_shared<FlowPicture>(content.trace, content.selection, content.options.flow);
    case View::Positions:
        return std::make_shared<PositionsPicture>(
            PositionsInUse{*content.model, content.trace->info().experiment, content.trace->tokens()},
            content.options.positions, content.selection);
    }
    return std::make_shared<HeatmapPicture>(content.trace, content.selection, content.options.heatmap, colourMap);
}

QStringList captionOf(const ViewContent& content)
{
    const TraceInfo& info = content.trace->info();
    const Experiment& experiment = info.experiment;
    QString model = QString::fromStdString(info.modelName);
    if (!info.modelNote.empty()) {
        model += QStringLiteral(" (%1)").arg(QString::fromStdString(info.modelNote));
    }
    QString text = withVisibleControls(QString::fromStdString(info.text).simplified());
    constexpr qsizetype kLongestText = 300;
    if (text.size() > kLongestText) {
        text = text.left(kLongestText) + QChar(0x2026);
    }
    const QString positions =
        QString::fromLatin1(positionSchemeName(experiment.positions.value_or(content.model->config.positions)).data());
    QStringList settings{
        model,
        QStringLiteral("%1 layers × %2 heads").arg(info.layers).arg(info.heads),
        experiment.scaling == Scaling::On ? QStringLiteral("scores ÷ √d") : QStringLiteral("scores not scaled"),
        QStringLiteral("softmax temperature %1").arg(static_cast<double>(experiment.temperature)),
        QStringLiteral("positions %1").arg(positions),
        QStringLiteral("mask %1").arg(QString::fromStdString(describe(info.mask))),
    };
    if (!experiment.ablatedHeads.empty()) {
        Experiment onlyHeads;
        onlyHeads.ablatedHeads = experiment.ablatedHeads;
        settings.append(QString::fromStdString(describe(onlyHeads)));
    }
    const QString isolated = QChar(0x2068) + text + QChar(0x2069);  // the quotation marks stay outside
    return {QStringLiteral("“%1”").arg(isolated), settings.join(QStringLiteral(" · "))};
}

}  // namespace

QStringList viewNames()
{
    return {QStringLiteral("heatmap"), QStringLiteral("heads"), QStringLiteral("flow"), QStringLiteral("positions")};
}

QString viewName(View view)
{
    return viewNames().at(static_cast<int>(view));
}

std::optional<View> viewNamed(const QString& name)
{
    const qsizetype index = viewNames().indexOf(name);
    return index < 0 ? std::nullopt : std::optional(static_cast<View>(index));
}

Figure toFigure(const ViewContent& content)
{
    return {.name = viewName(content.view), .picture = pictureOf(content), .caption = captionOf(content)};
}

}  // namespace headlight::ui
