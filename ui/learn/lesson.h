// A lesson as its file says it: steps of text, a scene each, and questions. resources/lessons/README.md has the grammar.
#pragma once

#include "core/base/result.h"
#include "ui/learn/measurement.h"
#include "ui/learn/scene.h"

#include <QMap>
#include <QString>

#include <optional>
#include <variant>
#include <vector>

namespace headlight::ui {

struct ChoiceOption
{
    bool isRight = false;                 ///< Where there is no condition.
    std::optional<Claim> condition = {};  ///< Right if it holds.
    QString text;
    QString because;
};

/// Exactly one option is right.
struct ChoiceQuestion
{
    std::vector<ChoiceOption> options;
};

/// A token of the scene's text is to be pointed out.
struct TokenQuestion
{
    Measurement answer;  ///< Of a token.
    QString right;
    QMap<QString, QString> wrong = {};  ///< By the token's name, in lower case.
    QString otherwise;                  ///< Of any other wrong token.
};

/// How a row of weights is spread over the scene's tokens is to be drawn.
struct DrawQuestion
{
    QStringList row;         ///< Head and query, as weightsOf takes them.
    double tolerance = 0.3;  ///< The share of the weight that may be in the wrong place.
    QString right;
    QString wrong;
};

struct OrderItem
{
    QString text;
    QString because;
};

struct OrderQuestion
{
    std::vector<OrderItem> items;  ///< In the right order.
};

/// A number is to be set.
struct SliderQuestion
{
    Measurement answer;
    double lowest = 0.0;
    double highest = 1.0;
    double step = 0.1;
    QString unit = {};
    double tolerance = 0.0;
    QString right;
    QString low;
    QString high;
};

struct Question
{
    QString prompt;  ///< Markdown, as all texts here.
    std::variant<ChoiceQuestion, TokenQuestion, DrawQuestion, OrderQuestion, SliderQuestion> kind;
    int line = 0;  ///< Where it begins in the file, from 1.
};

/// A claim that the text makes of its scene.
struct Expectation
{
    Claim claim;
    int line = 0;
};

/// What fills the dock at a time.
struct LessonStep
{
    QString title;
    int line = 0;
    QString before;  ///< Shown at once.
    Scene scene;     ///< Whole: with what it takes over from the step before.
    std::vector<Expectation> expectations = {};
    std::optional<Question> question = {};
    QString after = {};  ///< Shown when the question is answered.
};

struct Lesson
{
    QString title;
    double minutes = 0.0;
    std::vector<LessonStep> steps;  ///< At least one.

    /// How many steps have a question.
    int questions() const;
};

/// @param text of the file
/// @return Malformed; the message begins with the line, as "line 12: …"
Result<Lesson> parseLesson(const QString& text);

/// @return what reading it says, InvalidUtf8, or what parseLesson says after the file's name
Result<Lesson> readLesson(const QString& path);

}  // namespace headlight::ui
