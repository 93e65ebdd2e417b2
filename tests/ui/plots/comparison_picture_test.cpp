#include "tests/ui/support/fixtures.h"
#include "ui/plots/comparison_picture.h"

#include <QImage>

#include <gtest/gtest.h>

#include <cmath>

namespace headlight::ui::test {
namespace {

ComparisonSide sideOf(const std::string& text, const Experiment& experiment = {}, HeadAddress head = {})
{
    const auto trace = traceOf(text, experiment);
    return {.model = defaultModel(), .trace = trace, .shown = trace, .head = head};
}

std::shared_ptr<const ShownComparison> shown(const ComparisonSide& a, const ComparisonSide& b,
                                             ComparisonKind kind = ComparisonKind::BeforeAfter,
                                             const ComparisonOptions& options = {})
{
    auto numbers = std::make_shared<const Comparison>(compare(a, b, options).value());
    QStringList notes = notesOf(kind, *numbers);
    return std::make_shared<const ShownComparison>(ShownComparison{kind, numbers, notes});
}

ComparisonPicture pictureOf(const std::shared_ptr<const ShownComparison>& comparison,
                            const CompareOptions& options = {}, const MarkedLines& marked = {})
{
    return {comparison, marked, options, ColourMap::named(u"viridis")};
}

QImage drawn(const ComparisonPicture& picture, QSize size, const Theme& theme = Theme::of(Brightness::Light))
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(theme.paper);
    QPainter painter(&image);
    picture.paint(painter, QRectF(QPointF(), size), theme);
    return image;
}

constexpr std::array kSizes = {QSize(1200, 620), QSize(560, 620), QSize(300, 900), QSize(240, 180)};

TEST(ComparisonPicture, EachCellHasTheColourOfItsNumberInAllThreeMaps)
{
    const auto comparison = shown(sideOf(kSentence), sideOf(kSentence, {.scaling = Scaling::Off}));
    const ComparisonPicture picture = pictureOf(comparison);
    for (const QSize size : kSizes) {
        const QImage image = drawn(picture, size);
        if (picture.mapRect(ComparisonPanel::A, QRectF(QPointF(), size)).width() < 2 * 13) {
            continue;
        }
        for (const ComparisonPanel panel : kComparisonPanels) {
            const Matrix& cells = panel == ComparisonPanel::A   ? comparison->numbers->cellsA
                                  : panel == ComparisonPanel::B ? comparison->numbers->cellsB
                                                                : comparison->numbers->change;
            for (Index i = 0; i < 13; ++i) {
                for (Index j = 0; j < 13; ++j) {
                    const Cell cell{TokenIndex(i), TokenIndex(j)};
                    const QPoint centre = picture.cellRect(panel, cell, QRectF(QPointF(), size)).center().toPoint();
                    EXPECT_EQ(image.pixel(centre), picture.colourScale(panel).colour(cells(i, j)))
                        << size.width() << ": " << i << ", " << j;
                }
            }
        }
    }
}

TEST(ComparisonPicture, NoDifferenceIsExactlyTheNeutralColour)
{
    const ComparisonPicture picture = pictureOf(shown(sideOf(kSentence), sideOf(kSentence)));
    const QSize size = kSizes[0];
    const QImage image = drawn(picture, size);
    const auto& colours = ColourMap::diverging().colours();
    const QRectF map = picture.mapRect(ComparisonPanel::Change, QRectF(QPointF(), size));
    for (Index i = 0; i < 13; ++i) {
        const Cell cell{TokenIndex(i), TokenIndex(12 - i)};
        const QPoint centre =
            picture.cellRect(ComparisonPanel::Change, cell, QRectF(QPointF(), size)).center().toPoint();
        EXPECT_EQ(image.pixel(centre), colours[colours.size() / 2]);
    }
    EXPECT_FALSE(map.isEmpty());
    EXPECT_EQ(picture.colourScale(ComparisonPanel::Change).high, 0.01F) << "rounding must not look like a change";
    EXPECT_TRUE(picture.summary().contains(
        QStringLiteral("Exactly the same: all weights of all heads and all outputs of the layers.")));
}

TEST(ComparisonPicture, MapsNeverOverlapAndStayInside)
{
    const ComparisonPicture picture =
        pictureOf(shown(sideOf(kSentence), sideOf("Another sentence."), ComparisonKind::Texts));
    for (const QSize size : kSizes) {
        const QRectF area(QPointF(), size);
        for (const ComparisonPanel one : kComparisonPanels) {
            EXPECT_TRUE(area.contains(picture.mapRect(one, area))) << size.width() << " × " << size.height();
            for (const ComparisonPanel other : kComparisonPanels) {
                EXPECT_TRUE(one == other || !picture.mapRect(one, area).intersects(picture.mapRect(other, area)));
            }
        }
    }
}

TEST(ComparisonPicture, AllThreeMapsAnswerForTheSameCell)
{
    const ComparisonPicture picture =
        pictureOf(shown(sideOf(kSentence), sideOf(kSentence, {.mask = MaskChoice::Causal})));
    const QRectF area(QPointF(), kSizes[0]);
    const Cell cell{TokenIndex(8), TokenIndex(1)};
    for (const ComparisonPanel panel : kComparisonPanels) {
        const QRectF rect = picture.cellRect(panel, cell, area);
        const auto hit = picture.hitAt(rect.center(), area);
        ASSERT_TRUE(hit);
        EXPECT_EQ(hit->cell, cell);
        EXPECT_TRUE(hit->rect.contains(rect.center()));
    }
    EXPECT_FALSE(picture.hitAt({1.0, 1.0}, area));
    EXPECT_TRUE(picture.describe({TokenIndex(0), TokenIndex(5)}).contains(QStringLiteral("B 0 (masked)")));
    EXPECT_TRUE(picture.describe(cell).startsWith(QStringLiteral("it → animal: weight A 0.")));
}

TEST(ComparisonPicture, TheMarkedCellIsMarkedInAllThree)
{
    const auto comparison = shown(sideOf(kSentence), sideOf(kSentence, {.scaling = Scaling::Off}));
    const QSize size = kSizes[0];
    const QImage plain = drawn(pictureOf(comparison), size);
    const ComparisonPicture picture = pictureOf(comparison, {}, {.row = 8, .column = 1});
    const QImage marked = drawn(picture, size);
    for (const ComparisonPanel panel : kComparisonPanels) {
        const QRect map = picture.mapRect(panel, QRectF(QPointF(), size)).toRect();
        int changed = 0;
        for (int y = map.top(); y < map.bottom(); ++y) {
            for (int x = map.left(); x < map.right(); ++x) {
                changed += plain.pixel(x, y) != marked.pixel(x, y) ? 1 : 0;
            }
        }
        EXPECT_GT(changed, map.width() * 2) << "a row and a column are framed";
    }
}

TEST(ComparisonPicture, SaysThatTextsAreTheSameUpToOrderWithTheMeasuredDifference)
{
    const Experiment without{.positions = PositionScheme::None};
    const auto comparison =
        shown(sideOf("Dog bites man", without), sideOf("Man bites dog", without), ComparisonKind::Texts);
    const ComparisonPicture same = pictureOf(comparison);
    const QString sentence = same.summary().join(QLatin1Char(' '));
    EXPECT_TRUE(
        sentence.contains(QStringLiteral("The same up to order: the largest difference of any weight of any head is %1")
                              .arg(QString::number(static_cast<double>(comparison->numbers->most->largest), 'g', 3)
                                       .replace(u'-', QChar(0x2212)))))
        << sentence.toStdString();
    const ComparisonPicture different =
        pictureOf(shown(sideOf("Dog bites man"), sideOf("Man bites dog"), ComparisonKind::Texts));
    EXPECT_TRUE(different.summary().join(QLatin1Char(' ')).contains(QStringLiteral("order matters here")));
    EXPECT_EQ(different.panelTitle(ComparisonPanel::A), QStringLiteral("A · “Dog bites man”"));
    EXPECT_EQ(different.title(), QStringLiteral("Two texts · weights · layer 0 · head 0"));
}

TEST(ComparisonPicture, TheTableHasEveryCellOfBothSidesAndTheDifference)
{
    const auto comparison = shown(sideOf("Dog bites"), sideOf("Dog bites man"), ComparisonKind::Texts);
    const CsvTable table = pictureOf(comparison).table();
    EXPECT_EQ(table.header, (std::vector<std::string>{"query", "query token", "key", "key token", "A: weight",
                                                      "B: weight", "B - A"}));
    ASSERT_EQ(table.rows.size(), 9U);
    const Comparison& numbers = *comparison->numbers;
    EXPECT_EQ(table.rows[1], (std::vector<CsvCell>{Index{0}, "Dog", Index{1}, "bites", numbers.cellsA(0, 1),
                                                   numbers.cellsB(0, 1), numbers.change(0, 1)}));
    EXPECT_EQ(table.rows[2], (std::vector<CsvCell>{Index{0}, "Dog", Index{2}, "– / man", std::string(),
                                                   numbers.cellsB(0, 2), std::string()}));
}

TEST(ComparisonPicture, PredictionsOfBothSidesAreDrawnAndTheirDivergenceSaid)
{
    ComparisonSide a = sideOf("Dog bites [MASK].");
    ComparisonSide b = sideOf("Dog bites [MASK].", {.positions = PositionScheme::None});
    const auto comparison = shown(a, b);
    ASSERT_TRUE(comparison->numbers->predictions);
    const ComparisonPicture picture = pictureOf(comparison);
    EXPECT_TRUE(picture.summary().join(QLatin1Char(' ')).contains(QStringLiteral("Predicted at “[MASK]”: KL(A‖B) = ")));
    for (const Brightness brightness : {Brightness::Light, Brightness::Dark}) {
        const Theme& theme = Theme::of(brightness);
        const QImage image = drawn(picture, kSizes[0], theme);
        for (const ComparisonPanel side : {ComparisonPanel::A, ComparisonPanel::B}) {
            int pixels = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    pixels += image.pixel(x, y) == sideColour(side, theme).rgb() ? 1 : 0;
                }
            }
            EXPECT_GT(pixels, 40) << "a swatch at least";
        }
    }
}

TEST(ComparisonPicture, ALongTextIsDrawnToo)
{
    const ComparisonPicture picture =
        pictureOf(shown(sideOf(words(256)), sideOf(words(256), {.scaling = Scaling::Off})));
    for (const QSize size : kSizes) {
        EXPECT_FALSE(drawn(picture, size).isNull());
    }
}

}  // namespace
}  // namespace headlight::ui::test
