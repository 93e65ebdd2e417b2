#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/flow_picture.h"
#include "ui/plots/flow_view.h"

#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 900.0, 600.0);
const HeadAddress kHead{LayerIndex(1), HeadIndex(3)};

std::set<HeadIndex> headsBelow(Index count)
{
    std::set<HeadIndex> heads;
    for (Index head = 0; head < count; ++head) {
        heads.insert(HeadIndex(head));
    }
    return heads;
}

/// All weights of a layer's heads from a threshold on, counted one by one.
std::size_t countWeights(const Trace& trace, const std::set<HeadIndex>& heads, float threshold)
{
    std::size_t count = 0;
    for (const HeadIndex head : heads) {
        for (const float weight : trace.find({StageId::Weights, kHead.layer})->matrix(head.value).reshaped()) {
            count += weight >= threshold && weight > 0.0F ? 1U : 0U;
        }
    }
    return count;
}

/// How far a pixel is from the paper.
int ink(const QImage& image, QPointF point)
{
    const QRgb pixel = image.pixel(point.toPoint());
    const QRgb paper = Theme::of(Brightness::Light).paper.rgb();
    return std::abs(qRed(pixel) - qRed(paper)) + std::abs(qGreen(pixel) - qGreen(paper)) +
           std::abs(qBlue(pixel) - qBlue(paper));
}

/// Just inside the lines, at the end that a token's row touches.
QPointF lineEnd(const FlowPicture& picture, FlowToken token)
{
    const QRectF rect = picture.tokenRect(token, kArea);
    return {token.side == FlowSide::Query ? rect.right() + 2.0 : rect.left() - 2.0, rect.center().y()};
}

TEST(FlowPicture, DrawsEveryWeightFromTheThresholdOn)
{
    const auto trace = traceOf(kSentence);
    for (const float threshold : {0.0F, 0.02F, 0.05F, 0.3F, 1.0F}) {
        for (const std::set<HeadIndex>& heads : {std::set{HeadIndex(3)}, headsBelow(8)}) {
            const FlowPicture picture(trace, {.head = kHead}, {.threshold = threshold, .heads = heads});
            EXPECT_EQ(picture.lines().size(), countWeights(*trace, heads, threshold)) << threshold;
            EXPECT_EQ(picture.candidates(), picture.lines().size());
            for (const FlowLine& line : picture.lines()) {
                const auto map = trace->map(StageId::Weights, {kHead.layer, line.head}).value();
                EXPECT_EQ(line.weight, map->at(line.query, line.key));
            }
        }
    }
}

TEST(FlowPicture, WhatAMaskHidesHasNoLine)
{
    Experiment causal;
    causal.mask = MaskChoice::Causal;
    const FlowPicture picture(traceOf(kSentence, causal), {.head = kHead}, {.threshold = 0.0F});
    EXPECT_EQ(picture.lines().size(), 13U * 14U / 2U);
    for (const FlowLine& line : picture.lines()) {
        EXPECT_LE(line.key, line.query);
    }
}

TEST(FlowPicture, ALineRunsFromItsQueryToItsKeyInItsHeadsColour)
{
    const auto trace = traceOf(kSentence);
    const FlowPicture all(trace, {.head = kHead}, {});
    const FlowLine strongest = all.lines().back();
    const FlowPicture picture(trace, {.head = kHead}, {.threshold = strongest.weight});
    ASSERT_EQ(picture.lines(), std::vector{strongest});
    const QImage image = painted(picture, kArea);
    for (Index token = 0; token < 13; ++token) {
        const bool begins = TokenIndex(token) == strongest.query;
        const bool ends = TokenIndex(token) == strongest.key;
        EXPECT_EQ(ink(image, lineEnd(picture, {FlowSide::Query, TokenIndex(token)})) > 0, begins) << token;
        EXPECT_EQ(ink(image, lineEnd(picture, {FlowSide::Key, TokenIndex(token)})) > 0, ends) << token;
    }
    const QColor drawn(image.pixel(lineEnd(picture, {FlowSide::Query, strongest.query}).toPoint()));
    EXPECT_NEAR(drawn.hue(), headColour(kHead.head, Theme::of(Brightness::Light)).hue(), 3);
}

