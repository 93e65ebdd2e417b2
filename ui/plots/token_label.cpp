#include "ui/plots/token_label.h"

#include <QList>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace headlight::ui {

namespace {

// Emoji and some scripts join with them; on their own they are as invisible as the others.
bool isJoiner(char32_t point)
{
    return point == U'\u200c' || point == U'\u200d';
}

QString codePoint(char32_t point)
{
    return QStringLiteral("U+%1").arg(std::uint32_t{point}, 4, 16, QChar('0')).toUpper();
}

}  // namespace

QString withVisibleControls(const QString& text)
{
    const auto points = text.toUcs4();
    const bool onlyJoiners = std::ranges::all_of(points, isJoiner);
    QString visible;
    for (const char32_t point : points) {
        const QChar::Category category = QChar::category(point);
        const bool invisible = category == QChar::Other_Control || category == QChar::Other_Format;
        visible += invisible && (onlyJoiners || !isJoiner(point)) ? codePoint(point) : QString::fromUcs4(&point, 1);
    }
    return visible;
}

QString tokenLabel(const Token& token)
{
    QString label = QString::fromStdString(token.text);
    for (QChar& character : label) {
        if (character == u' ' || character == u'\u00a0') {
            character = u'·';
        } else if (character == u'\n' || character == u'\r' || character == u'\u2028') {
            character = u'↵';
        } else if (character == u'\t') {
            character = u'⇥';
        }
    }
    label = withVisibleControls(label);
    const bool rightToLeft = std::ranges::any_of(label.toUcs4(), [](char32_t point) {
        const QChar::Direction direction = QChar::direction(point);
        return direction == QChar::DirR || direction == QChar::DirAL;
    });
    return rightToLeft ? QChar(0x2067) + label + QChar(0x2069) : label;
}

QString elidedTokenLabel(const Token& token, const QFontMetricsF& metrics, qreal width)
{
    return metrics.elidedText(tokenLabel(token), Qt::ElideMiddle, width);
}

int labelStep(qreal extent, qreal pitch)
{
    if (!(pitch > 0.0)) {
        return 1;
    }
    return std::max(1, static_cast<int>(std::ceil(extent / pitch)));
}

}  // namespace headlight::ui
