// Pictures as files. The window and the command line both come here, so a figure made in a script is the figure on the
// screen.
#pragma once

#include "core/base/result.h"
#include "ui/plots/picture.h"

#include <QImage>
#include <QString>
#include <QStringList>

#include <memory>

namespace headlight::ui {

/// A picture and what is said under it.
struct Figure
{
    QString name;                            ///< For its file: "heatmap".
    std::shared_ptr<const Picture> picture;  ///< Not null.
    QStringList caption;                     ///< The settings that made it, a line each.
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

/// The figure (title, picture, caption) as pixels.
QImage figureImage(const Figure& figure, const FigureStyle& style = {});

/// The numbers that the figure shows, as CSV.
QByteArray figureCsv(const Figure& figure);

/// Writes the figure in the format that the path's extension names: text stays text in SVG and PDF, and cells keep their
/// exact colours everywhere. The whole file appears or none.
///
/// @return InvalidArgument for an unknown extension (the message lists those known) or a scale out of range; Unwritable.
Result<void> exportFigure(const Figure& figure, const QString& path, const FigureStyle& style = {});

}  // namespace headlight::ui
