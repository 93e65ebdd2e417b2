// What a lesson asks the engine for, as text: "weight 3.0 it animal". resources/lessons/README.md lists all of it.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/result.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <variant>
#include <vector>

namespace headlight::ui {

/// One number or token that the engine works out.
struct Measurement
{
    QString name;                               ///< "weight"
    QStringList arguments;                      ///< "3.0", "it", "animal"
    std::optional<Experiment> experiment = {};  ///< Instead of the scene's.
    std::optional<QString> text = {};           ///< Instead of the scene's.
    QString written = {};                       ///< As the lesson has it.
};

/// @return Malformed for a name that is not known, or arguments that it does not take
Result<Measurement> parseMeasurement(const QString& text);

enum class Relation { Greater, Less, AtLeast, AtMost, Equal, Unequal };

/// "weight 3.0 it animal > 0.9"
struct Condition
{
    Measurement left;
    Relation relation = Relation::Greater;
    std::variant<double, QString, Measurement> right;  ///< A number, a word, or another measurement.
    QString written = {};                              ///< As the lesson has it.
};

/// Conditions that all hold.
struct Claim
{
    std::vector<Condition> conditions;
};

/// @return Malformed, as parseMeasurement, or where nothing is compared
Result<Claim> parseClaim(const QString& text);

/// "{{tokens | 3}}": where it stands in a text, and how its number is written.
struct InlineNumber
{
    qsizetype begin = 0;
    qsizetype end = 0;
    Measurement measurement;
    bool isPercent = false;
    std::optional<int> decimals = {};  ///< Nothing: none for counts, else two.
};

/// All of a text.  @return Malformed, as parseMeasurement, or for braces without their partners
Result<std::vector<InlineNumber>> inlineNumbers(const QString& text);

}  // namespace headlight::ui
