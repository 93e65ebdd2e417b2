#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/session/ablation_runner.h"

#include <QCoreApplication>
#include <QDeadlineTimer>

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace headlight::ui::test {
namespace {

AblationQuestion questionOf(const std::string& text, Index token)
{
    return {defaultModel(), traceOf(text)->info(), OutputTarget{TokenIndex(token)}};
}

TEST(AblationRunner, AnswersWithTheStudyOfTheQuestion)
{
    AblationRunner runner;
    EXPECT_EQ(runner.current(), nullptr);
    EXPECT_FALSE(runner.lastAnswer());
    const AblationQuestion question = questionOf(kSentence, 8);
    runner.run(question);
    ASSERT_NE(runner.current(), nullptr);
    EXPECT_TRUE(runner.current()->isSameAs(question));
    ASSERT_TRUE(waitFor([&] { return runner.current() == nullptr; }));
    ASSERT_TRUE(runner.lastAnswer()) << runner.error().toStdString();
    EXPECT_TRUE(runner.lastAnswer()->question.isSameAs(question));
    EXPECT_EQ(runner.lastAnswer()->study.effects.size(), 32U);
    EXPECT_EQ(runner.lastAnswer()->ranking.size(), 32U);
    EXPECT_GT(runner.lastAnswer()->seconds, 0.0);
    EXPECT_TRUE(runner.error().isEmpty());
}

TEST(AblationRunner, TellsHowFarItIsAndHowLongItWillTake)
{
    AblationRunner runner;
    std::vector<float> shares;
    bool wasTimed = false;
    QObject::connect(&runner, &AblationRunner::progressed, &runner, [&] {
        if (runner.current() != nullptr) {
            shares.push_back(runner.shareDone());
            wasTimed = wasTimed || runner.secondsLeft().value_or(0.0) > 0.0;
        }
    });
    runner.run(questionOf(words(60), 0));
    ASSERT_TRUE(waitFor([&] { return runner.current() == nullptr; }));
    EXPECT_TRUE(std::ranges::is_sorted(shares));
    EXPECT_GT(shares.size(), 2U);
    EXPECT_TRUE(wasTimed);
    EXPECT_FALSE(runner.secondsLeft()) << "of nothing";
}

TEST(AblationRunner, TheNewestQuestionWins)
{
    AblationRunner runner;
    for (Index token = 0; token < 12; ++token) {
        runner.run(questionOf(kSentence, token));
        QCoreApplication::processEvents();
    }
    ASSERT_TRUE(waitFor([&] { return runner.current() == nullptr; }));
    ASSERT_TRUE(runner.lastAnswer());
    EXPECT_EQ(runner.lastAnswer()->question.target, AblationTarget(OutputTarget{TokenIndex(11)}));
}

TEST(AblationRunner, CancelsAndKeepsTheLastAnswer)
{
    AblationRunner runner;
    runner.run(questionOf(kSentence, 8));
    ASSERT_TRUE(waitFor([&] { return runner.current() == nullptr; }));
    const auto before = runner.lastAnswer();
    runner.run(questionOf(words(200), 0));
    ASSERT_TRUE(waitFor([&] { return runner.shareDone() > 0.0F; }));
    runner.cancel();
    EXPECT_EQ(runner.current(), nullptr);
    runner.cancel();
    QCoreApplication::processEvents(QEventLoop::AllEvents, 50);
    EXPECT_EQ(runner.lastAnswer(), before);
    EXPECT_TRUE(runner.error().isEmpty());
}

TEST(AblationRunner, SaysWhyThereIsNoAnswer)
{
    AblationRunner runner;
    runner.run(questionOf("Dog bites man", 3));
    ASSERT_TRUE(waitFor([&] { return runner.current() == nullptr; }));
    EXPECT_FALSE(runner.lastAnswer());
    EXPECT_EQ(runner.error(), QStringLiteral("There is no token 3: the text has tokens 0 to 2."));
    runner.run(questionOf("Dog bites man", 2));
    EXPECT_TRUE(runner.error().isEmpty());
    ASSERT_TRUE(waitFor([&] { return runner.lastAnswer() != nullptr; }));
}

TEST(AblationRunner, IsDestroyedWhileBusyWithoutHanging)
{
    const QDeadlineTimer deadline(20'000);
    for (int i = 0; i < 10; ++i) {
        AblationRunner runner;
        runner.run(questionOf(words(200), 0));
        if (i % 2 == 0) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
        }
    }
    EXPECT_FALSE(deadline.hasExpired());
}

}  // namespace
}  // namespace headlight::ui::test
