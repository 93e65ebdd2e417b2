// What pictures look like, for their tests.
#pragma once

#include "ui/plots/picture.h"
#include "ui/plots/theme.h"

#include <QBuffer>
#include <QColor>
#include <QImage>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <QSvgGenerator>

namespace headlight::ui::test {

/// @param area begins at the origin
inline QImage painted(const Picture& picture, const QRectF& area, Brightness brightness = Brightness::Light)
{
    const Theme& theme = Theme::of(brightness);
    QImage image(area.size().toSize(), QImage::Format_RGB32);
    image.fill(theme.paper);
    QPainter painter(&image);
    picture.paint(painter, area, theme);
    return image;
}

/// Its text can be searched for.
inline QString svgOf(const Picture& picture, const QRectF& area)
{
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(area.size().toSize());
    QPainter painter(&generator);
    picture.paint(painter, area, Theme::of(Brightness::Light));
    painter.end();
    return QString::fromUtf8(buffer.data());
}

inline bool hasColour(const QImage& image, const QColor& colour)
{
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixel(x, y) == colour.rgb()) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace headlight::ui::test
