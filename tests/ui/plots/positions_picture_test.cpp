#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/positions_picture.h"
#include "ui/plots/positions_view.h"

#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 1180.0, 680.0);

std::shared_ptr<const Model> learnedModel()
{
    ModelConfig config = seededModelConfig(*defaultTokenizer());
    config.positions = PositionScheme::Learned;
    config.maxTokens = 48;
    return makeSeededModel(config, 3, defaultTokenizer()).value();
}

PositionsPicture pictureOf(const PositionOptions& options = {}, const Selection& shown = {}, Index tokens = 13,
                           const Experiment& experiment = {})
{
    static const std::shared_ptr<const Model> model = defaultModel();
    return {{*model, experiment, tokens}, options, shown};
}

PositionOptions scheme(PositionScheme which, std::optional<Index> width = {}, std::optional<Index> length = {})
{
    return {.scheme = which, .width = width, .length = length};
}

/// How close the pixel's or a neighbour's colour comes to a colour; a dot's rim is blended with the paper.
int leastDistance(const QImage& image, QPoint pixel, const QColor& colour)
{
    int least = 3 * 255;
    for (int y = pixel.y() - 1; y <= pixel.y() + 1; ++y) {
        for (int x = pixel.x() - 1; x <= pixel.x() + 1; ++x) {
            const QColor drawn(image.pixel(x, y));
            least = std::min(least, std::abs(drawn.red() - colour.red()) + std::abs(drawn.green() - colour.green()) +
                                        std::abs(drawn.blue() - colour.blue()));
        }
    }
    return least;
}

TEST(PositionsPicture, ShowsWhatIsInUse)
{
    const PositionsPicture sinusoidal = pictureOf();
    EXPECT_EQ(sinusoidal.request().scheme, PositionScheme::Sinusoidal);
    EXPECT_EQ(sinusoidal.request().width, 128);
    EXPECT_EQ(sinusoidal.request().positions, 64);
    EXPECT_EQ(pictureOf({}, {}, 100).request().positions, 100) << "as many as the text has";

    Experiment experiment;
    experiment.positions = PositionScheme::Rotary;
    const PositionsPicture rotary = pictureOf({}, {}, 13, experiment);
    EXPECT_EQ(rotary.request().scheme, PositionScheme::Rotary);
    EXPECT_EQ(rotary.request().width, 16) << "the head width";
    EXPECT_EQ(pictureOf(scheme(PositionScheme::Alibi)).request().width, 8) << "one column a head";
}

TEST(PositionsPicture, TheTitleSaysWhoseTheyAreAndHowTheyAreLaidOut)
{
    EXPECT_EQ(pictureOf().title(),
              QStringLiteral("Positions · sinusoidal (interleaved: sine at even, cosine at odd dimensions) · "
                             "64 positions × 128 dimensions · in use by %1")
                  .arg(QString::fromStdString(defaultModel()->name)));
    EXPECT_TRUE(pictureOf(scheme(PositionScheme::Sinusoidal, 128)).title().contains(QStringLiteral("in use")));
    EXPECT_TRUE(pictureOf(scheme(PositionScheme::Sinusoidal, 32)).title().endsWith(QStringLiteral("set by you")));
    EXPECT_TRUE(pictureOf(scheme(PositionScheme::Rotary)).title().endsWith(QStringLiteral("set by you")));
    EXPECT_TRUE(
        pictureOf(scheme(PositionScheme::Alibi, 1, 1)).title().contains(QStringLiteral("1 position × 1 head ")));
    const auto model = learnedModel();
    const PositionsPicture learned({*model, {}, 13}, {}, {});
    EXPECT_TRUE(learned.title().endsWith(QStringLiteral("untrained"))) << learned.title().toStdString();
}

TEST(PositionsPicture, LearnedPositionsAreTheModelsOwn)
{
    const auto model = learnedModel();
    const PositionsPicture picture({*model, {}, 13}, {}, {});
    ASSERT_NE(picture.encoding(), nullptr);
    EXPECT_EQ(picture.request().positions, 48) << "there are no more";
    EXPECT_EQ(picture.encoding()->values, model->weights.positionEmbedding.topRows(48));
    EXPECT_EQ(pictureOf(scheme(PositionScheme::Learned)).message(),
              QStringLiteral("The model has no learned positions."));
}

