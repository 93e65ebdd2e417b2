// A toy's training as it is watched: what to train, and all that came of it so far.
#pragma once

#include "core/trace/trace.h"
#include "core/train/toys.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

enum class ToyKind { Grammar, Lookup };

/// Which of two otherwise equal trainings are run.
enum class ScalingChoice { On, Off, SideBySide };

/// Everything that a person may choose about a training; equality means the same numbers.
struct ToySetup
{
    ToyKind kind = ToyKind::Grammar;
    ScalingChoice scaling = ScalingChoice::On;
    Index width = 128;                                  ///< Of the lookup toy's one head.
    QueryKeyStart start = QueryKeyStart::UnitVariance;  ///< Of the lookup toy.
    std::uint64_t seed = 1;
    float learningRate = 1e-3F;

    bool operator==(const ToySetup&) const = default;
};

/// One training so far.
struct ToyHistory
{
    Scaling scaling = Scaling::On;
    std::shared_ptr<const Toy> toy;
    std::vector<StepReport> steps;    ///< Of every step done.
    std::vector<Snapshot> snapshots;  ///< Ascending; the first is of the start.
};

/// What a toy begins with: the setting that shows it best.
ToySetup defaultSetup(ToyKind kind);

/// @param scaling of this one training, whatever the setup says of it
Toy makeToy(const ToySetup& setup, Scaling scaling);

/// Of the lookup toy's head. At the narrow width scaling hardly changes what is learnt; at the middle one neither, if queries
/// and keys start as small as PyTorch's.
inline constexpr Index kNarrowWidth = 16;
inline constexpr Index kMiddleWidth = 64;
inline constexpr Index kWide = 128;

/// "÷ √d", "not scaled".
QString scalingName(Scaling scaling);

/// "Lookup: find the value of a key"
QString toyName(ToyKind kind);

/// All of it but the scaling, as "Grammar: whom does “it” mean? · seed 1 · learning rate 0.003".
QString describe(const ToySetup& setup);

/// Where the role's head is among the asked heads, if it is asked for.
std::optional<std::size_t> askedHead(const ToyHistory& history, Role role);

/// The step of the first snapshot in which the head is right for more than this share of its links.
std::optional<Index> firstRight(const ToyHistory& history, std::size_t askedHead, double share);

/// What a person must know to read the pictures rightly, with this run's own numbers as they were at a step: a few sentences.
///
/// @param histories of the setup; at least one
QStringList trainingNotes(const ToySetup& setup, const std::vector<ToyHistory>& histories, Index shownStep);

/// What a toy makes of a sentence.
struct SentenceReading
{
    std::optional<TokenIndex> tellingQuery;  ///< "it", or the first key that asks for its value.
    QString note;                            ///< What the toy cannot read of it; empty if it can.
};

SentenceReading readSentence(const Model& toy, const QString& text);

/// The forward pass over a sentence; null for one without tokens.
std::shared_ptr<const Trace> toyTrace(const std::shared_ptr<const Model>& toy, const QString& text, Scaling scaling);

}  // namespace headlight::ui
