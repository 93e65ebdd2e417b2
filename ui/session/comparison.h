// What the window and the command line compare, and how they tell it.
#pragma once

#include "core/analysis/comparison.h"
#include "ui/session/view_options.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <string>

namespace headlight::ui {

/// A comparison as pictures show it.
struct ShownComparison
{
    ComparisonKind kind = ComparisonKind::BeforeAfter;
    std::shared_ptr<const Comparison> numbers;  ///< Not null.
    QStringList notes = {};                     ///< What a person must know of it beside the numbers.
};

/// A text's words in reverse order, the first one with a capital letter where the text has it and the mark that ends it still at its
/// end: "Dog bites man." becomes "Man bites dog."
QString reversedWords(const QString& text);

/// A side to be run, or found, so that another can be compared with it.
struct OtherSide
{
    std::shared_ptr<const Model> model;
    std::string text;
    std::string pair;
    Experiment experiment;
    HeadAddress head;
    bool isSamePass = false;  ///< It is of the pass that is there.

    bool operator==(const OtherSide&) const = default;
};

/// What the options compare a given side with; not of Snapshots, which have no side that is given.
///
/// @param otherModel not null for Models
OtherSide otherSide(const CompareOptions& options, const ComparisonSide& given,
                    const std::shared_ptr<const Model>& otherModel);

/// AsChosen where the given side is A. What an experiment did comes after, and so is B.
SideOrder givenOrder(const CompareOptions& options);

/// The head to compare with a model's `head` where no other is chosen: for two heads the next one of the layer, for two layers the
/// same one of the next layer (after the last comes the first), else the same.
HeadAddress comparedHead(const CompareOptions& options, HeadAddress head, const ModelConfig& config);

/// Of words there are weights alone.
ComparisonOptions comparableNumbers(const ViewOptions& options);

/// A row of a trace in rows of the comparison; nothing where no side of it is that trace.
std::optional<Index> comparisonRow(const Comparison& comparison, const std::shared_ptr<const Trace>& shown,
                                   const std::optional<TokenIndex>& row);

/// Undoes comparisonRow; nothing also where the trace has no such row.
std::optional<TokenIndex> traceRow(const Comparison& comparison, const std::shared_ptr<const Trace>& shown, Index row);

/// What the two sides' settings leave out, a sentence each.
QStringList notesOf(ComparisonKind kind, const Comparison& comparison);

}  // namespace headlight::ui