TEST(PositionsPicture, CellCentresHaveTheColoursOfTheNumbers)
{
    for (const PositionOptions& options :
         {scheme(PositionScheme::Sinusoidal, 32, 40), scheme(PositionScheme::Rotary, 16, 30),
          scheme(PositionScheme::Alibi, 8, 20), scheme(PositionScheme::Sinusoidal, 1, 1)}) {
        const PositionsPicture picture = pictureOf(options, {.head = {LayerIndex(0), HeadIndex(1)}});
        const QImage image = painted(picture, kArea);
        for (const PositionPanel panel : {PositionPanel::Encoding, PositionPanel::Similarity}) {
            const bool encoding = panel == PositionPanel::Encoding;
            const Matrix& values = encoding ? picture.encoding()->values : picture.encoding()->similarity;
            const QRectF rect = picture.panelRect(panel, kArea);
            for (Index p = 0; p < values.rows(); ++p) {
                for (Index other = 0; other < values.cols(); ++other) {
                    const QPointF centre(rect.left() + (static_cast<qreal>(p) + 0.5) * rect.width() /
                                                           static_cast<qreal>(values.rows()),
                                         rect.top() + (static_cast<qreal>(other) + 0.5) * rect.height() /
                                                          static_cast<qreal>(values.cols()));
                    const QPoint pixel(static_cast<int>(centre.x()), static_cast<int>(centre.y()));
                    ASSERT_EQ(image.pixel(pixel), picture.colourScale(panel).colour(values(p, other)))
                        << p << ", " << other;
                    EXPECT_EQ(picture.cellAt(centre, kArea), (PositionCell{panel, p, other}));
                }
            }
        }
    }
}

TEST(PositionsPicture, ZeroIsNeutralAndTheRangeIsSymmetric)
{
    const ColourScale unit = pictureOf().colourScale(PositionPanel::Encoding);
    EXPECT_EQ(unit.low, -1.0F);
    EXPECT_EQ(unit.high, 1.0F);
    const PositionsPicture alibi = pictureOf(scheme(PositionScheme::Alibi, 8, 5));
    EXPECT_EQ(alibi.colourScale(PositionPanel::Encoding).low, -2.0F);
    EXPECT_EQ(alibi.colourScale(PositionPanel::Encoding).high, 0.0F) << "a bias is never above zero";
}

TEST(PositionsPicture, WavesRunThroughTheirValues)
{
    for (const PositionScheme which : {PositionScheme::Sinusoidal, PositionScheme::Rotary, PositionScheme::Alibi}) {
        PositionOptions options = scheme(which, 8, 20);
        options.dimensions = {1};
        const PositionsPicture picture = pictureOf(options);
        ASSERT_EQ(picture.columns(), std::vector<Index>{1});
        const QImage image = painted(picture, kArea);
        const QRectF rect = picture.panelRect(PositionPanel::Waves, kArea);
        const QColor colour =
            headColour(which == PositionScheme::Alibi ? HeadIndex(1) : HeadIndex(0), Theme::of(Brightness::Light));
        // The axis leaves 6 % of its reach beyond the largest value.
        const double reach = -static_cast<double>(picture.colourScale(PositionPanel::Encoding).low);
        const double high = which == PositionScheme::Alibi ? 0.06 * reach : 1.06 * reach;
        for (Index p = 0; p < 20; ++p) {
            const double value = static_cast<double>(picture.encoding()->values(p, 1));
            const QPointF dot(rect.left() + (static_cast<qreal>(p) + 0.5) / 20.0 * rect.width(),
                              rect.top() + (high - value) / (high + 1.06 * reach) * rect.height());
            EXPECT_LE(leastDistance(image, dot.toPoint(), colour), 40) << positionSchemeName(which) << " at " << p;
            EXPECT_EQ(picture.cellAt(dot, kArea), (PositionCell{PositionPanel::Waves, p, 1}));
        }
    }
}

TEST(PositionsPicture, LooksTheSameAtAnyResolutionOfTheDevice)
{
    // Recorded drawings are played back in dots per inch; a device with more of them must not enlarge the chart.
    const PositionsPicture picture = pictureOf(scheme(PositionScheme::Sinusoidal, 8, 20));
    const QImage expected = painted(picture, kArea);
    QImage image(expected.size(), QImage::Format_RGB32);
    image.setDotsPerMeterX(11811);
    image.setDotsPerMeterY(11811);
    image.fill(Theme::of(Brightness::Light).paper);
    QPainter painter(&image);
    picture.paint(painter, kArea, Theme::of(Brightness::Light));
    painter.end();
    const QRect waves = picture.panelRect(PositionPanel::Waves, kArea).toRect();
    int different = 0;
    for (int y = waves.top(); y < waves.bottom(); ++y) {
        for (int x = waves.left(); x < waves.right(); ++x) {
            different += std::abs(qGray(image.pixel(x, y)) - qGray(expected.pixel(x, y))) > 60 ? 1 : 0;
        }
    }
    EXPECT_LT(different, waves.width() * waves.height() / 200);
}

TEST(PositionsPicture, WavesAreVectorsInAFile)
{
    const QString svg = svgOf(pictureOf(scheme(PositionScheme::Sinusoidal, 8, 20)), kArea);
    EXPECT_FALSE(svg.contains(QStringLiteral("<image")));
    EXPECT_TRUE(svg.contains(QStringLiteral("<polyline")));
    EXPECT_TRUE(svg.contains(QStringLiteral(">position p</text>")));
}

