#include "ui/learn/measurement_kinds.h"

#include "core/analysis/attention_variants.h"
#include "core/analysis/difference.h"
#include "core/analysis/predictions.h"
#include "core/analysis/recurrence.h"
#include "core/analysis/scaling.h"
#include "core/analysis/stage_matrix.h"
#include "core/attention/cost.h"
#include "core/base/parse.h"
#include "core/model/parameters.h"
#include "core/train/toys.h"
#include "ui/session/toy_history.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace headlight::ui {
namespace {

constexpr std::uint64_t kSeed = 1;  ///< Of random vectors, as the Scaling page begins with.

tl::unexpected<Error> invalid(const QString& message)
{
    return failure(ErrorCode::InvalidArgument, message.toStdString());
}

Result<Index> numberWithin(const QString& text, Index least, Index most)
{
    const std::optional<Index> number = wholeNumber(text.toStdString());
    if (!number || *number < least || *number > most) {
        return invalid(QStringLiteral("\"%1\" is no number from %2 to %3.").arg(text).arg(least).arg(most));
    }
    return *number;
}

Result<HeadAddress> headOf(const Trace& trace, const QString& text)
{
    const std::optional<HeadAddress> head = parseHead(text.toStdString());
    if (!head) {
        return invalid(QStringLiteral("A head is written as layer.head, as 3.0, not \"%1\".").arg(text));
    }
    const TraceInfo& info = trace.info();
    if (head->layer.value >= info.layers || head->head.value >= info.heads) {
        return invalid(QStringLiteral("The model has no head %1.").arg(text));
    }
    return *head;
}

Result<TokenIndex> tokenOf(const Trace& trace, const QString& text)
{
    const Result<TokenName> name = parseTokenName(text);
    if (!name) {
        return tl::unexpected(name.error());
    }
    return findToken(*name, trace.info().tokens);
}

Result<StageKey> stageOf(const Trace& trace, const QString& name)
{
    Result<StageKey> stage = parseTensorName(name.toStdString());
    if (stage && stageInfo(stage->id).scope == StageScope::Layer && stage->layer.value >= trace.info().layers) {
        return invalid(QStringLiteral("The model has no layer %1.").arg(stage->layer.value));
    }
    return stage;
}

/// The row of a [T,…] stage.
Result<RowVector> rowOf(const Trace& trace, const QString& stageName, const QString& tokenName)
{
    const Result<StageKey> stage = stageOf(trace, stageName);
    if (!stage) {
        return tl::unexpected(stage.error());
    }
    const Result<TokenIndex> token = tokenOf(trace, tokenName);
    if (!token) {
        return tl::unexpected(token.error());
    }
    RowVector row = trace.row(*stage, *token);
    if (row.size() == 0) {
        return failure(ErrorCode::NotFound,
                       "The stage " + stageName.toStdString() + " has no row a token of this model.");
    }
    return row;
}

template <typename Function>
Result<Measured> mapCell(const Specimen& of, StageId stage, const QStringList& arguments, Function read)
{
    const Result<HeadAddress> head = headOf(of.trace, arguments[0]);
    if (!head) {
        return tl::unexpected(head.error());
    }
    const auto map = stageMatrix(of.trace, {stage, head->layer}, head->head);
    if (!map) {
        return tl::unexpected(map.error());
    }
    return read(**map);
}

Result<Measured> cellOfHead(const Specimen& of, StageId stage, const QStringList& arguments)
{
    const Result<TokenIndex> query = tokenOf(of.trace, arguments[1]);
    const Result<TokenIndex> key = tokenOf(of.trace, arguments[2]);
    if (!query || !key) {
        return tl::unexpected(query ? key.error() : query.error());
    }
    return mapCell(of, stage, arguments,
                   [&](const AttentionMap& map) { return static_cast<double>(map.at(*query, *key)); });
}

Result<Measured> most(const Specimen& of, const QStringList& arguments)
{
    const Result<RowVector> row = weightsOf(of.trace, arguments);
    if (!row) {
        return tl::unexpected(row.error());
    }
    Index key = 0;
    row->maxCoeff(&key);
    return MeasuredToken{TokenIndex(key), plainName(of.trace.info().tokens[static_cast<std::size_t>(key)])};
}

/// Over all layers and heads.
Result<Measured> largest(const Specimen& of, const QStringList& arguments)
{
    const Result<TokenIndex> query = tokenOf(of.trace, arguments[0]);
    const Result<TokenIndex> key = tokenOf(of.trace, arguments[1]);
    if (!query || !key) {
        return tl::unexpected(query ? key.error() : query.error());
    }
    float weight = 0.0F;
    for (Index layer = 0; layer < of.trace.info().layers; ++layer) {
        for (const auto& map : of.trace.maps(StageId::Weights, LayerIndex(layer))) {
            weight = std::max(weight, map->at(*query, *key));
        }
    }
    return static_cast<double>(weight);
}

Result<Measured> entropy(const Specimen& of, const QStringList& arguments)
{
    if (arguments.size() == 1) {
        return mapCell(of, StageId::Weights, arguments, meanEntropyBits);
    }
    const Result<RowVector> row = weightsOf(of.trace, arguments);
    if (!row) {
        return tl::unexpected(row.error());
    }
    return entropyBits(*row);
}

Result<Measured> similarity(const Specimen& of, const QStringList& arguments)
{
    const Result<RowVector> a = rowOf(of.trace, arguments[0], arguments[1]);
    const Result<RowVector> b = rowOf(of.trace, arguments[0], arguments[2]);
    if (!a || !b) {
        return tl::unexpected(a ? b.error() : a.error());
    }
    const float lengths = a->norm() * b->norm();
    return lengths > 0.0F ? static_cast<double>(a->dot(*b) / lengths) : 0.0;
}

Result<Measured> length(const Specimen& of, const QStringList& arguments)
{
    const Result<RowVector> row = rowOf(of.trace, arguments[0], arguments[1]);
    if (!row) {
        return tl::unexpected(row.error());
    }
    return static_cast<double>(row->norm());
}

/// Against the same text with nothing changed.
Result<Measured> difference(const Specimen& of, const QStringList& arguments)
{
    const Result<StageKey> stage = stageOf(of.trace, arguments[0]);
    const auto before = of.laboratory.run(QString::fromStdString(of.trace.info().text), Experiment{});
    if (!stage || !before) {
        return tl::unexpected(stage ? before.error() : stage.error());
    }
    if (arguments.size() == 2) {
        const Result<RowVector> a = rowOf(of.trace, arguments[0], arguments[1]);
        const Result<RowVector> b = rowOf(**before, arguments[0], arguments[1]);
        if (!a || !b) {
            return tl::unexpected(a ? b.error() : a.error());
        }
        return static_cast<double>((*a - *b).cwiseAbs().maxCoeff());
    }
    const std::shared_ptr<const Tensor> a = of.trace.find(*stage);
    const std::shared_ptr<const Tensor> b = (*before)->find(*stage);
    if (!a || !b || a->size() != b->size()) {
        return failure(ErrorCode::NotFound, "The model has no stage " + arguments[0].toStdString() + ".");
    }
    float largest = 0.0F;
    for (Index slice = 0; slice < a->slices(); ++slice) {
        largest = std::max(largest, (a->matrix(slice) - b->matrix(slice)).cwiseAbs().maxCoeff());
    }
    return static_cast<double>(largest);
}

/// A row is a token or, of a stage without tokens, a number.
Result<Measured> cell(const Specimen& of, QStringList arguments)
{
    const Result<StageKey> stage = stageOf(of.trace, arguments.takeFirst());
    if (!stage) {
        return tl::unexpected(stage.error());
    }
    HeadIndex head(0);
    if (arguments.size() == 3) {
        const Result<Index> given = numberWithin(arguments.takeFirst(), 0, of.trace.info().heads - 1);
        if (!given) {
            return tl::unexpected(given.error());
        }
        head = HeadIndex(*given);
    }
    const auto map = stageMatrix(of.trace, *stage, head);
    if (!map) {
        return tl::unexpected(map.error());
    }
    const auto place = [&of](const QString& text, Index end) -> Result<Index> {
        if (const Result<Index> number = numberWithin(text, 0, end - 1)) {
            return number;
        }
        const Result<TokenIndex> token = tokenOf(of.trace, text);
        if (!token) {
            return tl::unexpected(token.error());
        }
        return token->value;
    };
    const Result<Index> row = place(arguments[0], (*map)->rows());
    const Result<Index> column = place(arguments[1], (*map)->cols());
    if (!row || !column) {
        return tl::unexpected(row ? column.error() : row.error());
    }
    return static_cast<double>((*map)->at(TokenIndex(*row), TokenIndex(*column)));
}

Result<Measured> predicted(const Specimen& of, const QStringList& arguments)
{
    const Result<TokenIndex> token = tokenOf(of.trace, arguments[0]);
    if (!token) {
        return tl::unexpected(token.error());
    }
    const auto top = topPredictions(of.trace, *token, 1);
    if (!top) {
        return tl::unexpected(top.error());
    }
    const Result<Token> word = of.model.tokenizer->token(top->front().id);
    if (!word) {
        return tl::unexpected(word.error());
    }
    return plainName(*word);
}

Result<Measured> probability(const Specimen& of, const QStringList& arguments)
{
    const Result<TokenIndex> token = tokenOf(of.trace, arguments[0]);
    if (!token) {
        return tl::unexpected(token.error());
    }
    const auto all = topPredictions(of.trace, *token, of.model.config.vocabulary);
    if (!all) {
        return tl::unexpected(all.error());
    }
    double sum = 0.0;
    bool isThere = false;
    for (const Prediction& prediction : *all) {
        const Result<Token> word = of.model.tokenizer->token(prediction.id);
        if (word && plainName(*word).compare(arguments[1], Qt::CaseInsensitive) == 0) {
            sum += prediction.probability;
            isThere = true;
        }
    }
    if (!isThere) {
        return failure(ErrorCode::NotFound, "\"" + arguments[1].toStdString() + "\" is not in the vocabulary.");
    }
    return sum;
}

/// On the last state of the recurrent network, as a share of the last token's.
Result<Measured> influence(const Specimen& of, const QStringList& arguments)
{
    const Result<TokenIndex> token = tokenOf(of.trace, arguments[0]);
    const Result<RecurrentReading> reading = readRecurrently(of.trace);
    if (!token || !reading) {
        return tl::unexpected(token ? reading.error() : token.error());
    }
    const RowVector& all = reading->influence;
    if (token->value >= all.size()) {
        return invalid(QStringLiteral("The recurrent network reads the first %1 tokens alone.").arg(all.size()));
    }
    return static_cast<double>(all(token->value) / all(all.size() - 1));
}

/// One of the products that a raw score sums up.
Result<Measured> exampleProduct(const ScalingExample& numbers, const QStringList& arguments)
{
    const Result<Index> query = numberWithin(arguments[1], 0, ScalingExample::kTokens - 1);
    const Result<Index> key = numberWithin(arguments[2], 0, ScalingExample::kTokens - 1);
    const Result<Index> component = numberWithin(arguments.value(3), 0, ScalingExample::kHeadWidth - 1);
    for (const Result<Index>* number : {&query, &key, &component}) {
        if (!*number) {
            return tl::unexpected(number->error());
        }
    }
    return static_cast<double>(numbers.query(*query, *component) * numbers.key(*key, *component));
}

Result<Measured> example(const Specimen& /*of*/, const QStringList& arguments)
{
    const ScalingExample numbers = scalingExample(kSeed);
    if (arguments[0] == QLatin1String("product")) {
        return exampleProduct(numbers, arguments);
    }
    const Matrix exponentials = numbers.scaledScores.array().exp();
    const std::map<QString, const Matrix*> matrices = {
        {QStringLiteral("query"), &numbers.query},         {QStringLiteral("key"), &numbers.key},
        {QStringLiteral("raw"), &numbers.rawScores},       {QStringLiteral("score"), &numbers.scaledScores},
        {QStringLiteral("exponential"), &exponentials},    {QStringLiteral("raw-weight"), &numbers.rawWeights},
        {QStringLiteral("weight"), &numbers.scaledWeights}};
    const auto matrix = matrices.find(arguments[0]);
    if (matrix == matrices.end()) {
        return invalid(
            QStringLiteral("example has query, key, product, raw, score, exponential, raw-weight and weight."));
    }
    const Result<Index> row = numberWithin(arguments[1], 0, matrix->second->rows() - 1);
    const Result<Index> column = numberWithin(arguments[2], 0, matrix->second->cols() - 1);
    if (!row || !column) {
        return tl::unexpected(row ? column.error() : row.error());
    }
    return static_cast<double>((*matrix->second)(*row, *column));
}

Result<Measured> random(const Specimen& /*of*/, const QStringList& arguments)
{
    static const Result<RandomScaling> vectors = RandomScaling::draw(kSeed);
    const Result<Index> width = numberWithin(arguments[1], 1, kMostHeadWidth);
    if (!width) {
        return tl::unexpected(width.error());
    }
    const bool isScaled = arguments[2] == QLatin1String("scaled");
    const ScalingGauges both = vectors->gauges(*width);
    const SoftmaxGauges& gauges = isScaled ? both.scaled : both.unscaled;
    const std::map<QString, double> values = {{QStringLiteral("variance"), gauges.scoreVariance},
                                              {QStringLiteral("entropy"), gauges.entropyBits.mean},
                                              {QStringLiteral("largest"), gauges.largestWeight.mean},
                                              {QStringLiteral("gradient"), gauges.gradientNorm.mean}};
    const auto value = values.find(arguments[0]);
    if (value == values.end() || (!isScaled && arguments[2] != QLatin1String("unscaled"))) {
        return invalid(QStringLiteral("random has variance, entropy, largest and gradient, scaled or unscaled."));
    }
    return value->second;
}

Result<Cost> cost(const Specimen& of, const QStringList& arguments)
{
    constexpr Index kMostTokens = 10'000'000;
    const auto variant = std::ranges::find(kAttentionVariants, arguments[0].toStdString(), attentionVariantName);
    if (variant == kAttentionVariants.end()) {
        return invalid(QStringLiteral("A variant is full, sparse, linear or tiled, not \"%1\".").arg(arguments[0]));
    }
    const Result<Index> tokens = numberWithin(arguments[1], 1, kMostTokens);
    if (!tokens) {
        return tl::unexpected(tokens.error());
    }
    const CostSetting setting{
        .headWidth = of.model.config.headWidth(),
        .mask = {.direction = of.model.config.mask.direction, .pattern = MaskPattern::Window, .reach = 4}};
    return costOf(*variant, *tokens, setting);
}

Result<Measured> operations(const Specimen& of, const QStringList& arguments)
{
    const Result<Cost> counted = cost(of, arguments);
    if (!counted) {
        return tl::unexpected(counted.error());
    }
    return counted->multiplyAdds;
}

Result<Measured> memory(const Specimen& of, const QStringList& arguments)
{
    const Result<Cost> counted = cost(of, arguments);
    if (!counted) {
        return tl::unexpected(counted.error());
    }
    return counted->bytes;
}

/// Every step of a toy's training up to one; remembered, for it takes seconds.
Result<StepReport> trainedStep(const QString& name, Index step, const std::stop_token& stop)
{
    static std::mutex mutex;
    static std::map<QString, std::vector<StepReport>> reports;
    const std::scoped_lock lock(mutex);
    std::vector<StepReport>& known = reports[name];
    if (static_cast<Index>(known.size()) < step) {
        const bool isGrammar = name == QLatin1String("grammar");
        const Scaling scaling = name == QLatin1String("lookup-unscaled") ? Scaling::Off : Scaling::On;
        const Toy toy = makeToy(defaultSetup(isGrammar ? ToyKind::Grammar : ToyKind::Lookup), scaling);
        Trainer trainer(toy.config, toy.options, toy.source, toy.start);
        std::vector<StepReport> steps;
        while (static_cast<Index>(steps.size()) < step) {
            if (stop.stop_requested()) {
                return failure(ErrorCode::Cancelled, "The training was stopped.");
            }
            steps.push_back(trainer.step());
        }
        known = std::move(steps);
    }
    return known[static_cast<std::size_t>(step - 1)];
}

Result<Measured> trained(const Specimen& of, const QStringList& arguments)
{
    constexpr Index kMostSteps = 400;
    const QStringList toys{QStringLiteral("grammar"), QStringLiteral("lookup"), QStringLiteral("lookup-unscaled")};
    if (!toys.contains(arguments[0])) {
        return invalid(QStringLiteral("A toy is %1, not \"%2\".").arg(toys.join(QStringLiteral(", ")), arguments[0]));
    }
    const Result<Index> step = numberWithin(arguments[1], 1, kMostSteps);
    if (!step) {
        return tl::unexpected(step.error());
    }
    const Result<StepReport> report = trainedStep(arguments[0], *step, of.laboratory.stop());
    if (!report) {
        return tl::unexpected(report.error());
    }
    if (arguments[2] == QLatin1String("loss")) {
        return report->loss.total;
    }
    if (arguments[2] == QLatin1String("accuracy")) {
        return report->loss.wordsRight;
    }
    return invalid(QStringLiteral("A training has loss and accuracy, not \"%1\".").arg(arguments[2]));
}

/// Of the model or the text alone.
Index parametersOf(const Specimen& of)
{
    Weights shapes = of.model.weights;
    return parameterCount(parameters(shapes));
}

const std::vector<MeasurementKind>& kinds()
{
    const auto row = [](const char* name, const char* usage, qsizetype fewest, qsizetype most, bool isCount,
                        auto measure) {
        return MeasurementKind{.name = QString::fromLatin1(name),
                               .usage = QString::fromLatin1(usage),
                               .fewest = fewest,
                               .most = most,
                               .isCount = isCount,
                               .measure = measure};
    };
    const auto size = [&row](const char* name, auto count) {
        return row(name, name, 0, 0, true, [count](const Specimen& of, const QStringList&) -> Result<Measured> {
            return static_cast<double>(count(of));
        });
    };
    static const std::vector<MeasurementKind> table = {
        size("tokens", [](const Specimen& of) { return of.trace.tokens(); }),
        size("layers", [](const Specimen& of) { return of.model.config.layers; }),
        size("heads", [](const Specimen& of) { return of.model.config.heads; }),
        size("width", [](const Specimen& of) { return of.model.config.width; }),
        size("head-width", [](const Specimen& of) { return of.model.config.headWidth(); }),
        size("inner-width", [](const Specimen& of) { return of.model.config.feedForwardWidth; }),
        size("vocabulary", [](const Specimen& of) { return of.model.config.vocabulary; }),
        size("parameters", parametersOf),
        row("id", "id TOKEN", 1, 1, true,
            [](const Specimen& of, const QStringList& arguments) -> Result<Measured> {
                const Result<TokenIndex> token = tokenOf(of.trace, arguments[0]);
                if (!token) {
                    return tl::unexpected(token.error());
                }
                return static_cast<double>(of.trace.info().tokens[static_cast<std::size_t>(token->value)].id);
            }),
        row("distance", "distance A B", 2, 2, true,
            [](const Specimen& of, const QStringList& arguments) -> Result<Measured> {
                const Result<TokenIndex> a = tokenOf(of.trace, arguments[0]);
                const Result<TokenIndex> b = tokenOf(of.trace, arguments[1]);
                if (!a || !b) {
                    return tl::unexpected(a ? b.error() : a.error());
                }
                return static_cast<double>(std::abs(a->value - b->value));
            }),
        row("weight", "weight HEAD QUERY KEY", 3, 3, false,
            [](const Specimen& of, const QStringList& arguments) {
                return cellOfHead(of, StageId::Weights, arguments);
            }),
        row("score", "score HEAD QUERY KEY", 3, 3, false,
            [](const Specimen& of, const QStringList& arguments) {
                return cellOfHead(of, StageId::Scores, arguments);
            }),
        row("raw-score", "raw-score HEAD QUERY KEY", 3, 3, false,
            [](const Specimen& of, const QStringList& arguments) {
                return cellOfHead(of, StageId::RawScores, arguments);
            }),
        row("most", "most HEAD QUERY", 2, 2, false, most),
        row("largest", "largest QUERY KEY", 2, 2, false, largest),
        row("entropy", "entropy HEAD, or entropy HEAD QUERY", 1, 2, false, entropy),
        row("similarity", "similarity STAGE A B", 3, 3, false, similarity),
        row("difference", "difference STAGE, or difference STAGE TOKEN", 1, 2, false, difference),
        row("length", "length STAGE TOKEN", 2, 2, false, length),
        row("cell", "cell STAGE ROW COLUMN, or cell STAGE HEAD ROW COLUMN", 3, 4, false, cell),
        row("predicted", "predicted TOKEN", 1, 1, false, predicted),
        row("probability", "probability TOKEN WORD", 2, 2, false, probability),
        row("influence", "influence TOKEN", 1, 1, false, influence),
        row("example", "example MATRIX ROW COLUMN, or example product QUERY KEY COMPONENT", 3, 4, false, example),
        row("random", "random GAUGE WIDTH scaled, or unscaled", 3, 3, false, random),
        row("operations", "operations VARIANT TOKENS", 2, 2, true, operations),
        row("memory", "memory VARIANT TOKENS", 2, 2, true, memory),
        row("trained", "trained TOY STEPS loss, or accuracy", 3, 3, false, trained),
    };
    return table;
}

}  // namespace

const MeasurementKind* measurementKind(const QString& name)
{
    const auto kind = std::ranges::find(kinds(), name, &MeasurementKind::name);
    return kind == kinds().end() ? nullptr : &*kind;
}

QStringList measurementNames()
{
    QStringList names;
    for (const MeasurementKind& kind : kinds()) {
        names.append(kind.name);
    }
    return names;
}

Result<RowVector> weightsOf(const Trace& trace, const QStringList& headAndQuery)
{
    const Result<HeadAddress> head = headOf(trace, headAndQuery[0]);
    const Result<TokenIndex> query = tokenOf(trace, headAndQuery[1]);
    if (!head || !query) {
        return tl::unexpected(head ? query.error() : head.error());
    }
    const auto map = trace.map(StageId::Weights, *head);
    if (!map) {
        return tl::unexpected(map.error());
    }
    return (*map)->row(*query);
}

}  // namespace headlight::ui
