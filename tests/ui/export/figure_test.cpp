#include "core/analysis/words.h"
#include "tests/ui/support/fixtures.h"
#include "ui/export/view.h"
#include "ui/plots/heatmap_picture.h"

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <charconv>

namespace headlight::ui::test {
namespace {

ViewContent contentOf(View view, const std::string& text = kSentence, const Experiment& experiment = {})
{
    const HeadAddress head{LayerIndex(1), HeadIndex(3)};
    const std::shared_ptr<const Trace> trace = traceOf(text, experiment);
    return {.view = view,
            .trace = trace,
            .model = defaultModel(),
            .selection = {.head = head},
            .options = {},
            .comparison = view == View::Compare ? beforeAndAfter(trace, head) : nullptr,
            .ablation = view == View::Ablation
                            ? answer({defaultModel(), trace->info(), OutputTarget{TokenIndex(8)}}).value()
                            : nullptr};
}

Figure figureOf(View view, const std::string& text = kSentence, const Experiment& experiment = {})
{
    return toFigure(contentOf(view, text, experiment));
}

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
    return file.readAll();
}

TEST(Figure, OfWordsOrTwoTextsSaysSo)
{
    Experiment window;
    window.mask = MaskChoice::Window;
    ViewContent content = contentOf(View::Heads, kSentence, window);
    EXPECT_FALSE(toFigure(content).caption.back().contains(QStringLiteral("words: ")));
    content.trace = mergedIntoWords(*content.trace);
    const QString settings = toFigure(content).caption.back();
    EXPECT_TRUE(settings.contains(QStringLiteral("words: weights summed"))) << settings.toStdString();
    EXPECT_TRUE(settings.contains(QStringLiteral("mask sliding window of 4"))) << settings.toStdString();
    TraceInfo info = content.trace->info();
    info.pair = "It slept.";
    content.trace = content.trace->withInfo(info);
    EXPECT_TRUE(toFigure(content).caption.front().contains(QStringLiteral("It slept.")));
}

/// Whether some row of pixels holds each colour of `expected`, in order, with other pixels between them.
bool holdsInOrder(const QImage& image, const std::vector<QRgb>& expected)
{
    for (int y = 0; y < image.height(); ++y) {
        std::size_t next = 0;
        for (int x = 0; x < image.width() && next < expected.size(); ++x) {
            next += image.pixel(x, y) == expected[next] ? 1 : 0;
        }
        if (next == expected.size()) {
            return true;
        }
    }
    return false;
}

class FigureTest : public testing::Test
{
protected:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QStringList files() const { return QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden); }

    QTemporaryDir m_folder;
};

TEST_F(FigureTest, EveryViewIsWrittenInEveryFormat)
{
    for (const QString& name : viewNames()) {
        const View view = viewNamed(name).value();
        EXPECT_EQ(viewName(view), name);
        for (const QString& extension : figureExtensions()) {
            const QString file = path(name + QLatin1Char('.') + extension);
            const Result<void> written = exportFigure(figureOf(view), file);
            ASSERT_TRUE(written.has_value()) << written.error().message;
            EXPECT_GT(contentsOf(file).size(), 100) << file.toStdString();
        }
    }
}

TEST_F(FigureTest, PngCellsHaveTheColourMapsExactColoursAtAnyScale)
{
    const ViewContent content = contentOf(View::Heatmap, "Dog bites man");
    const auto map = content.trace->map(StageId::Weights, content.selection.head).value();
    const ColourMap& colours = ColourMap::named(content.options.colourMap);
    for (const double scale : {0.5, 1.0, 1.7, 3.0}) {
        const QString file = path(QStringLiteral("figure.png"));
        ASSERT_TRUE(exportFigure(toFigure(content), file, {.scale = scale}).has_value());
        const QImage image(file);
        ASSERT_FALSE(image.isNull());
        for (Index i = 0; i < 3; ++i) {
            std::vector<QRgb> row;
            for (Index j = 0; j < 3; ++j) {
                row.push_back(colours.colour(map->at(TokenIndex(i), TokenIndex(j)), 0.0F, 1.0F));
            }
            EXPECT_TRUE(holdsInOrder(image, row)) << "row " << i << " at scale " << scale;
        }
    }
}

