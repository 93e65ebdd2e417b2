#include "tests/ui/support/fixtures.h"
#include "ui/learn/prepared_step.h"

#include <gtest/gtest.h>

#include <numeric>

namespace headlight::ui::test {
namespace {

const QString kScene =
    QStringLiteral("```scene\nmodel: untrained\ntext: Dog bites man\nhead: 1.2\nquery: bites\n```\n");

PreparedStep preparedWith(const QString& question, const QString& scene = kScene)
{
    const Lesson lesson =
        parseLesson(QStringLiteral("# T\nminutes: 1\n\n## S\n\nBefore {{tokens}}.\n\n") + scene +
                    QStringLiteral("\n```question ") + question + QStringLiteral("\n```\n\nAfter {{tokens}}.\n"))
            .value();
    const Result<PreparedStep> prepared = prepare(lesson.steps.front(), {}, defaultModel());
    EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().message);
    return *prepared;
}

RowVector trueRow()
{
    return (*traceOf("Dog bites man")->map(StageId::Weights, {LayerIndex(1), HeadIndex(2)}))->row(TokenIndex(1));
}

TEST(PreparedStep, TextsHaveTheirNumbersAndTheSceneItsTokens)
{
    const PreparedStep step = preparedWith(QStringLiteral("order\nSort {{tokens}}\n- a {{layers}}\n  : b\n- c\n  : d"));
    EXPECT_EQ(step.before, QStringLiteral("Before 3."));
    EXPECT_EQ(step.after, QStringLiteral("After 3."));
    EXPECT_EQ(step.question->question.prompt, QStringLiteral("Sort 3"));
    EXPECT_EQ(std::get<OrderQuestion>(step.question->question.kind).items[0].text,
              QStringLiteral("a %1").arg(defaultModel()->config.layers));
    EXPECT_EQ(step.document.text, QStringLiteral("Dog bites man"));
    EXPECT_EQ(step.document.selection.query, TokenIndex(1));
    EXPECT_EQ(step.document.selection.head, (HeadAddress{LayerIndex(1), HeadIndex(2)}));
}

TEST(PreparedStep, ATextOfTheLearnersOwnStays)
{
    const Lesson lesson =
        parseLesson(QStringLiteral("# T\nminutes: 1\n\n## S\n\nIt has {{tokens}}.\n\n```scene\ntext: own\n```\n"))
            .value();
    const Document own{.text = QStringLiteral("One two three four"), .pair = {}, .experiment = {}, .selection = {}};
    const PreparedStep step = prepare(lesson.steps.front(), own, defaultModel()).value();
    EXPECT_EQ(step.document.text, own.text);
    EXPECT_EQ(step.before, QStringLiteral("It has 4."));
}

TEST(Questions, OfChoiceAreRightWhereTheConditionHolds)
{
    const PreparedStep step = preparedWith(
        QStringLiteral("choice\nHow many?\n- [tokens > 3] many\n  : so many\n- [tokens = 3] three\n  : three it is"));
    const PreparedQuestion& question = *step.question;
    EXPECT_EQ(question.truth.right, 1);
    EXPECT_TRUE(judge(question, Answer(Index{1})).isRight);
    EXPECT_EQ(judge(question, Answer(Index{1})).feedback, QStringLiteral("three it is"));
    EXPECT_FALSE(judge(question, Answer(Index{0})).isRight);
    EXPECT_EQ(judge(question, Answer(Index{0})).feedback, QStringLiteral("so many"));
    EXPECT_EQ(std::get<Index>(rightAnswer(question)), 1);
}

TEST(Questions, OfChoiceWithTwoRightOptionsAreRefused)
{
    const Lesson lesson =
        parseLesson(QStringLiteral("# T\nminutes: 1\n\n## S\n\n") + kScene +
                    QStringLiteral("\n```question choice\nHow?\n- [tokens = 3] a\n  : b\n- [tokens < 9] "
                                   "c\n  : d\n```\n"))
            .value();
    const Result<PreparedStep> prepared = prepare(lesson.steps.front(), {}, defaultModel());
    ASSERT_FALSE(prepared);
    EXPECT_NE(prepared.error().message.find("2 are right"), std::string::npos) << prepared.error().message;
}

TEST(Questions, OfTokensAreCheckedAgainstTheWeights)
{
    const RowVector row = trueRow();
    Index most = 0;
    row.maxCoeff(&most);
    const Index other = (most + 1) % 3;
    const QStringList words{QStringLiteral("Dog"), QStringLiteral("bites"), QStringLiteral("man")};
    const PreparedStep step =
        preparedWith(QStringLiteral("token\nWhich?\nanswer: most 1.2 bites\nright: yes\nwrong %1: "
                                    "not that\nwrong: nor that")
                         .arg(words[other].toLower()));
    const PreparedQuestion& question = *step.question;
    EXPECT_EQ(question.truth.tokens, words);
    EXPECT_EQ(question.truth.right, most);
    EXPECT_TRUE(judge(question, Answer(most)).feedback.startsWith(QStringLiteral("yes")));
    const Outcome wrong = judge(question, Answer(other));
    EXPECT_FALSE(wrong.isRight);
    EXPECT_TRUE(wrong.feedback.startsWith(QStringLiteral("not that")));
    EXPECT_TRUE(wrong.feedback.contains(QStringLiteral("%1 %").arg(qRound(100.0 * static_cast<double>(row(other))))))
        << wrong.feedback.toStdString();
    EXPECT_TRUE(judge(question, Answer(3 - most - other)).feedback.startsWith(QStringLiteral("nor that")));
}

TEST(Questions, ThatAreDrawnAllowSomeShareInAnotherPlace)
{
    const PreparedStep step =
        preparedWith(QStringLiteral("draw\nDraw\nanswer: weights 1.2 bites\ntolerance: 0.2\nright: close\nwrong: far"));
    const PreparedQuestion& question = *step.question;
    const RowVector row = trueRow();
    std::vector<double> exact;
    for (const float weight : row) {
        exact.push_back(0.5 * static_cast<double>(weight));  // what counts are shares
    }
    EXPECT_TRUE(judge(question, Answer(exact)).isRight);
    Index least = 0;
    row.minCoeff(&least);
    std::vector<double> wrong(3, 0.0);
    wrong[static_cast<std::size_t>(least)] = 1.0;
    const Outcome outcome = judge(question, Answer(wrong));
    EXPECT_FALSE(outcome.isRight);
    EXPECT_TRUE(outcome.feedback.startsWith(QStringLiteral("far")));
    EXPECT_TRUE(outcome.feedback.contains(question.truth.tokens[least])) << outcome.feedback.toStdString();
}

TEST(Questions, OfOrderNameTheFirstStepThatIsOut)
{
    const PreparedStep step = preparedWith(
        QStringLiteral("order\nSort\n- scores\n  : they come first\n- weights\n  : of scores\n- sum\n  : last"));
    const PreparedQuestion& question = *step.question;
    EXPECT_TRUE(judge(question, Answer(std::vector<Index>{0, 1, 2})).isRight);
    const Outcome outcome = judge(question, Answer(std::vector<Index>{0, 2, 1}));
    EXPECT_FALSE(outcome.isRight);
    EXPECT_TRUE(outcome.feedback.contains(QStringLiteral("At place 2 stands *sum*, but *weights* belongs there")));
    for (Index items = 2; items < 9; ++items) {
        std::vector<Index> sorted(static_cast<std::size_t>(items));
        std::iota(sorted.begin(), sorted.end(), Index{0});
        std::vector<Index> shuffled = shuffledOrder(items);
        EXPECT_NE(shuffled, sorted);
        std::ranges::sort(shuffled);
        EXPECT_EQ(shuffled, sorted);
    }
}

TEST(Questions, OfNumbersSayWhichWayOneIsOff)
{
    const PreparedStep step = preparedWith(QStringLiteral("slider\nHow many?\nanswer: tokens\nrange: 0 10 1\nunit: "
                                                          "tokens\ntolerance: 1\nright: yes\nlow: more\nhigh: fewer"));
    const PreparedQuestion& question = *step.question;
    EXPECT_EQ(question.truth.number, 3.0);
    EXPECT_TRUE(judge(question, Answer(4.0)).isRight);
    EXPECT_TRUE(judge(question, Answer(1.0)).feedback.startsWith(QStringLiteral("more")));
    EXPECT_TRUE(judge(question, Answer(9.0)).feedback.startsWith(QStringLiteral("fewer")));
    EXPECT_TRUE(judge(question, Answer(9.0)).feedback.contains(QStringLiteral("it is 3 tokens")));
}

TEST(PreparedStep, ClaimsThatAreNotSoAreNamed)
{
    const PreparedStep step = preparedWith(
        QStringLiteral("order\nSort\n- a\n  : b\n- c\n  : d"),
        QStringLiteral(
            "```scene\nmodel: untrained\ntext: Dog bites man\nexpect: tokens = 3\nexpect: tokens = 4\n```\n"));
    ASSERT_EQ(step.brokenClaims.size(), 1);
    EXPECT_TRUE(step.brokenClaims.front().endsWith(QStringLiteral("tokens = 4, but it is 3")))
        << step.brokenClaims.front().toStdString();
}

TEST(PreparedStep, OfATextWithoutTheTokenIsRefused)
{
    const Lesson lesson =
        parseLesson(QStringLiteral("# T\nminutes: 1\n\n## S\n\n```scene\ntext: Dog bites man\nquery: cat\n```\n"))
            .value();
    const Result<PreparedStep> prepared = prepare(lesson.steps.front(), {}, defaultModel());
    ASSERT_FALSE(prepared);
    EXPECT_NE(prepared.error().message.find("no token \"cat\""), std::string::npos);
}

}  // namespace
}  // namespace headlight::ui::test
