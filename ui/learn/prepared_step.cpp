#include "ui/learn/prepared_step.h"

#include "core/base/random.h"
#include "ui/learn/measurement_kinds.h"

#include <QObject>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace headlight::ui {
namespace {

template <typename... Functions>
struct Overloaded : Functions...
{
    using Functions::operator()...;
};

QString percentText(double share)
{
    return QObject::tr("%1 %").arg(qRound(100.0 * share));
}

QString numberText(double number)
{
    return QString::number(number, 'g', 4);
}

/// Works out what a question of each kind asks for, and fills in its texts.
class Preparation
{
public:
    Preparation(const Laboratory& laboratory, PreparedQuestion& prepared)
        : m_laboratory(laboratory)
        , m_prepared(prepared)
    {}

    Result<void> run()
    {
        if (Result<void> filled = fill({&m_prepared.question.prompt}); !filled) {
            return filled;
        }
        return std::visit([this](auto& kind) { return prepareKind(kind); }, m_prepared.question.kind);
    }

private:
    Result<void> fill(const std::vector<QString*>& texts)
    {
        for (QString* text : texts) {
            Result<QString> filled = m_laboratory.filledIn(*text);
            if (!filled) {
                return tl::unexpected(filled.error());
            }
            *text = std::move(*filled);
        }
        return {};
    }

    Result<void> listTokens()
    {
        const auto trace = m_laboratory.run();
        if (!trace) {
            return tl::unexpected(trace.error());
        }
        constexpr Index kMostTokens = 64;
        if ((*trace)->tokens() > kMostTokens) {
            return failure(ErrorCode::TooLong, "This question is about texts of up to " + std::to_string(kMostTokens) +
                                                   " tokens; this one has " + std::to_string((*trace)->tokens()) +
                                                   ". Shorten it to go on.");
        }
        for (const Token& token : (*trace)->info().tokens) {
            m_prepared.truth.tokens.append(plainName(token));
        }
        return {};
    }

    Result<void> setWeights(const QStringList& headAndQuery)
    {
        const auto trace = m_laboratory.run();
        Result<RowVector> row = weightsOf(**trace, headAndQuery);
        if (!row) {
            return tl::unexpected(row.error());
        }
        m_prepared.truth.weights = std::move(*row);
        return {};
    }

    Result<void> prepareKind(ChoiceQuestion& question)
    {
        std::vector<Index> right;
        Index place = 0;
        for (ChoiceOption& option : question.options) {
            if (option.condition) {
                const Result<QStringList> unmet = m_laboratory.unmet(*option.condition);
                if (!unmet) {
                    return tl::unexpected(unmet.error());
                }
                option.isRight = unmet->isEmpty();
            }
            if (option.isRight) {
                right.push_back(place);
            }
            ++place;
            if (Result<void> filled = fill({&option.text, &option.because}); !filled) {
                return filled;
            }
        }
        if (right.size() != 1) {
            return failure(ErrorCode::Malformed, "Of the options, " + std::to_string(right.size()) +
                                                     " are right for this text and model; "
                                                     "exactly one must be.");
        }
        m_prepared.truth.right = right.front();
        return {};
    }

    Result<void> prepareKind(TokenQuestion& question)
    {
        if (Result<void> listed = listTokens(); !listed) {
            return listed;
        }
        const Result<Measured> answer = m_laboratory.measure(question.answer);
        if (!answer) {
            return tl::unexpected(answer.error());
        }
        const auto* token = std::get_if<MeasuredToken>(&*answer);
        if (token == nullptr) {
            return failure(ErrorCode::Malformed, question.answer.written.toStdString() + " is no token of the text.");
        }
        m_prepared.truth.right = token->place.value;
        for (QString& text : question.wrong) {
            if (Result<void> filled = fill({&text}); !filled) {
                return filled;
            }
        }
        const bool isOfScene = !question.answer.experiment && !question.answer.text;
        if (question.answer.name == QLatin1String("most") && isOfScene) {
            if (Result<void> set = setWeights(question.answer.arguments); !set) {
                return set;
            }
        }
        return fill({&question.right, &question.otherwise});
    }

    Result<void> prepareKind(DrawQuestion& question)
    {
        if (Result<void> listed = listTokens(); !listed) {
            return listed;
        }
        if (Result<void> set = setWeights(question.row); !set) {
            return set;
        }
        return fill({&question.right, &question.wrong});
    }

