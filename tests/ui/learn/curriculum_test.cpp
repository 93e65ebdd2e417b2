#include "core/io/bundled_models.h"
#include "tests/ui/support/fixtures.h"
#include "ui/learn/curriculum.h"
#include "ui/learn/learning_progress.h"
#include "ui/learn/prepared_step.h"

#include <QRegularExpression>
#include <QSettings>

#include <gtest/gtest.h>

#include <set>

namespace headlight::ui::test {
namespace {

/// The lessons, quizzes and mistakes on the map.
constexpr int kCount = 24;

/// One lesson of the program's, by its place on the map.
class CurriculumTest : public testing::TestWithParam<int>
{
protected:
    const CurriculumEntry& entry() const { return curriculum().at(static_cast<std::size_t>(GetParam())); }
    bool isQuiz() const { return entry().shortName.startsWith(QLatin1String("quiz")); }

    PreparedStep preparedStep(const LessonStep& step) const
    {
        const auto small = readBundledModel(BundledModel::Small).value();
        const Document own{
            .text = QStringLiteral("The bank approved the loan."), .pair = {}, .experiment = {}, .selection = {}};
        const Result<PreparedStep> prepared = prepare(step, own, modelOf(step.scene, small).value());
        EXPECT_TRUE(prepared) << "line " << step.line << ": " << (prepared ? "" : prepared.error().message);
        return prepared ? *prepared : PreparedStep{};
    }
};

TEST_P(CurriculumTest, WhatItSaysOfItsModelsIsSo)
{
    for (const LessonStep& step : entry().lesson.steps) {
        const PreparedStep prepared = preparedStep(step);
        EXPECT_TRUE(prepared.brokenClaims.isEmpty()) << prepared.brokenClaims.join(u'\n').toStdString();
        EXPECT_FALSE((prepared.before + prepared.after).contains(QStringLiteral("{{"))) << "line " << step.line;
    }
}

TEST_P(CurriculumTest, AsksBeforeItShowsInMoreThanOneWay)
{
    const Lesson& lesson = entry().lesson;
    EXPECT_GE(lesson.questions(), 2);
    EXPECT_GE(lesson.minutes, 3.0);
    EXPECT_LE(lesson.minutes, 6.0);
    std::set<std::size_t> kinds;
    for (const LessonStep& step : lesson.steps) {
        if (step.question) {
            kinds.insert(step.question->kind.index());
        }
        EXPECT_TRUE(!isQuiz() || step.question) << "line " << step.line;
    }
    EXPECT_GE(kinds.size(), 2u);
}

TEST_P(CurriculumTest, SaysOfEveryWrongAnswerWhyItIsWrong)
{
    for (const LessonStep& step : entry().lesson.steps) {
        if (!step.question) {
            continue;
        }
        const PreparedStep prepared = preparedStep(step);
        ASSERT_TRUE(prepared.question);
        const PreparedQuestion& question = *prepared.question;
        const Outcome right = judge(question, rightAnswer(question));
        EXPECT_TRUE(right.isRight) << "line " << step.question->line;
        if (const auto* choice = std::get_if<ChoiceQuestion>(&question.question.kind)) {
            std::set<QString> reasons;
            for (Index option = 0; option < static_cast<Index>(choice->options.size()); ++option) {
                const Outcome outcome = judge(question, Answer(option));
                EXPECT_EQ(outcome.isRight, option == question.truth.right);
                EXPECT_GE(outcome.feedback.size(), 15) << outcome.feedback.toStdString();
                reasons.insert(outcome.feedback);
            }
            EXPECT_EQ(reasons.size(), choice->options.size()) << "line " << step.question->line;
        }
        if (std::holds_alternative<TokenQuestion>(question.question.kind)) {
            for (Index token = 0; token < question.truth.tokens.size(); ++token) {
                const Outcome outcome = judge(question, Answer(token));
                EXPECT_EQ(outcome.isRight, token == question.truth.right);
                EXPECT_EQ(outcome.isRight, outcome.feedback.startsWith(right.feedback.left(10)))
                    << outcome.feedback.toStdString();
            }
        }
        if (const auto* slider = std::get_if<SliderQuestion>(&question.question.kind)) {
            for (const double end : {slider->lowest, slider->highest}) {
                const Outcome outcome = judge(question, Answer(end));
                const bool isNear = std::abs(end - question.truth.number) <= slider->tolerance + 1e-9;
                EXPECT_EQ(outcome.isRight, isNear);
                EXPECT_EQ(isNear, outcome.feedback.startsWith(slider->right));
            }
            // The right answer can be set, and the slider has room for wrong ones.
            EXPECT_LE(slider->step, 2.0 * slider->tolerance + 1e-9) << "line " << step.question->line;
            EXPECT_GT(slider->highest - slider->lowest, 4.0 * slider->tolerance) << "line " << step.question->line;
        }
        if (const auto* order = std::get_if<OrderQuestion>(&question.question.kind)) {
            const Outcome outcome = judge(question, Answer(shuffledOrder(static_cast<Index>(order->items.size()))));
            EXPECT_FALSE(outcome.isRight);
            EXPECT_FALSE(outcome.feedback.isEmpty());
        }
        if (const auto* draw = std::get_if<DrawQuestion>(&question.question.kind)) {
            std::vector<double> wrong(static_cast<std::size_t>(question.truth.tokens.size()), 0.0);
            Index least = 0;
            question.truth.weights->minCoeff(&least);
            wrong[static_cast<std::size_t>(least)] = 1.0;
            const Outcome outcome = judge(question, Answer(wrong));
            EXPECT_FALSE(outcome.isRight) << "line " << step.question->line;
            EXPECT_TRUE(outcome.feedback.startsWith(draw->wrong));
        }
    }
}

TEST_P(CurriculumTest, LinksSetLinesThatThereAre)
{
    static const QRegularExpression kLink(QStringLiteral(R"(\]\(<?([a-z]+):([^)>]*)>?\))"));
    for (const LessonStep& step : entry().lesson.steps) {
        auto links = kLink.globalMatch(step.before + step.after);
        while (links.hasNext()) {
            const auto link = links.next();
            ASSERT_EQ(link.captured(1), QStringLiteral("do")) << link.captured(0).toStdString();
            Scene scene = step.scene;
            const Result<void> set = setLines(scene, link.captured(2));
            ASSERT_TRUE(set) << link.captured(0).toStdString() << ": " << set.error().message;
            const auto small = readBundledModel(BundledModel::Small).value();
            const auto model = modelOf(scene, small).value();
            const Result<Document> document =
                documentOf(scene, {.text = QStringLiteral("A"), .pair = {}, .experiment = {}, .selection = {}}, *model);
            EXPECT_TRUE(document) << link.captured(0).toStdString() << ": " << document.error().message;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, CurriculumTest, testing::Range(0, kCount));

TEST(Curriculum, HasAllItsBlocksAndBuildsOnWhatComesBefore)
{
    ASSERT_EQ(curriculum().size(), static_cast<std::size_t>(kCount));
    EXPECT_EQ(curriculumBlocks().size(), 4);
    std::set<QString> before;
    for (const CurriculumEntry& entry : curriculum()) {
        for (const QString& name : entry.after) {
            EXPECT_TRUE(before.contains(name)) << entry.id.toStdString() << " after " << name.toStdString();
        }
        EXPECT_TRUE(before.insert(entry.shortName).second);
    }
    for (int lesson = 1; lesson <= 15; ++lesson) {
        EXPECT_NE(curriculumEntry(QString::number(lesson)), nullptr) << lesson;
    }
    EXPECT_EQ(curriculumEntry(QStringLiteral("10"))->id, QStringLiteral("10-it-was-too-tired"));
    EXPECT_EQ(curriculumEntry(QStringLiteral("10-it-was-too-tired.md"))->shortName, QStringLiteral("10"));
    EXPECT_EQ(curriculumEntry(QStringLiteral("99")), nullptr);
}

class ProgressTest : public testing::Test
{
protected:
    void SetUp() override { LearningProgress().reset(); }
    void TearDown() override { LearningProgress().reset(); }

    static void answerAll(LearningProgress& progress, const CurriculumEntry& entry, bool isRight)
    {
        for (std::size_t step = 0; step < entry.lesson.steps.size(); ++step) {
            if (entry.lesson.steps[step].question) {
                progress.setAnswer(entry.id, step, isRight);
            }
        }
    }
};

TEST_F(ProgressTest, AnswersAreThereAfterARestart)
{
    const CurriculumEntry& first = curriculum().front();
    {
        LearningProgress progress;
        EXPECT_EQ(progress.next(), &first);
        answerAll(progress, first, true);
        EXPECT_TRUE(progress.isDone(first));
    }
    const LearningProgress later;
    const Score score = later.scoreOf(first);
    EXPECT_EQ(score, (Score{first.lesson.questions(), first.lesson.questions(), first.lesson.questions()}));
    EXPECT_EQ(later.total().answered, first.lesson.questions());
    EXPECT_EQ(later.scoreOfBlock(first.block).right, first.lesson.questions());
    EXPECT_EQ(later.next(), &curriculum()[1]);
}

TEST_F(ProgressTest, WrongAnswersCountAsAnsweredAndTheLatestCounts)
{
    LearningProgress progress;
    const CurriculumEntry& first = curriculum().front();
    answerAll(progress, first, false);
    EXPECT_TRUE(progress.isDone(first));
    EXPECT_EQ(progress.scoreOf(first).right, 0);
    answerAll(progress, first, true);
    EXPECT_EQ(progress.scoreOf(first).right, first.lesson.questions());
    progress.reset();
    EXPECT_EQ(progress.total().answered, 0);
    EXPECT_FALSE(progress.isDone(first));
}

TEST_F(ProgressTest, LessonsWaitForThoseThatTheyBuildOn)
{
    LearningProgress progress;
    const CurriculumEntry& quiz = *curriculumEntry(QStringLiteral("quiz-1"));
    EXPECT_EQ(progress.missingBefore(quiz).size(), 4u);
    answerAll(progress, *curriculumEntry(QStringLiteral("1")), true);
    EXPECT_EQ(progress.missingBefore(quiz).size(), 3u);
    EXPECT_TRUE(progress.missingBefore(*curriculumEntry(QStringLiteral("3"))).empty());
}

}  // namespace
}  // namespace headlight::ui::test