TEST(FlowPicture, LinesOfTheSelectedTokenStandOutAndOthersFade)
{
    const auto trace = traceOf(kSentence);
    const FlowOptions options{.threshold = 0.02F};
    const FlowPicture plain(trace, {.head = kHead}, options);
    const FlowPicture query(trace, {.head = kHead, .query = TokenIndex(8)}, options);
    const FlowPicture key(trace, {.head = kHead, .key = TokenIndex(1)}, options);
    EXPECT_TRUE(plain.outstandingLines().empty());
    EXPECT_EQ(query.lines(), plain.lines());
    EXPECT_EQ(query.outstandingLines().size(),
              static_cast<std::size_t>(std::ranges::count(plain.lines(), TokenIndex(8), &FlowLine::query)));
    EXPECT_EQ(key.outstandingLines().size(),
              static_cast<std::size_t>(std::ranges::count(plain.lines(), TokenIndex(1), &FlowLine::key)));
    for (const FlowLine& line : query.outstandingLines()) {
        EXPECT_EQ(line.query, TokenIndex(8));
    }
    const QImage before = painted(plain, kArea);
    const QImage after = painted(query, kArea);
    for (Index token = 0; token < 13; ++token) {
        const QPointF end = lineEnd(plain, {FlowSide::Query, TokenIndex(token)});
        if (token == 8) {
            EXPECT_GE(ink(after, end), ink(before, end));
        } else {
            EXPECT_LT(ink(after, end), ink(before, end)) << token;
        }
    }
}

TEST(FlowPicture, WritesTheWeightsOfTheSelectedQuery)
{
    const auto trace = traceOf(kSentence);
    const FlowPicture picture(trace, {.head = kHead, .query = TokenIndex(8)}, {.threshold = 0.05F});
    const QString svg = svgOf(picture, kArea);
    ASSERT_FALSE(picture.outstandingLines().empty());
    for (const FlowLine& line : picture.outstandingLines()) {
        const QString weight = QString::number(static_cast<double>(line.weight), 'f', 2);
        EXPECT_TRUE(svg.contains(QStringLiteral(">%1</text>").arg(weight))) << weight.toStdString();
    }
}

TEST(FlowPicture, AHeadThatIsOffHasNoLinesAndSaysSo)
{
    Experiment experiment;
    experiment.ablatedHeads.insert(kHead);
    const auto trace = traceOf(kSentence, experiment);
    const FlowPicture alone(trace, {.head = kHead}, {});
    EXPECT_TRUE(alone.lines().empty());
    EXPECT_EQ(alone.title(), QStringLiteral("Attention flow · layer 1 · head 3 · switched off"));
    EXPECT_TRUE(svgOf(alone, kArea).contains(QStringLiteral("head 3 off")));

    const FlowPicture several(trace, {.head = kHead}, {.threshold = 0.05F, .heads = {HeadIndex(3), HeadIndex(4)}});
    EXPECT_EQ(several.lines().size(), countWeights(*trace, {HeadIndex(4)}, 0.05F));
    EXPECT_EQ(several.title(), QStringLiteral("Attention flow · layer 1 · heads 3, 4 · head 3 off"));
}

TEST(FlowPicture, TheTitleNamesLayerAndHeads)
{
    const auto trace = traceOf("Dog bites man");
    const auto title = [&](const std::set<HeadIndex>& heads) {
        return FlowPicture(trace, {.head = kHead}, {.threshold = 0.05F, .heads = heads}).title();
    };
    EXPECT_EQ(title({}), QStringLiteral("Attention flow · layer 1 · head 3"));
    EXPECT_EQ(title({HeadIndex(0), HeadIndex(3)}), QStringLiteral("Attention flow · layer 1 · heads 0, 3"));
    EXPECT_EQ(title(headsBelow(8)), QStringLiteral("Attention flow · layer 1 · heads 0–7"));
    EXPECT_EQ(title({HeadIndex(0), HeadIndex(1), HeadIndex(3), HeadIndex(4), HeadIndex(5)}),
              QStringLiteral("Attention flow · layer 1 · heads 0, 1, 3–5"));
}