TEST(PositionsPicture, ChoosesWavesThatExist)
{
    const auto columns = [](const PositionOptions& options) { return pictureOf(options).columns(); };
    PositionOptions chosen = scheme(PositionScheme::Sinusoidal, 8);
    chosen.dimensions = {5, 8, 5, -1, 0};
    EXPECT_EQ(columns(chosen), (std::vector<Index>{5, 0}));
    chosen.dimensions.clear();
    for (Index i = 0; i < 8; ++i) {
        chosen.dimensions.push_back(i);
    }
    EXPECT_EQ(columns(chosen).size(), 8U);
    EXPECT_EQ(columns(scheme(PositionScheme::Alibi, 20)).size(), kMostWaves);
    EXPECT_EQ(columns({}).front(), 0) << "the fastest wave of the default";
    for (Index width = 1; width < 20; ++width) {
        for (const PositionScheme which : {PositionScheme::Sinusoidal, PositionScheme::Alibi}) {
            for (const Index column : columns(scheme(which, width))) {
                EXPECT_LT(column, width);
            }
            EXPECT_FALSE(columns(scheme(which, width)).empty()) << width;
        }
        EXPECT_FALSE(columns(scheme(PositionScheme::Rotary, 2 * width)).empty());
    }
    EXPECT_FALSE(columns(scheme(PositionScheme::Rotary, 2, 1024)).empty()) << "even if its only wave is fast";
}

TEST(PositionsPicture, SaysWhyThereIsNothingToSee)
{
    const PositionsPicture none = pictureOf(scheme(PositionScheme::None));
    EXPECT_EQ(none.encoding(), nullptr);
    EXPECT_TRUE(none.message().startsWith(QStringLiteral("No positions: every position is the same to the model.")));
    EXPECT_TRUE(svgOf(none, kArea).contains(QStringLiteral("every position is the same")));
    EXPECT_FALSE(none.cellAt(kArea.center(), kArea));
    const PositionsPicture odd = pictureOf(scheme(PositionScheme::Rotary, 7));
    EXPECT_EQ(odd.message(), QStringLiteral("Rotary positions turn pairs of dimensions, and the width 7 is odd."));
    EXPECT_EQ(toCsv(odd.table()), "position\r\n");
}

TEST(PositionsPicture, DescribesNumbersWithTheirFormula)
{
    const PositionsPicture sinusoidal = pictureOf();
    EXPECT_EQ(sinusoidal.describe({PositionPanel::Encoding, 5, 0}),
              QStringLiteral("position 5, dimension 0: −0.958924 = sin(5 / 10000^(0/128))"));
    EXPECT_EQ(sinusoidal.describe({PositionPanel::Waves, 0, 7}),
              QStringLiteral("position 0, dimension 7: 1 = cos(0 / 10000^(6/128))"));
    EXPECT_TRUE(sinusoidal.describe({PositionPanel::Similarity, 5, 8})
                    .endsWith(QStringLiteral(" = cosine of PE(5) and PE(8)")));
    const PositionsPicture alibi = pictureOf(scheme(PositionScheme::Alibi), {.head = {LayerIndex(0), HeadIndex(2)}});
    EXPECT_EQ(alibi.describe({PositionPanel::Encoding, 3, 1}), QStringLiteral("distance 3, head 1: −0.75 = −0.25·3"));
    EXPECT_EQ(alibi.describe({PositionPanel::Similarity, 3, 7}), QStringLiteral("positions 3 and 7: −0.5 = −0.125·4"));
}

TEST(PositionsPicture, TheTableIsTheEncoding)
{
    EXPECT_EQ(toCsv(pictureOf(scheme(PositionScheme::Alibi, 2, 3)).table()),
              "distance,head 0,head 1\r\n0,-0,-0\r\n1,-0.0625,-0.00390625\r\n2,-0.125,-0.0078125\r\n");
    const CsvTable table = pictureOf(scheme(PositionScheme::Sinusoidal, 4, 3)).table();
    EXPECT_EQ(table.header,
              (std::vector<std::string>{"position", "dimension 0", "dimension 1", "dimension 2", "dimension 3"}));
    const Matrix expected = sinusoidalEncoding(3, 4);
    ASSERT_EQ(table.rows.size(), 3U);
    for (std::size_t p = 0; p < 3; ++p) {
        EXPECT_EQ(std::get<Index>(table.rows[p][0]), static_cast<Index>(p));
        for (std::size_t column = 0; column < 4; ++column) {
            EXPECT_EQ(std::get<float>(table.rows[p][column + 1]),
                      expected(static_cast<Index>(p), static_cast<Index>(column)));
        }
    }
}

