// From a number to a colour.
#pragma once

#include <QColor>
#include <QString>
#include <QStringList>

#include <span>
#include <vector>

namespace headlight::ui {

/// A table of colours from low to high, read from resources/colour_maps. There is one of each, for as long as the
/// program runs, so pictures may keep its address.
class ColourMap
{
public:
    ColourMap(const ColourMap&) = delete;
    ColourMap& operator=(const ColourMap&) = delete;

    /// The colour map with this name; the first of names() if there is none.
    static const ColourMap& named(QStringView name);

    /// The sequential maps that a person may choose among, viridis first.
    static QStringList names();

    /// The diverging map for signed values: zero is exactly its middle, neutral colour.
    static const ColourMap& diverging();

    const QString& name() const noexcept { return m_name; }
    std::span<const QRgb> colours() const noexcept { return m_colours; }

    /// The colour of `value` where `low` has the first and `high` the last colour; values outside are clamped. If low and
    /// high are equal, the first colour.
    QRgb colour(float value, float low, float high) const;

private:
    explicit ColourMap(QString name);

    QString m_name;
    std::vector<QRgb> m_colours;
};

}  // namespace headlight::ui
