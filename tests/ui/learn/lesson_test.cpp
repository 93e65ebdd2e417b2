#include "ui/learn/lesson.h"

#include <QFile>
#include <QTemporaryDir>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

/// The file of a lesson with one step, which holds `body`: that begins in line 6.
QString lessonWith(const QString& body)
{
    return QStringLiteral("# Title\nminutes: 5\n\n## Step\n\n") + body + QLatin1Char('\n');
}

TEST(Lesson, StepsHaveTextBeforeAndAfterTheirQuestion)
{
    const Lesson lesson = parseLesson(QStringLiteral(R"(# Why
minutes: 4.5

## First

Some *text* with {{tokens}}.

```scene
text: Dog bites man
head: 2.0
query: bites
page: flow
heads: 0, 2
experiment: {"scaling": false}
expect: tokens = 3
expect: layers > 1 and heads > 1
```

```question choice
Which?
- [x] this
  : since
  it is so
- [ ] that
  : no
```

Afterwards.

## Second

```scene
experiment:
page: scaling
show: heads
```

    code
)"))
                              .value();
    EXPECT_EQ(lesson.title, QStringLiteral("Why"));
    EXPECT_EQ(lesson.minutes, 4.5);
    EXPECT_EQ(lesson.questions(), 1);
    ASSERT_EQ(lesson.steps.size(), 2u);
    const LessonStep& first = lesson.steps[0];
    EXPECT_EQ(first.title, QStringLiteral("First"));
    EXPECT_EQ(first.before, QStringLiteral("Some *text* with {{tokens}}."));
    EXPECT_EQ(first.after, QStringLiteral("Afterwards."));
    EXPECT_EQ(first.scene.text, QStringLiteral("Dog bites man"));
    EXPECT_EQ(first.scene.page, QStringLiteral("flow"));
    EXPECT_EQ(first.scene.view.flow.heads, (std::set{HeadIndex(0), HeadIndex(2)}));
    EXPECT_EQ(first.scene.experiment.scaling, Scaling::Off);
    EXPECT_EQ(first.expectations.size(), 2u);
    const auto& choice = std::get<ChoiceQuestion>(first.question->kind);
    ASSERT_EQ(choice.options.size(), 2u);
    EXPECT_TRUE(choice.options[0].isRight);
    EXPECT_EQ(choice.options[0].because, QStringLiteral("since it is so"));
    const Scene& second = lesson.steps[1].scene;
    EXPECT_EQ(second.text, first.scene.text);
    EXPECT_EQ(second.head, first.scene.head);
    EXPECT_EQ(second.query, first.scene.query);
    EXPECT_EQ(second.experiment, Experiment{});
    EXPECT_EQ(second.page, QStringLiteral("scaling"));
    EXPECT_EQ(second.view.scaling.show, ScalingShow::Heads);
    EXPECT_TRUE(lesson.steps[1].expectations.empty());
}

struct Broken
{
    const char* name;
    QString text;
    const char* message;  ///< Begins so.
};

TEST(Lesson, WhatIsWrongIsSaidWithItsLine)
{
    const QString question = QStringLiteral("```question %1\nAsk\n%2\n```");
    const Broken cases[] = {
        {"empty", QString(), "line 1: A lesson begins with its title"},
        {"noSteps", QStringLiteral("# T\nminutes: 3\n"), "line 3: A lesson has at least one step"},
        {"noMinutes", QStringLiteral("# T\n\n## S\n"), "line 1: Under its title"},
        {"badMinutes", QStringLiteral("# T\nminutes: soon\n"), "line 2: minutes: is a number"},
        {"textBeforeSteps", QStringLiteral("# T\nminutes: 3\nHello\n"), "line 3: Before the first step"},
        {"openBlock", lessonWith(QStringLiteral("```scene\npage: heads")), "line 6: A block that begins here"},
        {"unknownBlock", lessonWith(QStringLiteral("```picture\n```")), "line 6: A block is a scene or a question"},
        {"twoScenes", lessonWith(QStringLiteral("```scene\n```\n```scene\n```")), "line 8: A step has one scene"},
        {"twoQuestions",
         lessonWith(question.arg(QStringLiteral("order"), QStringLiteral("- a\n  : b\n- c\n  : d")) +
                    QLatin1Char('\n') +
                    question.arg(QStringLiteral("order"), QStringLiteral("- a\n  : b\n- c\n  : d"))),
         "line 13: A step has one question"},
        {"sceneLine", lessonWith(QStringLiteral("```scene\npage heads\n```")), "line 7: A scene's lines are as"},
        {"unknownLine", lessonWith(QStringLiteral("```scene\npages: heads\n```")),
         "line 7: A scene has no line \"pages\""},
        {"page", lessonWith(QStringLiteral("```scene\ntext: A\npage: cover\n```")), "line 8: page: is one of heatmap"},
        {"head", lessonWith(QStringLiteral("```scene\nhead: 3\n```")), "line 7: head: is layer.head"},
        {"model", lessonWith(QStringLiteral("```scene\nmodel: big\n```")), "line 7: model: is one of"},
        {"experiment", lessonWith(QStringLiteral("```scene\nexperiment: {\"scalling\": false}\n```")),
         "line 7: experiment: "},
        {"query", lessonWith(QStringLiteral("```scene\nquery: two words\n```")), "line 7: A token is named as"},
        {"show", lessonWith(QStringLiteral("```scene\npage: heads\nshow: random\n```")), "line 8: show: belongs to"},
        {"stage", lessonWith(QStringLiteral("```scene\nstage: attention\n```")), "line 7: stage: is all or"},
        {"against", lessonWith(QStringLiteral("```scene\nagainst: him\n```")), "line 7: against: is one of"},
        {"width", lessonWith(QStringLiteral("```scene\nwidth: 0\n```")), "line 7: width: is from 1"},
        {"toy", lessonWith(QStringLiteral("```scene\ntoy: bear\n```")), "line 7: toy: is one of"},
        {"claim", lessonWith(QStringLiteral("```scene\nexpect: tokens\n```")), "line 7: A claim compares"},
        {"inlineNumber", lessonWith(QStringLiteral("It is {{wieght}}.")), "line 4: There is no measurement"},
        {"kind", lessonWith(question.arg(QStringLiteral("guess"), QString())), "line 6: A question is one of"},
        {"nothingAsked", lessonWith(QStringLiteral("```question choice\n- [x] a\n  : b\n```")),
         "line 6: A question begins with"},
        {"noReason", lessonWith(question.arg(QStringLiteral("choice"), QStringLiteral("- [x] a\n- [ ] b\n  : c"))),
         "line 8: Behind an answer stands why"},
        {"oneAnswer", lessonWith(question.arg(QStringLiteral("choice"), QStringLiteral("- [x] a\n  : b"))),
         "line 6: A question has at least two answers"},
        {"noBox", lessonWith(question.arg(QStringLiteral("choice"), QStringLiteral("- a\n  : b\n- [ ] c\n  : d"))),
         "line 8: An option begins with"},
        {"twoRight",
         lessonWith(question.arg(QStringLiteral("choice"), QStringLiteral("- [x] a\n  : b\n- [x] c\n  : d"))),
         "line 6: Exactly one option is right; 2 are"},
        {"noneRight",
         lessonWith(question.arg(QStringLiteral("choice"), QStringLiteral("- [ ] a\n  : b\n- [ ] c\n  : d"))),
         "line 6: Exactly one option is right; 0 are"},
        {"badCondition",
         lessonWith(question.arg(QStringLiteral("choice"), QStringLiteral("- [what] a\n  : b\n- [ ] c\n  : d"))),
         "line 8: A claim compares"},
        {"tokenAnswer", lessonWith(question.arg(QStringLiteral("token"), QStringLiteral("right: a\nwrong: b"))),
         "line 6: This question needs a line answer:"},
        {"tokenWrong",
         lessonWith(question.arg(QStringLiteral("token"), QStringLiteral("answer: most 3.0 it\nright: a"))),
         "line 6: This question needs a line wrong:"},
        {"tokenUnit", lessonWith(question.arg(QStringLiteral("token"), QStringLiteral("unit: bits"))),
         "line 8: This question has the lines"},
        {"drawAnswer",
         lessonWith(question.arg(QStringLiteral("draw"), QStringLiteral("answer: weight 3.0 it\nright: a\nwrong: b"))),
         "line 8: answer: is \"weights HEAD QUERY\""},
        {"sliderRange",
         lessonWith(question.arg(QStringLiteral("slider"),
                                 QStringLiteral("answer: tokens\nrange: 9 1 1\nright: a\nlow: b\nhigh: c"))),
         "line 9: range: is the lowest"},
        {"sliderHigh",
         lessonWith(
             question.arg(QStringLiteral("slider"), QStringLiteral("answer: tokens\nrange: 0 9 1\nright: a\nlow: b"))),
         "line 6: This question needs a line high:"},
        {"tolerance",
         lessonWith(
             question.arg(QStringLiteral("slider"), QStringLiteral("answer: tokens\nrange: 0 9 1\ntolerance: some"))),
         "line 10: tolerance: is a number"},
        {"strayLine", lessonWith(question.arg(QStringLiteral("order"), QStringLiteral("- a\n  : b\nmore\n- c\n  : d"))),
         "line 10: A line here is an answer"},
    };
    for (const Broken& broken : cases) {
        const Result<Lesson> lesson = parseLesson(broken.text);
        ASSERT_FALSE(lesson) << broken.name;
        EXPECT_EQ(lesson.error().code, ErrorCode::Malformed) << broken.name;
        EXPECT_EQ(lesson.error().message.find(broken.message), 0u) << broken.name << ": " << lesson.error().message;
    }
}

TEST(Lesson, AFileIsNamedInItsErrors)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("mine.md"));
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("# T\nminutes: 3\n\n## S\n\n```scene\npage: cover\n```\n");
    file.close();
    const Result<Lesson> lesson = readLesson(path);
    ASSERT_FALSE(lesson);
    EXPECT_EQ(lesson.error().message.find("mine.md, line 7: page:"), 0u) << lesson.error().message;
    EXPECT_EQ(readLesson(folder.filePath(QStringLiteral("none.md"))).error().code, ErrorCode::NotFound);
}

TEST(SceneLines, OfALinkAreSetOneAfterTheOther)
{
    Scene scene;
    ASSERT_TRUE(
        setLines(scene, QStringLiteral("text=Dog%20bites%20man;page=heads;experiment={\"positions\":%20\"none\"}")));
    EXPECT_EQ(scene.text, QStringLiteral("Dog bites man"));
    EXPECT_EQ(scene.page, QStringLiteral("heads"));
    EXPECT_EQ(scene.experiment.positions, PositionScheme::None);
    EXPECT_FALSE(setLines(scene, QStringLiteral("page")));
    EXPECT_FALSE(setLines(scene, QStringLiteral("page=nowhere")));
}

}  // namespace
}  // namespace headlight::ui::test
