#include "ui/learn/laboratory.h"

#include "core/model/transformer.h"
#include "ui/learn/measurement_kinds.h"
#include "ui/session/model_choice.h"

#include <QObject>

#include <algorithm>
#include <cmath>
#include <utility>

namespace headlight::ui {
namespace {

/// Numbers that are written the same count as the same.
bool compared(double left, Relation relation, double right)
{
    const bool isSame = std::abs(left - right) <= 1e-6 * std::max({1.0, std::abs(left), std::abs(right)});
    switch (relation) {
    case Relation::Greater:
        return left > right && !isSame;
    case Relation::Less:
        return left < right && !isSame;
    case Relation::AtLeast:
        return left > right || isSame;
    case Relation::AtMost:
        return left < right || isSame;
    case Relation::Equal:
        return isSame;
    case Relation::Unequal:
        return !isSame;
    }
    return false;
}

QString wordOf(const Measured& measured)
{
    if (const auto* token = std::get_if<MeasuredToken>(&measured)) {
        return token->name;
    }
    const auto* word = std::get_if<QString>(&measured);
    return word == nullptr ? QString() : *word;
}

QString written(const Measured& measured, const InlineNumber& number)
{
    const auto* value = std::get_if<double>(&measured);
    if (value == nullptr) {
        return wordOf(measured);
    }
    if (number.isPercent) {
        return QStringLiteral("%1 %").arg(100.0 * *value, 0, 'f', number.decimals.value_or(0));
    }
    const bool isCount = measurementKind(number.measurement.name)->isCount;
    const int decimals = number.decimals.value_or(isCount ? 0 : 2);
    const QString digits = QStringLiteral("%L1").arg(*value, 0, 'f', decimals);
    return digits.startsWith(u'-') ? QChar(0x2212) + digits.mid(1) : digits;
}

}  // namespace

Laboratory::Laboratory(std::shared_ptr<const Model> model, Document document, std::stop_token stop)
    : m_model(std::move(model))
    , m_document(std::move(document))
    , m_stop(std::move(stop))
{}

Result<std::shared_ptr<const Trace>> Laboratory::run(const std::optional<QString>& text,
                                                     const std::optional<Experiment>& experiment) const
{
    const std::string wanted = text.value_or(m_document.text).toStdString();
    const Experiment& under = experiment ? *experiment : m_document.experiment;
    for (const std::shared_ptr<const Trace>& trace : m_runs) {
        if (trace->info().text == wanted && trace->info().experiment == under) {
            return trace;
        }
    }
    const Result<EncodedText> encoded = encode(*m_model, wanted, text ? std::string() : m_document.pair.toStdString());
    if (!encoded) {
        return tl::unexpected(encoded.error());
    }
    Result<std::shared_ptr<const Trace>> trace = forward(m_model, *encoded, under, m_stop);
    if (trace) {
        m_runs.push_back(*trace);
    }
    return trace;
}

Result<Measured> Laboratory::measure(const Measurement& measurement) const
{
    const Result<std::shared_ptr<const Trace>> trace = run(measurement.text, measurement.experiment);
    if (!trace) {
        return tl::unexpected(trace.error());
    }
    Result<Measured> measured =
        measurementKind(measurement.name)
            ->measure({.trace = **trace, .model = *m_model, .laboratory = *this}, measurement.arguments);
    if (!measured) {
        return failure(measured.error().code, measurement.written.toStdString() + ": " + measured.error().message);
    }
    return measured;
}

Result<bool> Laboratory::holds(const Condition& condition) const
{
    const Result<Measured> left = measure(condition.left);
    if (!left) {
        return tl::unexpected(left.error());
    }
    Measured right;
    if (const auto* number = std::get_if<double>(&condition.right)) {
        right = *number;
    } else if (const auto* word = std::get_if<QString>(&condition.right)) {
        right = *word;
    } else {
        Result<Measured> other = measure(std::get<Measurement>(condition.right));
        if (!other) {
            return tl::unexpected(other.error());
        }
        right = std::move(*other);
    }
    const auto* number = std::get_if<double>(&*left);
    const auto* otherNumber = std::get_if<double>(&right);
    const bool isEquality = condition.relation == Relation::Equal || condition.relation == Relation::Unequal;
    if ((number == nullptr) != (otherNumber == nullptr) || (number == nullptr && !isEquality)) {
        return failure(ErrorCode::Malformed, condition.left.written.toStdString() +
                                                 ": numbers are compared with numbers, and words for = or != alone.");
    }
    if (number != nullptr) {
        return compared(*number, condition.relation, *otherNumber);
    }
    bool isSame = wordOf(*left).compare(wordOf(right), Qt::CaseInsensitive) == 0;
    const auto* token = std::get_if<MeasuredToken>(&*left);
    if (const auto* word = std::get_if<QString>(&right); token != nullptr && word != nullptr) {
        const Result<std::shared_ptr<const Trace>> trace = run(condition.left.text, condition.left.experiment);
        const Result<TokenName> name = parseTokenName(*word);
        if (!name) {
            return tl::unexpected(name.error());
        }
        const Result<TokenIndex> place = findToken(*name, (*trace)->info().tokens);
        if (!place) {
            return tl::unexpected(place.error());
        }
        isSame = *place == token->place;
    }
    return isSame == (condition.relation == Relation::Equal);
}

Result<QStringList> Laboratory::unmet(const Claim& claim) const
{
    QStringList unmet;
    for (const Condition& condition : claim.conditions) {
        const Result<bool> isSo = holds(condition);
        if (!isSo) {
            return tl::unexpected(isSo.error());
        }
        if (!*isSo) {
            const Measured found = measure(condition.left).value();
            const auto* number = std::get_if<double>(&found);
            unmet.append(
                QObject::tr("%1, but it is %2")
                    .arg(condition.written, number != nullptr ? QString::number(*number, 'g', 4) : wordOf(found)));
        }
    }
    return unmet;
}

Result<QString> Laboratory::filledIn(const QString& text) const
{
    const Result<std::vector<InlineNumber>> numbers = inlineNumbers(text);
    if (!numbers) {
        return tl::unexpected(numbers.error());
    }
    QString filled;
    qsizetype end = 0;
    for (const InlineNumber& number : *numbers) {
        const Result<Measured> measured = measure(number.measurement);
        if (!measured) {
            return tl::unexpected(measured.error());
        }
        filled += text.mid(end, number.begin - end) + written(*measured, number);
        end = number.end;
    }
    return filled + text.mid(end);
}

Result<std::shared_ptr<const Model>> modelOf(const Scene& scene, const std::shared_ptr<const Model>& open)
{
    if (scene.model == kOpenModel) {
        return open;
    }
    const std::optional<ModelChoice> choice = modelNamed(scene.model);
    if (!choice) {
        return failure(ErrorCode::NotFound, "The model \"" + scene.model.toStdString() + "\" is not installed.");
    }
    if (choice->isOf(*open)) {
        return open;
    }
    return choice->read();
}

}  // namespace headlight::ui
