// A step of a lesson with everything that the engine says of it: texts with their numbers, and the right answer.
#pragma once

#include "core/base/result.h"
#include "core/tensor/types.h"
#include "ui/learn/laboratory.h"
#include "ui/learn/lesson.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <variant>
#include <vector>

namespace headlight::ui {

/// What the engine says a question's answer is.
struct Truth
{
    QStringList tokens = {};                ///< Of the scene's text, for questions about them.
    Index right = 0;                        ///< The option, or the token.
    std::optional<RowVector> weights = {};  ///< [T] Of the row that is asked about, where it is one.
    double number = 0.0;                    ///< Of a slider.
};

struct PreparedQuestion
{
    Question question;  ///< Its texts filled in.
    Truth truth;
};

struct PreparedStep
{
    Document document;  ///< What the scene is of its model.
    QString before;
    QString after;
    std::optional<PreparedQuestion> question = {};
    QStringList brokenClaims = {};  ///< What the step says of its scene and is not so, each with its line.
};

/// @param current the person's document, for what the scene leaves as it is  @param model the scene's
/// @return what cannot be worked out, as a token that the text has not
Result<PreparedStep> prepare(const LessonStep& step, const Document& current, const std::shared_ptr<const Model>& model,
                             const std::stop_token& stop = {});

/// What a person answers: an option or token, shares of weight, an order of the items, or a number.
using Answer = std::variant<Index, std::vector<double>, std::vector<Index>, double>;

struct Outcome
{
    bool isRight = false;
    QString feedback;  ///< Markdown: why.
};

/// @param answer of the question's kind: a share a token, each item once
Outcome judge(const PreparedQuestion& question, const Answer& answer);

/// The answer that is right.
Answer rightAnswer(const PreparedQuestion& question);

/// The share of weight that is in another place: ½·Σ|a − b| of two distributions, the total variation distance.
double misplacedShare(const std::vector<double>& drawn, ConstRowVectorRef weights);

/// An order to show the items in, which is never the right one; the same for the same number.
std::vector<Index> shuffledOrder(Index items);

}  // namespace headlight::ui
