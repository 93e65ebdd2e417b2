#include "core/analysis/norm_weighted.h"
#include "core/analysis/rollout.h"
#include "core/analysis/words.h"
#include "core/io/trace_file.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "tests/ui/support/wait.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/picture_view.h"

#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include <atomic>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 700.0, 600.0);

HeatmapPicture pictureOf(const std::string& text, const HeatmapOptions& options = {}, const Experiment& experiment = {})
{
    return {traceOf(text, experiment),
            {.head = {LayerIndex(1), HeadIndex(3)}},
            options,
            ColourMap::named(QStringLiteral("viridis"))};
}

TEST(HeatmapPicture, CellCentresHaveTheColoursOfTheWeights)
{
    const HeatmapPicture picture = pictureOf(kSentence);
    const QImage image = painted(picture, kArea);
    for (Index i = 0; i < 13; ++i) {
        for (Index j = 0; j < 13; ++j) {
            const Cell cell{TokenIndex(i), TokenIndex(j)};
            const QPoint centre = picture.cellRect(cell, kArea).center().toPoint();
            EXPECT_EQ(image.pixel(centre), picture.colourScale().colour(picture.map()->at(cell.query, cell.key)));
        }
    }
}

TEST(HeatmapPicture, EveryQuantityIsShownWithItsOwnScale)
{
    const HeatmapPicture weights = pictureOf(kSentence);
    EXPECT_EQ(weights.colourScale().low, 0.0F);
    EXPECT_EQ(weights.colourScale().high, 1.0F);

    const HeatmapPicture fitted = pictureOf(kSentence, {.range = RangeMode::Fit});
    EXPECT_LT(fitted.colourScale().high, 1.0F);

    const HeatmapPicture scaled = pictureOf(kSentence, {.quantity = Quantity::ScaledScores});
    const HeatmapPicture raw = pictureOf(kSentence, {.quantity = Quantity::RawScores});
    EXPECT_EQ(scaled.colourScale().low, -scaled.colourScale().high);
    const Cell cell{TokenIndex(4), TokenIndex(7)};
    // d = 16, so √d = 4.
    EXPECT_FLOAT_EQ(raw.map()->at(cell.query, cell.key), 4.0F * scaled.map()->at(cell.query, cell.key));
}

TEST(HeatmapPicture, OfWordsShowsWeightsWhereScoresWereAskedForAndSaysSo)
{
    const std::shared_ptr<const Trace> words = mergedIntoWords(*traceOf(kSentence));
    for (const Quantity quantity :
         {Quantity::Weights, Quantity::ScaledScores, Quantity::RawScores, Quantity::Rollout, Quantity::NormWeighted}) {
        const HeatmapPicture picture(words, {.head = {LayerIndex(1), HeadIndex(3)}}, {.quantity = quantity},
                                     ColourMap::named(QStringLiteral("viridis")));
        ASSERT_NE(picture.map(), nullptr);
        EXPECT_EQ(picture.map()->rows(), 12) << "did and n't are one word";
        EXPECT_EQ(picture.colourScale().high, 1.0F);
        EXPECT_TRUE(picture.title().startsWith(QStringLiteral("Attention weights")));
        const bool isScore = quantity == Quantity::ScaledScores || quantity == Quantity::RawScores;
        EXPECT_EQ(picture.title().contains(QStringLiteral("words have no scores")), isScore);
        EXPECT_EQ(picture.title().contains(QStringLiteral("rollout is of tokens")), quantity == Quantity::Rollout);
        EXPECT_EQ(picture.title().contains(QStringLiteral("words have no values")), quantity == Quantity::NormWeighted);
    }
}