    Result<void> prepareKind(OrderQuestion& question)
    {
        for (OrderItem& item : question.items) {
            if (Result<void> filled = fill({&item.text, &item.because}); !filled) {
                return filled;
            }
        }
        return {};
    }

    Result<void> prepareKind(SliderQuestion& question)
    {
        const Result<Measured> answer = m_laboratory.measure(question.answer);
        if (!answer) {
            return tl::unexpected(answer.error());
        }
        const double* number = std::get_if<double>(&*answer);
        if (number == nullptr || *number < question.lowest || *number > question.highest) {
            return failure(ErrorCode::Malformed,
                           question.answer.written.toStdString() + " is no number within the slider's range.");
        }
        m_prepared.truth.number = *number;
        return fill({&question.right, &question.low, &question.high});
    }

    const Laboratory& m_laboratory;
    PreparedQuestion& m_prepared;
};

Outcome judgeKind(const ChoiceQuestion& question, const Truth& truth, const Answer& answer)
{
    const Index chosen = std::get<Index>(answer);
    return {chosen == truth.right, question.options.at(static_cast<std::size_t>(chosen)).because};
}

Outcome judgeKind(const TokenQuestion& question, const Truth& truth, const Answer& answer)
{
    const Index chosen = std::get<Index>(answer);
    const QString name = truth.tokens.at(chosen);
    Outcome outcome{chosen == truth.right, question.right};
    if (!outcome.isRight) {
        outcome.feedback = question.wrong.value(name.toLower(), question.otherwise);
    }
    if (truth.weights) {
        const auto share = [&](Index token) { return percentText(static_cast<double>((*truth.weights)(token))); };
        outcome.feedback += outcome.isRight
                                ? QObject::tr(" (%1 of the weight.)").arg(share(truth.right))
                                : QObject::tr(" (*%1* gets %2 of the weight; *%3* gets %4.)")
                                      .arg(name, share(chosen), truth.tokens.at(truth.right), share(truth.right));
    }
    return outcome;
}

Outcome judgeKind(const DrawQuestion& question, const Truth& truth, const Answer& answer)
{
    const auto& drawn = std::get<std::vector<double>>(answer);
    const double misplaced = misplacedShare(drawn, *truth.weights);
    Outcome outcome{misplaced <= question.tolerance, {}};
    outcome.feedback = outcome.isRight ? question.right : question.wrong;
    constexpr double kHardlyOff = 0.02;
    if (misplaced < kHardlyOff) {
        return outcome;
    }
    const double sum = std::max(std::accumulate(drawn.begin(), drawn.end(), 0.0), 1e-9);
    Index worst = 0;
    double most = -1.0;
    for (Index i = 0; i < truth.weights->size(); ++i) {
        const double off =
            std::abs(drawn[static_cast<std::size_t>(i)] / sum - static_cast<double>((*truth.weights)(i)));
        if (off > most) {
            most = off;
            worst = i;
        }
    }
    outcome.feedback += QObject::tr(" (%1 of the weight is in another place than you drew it; you are furthest off at "
                                    "*%2*: %3 drawn, %4 in fact.)")
                            .arg(percentText(misplaced), truth.tokens.at(worst),
                                 percentText(drawn[static_cast<std::size_t>(worst)] / sum),
                                 percentText(static_cast<double>((*truth.weights)(worst))));
    return outcome;
}

Outcome judgeKind(const OrderQuestion& question, const Truth& /*truth*/, const Answer& answer)
{
    const auto& order = std::get<std::vector<Index>>(answer);
    const auto item = [&](Index i) -> const OrderItem& { return question.items.at(static_cast<std::size_t>(i)); };
    for (std::size_t place = 0; place < order.size(); ++place) {
        const auto wanted = static_cast<Index>(place);
        if (order[place] != wanted) {
            return {false, QObject::tr("At place %1 stands *%2*, but *%3* belongs there. %4")
                               .arg(place + 1)
                               .arg(item(order[place]).text, item(wanted).text, item(wanted).because)};
        }
    }
    QStringList because;
    for (const OrderItem& one : question.items) {
        because.append(QStringLiteral("1. *%1* – %2").arg(one.text, one.because));
    }
    return {true, QStringLiteral("\n\n") + because.join(u'\n')};  // a list is a paragraph of its own
}

Outcome judgeKind(const SliderQuestion& question, const Truth& truth, const Answer& answer)
{
    const double number = std::get<double>(answer);
    const double off = number - truth.number;
    constexpr double kRounding = 1e-9;
    Outcome outcome{std::abs(off) <= question.tolerance + kRounding, {}};
    outcome.feedback = outcome.isRight ? question.right : off < 0.0 ? question.low : question.high;
    outcome.feedback += QObject::tr(" (You set %1; it is %2.)")
                            .arg((numberText(number) + QLatin1Char(' ') + question.unit).trimmed(),
                                 (numberText(truth.number) + QLatin1Char(' ') + question.unit).trimmed());
    return outcome;
}

}  // namespace

