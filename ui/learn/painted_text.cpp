#include "ui/learn/painted_text.h"

#include <QFontMetricsF>
#include <QPaintDevice>
#include <QPaintEngine>
#include <QPainter>

namespace headlight::ui {
namespace {

/// Paints nothing, and looks at the texts that it is to paint.
class TextFinder final : public QPaintEngine
{
public:
    explicit TextFinder(QPointF point) : QPaintEngine(AllFeatures), m_point(point) {}

    const QString& found() const noexcept { return m_found; }

    bool begin(QPaintDevice* /*device*/) override { return true; }
    bool end() override { return true; }
    void updateState(const QPaintEngineState& /*state*/) override {}
    void drawPixmap(const QRectF& /*to*/, const QPixmap& /*pixmap*/, const QRectF& /*from*/) override {}
    void drawImage(const QRectF& /*to*/, const QImage& /*image*/, const QRectF& /*from*/,
                   Qt::ImageConversionFlags /*flags*/) override
    {}
    void drawPath(const QPainterPath& /*path*/) override {}
    void drawPolygon(const QPointF* /*points*/, int /*count*/, PolygonDrawMode /*mode*/) override {}
    Type type() const override { return User; }

    void drawTextItem(const QPointF& at, const QTextItem& item) override
    {
        const QRectF box(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent());
        if (painter()->combinedTransform().mapRect(box).contains(m_point)) {
            m_found = item.text();
        }
    }

private:
    QPointF m_point;
    QString m_found;
};

/// As large as a picture may be.
class FinderDevice final : public QPaintDevice
{
public:
    FinderDevice(TextFinder& finder, const QSize& size) : m_finder(finder), m_size(size) {}

    QPaintEngine* paintEngine() const override { return &m_finder; }

protected:
    int metric(PaintDeviceMetric metric) const override
    {
        constexpr int kDotsPerInch = 96;
        constexpr int kColours = 1 << 24;
        switch (metric) {
        case PdmWidth:
            return m_size.width();
        case PdmHeight:
            return m_size.height();
        case PdmDpiX:
        case PdmDpiY:
        case PdmPhysicalDpiX:
        case PdmPhysicalDpiY:
            return kDotsPerInch;
        case PdmNumColors:
            return kColours;
        case PdmDepth:
            return 24;
        case PdmDevicePixelRatio:
            return 1;
        default:
            return QPaintDevice::metric(metric);
        }
    }

private:
    TextFinder& m_finder;
    QSize m_size;
};

}  // namespace

QString paintedTextAt(const Picture& picture, const QRectF& area, QPointF point)
{
    TextFinder finder(point);
    FinderDevice device(finder, area.toAlignedRect().united({0, 0, 1, 1}).size());
    QPainter painter(&device);
    picture.paintQuickly(painter, area, Theme::of(Brightness::Light));
    painter.end();
    return finder.found();
}

}  // namespace headlight::ui
