#include "ui/plots/colour_map.h"

#include <QFile>

#include <algorithm>
#include <array>

namespace headlight::ui {

ColourMap::ColourMap(QString name) : m_name(std::move(name))
{
    QFile file(QStringLiteral(":/colour_maps/%1.txt").arg(m_name));
    [[maybe_unused]] const bool opened = file.open(QIODevice::ReadOnly);
    Q_ASSERT(opened);
    while (!file.atEnd()) {
        const QByteArray line = file.readLine().trimmed();
        if (!line.startsWith('#')) {
            m_colours.push_back(0xff000000U | line.toUInt(nullptr, 16));
        }
    }
    Q_ASSERT(m_colours.size() > 1);
}

QStringList ColourMap::names()
{
    return {QStringLiteral("viridis"), QStringLiteral("cividis"), QStringLiteral("magma"), QStringLiteral("greys")};
}

const ColourMap& ColourMap::named(QStringView name)
{
    static const std::array maps = {ColourMap(QStringLiteral("viridis")), ColourMap(QStringLiteral("cividis")),
                                    ColourMap(QStringLiteral("magma")), ColourMap(QStringLiteral("greys"))};
    const auto* found = std::ranges::find_if(maps, [&](const ColourMap& map) { return map.name() == name; });
    return found == maps.end() ? maps.front() : *found;
}

const ColourMap& ColourMap::diverging()
{
    static const ColourMap map(QStringLiteral("blue_red"));
    return map;
}

QRgb ColourMap::colour(float value, float low, float high) const
{
    if (!(high > low)) {
        return m_colours.front();
    }
    const float share = std::clamp((value - low) / (high - low), 0.0F, 1.0F);
    const auto last = static_cast<float>(m_colours.size() - 1);
    return m_colours[static_cast<std::size_t>(share * last + 0.5F)];
}

}  // namespace headlight::ui