Result<PreparedStep> prepare(const LessonStep& step, const Document& current, const std::shared_ptr<const Model>& model,
                             const std::stop_token& stop)
{
    Result<Document> document = documentOf(step.scene, current, *model);
    if (!document) {
        return tl::unexpected(document.error());
    }
    const Laboratory laboratory(model, *document, stop);
    PreparedStep prepared{.document = std::move(*document), .before = {}, .after = {}};
    Result<QString> before = laboratory.filledIn(step.before);
    Result<QString> after = laboratory.filledIn(step.after);
    if (!before || !after) {
        return tl::unexpected(before ? after.error() : before.error());
    }
    prepared.before = std::move(*before);
    prepared.after = std::move(*after);
    for (const Expectation& expectation : step.expectations) {
        const Result<QStringList> unmet = laboratory.unmet(expectation.claim);
        if (!unmet) {
            return tl::unexpected(unmet.error());
        }
        for (const QString& condition : *unmet) {
            prepared.brokenClaims.append(QObject::tr("line %1: %2").arg(expectation.line).arg(condition));
        }
    }
    if (step.question) {
        prepared.question = PreparedQuestion{.question = *step.question, .truth = {}};
        if (Result<void> done = Preparation(laboratory, *prepared.question).run(); !done) {
            return failure(done.error().code,
                           "line " + std::to_string(step.question->line) + ": " + done.error().message);
        }
    }
    return prepared;
}

Outcome judge(const PreparedQuestion& question, const Answer& answer)
{
    return std::visit([&](const auto& kind) { return judgeKind(kind, question.truth, answer); },
                      question.question.kind);
}

Answer rightAnswer(const PreparedQuestion& question)
{
    const Truth& truth = question.truth;
    return std::visit(Overloaded{[&](const ChoiceQuestion&) -> Answer { return truth.right; },
                                 [&](const TokenQuestion&) -> Answer { return truth.right; },
                                 [&](const DrawQuestion&) -> Answer {
                                     std::vector<double> shares;
                                     for (const float weight : *truth.weights) {
                                         shares.push_back(static_cast<double>(weight));
                                     }
                                     return shares;
                                 },
                                 [&](const OrderQuestion& kind) -> Answer {
                                     std::vector<Index> order(kind.items.size());
                                     std::iota(order.begin(), order.end(), Index{0});
                                     return order;
                                 },
                                 [&](const SliderQuestion&) -> Answer { return truth.number; }},
                      question.question.kind);
}

double misplacedShare(const std::vector<double>& drawn, ConstRowVectorRef weights)
{
    const double sum = std::accumulate(drawn.begin(), drawn.end(), 0.0);
    double off = 0.0;
    for (Index i = 0; i < weights.size(); ++i) {
        const double share = sum > 0.0 ? drawn[static_cast<std::size_t>(i)] / sum : 0.0;
        off += std::abs(share - static_cast<double>(weights(i)));
    }
    return 0.5 * off;
}

std::vector<Index> shuffledOrder(Index items)
{
    std::vector<Index> order(static_cast<std::size_t>(items));
    std::iota(order.begin(), order.end(), Index{0});
    const std::vector<Index> right = order;
    Random random(static_cast<std::uint64_t>(items));
    while (order == right && items > 1) {
        for (std::size_t i = order.size() - 1; i > 0; --i) {
            std::swap(order[i], order[random.below(i + 1)]);
        }
    }
    return order;
}

}  // namespace headlight::ui
