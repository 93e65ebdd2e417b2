// Pictures as files. The window and the command line both come here, so a figure made in a script is the figure on the
// screen.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/plots/picture.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <QImage>
#include <QString>
#include <QStringList>

#include <memory>
#include <optional>

namespace headlight::ui {

/// The pictures that can be exported, in the order of the window's pages.
enum class View { Heatmap, Heads, Flow, Positions };

/// "heatmap", "heads", "flow", "positions".
QString viewName(View view);
QStringList viewNames();
std::optional<View> viewNamed(const QString& name);

/// Everything that a figure shows.
struct FigureContent
{
    View view = View::Heatmap;
    std::shared_ptr<const Trace> trace;  ///< Not null.
    std::shared_ptr<const Model> model;  ///< Not null.
    Selection selection;
    ViewOptions options;
};

/// How it looks in a file.
struct FigureStyle
{
    double scale = 1.0;  ///< 1 is 96 pixels an inch; from kSmallestScale to kLargestScale.
    Brightness brightness = Brightness::Light;
};

inline constexpr double kSmallestScale = 0.1;
inline constexpr double kLargestScale = 20.0;

/// The file name extensions that exportFigure knows: "png", "svg", "pdf", "csv".
QStringList figureExtensions();

/// The picture of a view.
std::unique_ptr<const Picture> makePicture(const FigureContent& content);

/// The settings that made a figure, as its caption says them.
QStringList captionLines(const FigureContent& content);

/// The figure (title, picture, caption) as pixels.
QImage figureImage(const FigureContent& content, const FigureStyle& style = {});

/// The numbers that the figure shows, as CSV.
QByteArray figureCsv(const FigureContent& content);

/// Writes the figure in the format that the path's extension names: text stays text in SVG and PDF, and cells keep their
/// exact colours everywhere. The whole file appears or none.
///
/// @return InvalidArgument for an unknown extension (the message lists those known) or a scale out of range; Unwritable.
Result<void> exportFigure(const FigureContent& content, const QString& path, const FigureStyle& style = {});

}  // namespace headlight::ui
