// What a trace shows, as figures.
#pragma once

#include "core/analysis/cost_measurement.h"
#include "core/analysis/recurrence.h"
#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/export/figure.h"
#include "ui/session/ablation.h"
#include "ui/session/analysis.h"
#include "ui/session/comparison.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// The pictures of a trace.
enum class View { Heatmap, Heads, Flow, Pipeline, Compare, Ablation, Positions, Scaling, Variants, Recurrence };

/// "heatmap", "heads", …: also the name of the page that shows it.
QString viewName(View view);
QStringList viewNames();
std::optional<View> viewNamed(const QString& name);

/// What the rows of its trace must stand for: tokens, never words; nothing where both will do.
std::optional<TokenUnit> unitOf(View view);

/// Everything that a view shows.
struct ViewContent
{
    View view = View::Heatmap;
    std::shared_ptr<const Trace> trace;  ///< Not null.
    std::shared_ptr<const Model> model;  ///< Not null.
    Selection selection;
    ViewOptions options;
    std::shared_ptr<const Analysis> analysis =
        {};  ///< Of the trace, as analysisFor(options) asks; null shows no badges.
    std::shared_ptr<const ShownComparison> comparison = {};  ///< Not null for View::Compare.
    std::shared_ptr<const AblationAnswer> ablation = {};     ///< Of View::Ablation, where it is not null.
    std::vector<MeasuredTime> measured = {};                 ///< Of View::Variants; none where none was measured.
    std::vector<LayerTime> layerTimes = {};                  ///< Of View::Recurrence, likewise.
};

/// Its picture, with the text, the model and the settings under it.
Figure toFigure(const ViewContent& content);

/// The same with a picture that is there already.
///
/// @param content whose trace may be null where the picture is of random vectors  @param picture not null
Figure toFigure(const ViewContent& content, std::shared_ptr<const Picture> picture);

}  // namespace headlight::ui
