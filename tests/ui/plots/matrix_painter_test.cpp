#include "ui/plots/matrix_painter.h"
#include "ui/plots/token_label.h"

#include <gtest/gtest.h>

#include <limits>

namespace headlight::ui::test {
namespace {

const Theme& light()
{
    return Theme::of(Brightness::Light);
}

TEST(ColourMap, EveryMapGoesFromItsFirstToItsLastColourAndClamps)
{
    for (const QString& name : ColourMap::names()) {
        const ColourMap& map = ColourMap::named(name);
        EXPECT_EQ(map.name(), name);
        ASSERT_EQ(map.colours().size(), 256U) << name.toStdString();
        EXPECT_EQ(map.colour(-1.0F, 0.0F, 1.0F), map.colours().front());
        EXPECT_EQ(map.colour(0.0F, 0.0F, 1.0F), map.colours().front());
        EXPECT_EQ(map.colour(1.0F, 0.0F, 1.0F), map.colours().back());
        EXPECT_EQ(map.colour(7.0F, 0.0F, 1.0F), map.colours().back());
        EXPECT_EQ(map.colour(0.5F, 0.5F, 0.5F), map.colours().front());
    }
    EXPECT_EQ(ColourMap::named(QStringLiteral("viridis")).colours().front(), 0xff440154U);
    EXPECT_EQ(ColourMap::named(QStringLiteral("no such map")).name(), QStringLiteral("viridis"));
}

TEST(ColourMap, ZeroIsExactlyNeutralOnTheDivergingMap)
{
    const QRgb neutral = ColourMap::diverging().colour(0.0F, -3.0F, 3.0F);
    EXPECT_EQ(qRed(neutral), qGreen(neutral));
    EXPECT_EQ(qGreen(neutral), qBlue(neutral));
}

TEST(DrawCells, EveryCellCentreHasItsExactColourAtAnySize)
{
    const Matrix values = Matrix::Random(7, 7).cwiseAbs();
    const ColourScale scale{
        .map = &ColourMap::named(QStringLiteral("viridis")), .low = 0.0F, .high = 1.0F, .meaning = {}};
    for (const int side : {7, 50, 333}) {
        QImage image(side, side, QImage::Format_RGB32);
        QPainter painter(&image);
        drawCells(painter, QRectF(0, 0, side, side), values, scale, light());
        painter.end();
        for (int row = 0; row < 7; ++row) {
            for (int col = 0; col < 7; ++col) {
                const QPoint centre((2 * col + 1) * side / 14, (2 * row + 1) * side / 14);
                EXPECT_EQ(image.pixel(centre), scale.colour(values(row, col))) << side << ": " << row << ", " << col;
            }
        }
    }
}

TEST(DrawCells, HiddenCellsHaveTheHiddenColour)
{
    Matrix values = Matrix::Zero(2, 2);
    values(0, 1) = std::numeric_limits<float>::quiet_NaN();
    const ColourScale scale{
        .map = &ColourMap::named(QStringLiteral("magma")), .low = 0.0F, .high = 1.0F, .meaning = {}};
    const QImage image = matrixImage(values, scale, light());
    EXPECT_EQ(image.pixel(1, 0), light().hidden.rgb());
    EXPECT_EQ(image.pixel(0, 0), scale.colour(0.0F));
}

TEST(TokenLabel, MakesSpacesAndControlCharactersVisible)
{
    EXPECT_EQ(tokenLabel({.id = 0, .text = " a\nb\tc", .span = {}}), QStringLiteral("·a↵b⇥c"));
    EXPECT_EQ(tokenLabel({.id = 0, .text = std::string("\x01", 1), .span = {}}), QStringLiteral("U+0001"));
    EXPECT_EQ(tokenLabel({.id = 0, .text = "\u202e", .span = {}}), QStringLiteral("U+202E"));
    EXPECT_EQ(tokenLabel({.id = 0, .text = "\u200d", .span = {}}), QStringLiteral("U+200D"));
    EXPECT_EQ(tokenLabel({.id = 0, .text = "👩‍👧", .span = {}}), QStringLiteral("👩‍👧"));
    EXPECT_EQ(tokenLabel({.id = 0, .text = "日本", .span = {}}), QStringLiteral("日本"));
}

TEST(TokenLabel, IsolatesRightToLeftText)
{
    const QString label = tokenLabel({.id = 0, .text = "سلام", .span = {}});
    EXPECT_EQ(label.front(), QChar(0x2067));
    EXPECT_EQ(label.back(), QChar(0x2069));
}

TEST(LabelStep, LeavesOutAsManyLabelsAsWouldOverlap)
{
    EXPECT_EQ(labelStep(10.0, 12.0), 1);
    EXPECT_EQ(labelStep(10.0, 10.0), 1);
    EXPECT_EQ(labelStep(10.0, 9.0), 2);
    EXPECT_EQ(labelStep(10.0, 2.5), 4);
    EXPECT_EQ(labelStep(10.0, 0.0), 1);
}

TEST(HeadColour, TwelveHeadsHaveTwelveColours)
{
    for (const Brightness brightness : {Brightness::Light, Brightness::Dark}) {
        std::set<QRgb> colours;
        for (Index head = 0; head < 12; ++head) {
            colours.insert(headColour(HeadIndex(head), Theme::of(brightness)).rgb());
        }
        EXPECT_EQ(colours.size(), 12U);
    }
}

}  // namespace
}  // namespace headlight::ui::test