TEST(FlowPicture, DrawsTheStrongestOfTooManyLinesAndSaysSo)
{
    const auto trace = traceOf(words(120));
    const FlowOptions options{.threshold = 0.0F, .heads = headsBelow(8)};
    const FlowPicture picture(trace, {.head = kHead}, options);
    ASSERT_EQ(picture.lines().size(), FlowPicture::kMostLines);
    EXPECT_EQ(picture.candidates(), 8U * 120U * 120U);
    std::vector<float> weights;
    for (Index head = 0; head < 8; ++head) {
        const auto matrix = trace->find({StageId::Weights, kHead.layer})->matrix(head);
        weights.insert(weights.end(), matrix.data(), matrix.data() + matrix.size());
    }
    std::ranges::sort(weights, std::ranges::greater());
    for (std::size_t i = 0; i < picture.lines().size(); ++i) {
        EXPECT_EQ(picture.lines()[picture.lines().size() - 1 - i].weight, weights[i]);
    }
    EXPECT_TRUE(svgOf(picture, kArea)
                    .contains(QStringLiteral("showing the 5,000 strongest of 115,200 lines of weight more "
                                             "than 0")));
    // The selected token keeps all of its lines, and they are in the table once.
    const FlowPicture selected(trace, {.head = kHead, .query = TokenIndex(7)}, options);
    EXPECT_EQ(selected.outstandingLines().size(), 8U * 120U);
    const auto inBoth = static_cast<std::size_t>(std::ranges::count(selected.lines(), TokenIndex(7), &FlowLine::query));
    EXPECT_EQ(selected.table().rows.size(), FlowPicture::kMostLines + 8U * 120U - inBoth);
}

TEST(FlowPicture, FindsTokensOnBothSidesHoweverMany)
{
    for (const int count : {1, 13, 300}) {
        const FlowPicture picture(traceOf(words(count)), {.head = kHead}, {.threshold = 0.5F});
        for (Index token = 0; token < count; ++token) {
            for (const FlowSide side : {FlowSide::Query, FlowSide::Key}) {
                const FlowToken wanted{side, TokenIndex(token)};
                EXPECT_EQ(picture.tokenAt(picture.tokenRect(wanted, kArea).center(), kArea), wanted);
            }
        }
        const qreal y = picture.tokenRect({FlowSide::Query, TokenIndex(0)}, kArea).center().y();
        EXPECT_FALSE(picture.tokenAt({kArea.center().x(), y}, kArea));
        EXPECT_FALSE(picture.tokenAt({kArea.center().x(), kArea.top() + 1.0}, kArea));
        EXPECT_FALSE(picture.tokenAt(kArea.bottomLeft(), kArea));
    }
}

TEST(FlowPicture, LabelsOfManyTokensNeverOverlap)
{
    const FlowPicture picture(traceOf(words(300)), {.head = kHead, .query = TokenIndex(150)}, {.threshold = 0.01F});
    // Each label's box begins at the y of its group's transform or its own; Qt writes them as text elements in order.
    const QRegularExpression label(QStringLiteral("x=\"([-0-9.]+)\" y=\"([-0-9.]+)\"[^>]*\\s*>(animal|street)</text>"));
    std::map<bool, std::vector<double>> rows;  // by side
    const QString svg = svgOf(picture, kArea);
    for (auto match = label.globalMatch(svg); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        rows[found.captured(1).toDouble() > kArea.center().x()].push_back(found.captured(2).toDouble());
    }
    const double height = QFontMetricsF(figureFont(kSmallPixels, QFont::Bold)).height();
    for (auto& [side, baselines] : rows) {
        EXPECT_GT(baselines.size(), 20U);
        std::ranges::sort(baselines);
        for (std::size_t i = 1; i < baselines.size(); ++i) {
            EXPECT_GE(baselines[i] - baselines[i - 1], height - 0.1);
        }
    }
    EXPECT_EQ(rows.size(), 2U);
}

TEST(FlowPicture, TheTableHasOneRowALineWithExactWeights)
{
    const auto trace = traceOf("Dog bites man");
    const FlowPicture picture(trace, {.head = kHead}, {.threshold = 0.0F});
    const CsvTable table = picture.table();
    ASSERT_EQ(table.rows.size(), 9U);
    const FlowLine& strongest = picture.lines().back();
    const auto text = [&](TokenIndex token) {
        return trace->info().tokens[static_cast<std::size_t>(token.value)].text;
    };
    const CsvTable first{.header = table.header, .rows = {table.rows.front()}};
    const CsvTable expected{.header = {"head", "query", "query token", "key", "key token", "weight"},
                            .rows = {{Index{3}, strongest.query.value, text(strongest.query), strongest.key.value,
                                      text(strongest.key), strongest.weight}}};
    EXPECT_EQ(toCsv(first), toCsv(expected));
    for (std::size_t i = 1; i < table.rows.size(); ++i) {
        EXPECT_GE(std::get<float>(table.rows[i - 1].back()), std::get<float>(table.rows[i].back()));
    }
}