TEST(PositionsPicture, MarksTheSelectedPositions)
{
    const Selection shown{.head = {}, .query = TokenIndex(4), .key = TokenIndex(9)};
    const PositionOptions options = scheme(PositionScheme::Sinusoidal, 16, 20);
    const PositionsPicture marked = pictureOf(options, shown);
    const QImage image = painted(marked, kArea);
    const QRgb accent = Theme::of(Brightness::Light).accent.rgb();
    const auto accented = [&](PositionPanel panel) {
        const QRect rect = marked.panelRect(panel, kArea).toRect();
        int count = 0;
        for (int y = rect.top(); y < rect.bottom(); ++y) {
            for (int x = rect.left(); x < rect.right(); ++x) {
                count += image.pixel(x, y) == accent ? 1 : 0;
            }
        }
        return count;
    };
    for (const PositionPanel panel : {PositionPanel::Waves, PositionPanel::Encoding, PositionPanel::Similarity}) {
        EXPECT_GT(accented(panel), 50) << static_cast<int>(panel);
    }
    const Selection beyond{.head = {}, .query = TokenIndex(20)};
    EXPECT_EQ(painted(pictureOf(options, beyond), kArea), painted(pictureOf(options), kArea));
}

TEST(PositionsPicture, AVeryFineEncodingIsAveragedNotSampled)
{
    // 1,024 positions of sin(p) on some 500 pixels: a mean of two or three hardly reaches ±1.
    PositionOptions options = scheme(PositionScheme::Sinusoidal, 2, 1024);
    const PositionsPicture picture = pictureOf(options);
    const QImage image = painted(picture, kArea);
    const QRectF rect = picture.panelRect(PositionPanel::Encoding, kArea);
    const QRgb extreme = picture.colourScale(PositionPanel::Encoding).colour(1.0F);
    for (int x = static_cast<int>(rect.left()) + 1; x < static_cast<int>(rect.right()) - 1; ++x) {
        EXPECT_NE(image.pixel(x, static_cast<int>(rect.top() + rect.height() / 4.0)), extreme);
    }
}

TEST(PositionsPicture, PaintsEverySize)
{
    for (const QSizeF& size : {QSizeF(1.0, 1.0), QSizeF(200.0, 60.0), QSizeF(60.0, 400.0), QSizeF(2400.0, 1200.0)}) {
        for (const Index length : {Index{1}, Index{2}, Index{1024}}) {
            const QImage image = painted(pictureOf(scheme(PositionScheme::Sinusoidal, 3, length)), {{}, size});
            EXPECT_FALSE(image.isNull());
        }
    }
}

TEST(SelectionAt, SelectsTokensAndNoPositionsBeyondThem)
{
    const HeadAddress head{LayerIndex(2), HeadIndex(1)};
    const PositionRequest request;
    EXPECT_EQ(selectionAt({PositionPanel::Encoding, 4, 99}, request, head, 13),
              (Selection{.head = head, .query = TokenIndex(4)}));
    EXPECT_EQ(selectionAt({PositionPanel::Similarity, 4, 13}, request, head, 13),
              (Selection{.head = head, .query = TokenIndex(4)}));
    EXPECT_EQ(selectionAt({PositionPanel::Similarity, 4, 12}, request, head, 13),
              (Selection{.head = head, .query = TokenIndex(4), .key = TokenIndex(12)}));
    EXPECT_EQ(selectionAt({PositionPanel::Waves, 4, 0}, {.scheme = PositionScheme::Alibi}, head, 13),
              (Selection{.head = head}))
        << "a distance is no position";
}

TEST(PositionsView, AnswersToTheMouse)
{
    PositionsView view;
    view.resize(1200, 700);
    const auto model = defaultModel();
    const Experiment experiment;
    view.setPicture(
        std::make_unique<PositionsPicture>(PositionsInUse{*model, experiment, 13}, PositionOptions{}, Selection{}));
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    std::vector<std::optional<PositionCell>> pointed;
    std::vector<PositionCell> clicked;
    QObject::connect(&view, &PositionsView::pointed,
                     [&](std::optional<PositionCell> cell) { pointed.push_back(cell); });
    QObject::connect(&view, &PositionsView::clicked, [&](PositionCell cell) { clicked.push_back(cell); });
    const QRectF rect = view.positions()->panelRect(PositionPanel::Similarity, view.pictureArea());
    const QPoint middle = rect.center().toPoint() + QPoint(1, 1);
    QTest::mouseMove(&view, middle);
    QTest::mouseClick(&view, Qt::LeftButton, {}, middle);
    const PositionCell expected{PositionPanel::Similarity, 32, 32};
    ASSERT_FALSE(pointed.empty());
    EXPECT_EQ(pointed.back(), expected);
    EXPECT_EQ(clicked, std::vector{expected});
}

}  // namespace
}  // namespace headlight::ui::test
