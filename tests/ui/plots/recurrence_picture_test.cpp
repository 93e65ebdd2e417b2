#include "core/recurrent/elman.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/export/figure.h"
#include "ui/export/view.h"
#include "ui/plots/recurrence_picture.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const std::vector<LayerTime> kTimes = {{.tokens = 16, .recurrentSeconds = 1e-5, .attentionSeconds = 2e-5},
                                       {.tokens = 32, .recurrentSeconds = 2e-5, .attentionSeconds = 5e-5}};

const QRectF kArea(0.0, 0.0, 900.0, 560.0);

class RecurrencePictureTest : public testing::Test
{
protected:
    RecurrencePicture picture(const RecurrenceOptions& options, const Selection& selection = {},
                              std::vector<LayerTime> times = {}) const
    {
        return {m_trace, layerSetting(defaultModel()->config), selection, options, std::move(times)};
    }

    std::shared_ptr<const Trace> m_trace = traceOf(kSentence);
};

TEST_F(RecurrencePictureTest, SaysThatTheNetworkIsUntrained)
{
    EXPECT_TRUE(picture({}).title().contains(QStringLiteral("untrained")));
}

TEST_F(RecurrencePictureTest, ReadsTheModelsOwnEmbeddings)
{
    const auto embedding = m_trace->find({StageId::EmbeddingOutput});
    const ElmanWeights weights = randomElman(embedding->cols(), std::min(embedding->cols(), kWidestReading), 1);
    const Matrix states = elmanStates(embedding->matrix(), weights);
    ASSERT_TRUE(picture({}).reading());
    EXPECT_TRUE(picture({}).reading()->states.isApprox(states, 1e-5F));
}

TEST_F(RecurrencePictureTest, StepsAreDoneOneAfterAnother)
{
    EXPECT_EQ(picture({}).stepsDone(), 13);
    EXPECT_EQ(picture({.step = 4}).stepsDone(), 4);
    EXPECT_EQ(picture({.step = 99}).stepsDone(), 13);
    const QImage none = painted(picture({.step = 0}), kArea);
    const QImage four = painted(picture({.step = 4}), kArea);
    const QImage all = painted(picture({}), kArea);
    EXPECT_NE(none, four);
    EXPECT_NE(four, all);
    // Self-attention, in the lower half, is there from the beginning.
    const QRect lower(0, 300, 900, 200);
    EXPECT_EQ(none.copy(lower), all.copy(lower));
}

TEST_F(RecurrencePictureTest, DistancesInfluencesAndWeightsAreInTheTable)
{
    const Selection selection{.head = {LayerIndex(1), HeadIndex(2)}, .query = TokenIndex(8)};
    const RecurrencePicture shown = picture({.show = RecurrenceShow::Distance}, selection);
    const CsvTable table = shown.table();
    ASSERT_EQ(table.rows.size(), 13u);
    EXPECT_EQ(std::get<Index>(table.rows[0][2]), 12);
    EXPECT_EQ(std::get<Index>(table.rows[0][3]), 1);
    EXPECT_EQ(std::get<Index>(table.rows[12][2]), 0);
    EXPECT_EQ(std::get<Index>(table.rows[12][3]), 0);
    const auto weights = m_trace->map(StageId::Weights, selection.head).value();
    EXPECT_EQ(std::get<float>(table.rows[1][5]), weights->at(TokenIndex(8), TokenIndex(1)));
    EXPECT_LT(std::get<float>(table.rows[0][4]), std::get<float>(table.rows[12][4]));
    EXPECT_NE(painted(shown, kArea), painted(picture({.show = RecurrenceShow::Distance}), kArea));
}

TEST_F(RecurrencePictureTest, TimesAreMeasuredPointsAndCountedOperations)
{
    const RecurrencePicture shown = picture({.show = RecurrenceShow::Time}, {}, kTimes);
    const TitledChart chart = shown.chart(Theme::of(Brightness::Light));
    ASSERT_EQ(chart.chart.lines.size(), 4u);
    EXPECT_EQ(chart.chart.lines[0].values, (QList<double>{1e-5, 2e-5}));
    EXPECT_EQ(chart.chart.lines[3].values, (QList<double>{2e-5, 5e-5}));
    const CsvTable table = shown.table();
    const Index width = defaultModel()->config.width;
    ASSERT_EQ(table.rows.size(), 2u);
    EXPECT_EQ(std::get<double>(table.rows[0][3]), 2.0 * 16.0 * static_cast<double>(width * width));
    EXPECT_EQ(std::get<Index>(table.rows[0][5]), 16);
    EXPECT_NE(painted(shown, kArea), painted(picture({.show = RecurrenceShow::Time}), kArea));
}

TEST_F(RecurrencePictureTest, OfALongTextTheFirstTokensAreDrawn)
{
    const RecurrencePicture shown({traceOf(words(100)), layerSetting(defaultModel()->config), {}, {}, {}});
    EXPECT_EQ(shown.drawnTokens(), 24);
    EXPECT_EQ(shown.reading()->states.rows(), 24);  // so that its last state is that of the last token that is drawn
}

}  // namespace
}  // namespace headlight::ui::test
