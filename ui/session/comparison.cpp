#include "ui/session/comparison.h"

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Comparison", text);
}

/// The side that is the trace; A where both are; null where none is.
std::optional<TokenIndex> TokenPair::*sideOf(const Comparison& comparison, const std::shared_ptr<const Trace>& shown)
{
    return comparison.a.shown == shown ? &TokenPair::a : comparison.b.shown == shown ? &TokenPair::b : nullptr;
}

/// The experiment as far as another model has the heads that it switches off.
Experiment fittingExperiment(Experiment experiment, const ModelConfig& config)
{
    std::erase_if(experiment.ablatedHeads, [&config](const HeadAddress& address) {
        return address.layer.value >= config.layers || address.head.value >= config.heads;
    });
    return experiment;
}

}  // namespace

QString reversedWords(const QString& text)
{
    QString body = text.simplified();
    QString end;
    while (!body.isEmpty() && body.back().isPunct()) {
        end.prepend(body.back());
        body.chop(1);
    }
    QStringList words = body.split(QLatin1Char(' '));
    const bool isCapital = !body.isEmpty() && body.front().isUpper();
    std::ranges::reverse(words);
    if (isCapital && words.size() > 1) {
        words.back().front() = words.back().front().toLower();
        words.front().front() = words.front().front().toUpper();
    }
    return words.join(QLatin1Char(' ')) + end;
}

HeadAddress comparedHead(const CompareOptions& options, HeadAddress head, const ModelConfig& config)
{
    switch (options.kind) {
    case ComparisonKind::Heads:
        return options.head.value_or(HeadAddress{head.layer, HeadIndex((head.head.value + 1) % config.heads)});
    case ComparisonKind::Layers:
        return {options.layer.value_or(LayerIndex((head.layer.value + 1) % config.layers)), head.head};
    case ComparisonKind::Models:
        return options.head.value_or(head);
    case ComparisonKind::BeforeAfter:
    case ComparisonKind::Texts:
    case ComparisonKind::Snapshots:
        break;
    }
    return head;
}

OtherSide otherSide(const CompareOptions& options, const ComparisonSide& given,
                    const std::shared_ptr<const Model>& otherModel)
{
    const TraceInfo& info = given.trace->info();
    OtherSide other{.model = given.model,
                    .text = info.text,
                    .pair = info.pair,
                    .experiment = info.experiment,
                    .head = comparedHead(options, given.head, given.model->config)};
    switch (options.kind) {
    case ComparisonKind::BeforeAfter:
        other.experiment = {};
        break;
    case ComparisonKind::Texts:
        other.text = options.text.value_or(reversedWords(QString::fromStdString(info.text))).toStdString();
        break;
    case ComparisonKind::Models:
        other.model = otherModel;
        other.experiment = fittingExperiment(info.experiment, otherModel->config);
        if (!otherModel->tokenizer->takesPairs()) {
            other.pair.clear();
        }
        break;
    case ComparisonKind::Heads:
    case ComparisonKind::Layers:
    case ComparisonKind::Snapshots:
        break;
    }
    other.isSamePass = other.model == given.model && other.text == info.text && other.pair == info.pair &&
                       other.experiment == info.experiment;
    return other;
}

SideOrder givenOrder(const CompareOptions& options)
{
    const bool isGivenFirst = options.kind != ComparisonKind::BeforeAfter;
    return isGivenFirst == (options.order == SideOrder::AsChosen) ? SideOrder::AsChosen : SideOrder::Swapped;
}

ComparisonOptions comparableNumbers(const ViewOptions& options)
{
    ComparisonOptions numbers = options.compare.numbers;
    if (options.tokens.unit == TokenUnit::Word) {
        numbers.stage = StageId::Weights;
    }
    return numbers;
}

std::optional<Index> comparisonRow(const Comparison& comparison, const std::shared_ptr<const Trace>& shown,
                                   const std::optional<TokenIndex>& row)
{
    const auto side = sideOf(comparison, shown);
    const auto found = std::ranges::find_if(
        comparison.rows, [&](const TokenPair& pair) { return row && side != nullptr && pair.*side == row; });
    return found == comparison.rows.end() ? std::nullopt : std::optional<Index>(found - comparison.rows.begin());
}

std::optional<TokenIndex> traceRow(const Comparison& comparison, const std::shared_ptr<const Trace>& shown, Index row)
{
    const auto side = sideOf(comparison, shown);
    return side == nullptr ? std::nullopt : comparison.rows[static_cast<std::size_t>(row)].*side;
}

QStringList notesOf(ComparisonKind kind, const Comparison& comparison)
{
    QStringList notes;
    const Experiment& a = comparison.a.trace->info().experiment;
    const Experiment& b = comparison.b.trace->info().experiment;
    if (kind == ComparisonKind::BeforeAfter && a == b) {
        notes.append(tr("No switch of the experiment is set: both sides are the model as it is."));
    }
    if (kind == ComparisonKind::Models) {
        if (comparison.relation != TokenRelation::Same) {
            notes.append(
                comparison.options.alignment == Alignment::BestMatch
                    ? tr("The models cut the text into different tokens; those of equal text stand in one row.")
                    : tr("The models cut the text into different tokens; rows go by position alone."));
        }
        if (a != b) {
            notes.append(tr("A head that is switched off in one model is not there in the other."));
        }
    }
    return notes;
}

}  // namespace headlight::ui
