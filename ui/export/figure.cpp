#include "ui/export/figure.h"

#include "core/io/atomic_file.h"
#include "ui/plots/flow_picture.h"
#include "ui/plots/gallery_picture.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/positions_picture.h"
#include "ui/plots/token_label.h"

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
class Figure
{
public:
    Figure(const FigureContent& content, const FigureStyle& style)
        : m_picture(makePicture(content))
        , m_theme(Theme::of(style.brightness))
    {
        const QSizeF picture = m_picture->naturalSize();
        m_title = m_picture->title();
        const QFontMetricsF titleMetrics(figureFont(kTitlePixels, QFont::Bold));
        const qreal width = std::max(picture.width(), std::min(titleMetrics.horizontalAdvance(m_title) + 1.0, 900.0));
        m_caption = wrapped(captionLines(content), width);
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

    std::unique_ptr<const Picture> m_picture;
    const Theme& m_theme;
    QString m_title;
    QStringList m_caption;
    QRectF m_pictureArea;
    QSizeF m_size;
};

QImage paintedImage(const Figure& figure, double scale)
{
    QImage image((figure.size() * scale).toSize(), QImage::Format_RGB32);
    if (image.isNull()) {
        return image;
    }
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.scale(scale, scale);
    figure.paint(painter);
    return image;
}

Result<QByteArray> pngBytes(const Figure& figure, double scale)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QImage image = paintedImage(figure, scale);
    QImageWriter writer(&buffer, "png");
    if (image.isNull() || !writer.write(image)) {
        const QSize size = (figure.size() * scale).toSize();
        return failure(ErrorCode::TooLong, QStringLiteral("A picture of %1 × %2 pixels does not fit into memory; use a "
                                                          "smaller --scale than %3.")
                                               .arg(size.width())
                                               .arg(size.height())
                                               .arg(scale)
                                               .toStdString());
    }
    return bytes;
}

QByteArray svgBytes(const Figure& figure, double scale)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    const QSizeF size = figure.size() * scale;
    generator.setOutputDevice(&buffer);
    generator.setTitle(figure.title());
    generator.setDescription(QStringLiteral("Made with Headlight"));
    generator.setResolution(96);
    generator.setSize(size.toSize());
    generator.setViewBox(QRectF(QPointF(0.0, 0.0), size));
    QPainter painter(&generator);
    painter.scale(scale, scale);
    figure.paint(painter);
    painter.end();
    return bytes;
}

QByteArray pdfBytes(const Figure& figure, double scale)
{
    // A pixel is 1/96 inch, a point 1/72.
    constexpr double kPointsAPixel = 0.75;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(96);
    writer.setTitle(figure.title());
    writer.setCreator(QStringLiteral("Headlight"));
    writer.setPageMargins({});
    writer.setPageSize(
        QPageSize(figure.size() * scale * kPointsAPixel, QPageSize::Point, QString(), QPageSize::ExactMatch));
    QPainter painter(&writer);
    // Otherwise cells become a JPEG.
    painter.setRenderHint(QPainter::LosslessImageRendering);
    painter.scale(scale, scale);
    figure.paint(painter);
    painter.end();
    return bytes;
}

Result<QByteArray> fileBytes(const FigureContent& content, const QString& extension, const FigureStyle& style)
{
    if (extension == QLatin1String("csv")) {
        return figureCsv(content);
    }
    const Figure figure(content, style);
    if (extension == QLatin1String("svg")) {
        return svgBytes(figure, style.scale);
    }
    if (extension == QLatin1String("pdf")) {
        return pdfBytes(figure, style.scale);
    }
    return pngBytes(figure, style.scale);
}

}  // namespace

QStringList viewNames()
{
    return {QStringLiteral("heatmap"), QStringLiteral("heads"), QStringLiteral("flow"), QStringLiteral("positions")};
}

QString viewName(View view)
{
    return viewNames().at(static_cast<int>(view));
}

std::optional<View> viewNamed(const QString& name)
{
    const qsizetype index = viewNames().indexOf(name);
    return index < 0 ? std::nullopt : std::optional(static_cast<View>(index));
}

QStringList figureExtensions()
{
    return {QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf"), QStringLiteral("csv")};
}

std::unique_ptr<const Picture> makePicture(const FigureContent& content)
{
    const ColourMap& colourMap = ColourMap::named(content.options.colourMap);
    switch (content.view) {
    case View::Heatmap:
        break;
    case View::Heads:
        return std::make_unique<GalleryPicture>(content.trace, content.selection, colourMap);
    case View::Flow:
        return std::make_unique<FlowPicture>(content.trace, content.selection, content.options.flow);
    case View::Positions:
        return std::make_unique<PositionsPicture>(
            PositionsInUse{*content.model, content.trace->info().experiment, content.trace->tokens()},
            content.options.positions, content.selection);
    }
    return std::make_unique<HeatmapPicture>(content.trace, content.selection, content.options.heatmap, colourMap);
}

QStringList captionLines(const FigureContent& content)
{
    const TraceInfo& info = content.trace->info();
    const Experiment& experiment = info.experiment;
    QString model = QString::fromStdString(info.modelName);
    if (!info.modelNote.empty()) {
        model += QStringLiteral(" (%1)").arg(QString::fromStdString(info.modelNote));
    }
    QString text = withVisibleControls(QString::fromStdString(info.text).simplified());
    constexpr qsizetype kLongestText = 300;
    if (text.size() > kLongestText) {
        text = text.left(kLongestText) + QChar(0x2026);
    }
    const QString positions =
        QString::fromLatin1(positionSchemeName(experiment.positions.value_or(content.model->config.positions)).data());
    QStringList settings{
        model,
        QStringLiteral("%1 layers × %2 heads").arg(info.layers).arg(info.heads),
        experiment.scaling == Scaling::On ? QStringLiteral("scores ÷ √d") : QStringLiteral("scores not scaled"),
        QStringLiteral("softmax temperature %1").arg(static_cast<double>(experiment.temperature)),
        QStringLiteral("positions %1").arg(positions),
        QStringLiteral("mask %1").arg(QString::fromStdString(describe(info.mask))),
    };
    if (!experiment.ablatedHeads.empty()) {
        Experiment onlyHeads;
        onlyHeads.ablatedHeads = experiment.ablatedHeads;
        settings.append(QString::fromStdString(describe(onlyHeads)));
    }
    const QString isolated = QChar(0x2068) + text + QChar(0x2069);  // the quotation marks stay outside
    return {QStringLiteral("“%1”").arg(isolated), settings.join(QStringLiteral(" · "))};
}

QImage figureImage(const FigureContent& content, const FigureStyle& style)
{
    return paintedImage(Figure(content, style), style.scale);
}

QByteArray figureCsv(const FigureContent& content)
{
    return QByteArray::fromStdString(toCsv(makePicture(content)->table()));
}

Result<void> exportFigure(const FigureContent& content, const QString& path, const FigureStyle& style)
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
    const Result<QByteArray> bytes = fileBytes(content, extension, style);
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