TEST_F(FigureTest, ScaleMultipliesTheSize)
{
    const Figure figure = figureOf(View::Heatmap);
    const QSize once = figureImage(figure).size();
    const QSize thrice = figureImage(figure, {.scale = 3.0}).size();
    EXPECT_EQ(thrice, once * 3);
}

TEST_F(FigureTest, SvgKeepsTextAsTextAndCellsAsExactRectangles)
{
    const ViewContent content = contentOf(View::Heatmap, "Dog bites man");
    ASSERT_TRUE(exportFigure(toFigure(content), path(QStringLiteral("figure.svg"))).has_value());
    const QByteArray svg = contentsOf(path(QStringLiteral("figure.svg")));
    EXPECT_FALSE(svg.contains("<image")) << "cells became pixels";
    for (const char* text : {"Dog", "bites", "man", "query: who looks", "untrained"}) {
        EXPECT_TRUE(svg.contains(text)) << text;
    }
    const auto map = content.trace->map(StageId::Weights, content.selection.head).value();
    for (Index i = 0; i < 3; ++i) {
        const QRgb colour =
            ColourMap::named(content.options.colourMap).colour(map->at(TokenIndex(i), TokenIndex(1)), 0.0F, 1.0F);
        EXPECT_TRUE(svg.contains(QColor(colour).name().toLatin1())) << QColor(colour).name().toStdString();
    }
}

TEST_F(FigureTest, PdfHasFontsAndNoJpeg)
{
    ASSERT_TRUE(exportFigure(figureOf(View::Heatmap), path(QStringLiteral("figure.pdf"))).has_value());
    const QByteArray pdf = contentsOf(path(QStringLiteral("figure.pdf")));
    EXPECT_TRUE(pdf.startsWith("%PDF"));
    EXPECT_TRUE(pdf.contains("/Font")) << "text became shapes";
    EXPECT_FALSE(pdf.contains("/DCTDecode")) << "cells became a JPEG";
    EXPECT_TRUE(pdf.contains("/FlateDecode"));
}

TEST_F(FigureTest, CsvRoundTripsEveryWeight)
{
    const ViewContent content = contentOf(View::Heatmap);
    const auto map = content.trace->map(StageId::Weights, content.selection.head).value();
    const QList<QByteArray> lines = figureCsv(toFigure(content)).split('\n');
    for (Index i = 0; i < 13; ++i) {
        // No token of this sentence needs quotation marks.
        const QList<QByteArray> cells = lines[i + 1].trimmed().split(',');
        ASSERT_EQ(cells.size(), 14);
        for (Index j = 0; j < 13; ++j) {
            const std::string text = cells[j + 1].toStdString();
            float value = 0.0F;
            std::from_chars(text.data(), text.data() + text.size(), value);
            EXPECT_EQ(value, map->at(TokenIndex(i), TokenIndex(j)));
        }
    }
}

TEST_F(FigureTest, TheCaptionSaysTheSettings)
{
    Experiment experiment;
    experiment.scaling = Scaling::Off;
    experiment.temperature = 0.5F;
    experiment.positions = PositionScheme::Alibi;
    experiment.mask = MaskChoice::Window;
    experiment.maskReach = 2;
    experiment.ablatedHeads.insert({LayerIndex(1), HeadIndex(2)});
    const QString caption = figureOf(View::Heatmap, kSentence, experiment).caption.join(QLatin1Char('\n'));
    for (const char* setting : {"untrained", "animal", "4 layers × 8 heads", "not scaled", "temperature 0.5", "alibi",
                                "sliding window of 2", "1.2"}) {
        EXPECT_TRUE(caption.contains(QString::fromUtf8(setting))) << setting << " in " << caption.toStdString();
    }
}