TEST(FlowPicture, DescribesATokensWeightsExactly)
{
    const auto trace = traceOf("Dog bites man");
    const FlowPicture picture(trace, {.head = kHead}, {.threshold = 0.0F});
    const QStringList lines = picture.describe({FlowSide::Query, TokenIndex(1)}).split(QLatin1Char('\n'));
    ASSERT_EQ(lines.size(), 4);
    EXPECT_EQ(lines.front(), QStringLiteral("bites (1) looks at"));
    const RowVector row = trace->map(StageId::Weights, kHead).value()->row(TokenIndex(1));
    EXPECT_TRUE(lines[1].endsWith(
        QStringLiteral("weight %1 · head 3").arg(QString::number(static_cast<double>(row.maxCoeff()), 'g', 6))))
        << lines[1].toStdString();
    EXPECT_TRUE(picture.describe({FlowSide::Key, TokenIndex(0)}).startsWith(QStringLiteral("Dog (0) is looked at by")));
    const FlowPicture none(trace, {.head = kHead}, {.threshold = 1.0F});
    EXPECT_EQ(none.describe({FlowSide::Query, TokenIndex(1)}),
              QStringLiteral("bites (1) looks at\nnothing with a weight of 1 or more"));
}

TEST(FlowPicture, PassesOverWhatIsNotThere)
{
    const auto trace = traceOf("Dog bites man");
    const FlowPicture noToken(trace, {.head = kHead, .query = TokenIndex(3), .key = TokenIndex(99)}, {});
    EXPECT_TRUE(noToken.outstandingLines().empty());
    EXPECT_EQ(painted(noToken, kArea), painted(FlowPicture(trace, {.head = kHead}, {}), kArea));

    const FlowPicture noLayer(trace, {.head = {LayerIndex(9), HeadIndex(0)}}, {});
    EXPECT_TRUE(noLayer.lines().empty());
    EXPECT_TRUE(svgOf(noLayer, kArea).contains(QStringLiteral("holds no layers.9.attention.weights")));

    const FlowPicture noHead(trace, {.head = kHead}, {.threshold = 0.05F, .heads = {HeadIndex(64)}});
    EXPECT_EQ(noHead.title(), QStringLiteral("Attention flow · layer 1 · head 3")) << "the selected head instead";
}

TEST(FlowPicture, LinesAreTakenOverWhileOnlyTheSelectionChanges)
{
    const auto trace = traceOf(kSentence);
    const FlowOptions options;
    const FlowPicture first(trace, {.head = kHead, .query = TokenIndex(1)}, options);
    const FlowPicture second(trace, {.head = kHead, .query = TokenIndex(2)}, options, &first);
    const FlowPicture fresh(trace, {.head = kHead, .query = TokenIndex(2)}, options);
    EXPECT_EQ(second.backdropKey(), first.backdropKey());
    EXPECT_NE(fresh.backdropKey(), first.backdropKey());
    EXPECT_EQ(painted(second, kArea), painted(fresh, kArea));

    const HeadAddress other{LayerIndex(1), HeadIndex(4)};
    const FlowPicture otherHead(trace, {.head = other}, options, &first);
    EXPECT_EQ(painted(otherHead, kArea), painted(FlowPicture(trace, {.head = other}, options), kArea));
    const FlowPicture otherThreshold(trace, {.head = kHead}, {.threshold = 0.2F}, &first);
    EXPECT_EQ(painted(otherThreshold, kArea), painted(FlowPicture(trace, {.head = kHead}, {.threshold = 0.2F}), kArea));
    const auto otherTrace = traceOf("Dog bites man");
    EXPECT_EQ(FlowPicture(otherTrace, {.head = kHead}, options, &first).tokens(), 3);
}

