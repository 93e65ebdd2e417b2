#include "ui/plots/theme.h"

#include <algorithm>
#include <array>

namespace headlight::ui {

const Theme& Theme::of(Brightness brightness)
{
    static const Theme light{.brightness = Brightness::Light,
                             .paper = QColor(0xffffff),
                             .panel = QColor(0xf4f5f7),
                             .text = QColor(0x1b1f24),
                             .mutedText = QColor(0x5b6470),
                             .line = QColor(0xd3d8de),
                             .accent = QColor(0xd9480f),
                             .hidden = QColor(0xe6e8eb)};
    static const Theme dark{.brightness = Brightness::Dark,
                            .paper = QColor(0x16191d),
                            .panel = QColor(0x20252b),
                            .text = QColor(0xe8eaed),
                            .mutedText = QColor(0x9aa4b0),
                            .line = QColor(0x3a424c),
                            .accent = QColor(0xff9248),
                            .hidden = QColor(0x2b3138)};
    return brightness == Brightness::Light ? light : dark;
}

QPalette widgetPalette(const Theme& theme)
{
    QPalette palette;
    palette.setColor(QPalette::Window, theme.panel);
    palette.setColor(QPalette::WindowText, theme.text);
    // On dark pages fields and boxes must differ from what they stand on: their outlines are darker still.
    constexpr int kFieldLightness = 135;
    palette.setColor(QPalette::Base,
                     theme.brightness == Brightness::Dark ? theme.panel.lighter(kFieldLightness) : theme.paper);
    palette.setColor(QPalette::AlternateBase, theme.paper);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.mutedText);
    palette.setColor(QPalette::Button, theme.panel);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::ToolTipBase, theme.panel);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Highlight, theme.accent);
    palette.setColor(QPalette::HighlightedText, theme.paper);
    palette.setColor(QPalette::Link, theme.accent);
    palette.setColor(QPalette::Mid, theme.line);
    const bool dark = theme.brightness == Brightness::Dark;
    palette.setColor(QPalette::Light, dark ? theme.panel.lighter(140) : QColor(Qt::white));
    palette.setColor(QPalette::Midlight, dark ? theme.panel.lighter(120) : theme.panel.lighter(103));
    palette.setColor(QPalette::Dark, dark ? theme.panel.darker(150) : theme.line.darker(120));
    palette.setColor(QPalette::Shadow, dark ? QColor(Qt::black) : theme.line.darker(160));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, theme.mutedText);
    }
    return palette;
}

QPalette indicatorPalette(const Theme& theme)
{
    QPalette palette = widgetPalette(theme);
    if (theme.brightness == Brightness::Dark) {
        palette.setColor(QPalette::Window, theme.text);
    }
    return palette;
}

QFont figureFont(qreal pixels, QFont::Weight weight)
{
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPixelSize(qRound(pixels));
    font.setWeight(weight);
    // Screens differ in hinting and subpixels; figures must not.
    font.setHintingPreference(QFont::PreferNoHinting);
    font.setStyleStrategy(static_cast<QFont::StyleStrategy>(QFont::PreferAntialias | QFont::NoSubpixelAntialias));
    return font;
}

QColor headColour(HeadIndex head, const Theme& theme)
{
    // Paul Tol's "muted" scheme (https://personal.sron.nl/~pault/) with three of his "bright" colours added.
    static constexpr std::array<QRgb, 12> kHues = {0xff332288, 0xffcc6677, 0xff117733, 0xffddaa33,
                                                   0xff66ccee, 0xffaa4499, 0xff999933, 0xff44aa99,
                                                   0xff882255, 0xff4477aa, 0xffee6677, 0xff777777};
    const QColor hue(kHues.at(static_cast<std::size_t>(head.value) % kHues.size()));
    static constexpr int kDimmestOnDark = 145;  // HSL lightness, of 255
    return theme.brightness == Brightness::Light
               ? hue
               : QColor::fromHsl(hue.hslHue(), hue.hslSaturation(), std::max(hue.lightness(), kDimmestOnDark));
}

}  // namespace headlight::ui