TEST_F(FigureTest, TheCaptionSaysWhatIsNoSoftmaxAttentionAnyMore)
{
    Experiment experiment;
    experiment.kernel = AttentionKernel::Linear;
    experiment.mask = MaskChoice::Painted;
    experiment.hiddenCells = CellSet({{1, 0, 1}, {2, 0, 2}});
    experiment.values = ValueSource::Keys;
    experiment.sharing = HeadSharing::FirstHead;
    experiment.zeroedValues = {TokenIndex(8)};
    const Figure figure = figureOf(View::Heatmap, kSentence, experiment);
    const QString caption = figure.caption.join(QLatin1Char('\n'));
    for (const char* setting : {"linear attention, φ = elu + 1", "mask 3 cells hidden by hand", "keys used as values",
                                "every head uses head 0's query, key and value", "values zeroed of tokens 8"}) {
        EXPECT_TRUE(caption.contains(QString::fromUtf8(setting))) << setting << " in " << caption.toStdString();
    }
    EXPECT_FALSE(caption.contains(QStringLiteral("temperature"))) << "it has none";
    EXPECT_FALSE(caption.contains(QStringLiteral("√d")));
}

TEST_F(FigureTest, AnUnknownExtensionIsAnErrorThatLeavesNoFile)
{
    for (const char* name : {"figure.bmp", "figure", "figure.", ".png"}) {
        const Result<void> written = exportFigure(figureOf(View::Heatmap), path(QString::fromLatin1(name)));
        if (QByteArray(name) == ".png") {
            EXPECT_TRUE(written.has_value());
            QFile::remove(path(QStringLiteral(".png")));
            continue;
        }
        ASSERT_FALSE(written.has_value()) << name;
        EXPECT_EQ(written.error().code, ErrorCode::InvalidArgument);
        EXPECT_NE(written.error().message.find(".svg"), std::string::npos) << written.error().message;
    }
    EXPECT_TRUE(files().isEmpty()) << files().join(QLatin1Char(' ')).toStdString();
}

TEST_F(FigureTest, AnUnwritablePathIsAnErrorThatLeavesNoFile)
{
    const QString missing = path(QStringLiteral("no/such/folder/figure.png"));
    const Result<void> written = exportFigure(figureOf(View::Heatmap), missing);
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, ErrorCode::Unwritable);
    EXPECT_NE(written.error().message.find("figure.png"), std::string::npos) << written.error().message;

    QDir().mkdir(path(QStringLiteral("folder.png")));
    EXPECT_FALSE(exportFigure(figureOf(View::Heatmap), path(QStringLiteral("folder.png"))).has_value());
    EXPECT_TRUE(files().isEmpty()) << files().join(QLatin1Char(' ')).toStdString();
}

TEST_F(FigureTest, AScaleOutOfRangeIsAnError)
{
    for (const double scale : {0.0, -1.0, 1000.0, std::nan("")}) {
        EXPECT_FALSE(
            exportFigure(figureOf(View::Heatmap), path(QStringLiteral("f.png")), {.scale = scale}).has_value());
    }
    EXPECT_TRUE(files().isEmpty());
}

TEST_F(FigureTest, TheSameFigureGivesTheSameBytes)
{
    for (const char* extension : {"png", "svg", "csv"}) {
        const QString first = path(QStringLiteral("first.%1").arg(QLatin1String(extension)));
        const QString second = path(QStringLiteral("second.%1").arg(QLatin1String(extension)));
        ASSERT_TRUE(exportFigure(figureOf(View::Flow), first).has_value());
        ASSERT_TRUE(exportFigure(figureOf(View::Flow), second).has_value());
        EXPECT_EQ(contentsOf(first), contentsOf(second)) << extension;
    }
}

}  // namespace
}  // namespace headlight::ui::test