TEST(HeatmapPicture, RolloutIsOfAllHeadsUpToTheLayerAndSaysWhatItIs)
{
    const auto trace = traceOf(kSentence);
    ViewOptions options;
    options.heatmap.quantity = Quantity::Rollout;
    const auto pictureWith = [&](const std::shared_ptr<const Analysis>& analysis) {
        return HeatmapPicture(trace, {.head = {LayerIndex(2), HeadIndex(3)}}, options.heatmap,
                              ColourMap::named(QStringLiteral("viridis")), {.model = nullptr, .analysis = analysis});
    };
    const HeatmapPicture picture = pictureWith(analysisOf(trace, options));
    ASSERT_NE(picture.map(), nullptr);
    const std::vector<Matrix> expected = attentionRollout(*trace).value();
    EXPECT_EQ(picture.map()->cells(), expected[2]);
    EXPECT_EQ(picture.colourScale().high, 1.0F);
    EXPECT_EQ(picture.title(), QStringLiteral("Attention rollout · all heads of layers 0 to 2 (Abnar & Zuidema 2020)"));
    EXPECT_TRUE(picture.colourScale().meaning.contains(QStringLiteral("½")));
    EXPECT_TRUE(picture.table().header.front().starts_with("rollout: "));
    EXPECT_EQ(std::get<float>(picture.table().rows[4][6]), expected[2](4, 5));
    EXPECT_EQ(pictureWith(analysisOf(trace)).map(), nullptr) << "it was not worked out";
    EXPECT_EQ(pictureWith(nullptr).map(), nullptr);
    EXPECT_FALSE(painted(pictureWith(nullptr), kArea).isNull());
}

TEST(HeatmapPicture, NormWeightedAttentionSpansUpToItsLargestAndSaysWhatItIs)
{
    Experiment causal;
    causal.mask = MaskChoice::Causal;
    const auto trace = traceOf(kSentence, causal);
    const HeadAddress head{LayerIndex(1), HeadIndex(3)};
    const HeatmapPicture picture(trace, {.head = head}, {.quantity = Quantity::NormWeighted},
                                 ColourMap::named(QStringLiteral("viridis")),
                                 {.model = defaultModel().get(), .analysis = nullptr});
    ASSERT_NE(picture.map(), nullptr);
    const Matrix expected = normWeightedAttention(*trace, *defaultModel(), head).value();
    EXPECT_EQ(picture.map()->cells(), expected);
    EXPECT_EQ(picture.colourScale().low, 0.0F);
    EXPECT_EQ(picture.colourScale().high, expected.maxCoeff());
    EXPECT_TRUE(picture.title().contains(QStringLiteral("Norm-weighted attention · layer 1 · head 3")));
    EXPECT_TRUE(picture.title().contains(QStringLiteral("Kobayashi et al. 2020")));
    EXPECT_TRUE(picture.colourScale().meaning.contains(QStringLiteral("W_O")));
    EXPECT_TRUE(picture.isMasked({TokenIndex(2), TokenIndex(3)}));
    EXPECT_TRUE(picture.describe({TokenIndex(3), TokenIndex(2)}).contains(QStringLiteral("norm-weighted attention")));
}

TEST(HeatmapPicture, MaskedCellsAreShownAsHiddenAndSaidToBe)
{
    Experiment causal;
    causal.mask = MaskChoice::Causal;
    const HeatmapPicture picture = pictureOf(kSentence, {}, causal);
    const QImage image = painted(picture, kArea);
    const Cell future{TokenIndex(2), TokenIndex(9)};
    EXPECT_EQ(image.pixel(picture.cellRect(future, kArea).center().toPoint()),
              Theme::of(Brightness::Light).hidden.rgb());
    EXPECT_TRUE(picture.describe(future).contains(QStringLiteral("masked")));
    EXPECT_FALSE(picture.describe({TokenIndex(9), TokenIndex(2)}).contains(QStringLiteral("masked")));
}

TEST(HeatmapPicture, CellsHiddenByHandLookAsMaskedOnesDo)
{
    Experiment experiment;
    experiment.mask = MaskChoice::Painted;
    experiment.hiddenCells = CellSet({{2, 9, 10}});
    const HeatmapPicture picture = pictureOf(kSentence, {}, experiment);
    const QImage image = painted(picture, kArea);
    const Cell hidden{TokenIndex(2), TokenIndex(9)};
    EXPECT_EQ(image.pixel(picture.cellRect(hidden, kArea).center().toPoint()),
              Theme::of(Brightness::Light).hidden.rgb());
    EXPECT_TRUE(picture.describe(hidden).contains(QStringLiteral("masked")));
    EXPECT_FALSE(picture.isMasked({TokenIndex(9), TokenIndex(2)}));
}

