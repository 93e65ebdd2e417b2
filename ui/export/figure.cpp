#include "ui/export/figure.h"

#include "core/io/atomic_file.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImageWriter>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kMargin = 18.0;
constexpr qreal kTitleRoom = 32.0;
constexpr qreal kCaptionGap = 12.0;
constexpr qreal kCaptionLine = 15.0;

/// A figure laid out once, drawn on any device.
class Sheet
{
public:
    Sheet(const Figure& figure, const FigureStyle& style)
        : m_picture(figure.picture)
        , m_theme(Theme::of(style.brightness))
    {
        const QSizeF picture = m_picture->naturalSize();
        m_title = m_picture->title();
        const QFontMetricsF titleMetrics(figureFont(kTitlePixels, QFont::Bold));
        const qreal width = std::max(picture.width(), std::min(titleMetrics.horizontalAdvance(m_title) + 1.0, 900.0));
        m_caption = wrapped(figure.caption, width);
        const qreal caption = kCaptionGap + kCaptionLine * static_cast<qreal>(m_caption.size());
        m_pictureArea = QRectF(QPointF(kMargin, kMargin + kTitleRoom), picture);
        m_size = QSizeF(width + 2.0 * kMargin, m_pictureArea.bottom() + caption + kMargin);
    }

    /// In whole pixels at scale 1.
    QSizeF size() const { return {std::ceil(m_size.width()), std::ceil(m_size.height())}; }
    QString title() const { return m_title; }

    void paint(QPainter& painter) const
    {
        // First of all, because SVG writes even a font that draws nothing.
        painter.setFont(figureFont(kTitlePixels, QFont::Bold));
        painter.fillRect(QRectF(QPointF(0.0, 0.0), size()), m_theme.paper);
        painter.setPen(m_theme.text);
        painter.drawText(QRectF(kMargin, kMargin, m_size.width() - 2.0 * kMargin, kTitleRoom),
                         Qt::AlignLeft | Qt::AlignTop, m_title);
        m_picture->paint(painter, m_pictureArea, m_theme);
        painter.setPen(m_theme.mutedText);
        painter.setFont(figureFont(kSmallPixels));
        qreal y = m_pictureArea.bottom() + kCaptionGap;
        for (const QString& line : m_caption) {
            painter.drawText(QRectF(kMargin, y, m_size.width() - 2.0 * kMargin, kCaptionLine),
                             Qt::AlignLeft | Qt::AlignVCenter, line);
            y += kCaptionLine;
        }
    }

private:
    /// Breaks at the separators so that no line is wider than `width`.
    static QStringList wrapped(const QStringList& lines, qreal width)
    {
        static const QString kSeparator = QStringLiteral(" · ");
        const QFontMetricsF metrics(figureFont(kSmallPixels));
        QStringList result;
        for (const QString& line : lines) {
            QString current;
            for (const QString& part : line.split(kSeparator)) {
                const QString longer = current.isEmpty() ? part : current + kSeparator + part;
                if (!current.isEmpty() && metrics.horizontalAdvance(longer) > width) {
                    result.append(current);
                    current = part;
                } else {
                    current = longer;
                }
            }
            result.append(metrics.elidedText(current, Qt::ElideRight, width));
        }
        return result;
    }

    std::shared_ptr<const Picture> m_picture;
    const Theme& m_theme;
    QString m_title;
    QStringList m_caption;
    QRectF m_pictureArea;
    QSizeF m_size;
};

QImage paintedImage(const Sheet& sheet, double scale)
{
    QImage image((sheet.size() * scale).toSize(), QImage::Format_RGB32);
    if (image.isNull()) {
        return image;
    }
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.scale(scale, scale);
    sheet.paint(painter);
    return image;
}

