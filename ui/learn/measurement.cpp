#include "ui/learn/measurement.h"

#include "core/io/experiment_json.h"
#include "ui/learn/measurement_kinds.h"

#include <QRegularExpression>

#include <array>

namespace headlight::ui {
namespace {

tl::unexpected<Error> malformed(const QString& message)
{
    return failure(ErrorCode::Malformed, message.toStdString());
}

/// Where a part of a text begins, outside quotation marks and braces; −1 where it does not.
qsizetype findOutside(const QString& text, const QString& part)
{
    bool isQuoted = false;
    int depth = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (!isQuoted && depth == 0 && QStringView(text).sliced(i).startsWith(part)) {
            return i;
        }
        const QChar character = text[i];
        isQuoted = character == u'"' ? !isQuoted : isQuoted;
        if (!isQuoted) {
            depth += character == u'{' ? 1 : character == u'}' ? -1 : 0;
        }
    }
    return -1;
}

QStringList splitOutside(QString text, const QString& separator)
{
    QStringList parts;
    for (qsizetype at = findOutside(text, separator); at >= 0; at = findOutside(text, separator)) {
        parts.append(text.left(at));
        text = text.mid(at + separator.size());
    }
    return parts << text;
}

/// Takes "without experiment", "for "…"" and "under {…}" off the end.
Result<QString> takeSuffixes(QString text, Measurement& measurement)
{
    static const QRegularExpression kFor(QStringLiteral(R"re(^(.*) for "([^"]*)"$)re"));
    static const QRegularExpression kUnder(QStringLiteral(R"(^(.*?) under (\{.*\})$)"));
    static const QString kWithout = QStringLiteral(" without experiment");
    for (;;) {
        text = text.trimmed();
        if (text.endsWith(kWithout)) {
            text.chop(kWithout.size());
            measurement.experiment = Experiment{};
        } else if (const auto match = kFor.match(text); match.hasMatch()) {
            text = match.captured(1);
            measurement.text = match.captured(2);
        } else if (const auto under = kUnder.match(text); under.hasMatch()) {
            text = under.captured(1);
            const Result<Experiment> experiment = experimentFromJson(under.captured(2).toStdString());
            if (!experiment) {
                return tl::unexpected(experiment.error());
            }
            measurement.experiment = *experiment;
        } else {
            return text;
        }
    }
}

struct RelationSign
{
    Relation relation;
    const char* sign;
};

// Longer signs first, so that ">=" is not taken for ">".
constexpr std::array kSigns = {RelationSign{Relation::AtLeast, " >= "}, RelationSign{Relation::AtMost, " <= "},
                               RelationSign{Relation::Unequal, " != "}, RelationSign{Relation::Greater, " > "},
                               RelationSign{Relation::Less, " < "},     RelationSign{Relation::Equal, " = "}};

Result<Condition> parseCondition(const QString& text)
{
    for (const auto& [relation, sign] : kSigns) {
        const qsizetype at = findOutside(text, QString::fromLatin1(sign));
        if (at < 0) {
            continue;
        }
        Result<Measurement> left = parseMeasurement(text.left(at));
        if (!left) {
            return tl::unexpected(left.error());
        }
        Condition condition{.left = std::move(*left), .relation = relation, .right = 0.0, .written = text.trimmed()};
        const QString right = text.mid(at + static_cast<qsizetype>(qstrlen(sign))).trimmed();
        bool isNumber = false;
        if (const double number = right.toDouble(&isNumber); isNumber) {
            condition.right = number;
        } else if (Result<Measurement> other = parseMeasurement(right)) {
            condition.right = std::move(*other);
        } else if (!right.contains(u' ')) {
            condition.right = right;
        } else {
            return tl::unexpected(other.error());
        }
        return condition;
    }
    return malformed(QStringLiteral("A claim compares, as tokens > 5; \"%1\" does not.").arg(text.trimmed()));
}

Result<InlineNumber> parseInline(const QString& text)
{
    const qsizetype bar = findOutside(text, QStringLiteral("|"));
    Result<Measurement> measurement = parseMeasurement(text.left(bar));
    if (!measurement) {
        return tl::unexpected(measurement.error());
    }
    InlineNumber number{.measurement = std::move(*measurement)};
    if (bar < 0) {
        return number;
    }
    const QString format = text.mid(bar + 1).trimmed();
    bool isNumber = false;
    const int decimals = format.toInt(&isNumber);
    constexpr int kMostDecimals = 8;
    number.isPercent = format == QLatin1String("percent");
    if (!number.isPercent && (!isNumber || decimals < 0 || decimals > kMostDecimals)) {
        return malformed(
            QStringLiteral("Behind | stands percent or a number of decimals from 0 to 8, not \"%1\".").arg(format));
    }
    if (!number.isPercent) {
        number.decimals = decimals;
    }
    return number;
}

}  // namespace

Result<Measurement> parseMeasurement(const QString& text)
{
    Measurement measurement{.name = {}, .arguments = {}, .written = text.trimmed()};
    const Result<QString> bare = takeSuffixes(text, measurement);
    if (!bare) {
        return tl::unexpected(bare.error());
    }
    QStringList words = bare->split(u' ', Qt::SkipEmptyParts);
    if (words.isEmpty()) {
        return malformed(QStringLiteral("A measurement is missing, as weight 3.0 it animal."));
    }
    measurement.name = words.takeFirst();
    measurement.arguments = words;
    const MeasurementKind* kind = measurementKind(measurement.name);
    if (kind == nullptr) {
        return malformed(QStringLiteral("There is no measurement \"%1\"; there are %2.")
                             .arg(measurement.name, measurementNames().join(QStringLiteral(", "))));
    }
    if (words.size() < kind->fewest || words.size() > kind->most) {
        return malformed(
            QStringLiteral("%1 is written as %2, not \"%3\".").arg(measurement.name, kind->usage, measurement.written));
    }
    return measurement;
}

Result<Claim> parseClaim(const QString& text)
{
    Claim claim;
    for (const QString& part : splitOutside(text, QStringLiteral(" and "))) {
        Result<Condition> condition = parseCondition(part);
        if (!condition) {
            return tl::unexpected(condition.error());
        }
        claim.conditions.push_back(std::move(*condition));
    }
    return claim;
}

Result<std::vector<InlineNumber>> inlineNumbers(const QString& text)
{
    const QString opening = QStringLiteral("{{");
    const QString closing = QStringLiteral("}}");
    std::vector<InlineNumber> numbers;
    for (qsizetype begin = text.indexOf(opening); begin >= 0; begin = text.indexOf(opening, numbers.back().end)) {
        qsizetype end = text.indexOf(closing, begin);
        if (end < 0) {
            return malformed(QStringLiteral("{{ has no }}: \"%1\".").arg(text.mid(begin, 40)));
        }
        while (end + 2 < text.size() && text[end + 2] == u'}') {  // the last brace of an experiment
            ++end;
        }
        Result<InlineNumber> number = parseInline(text.mid(begin + 2, end - begin - 2));
        if (!number) {
            return tl::unexpected(number.error());
        }
        number->begin = begin;
        number->end = end + 2;
        numbers.push_back(std::move(*number));
    }
    return numbers;
}

}  // namespace headlight::ui