TEST(HeatmapPicture, OfALinearKernelSaysHowItsWeightsCameAbout)
{
    Experiment linear;
    linear.kernel = AttentionKernel::Linear;
    EXPECT_EQ(pictureOf(kSentence, {}, linear).colourScale().meaning, QStringLiteral("weight = φ(Q)·φ(K)ᵀ ÷ row sum"));
    EXPECT_EQ(pictureOf(kSentence, {.quantity = Quantity::ScaledScores}, linear).colourScale().meaning,
              QStringLiteral("score = φ(Q)·φ(K)ᵀ"));
}

TEST(HeatmapPicture, FindsTheCellUnderAPoint)
{
    const HeatmapPicture picture = pictureOf(kSentence);
    for (const Cell cell : {Cell{TokenIndex(0), TokenIndex(0)}, Cell{TokenIndex(12), TokenIndex(12)},
                            Cell{TokenIndex(3), TokenIndex(8)}}) {
        EXPECT_EQ(picture.cellAt(picture.cellRect(cell, kArea).center(), kArea), cell);
    }
    EXPECT_FALSE(picture.cellAt({1.0, 1.0}, kArea));
}

TEST(HeatmapPicture, ATableHoldsEveryWeightExactly)
{
    const HeatmapPicture picture = pictureOf("Dog bites man");
    const CsvTable table = picture.table();
    EXPECT_EQ(table.header, (std::vector<std::string>{"weight: query down, key across", "Dog", "bites", "man"}));
    ASSERT_EQ(table.rows.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            EXPECT_EQ(std::get<float>(table.rows[i][j + 1]),
                      picture.map()->at(TokenIndex(static_cast<Index>(i)), TokenIndex(static_cast<Index>(j))));
        }
    }
}

TEST(HeatmapPicture, NumbersAreDrawnOnlyWhereTheyFit)
{
    const QImage plain = painted(pictureOf("Dog bites man"), kArea);
    const QImage numbered = painted(pictureOf("Dog bites man", {.numbers = CellNumbers::Shown}), kArea);
    EXPECT_NE(plain, numbered);
    const std::string crowded = words(60);
    EXPECT_EQ(painted(pictureOf(crowded), kArea), painted(pictureOf(crowded, {.numbers = CellNumbers::Shown}), kArea));
}

TEST(HeatmapPicture, TheSelectedCellIsMarked)
{
    const auto trace = traceOf("Dog bites man");
    const ColourMap& viridis = ColourMap::named(QStringLiteral("viridis"));
    const HeatmapPicture plain(trace, {}, {}, viridis);
    const HeatmapPicture marked(trace, {.head = {}, .query = TokenIndex(1), .key = TokenIndex(2)}, {}, viridis);
    EXPECT_NE(painted(plain, kArea), painted(marked, kArea));
}

TEST(HeatmapPicture, AnAblatedHeadIsSaidToBeOff)
{
    Experiment experiment;
    experiment.ablatedHeads.insert({LayerIndex(1), HeadIndex(3)});
    EXPECT_TRUE(pictureOf("Dog bites man", {}, experiment).title().contains(QStringLiteral("switched off")));
}

TEST(HeatmapPicture, InASmallAreaTheCellsHaveTheRoomOfTheNames)
{
    const HeatmapPicture picture = pictureOf("a7 b3 c1 d9 a b c d");
    for (const qreal side : {160.0, 239.0}) {
        const QRectF area(0.0, 0.0, 2.0 * side, side);
        EXPECT_GT(picture.mapRect(area).height(), 0.7 * side);
        EXPECT_TRUE(area.contains(picture.mapRect(area)));
    }
}

TEST(HeatmapPicture, OneTokenAndAThousandAreDrawn)
{
    EXPECT_FALSE(painted(pictureOf("Dog"), kArea).isNull());
    const HeatmapPicture picture = pictureOf(words(1024));
    const QImage image = painted(picture, kArea, Brightness::Dark);
    const QPointF centre = picture.mapRect(kArea).center();
    EXPECT_NE(image.pixel(centre.toPoint()), Theme::of(Brightness::Dark).paper.rgb());
}