Result<QByteArray> pngBytes(const Sheet& sheet, double scale)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QImage image = paintedImage(sheet, scale);
    QImageWriter writer(&buffer, "png");
    if (image.isNull() || !writer.write(image)) {
        const QSize size = (sheet.size() * scale).toSize();
        return failure(ErrorCode::TooLong, QStringLiteral("A picture of %1 × %2 pixels does not fit into memory; use a "
                                                          "smaller --scale than %3.")
                                               .arg(size.width())
                                               .arg(size.height())
                                               .arg(scale)
                                               .toStdString());
    }
    return bytes;
}

QByteArray svgBytes(const Sheet& sheet, double scale)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    const QSizeF size = sheet.size() * scale;
    generator.setOutputDevice(&buffer);
    generator.setTitle(sheet.title());
    generator.setDescription(QStringLiteral("Made with Headlight"));
    generator.setResolution(96);
    generator.setSize(size.toSize());
    generator.setViewBox(QRectF(QPointF(0.0, 0.0), size));
    QPainter painter(&generator);
    painter.scale(scale, scale);
    sheet.paint(painter);
    painter.end();
    return bytes;
}

QByteArray pdfBytes(const Sheet& sheet, double scale)
{
    // A pixel is 1/96 inch, a point 1/72.
    constexpr double kPointsAPixel = 0.75;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(96);
    writer.setTitle(sheet.title());
    writer.setCreator(QStringLiteral("Headlight"));
    writer.setPageMargins({});
    writer.setPageSize(
        QPageSize(sheet.size() * scale * kPointsAPixel, QPageSize::Point, QString(), QPageSize::ExactMatch));
    QPainter painter(&writer);
    // Otherwise cells become a JPEG.
    painter.setRenderHint(QPainter::LosslessImageRendering);
    painter.scale(scale, scale);
    sheet.paint(painter);
    painter.end();
    return bytes;
}

Result<QByteArray> fileBytes(const Figure& figure, const QString& extension, const FigureStyle& style)
{
    if (extension == QLatin1String("csv")) {
        return figureCsv(figure);
    }
    const Sheet sheet(figure, style);
    if (extension == QLatin1String("svg")) {
        return svgBytes(sheet, style.scale);
    }
    if (extension == QLatin1String("pdf")) {
        return pdfBytes(sheet, style.scale);
    }
    return pngBytes(sheet, style.scale);
}

}  // namespace

QStringList figureExtensions()
{
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

QImage figureImage(const Figure& figure, const FigureStyle& style)
{
    return paintedImage(Sheet(figure, style), style.scale);
}

QByteArray figureCsv(const Figure& figure)
{
    return QByteArray::fromStdString(toCsv(figure.picture->table()));
}

Result<void> exportFigure(const Figure& figure, const QString& path, const FigureStyle& style)
{
    const QString extension = QFileInfo(path).suffix().toLower();
    if (!figureExtensions().contains(extension)) {
        return failure(ErrorCode::InvalidArgument,
                       QStringLiteral("Cannot write \"%1\": a figure's name ends in .%2, found \"%3\".")
                           .arg(path, figureExtensions().join(QStringLiteral(", .")), QFileInfo(path).fileName())
                           .toStdString());
    }
    if (!(style.scale >= kSmallestScale && style.scale <= kLargestScale)) {
        return failure(ErrorCode::InvalidArgument, QStringLiteral("A figure's scale is from %1 to %2, not %3.")
                                                       .arg(kSmallestScale)
                                                       .arg(kLargestScale)
                                                       .arg(style.scale)
                                                       .toStdString());
    }
    // Before drawing, so that a path that cannot be written is known at once.
    Result<AtomicFile> file = AtomicFile::create(path.toStdString());
    if (!file) {
        return tl::unexpected(file.error());
    }
    const Result<QByteArray> bytes = fileBytes(figure, extension, style);
    if (!bytes) {
        return tl::unexpected(bytes.error());
    }
    if (Result<void> written =
            file->write(std::as_bytes(std::span(bytes->constData(), static_cast<std::size_t>(bytes->size()))));
        !written) {
        return written;
    }
    return file->commit();
}

}  // namespace headlight::ui
