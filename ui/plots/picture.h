// What every picture can do, on the screen and in a file.
#pragma once

#include "core/io/csv.h"
#include "ui/plots/theme.h"

#include <QPainter>
#include <QRectF>
#include <QString>

#include <functional>
#include <vector>

namespace headlight::ui {

/// Which parts of a picture to paint: all, or those that are there at once.
enum class Parts { All, Ready };

/// One picture, made from a trace and a selection and not changed afterwards; a new trace or selection makes a new one.
/// It draws itself at any size, so the window and an exported file show the same. For the GUI thread.
class Picture
{
public:
    virtual ~Picture() = default;

    /// What it shows, as a figure's title: "Attention weights · layer 1 · head 3".
    virtual QString title() const = 0;

    /// The size at which it reads well, in pixels at scale 1.
    virtual QSizeF naturalSize() const = 0;

    /// Draws everything but the title into `area`. Needs nothing but QPainter's own state, which it leaves as it was.
    virtual void paint(QPainter& painter, const QRectF& area, const Theme& theme) const = 0;

    /// What takes too long to be worked out while a view is painted: each a piece of work for another thread, which may outlive the
    /// picture. None where `paint` into this area is quick; a piece done is none of them any more.
    virtual std::vector<std::function<void()>> slowParts(const QRectF& /*area*/, qreal /*pixelRatio*/) const
    {
        return {};
    }

    /// The same as `paint`, without waiting: slow parts that are not there yet are drawn coarser, or said to be on their way.
    virtual void paintQuickly(QPainter& painter, const QRectF& area, const Theme& theme) const
    {
        paint(painter, area, theme);
    }

    /// The exact numbers that it shows, as a table for CSV.
    virtual CsvTable table() const = 0;
};

}  // namespace headlight::ui