TEST(ToggledFlowHeads, FollowTheSelectionWhereItAloneRemains)
{
    const HeadIndex selected(3);
    using Heads = std::set<HeadIndex>;
    EXPECT_EQ(toggledFlowHeads({}, selected, 8, HeadIndex(0)), (Heads{HeadIndex(0), HeadIndex(3)}));
    EXPECT_EQ(toggledFlowHeads({.heads = {HeadIndex(0), HeadIndex(3)}}, selected, 8, HeadIndex(0)), Heads{});
    EXPECT_EQ(toggledFlowHeads({.heads = {HeadIndex(0), HeadIndex(3)}}, selected, 8, HeadIndex(3)),
              Heads{HeadIndex(0)});
    EXPECT_EQ(toggledFlowHeads({}, selected, 8, selected), Heads{}) << "the last one stays";
    EXPECT_EQ(flowHeads({.heads = {HeadIndex(9)}}, selected, 8), Heads{selected});
}

TEST(FlowView, ShowsWhatThePicturePaints)
{
    const auto trace = traceOf(kSentence);
    FlowView view;
    view.setPalette(widgetPalette(Theme::of(Brightness::Light)));
    view.resize(900, 600);
    const auto direct = [&](const FlowPicture& picture) {
        QImage image(view.size(), QImage::Format_ARGB32_Premultiplied);
        image.fill(Theme::of(Brightness::Light).paper);
        QPainter painter(&image);
        picture.paint(painter, view.pictureArea(), Theme::of(Brightness::Light));
        return image;
    };
    // Largest difference of a channel: what is kept of the lines is blended once more.
    const auto difference = [](const QImage& a, const QImage& b) {
        int largest = 0;
        for (int y = 0; y < a.height(); ++y) {
            for (int x = 0; x < a.width(); ++x) {
                const QRgb p = a.pixel(x, y);
                const QRgb q = b.pixel(x, y);
                largest = std::max({largest, std::abs(qRed(p) - qRed(q)), std::abs(qGreen(p) - qGreen(q)),
                                    std::abs(qBlue(p) - qBlue(q))});
            }
        }
        return largest;
    };
    for (const std::optional<TokenIndex> query :
         {std::optional<TokenIndex>(), std::optional(TokenIndex(3)), std::optional(TokenIndex(4))}) {
        for (const float threshold : {0.05F, 0.2F}) {
            const Selection selection{.head = kHead, .query = query};
            view.setPicture(
                std::make_unique<FlowPicture>(trace, selection, FlowOptions{.threshold = threshold}, view.flow()));
            EXPECT_LE(difference(view.grab().toImage(), direct(*view.flow())), 6);
        }
    }
}

TEST(FlowView, AnswersToMouseAndKeyboard)
{
    FlowView view;
    view.resize(900, 600);
    view.setPicture(std::make_unique<FlowPicture>(traceOf(kSentence), Selection{.head = kHead}, FlowOptions{}));
    view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&view));
    std::vector<std::optional<FlowToken>> pointed;
    std::vector<FlowToken> clicked;
    QObject::connect(&view, &FlowView::pointed, [&](std::optional<FlowToken> token) { pointed.push_back(token); });
    QObject::connect(&view, &FlowView::clicked, [&](FlowToken token) { clicked.push_back(token); });
    QSignalSpy freed(&view, &FlowView::freed);

    const FlowToken it{FlowSide::Query, TokenIndex(8)};
    const QPoint onIt = view.flow()->tokenRect(it, view.pictureArea()).center().toPoint();
    QTest::mouseMove(&view, onIt);
    QTest::mouseClick(&view, Qt::LeftButton, {}, onIt);
    ASSERT_FALSE(pointed.empty());
    EXPECT_EQ(pointed.back(), it);
    EXPECT_EQ(clicked, std::vector{it});

    view.setCursor(it);
    for (const auto& [key, expected] : {std::pair{Qt::Key_Down, FlowToken{FlowSide::Query, TokenIndex(9)}},
                                        {Qt::Key_Up, {FlowSide::Query, TokenIndex(7)}},
                                        {Qt::Key_Right, {FlowSide::Key, TokenIndex(8)}},
                                        {Qt::Key_Left, {FlowSide::Query, TokenIndex(8)}},
                                        {Qt::Key_Home, {FlowSide::Query, TokenIndex(0)}},
                                        {Qt::Key_End, {FlowSide::Query, TokenIndex(12)}}}) {
        QTest::keyClick(&view, key);
        EXPECT_EQ(clicked.back(), expected);
    }
    QTest::keyClick(&view, Qt::Key_Escape);
    EXPECT_EQ(freed.count(), 1);
}

}  // namespace
}  // namespace headlight::ui::test
