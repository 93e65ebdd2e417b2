#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/ablation_picture.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QRectF kWide(0.0, 0.0, 1000.0, 560.0);
const QRectF kNarrow(0.0, 0.0, 520.0, 560.0);

HeadAddress head(Index layer, Index which)
{
    return {LayerIndex(layer), HeadIndex(which)};
}

/// Effects 0, −0.01, 0.02, −0.03 … layer by layer; head 1.1 is off.
std::shared_ptr<const AblationAnswer> answerOn(const AblationTarget& target)
{
    AblationAnswer answer{.question = {defaultModel(), traceOf(kSentence)->info(), target},
                          .study = {.target = target, .before = 0.5, .effects = {}},
                          .ranking = {},
                          .seconds = 1.0};
    for (Index i = 0; i < 32; ++i) {
        const double effect = static_cast<double>(i) * (i % 2 == 0 ? 0.01 : -0.01);
        HeadEffect entry{.head = head(i / 8, i % 8)};
        if (entry.head != head(1, 1)) {
            entry.change = TargetChange{.before = 0.5, .after = 0.5 + effect, .effect = effect};
        }
        answer.study.effects.push_back(entry);
    }
    answer.ranking = ranked(answer.study);
    return std::make_shared<const AblationAnswer>(std::move(answer));
}

AblationPicture pictureOn(const AblationTarget& target, HeadAddress highlighted = head(3, 7))
{
    return {answerOn(target), highlighted, TokenNames::Text, ColourMap::named(QStringLiteral("viridis"))};
}

const AblationTarget kPrediction = PredictionTarget{TokenIndex(8), 20};
const AblationTarget kAttention = AttentionTarget{head(3, 0), TokenIndex(8), TokenIndex(1)};

TEST(AblationPicture, EveryCellAndEveryBarHasItsEffectsColour)
{
    const AblationPicture picture = pictureOn(kPrediction);
    const auto answer = answerOn(kPrediction);
    for (const QRectF& area : {kWide, kNarrow}) {
        const QImage image = painted(picture, area);
        for (const auto& [address, change] : answer->study.effects) {
            const QRectF cell = picture.cellRect(address, area);
            const QPointF off(cell.left() + cell.width() * 0.15, cell.top() + cell.height() * 0.15);
            if (address == head(3, 7)) {
                continue;  // its frame
            }
            const QRgb colour = change ? picture.colourScale().colour(static_cast<float>(change->effect))
                                       : Theme::of(Brightness::Light).hidden.rgb();
            EXPECT_EQ(image.pixel(off.toPoint()), colour) << address.layer.value << '.' << address.head.value;
        }
        for (const HeadAddress address : {head(3, 7), head(3, 6)}) {  // −0.31 and 0.30
            const QRectF row = picture.barRow(address, area);
            const auto change =
                answer->study.effects[static_cast<std::size_t>(address.layer.value * 8 + address.head.value)].change;
            const QRgb colour = picture.colourScale().colour(static_cast<float>(change->effect));
            int pixels = 0;
            for (int x = static_cast<int>(row.left()); x < static_cast<int>(row.right()); ++x) {
                pixels += image.pixel(x, static_cast<int>(row.center().y())) == colour ? 1 : 0;
            }
            EXPECT_GT(pixels, 40) << "a bar, and a long one";
        }
    }
}

TEST(AblationPicture, TheLargestEffectIsOnTopWhateverItsSign)
{
    const std::vector<HeadAddress> bars = pictureOn(kPrediction).bars(kWide);
    ASSERT_EQ(bars.size(), 20U);
    EXPECT_EQ(bars[0], head(3, 7));
    EXPECT_EQ(bars[1], head(3, 6));
    EXPECT_EQ(bars[19], head(1, 4));
}

TEST(AblationPicture, TheHighlightedHeadAlwaysHasABarUnlessItIsOff)
{
    EXPECT_EQ(pictureOn(kPrediction, head(0, 1)).bars(kWide).back(), head(0, 1));
    EXPECT_EQ(pictureOn(kPrediction, head(1, 1)).bars(kWide).back(), head(1, 4));
    EXPECT_TRUE(pictureOn(kPrediction, head(1, 1)).barRow(head(1, 1), kWide).isEmpty());
}

