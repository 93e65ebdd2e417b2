// What a trace shows, as figures.
#pragma once

#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/export/figure.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>

namespace headlight::ui {

/// The pictures of a trace, in the order of the window's pages.
enum class View { Heatmap, Heads, Flow, Positions };

/// "heatmap", "heads", "flow", "positions".
QString viewName(View view);
QStringList viewNames();
std::optional<View> viewNamed(const QString& name);

/// Everything that a view shows.
struct ViewContent
{
    View view = View::Heatmap;
    std::shared_ptr<const Trace> trace;  ///< Not null.
    std::shared_ptr<const Model> model;  ///< Not null.
    Selection selection;
    ViewOptions options;
};

/// Its picture, with the text, the model and the settings under it.
Figure toFigure(const ViewContent& content);

}  // namespace headlight::ui
