#include "ui/plots/token_label.h"

#include <QList>

#include <cmath>

namespace headlight::ui {

QString tokenLabel(const Token& token)
{
    QString label;
    bool rightToLeft = false;
    for (const char32_t point : QString::fromStdString(token.text).toUcs4()) {
        if (point == U' ' || point == U'\u00a0') {
            label += QChar(0x00b7);
        } else if (point == U'\n' || point == U'\r' || point == U'\u2028') {
            label += QChar(0x21b5);
        } else if (point == U'\t') {
            label += QChar(0x21e5);
        } else if (point < 0x20) {
            label += QChar(static_cast<char16_t>(0x2400 + point));  // Unicode's pictures of control characters
        } else if (point == 0x7f) {
            label += QChar(0x2421);
        } else {
            const QChar::Direction direction = QChar::direction(point);
            rightToLeft = rightToLeft || direction == QChar::DirR || direction == QChar::DirAL;
            label += QString::fromUcs4(&point, 1);
        }
    }
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