TEST(AblationPicture, FindsTheHeadOfABarAndOfACell)
{
    const AblationPicture picture = pictureOn(kPrediction);
    for (const QRectF& area : {kWide, kNarrow}) {
        for (const HeadAddress address : picture.bars(area)) {
            EXPECT_EQ(picture.headAt(picture.barRow(address, area).center(), area), address);
            EXPECT_EQ(picture.headAt(picture.cellRect(address, area).center(), area), address);
            EXPECT_TRUE(area.contains(picture.cellRect(address, area)));
            EXPECT_TRUE(area.contains(picture.barRow(address, area)));
        }
        EXPECT_FALSE(picture.headAt({area.width() - 2.0, area.height() - 2.0}, area));
    }
}

TEST(AblationPicture, StepsAlongTheRankingAndStaysWithinIt)
{
    const AblationPicture picture = pictureOn(kPrediction);
    EXPECT_EQ(picture.neighbour(head(3, 7), 1), head(3, 6));
    EXPECT_EQ(picture.neighbour(head(3, 7), -1), head(3, 7));
    EXPECT_EQ(picture.neighbour(head(1, 1), 1), head(1, 1)) << "those off come last";
}

TEST(AblationPicture, SaysWhatItMeasures)
{
    EXPECT_EQ(pictureOn(OutputTarget{TokenIndex(8)}).title(),
              QStringLiteral("Effect of switching off each head · on the output at “it”, after the final norm"));
    EXPECT_EQ(pictureOn(kAttention).title(),
              QStringLiteral("Effect of switching off each head · on the weight “it” → “animal” of head 3.0"));
    const QString token = QString::fromStdString(defaultModel()->tokenizer->token(20)->text);
    EXPECT_TRUE(pictureOn(kPrediction).title().contains(QStringLiteral("probability of “%1” at “it”").arg(token)));
    EXPECT_EQ(pictureOn(kPrediction).describe(head(3, 7)),
              QStringLiteral("layer 3 · head 7: probability 0.5 → 0.19, effect −0.31"));
    EXPECT_EQ(pictureOn(kPrediction).describe(head(1, 1)),
              QStringLiteral("layer 1 · head 1: off already, not measured"));
}

TEST(AblationPicture, SignedEffectsAreCentredOnZeroAndOthersBeginThere)
{
    EXPECT_EQ(pictureOn(kPrediction).colourScale().low, -pictureOn(kPrediction).colourScale().high);
    EXPECT_EQ(pictureOn(kPrediction).colourScale().map, &ColourMap::diverging());
    EXPECT_EQ(pictureOn(OutputTarget{TokenIndex(8)}).colourScale().low, 0.0F);
}

TEST(AblationPicture, TheTableHasEveryHeadInTheOrderOfTheRanking)
{
    const CsvTable table = pictureOn(kAttention).table();
    ASSERT_EQ(table.rows.size(), 32U);
    const std::string csv = toCsv(table);
    EXPECT_TRUE(csv.starts_with("rank,layer,head,asked for,effect,before,after\r\n0,3,7,,-0.31,0.5,0.19\r\n")) << csv;
    EXPECT_TRUE(csv.ends_with("31,1,1,,off,0.5,0.5\r\n")) << csv;
}

TEST(AblationPicture, APredictionsTableHasTheWholeDistributionsChange)
{
    const AblationQuestion question{defaultModel(), traceOf("Dog bites man")->info(),
                                    PredictionTarget{TokenIndex(1), 3}};
    const AblationPicture picture(answer(question).value(), {}, TokenNames::Text,
                                  ColourMap::named(QStringLiteral("viridis")));
    const CsvTable table = picture.table();
    EXPECT_EQ(table.header.back(), "KL divergence (bits)");
    for (const auto& row : table.rows) {
        EXPECT_EQ(row.size(), table.header.size());
        EXPECT_GE(std::get<double>(row.back()), 0.0);
    }
}

TEST(AblationPicture, DrawsManyHeadsFewHeadsAndSmallAreas)
{
    for (const QSizeF size : {QSizeF(120.0, 90.0), QSizeF(300.0, 700.0), QSizeF(1900.0, 300.0)}) {
        const QRectF area(QPointF(0.0, 0.0), size);
        const AblationPicture picture = pictureOn(kAttention);
        EXPECT_NE(painted(picture, area, Brightness::Dark), QImage()) << size.width();
        EXPECT_FALSE(picture.bars(area).empty());
    }
}

}  // namespace
}  // namespace headlight::ui::test