TEST(HeatmapPicture, AWindowShowsItsCellsAlone)
{
    const HeatmapPicture picture = pictureOf(kSentence, {.window = {4, 7, 5}});
    EXPECT_TRUE(picture.title().endsWith(QStringLiteral("queries 4–8, keys 7–11 of 13")))
        << picture.title().toStdString();
    const QImage image = painted(picture, kArea);
    for (Index i = 4; i < 9; ++i) {
        for (Index j = 7; j < 12; ++j) {
            const Cell cell{TokenIndex(i), TokenIndex(j)};
            const QPointF centre = picture.cellRect(cell, kArea).center();
            EXPECT_EQ(image.pixel(centre.toPoint()),
                      picture.colourScale().colour(picture.map()->at(cell.query, cell.key)));
            EXPECT_EQ(picture.cellAt(centre, kArea), cell);
        }
    }
    const CsvTable table = picture.table();
    EXPECT_EQ(table.header.size(), 6U);
    EXPECT_EQ(table.rows.size(), 5U);
    EXPECT_EQ(pictureOf(kSentence, {.window = {20, 20, 5}}).window(), (CellWindow{8, 8, 5}));
    EXPECT_EQ(pictureOf(kSentence, {.window = {2, 2, 50}}).window(), (CellWindow{0, 0, 13}));
}

/// Of a text so long that its cells are not there at once.
TEST(HeatmapPicture, IsPaintedWithoutWaitingAndCompletedPartByPart)
{
    constexpr Index kTokens = 5000;
    TraceInfo info;
    info.tokens = std::vector<Token>(kTokens, Token{0, "a", {}});
    info.layers = 1;
    info.heads = 1;
    info.mask.direction = Direction::Causal;
    const auto vectors = [] {
        Tensor heads({1, kTokens, 4});
        heads.matrix() = Matrix::Random(kTokens, 4);
        return std::make_shared<const Tensor>(std::move(heads));
    };
    const QTemporaryDir folder;
    const std::string file = folder.filePath(QStringLiteral("long")).toStdString();
    ASSERT_TRUE(writeTrace(file, Trace(info, {{{StageId::Query}, vectors()}, {{StageId::Key}, vectors()}})));
    const auto trace = readTrace(file).value();
    const auto pictureOfIt = [&] {
        return HeatmapPicture(trace, {}, {.range = RangeMode::Fixed}, ColourMap::named(QStringLiteral("viridis")));
    };
    const auto paintedQuickly = [&] {
        QImage image(kArea.size().toSize(), QImage::Format_RGB32);
        image.fill(Theme::of(Brightness::Light).paper);
        QPainter painter(&image);
        pictureOfIt().paintQuickly(painter, kArea, Theme::of(Brightness::Light));
        return image;
    };
    const QImage before = paintedQuickly();
    std::size_t parts = 0;
    for (auto slow = pictureOfIt().slowParts(kArea, 1.0); !slow.empty(); slow = pictureOfIt().slowParts(kArea, 1.0)) {
        ASSERT_LT(parts, 100U);
        slow.front()();
        ++parts;
    }
    EXPECT_GT(parts, 4U);
    const QImage complete = painted(pictureOfIt(), kArea);
    EXPECT_EQ(paintedQuickly(), complete);
    EXPECT_NE(before, complete);
}

/// A view does not go on for ever where parts are forgotten as soon as they are worked out.
TEST(PictureView, GivesUpOnPartsThatNeverStay)
{
    class Forgetful final : public Picture
    {
    public:
        explicit Forgetful(std::shared_ptr<std::atomic<int>> done) : m_done(std::move(done)) {}
        QString title() const override { return {}; }
        QSizeF naturalSize() const override { return {10.0, 10.0}; }
        void paint(QPainter& /*painter*/, const QRectF& /*area*/, const Theme& /*theme*/) const override {}
        CsvTable table() const override { return {}; }

        std::vector<std::function<void()>> slowParts(const QRectF& /*area*/, qreal /*pixelRatio*/) const override
        {
            return std::vector<std::function<void()>>(3, [done = m_done] { ++*done; });
        }

    private:
        std::shared_ptr<std::atomic<int>> m_done;
    };
    const auto done = std::make_shared<std::atomic<int>>(0);
    PictureView view;
    view.setPicture(std::make_unique<Forgetful>(done));
    view.show();
    EXPECT_FALSE(view.isComplete());
    EXPECT_TRUE(waitFor([&] { return view.isComplete(); }));
    QTest::qWait(50);
    EXPECT_EQ(*done, 6);
}

}  // namespace
}  // namespace headlight::ui::test
