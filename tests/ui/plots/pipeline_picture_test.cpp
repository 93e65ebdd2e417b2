#include "core/io/model_folder.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/export/view.h"
#include "ui/plots/pipeline_picture.h"
#include "ui/plots/stage_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace headlight::ui::test {
namespace {

using enum StageId;

const QRectF kArea(0.0, 0.0, 1240.0, 900.0);
const HeadAddress kHead{LayerIndex(1), HeadIndex(3)};

const ColourMap& colours()
{
    return ColourMap::named(QStringLiteral("viridis"));
}

std::shared_ptr<const PipelineContent> contentOf(const std::shared_ptr<const Model>& model, const std::string& text,
                                                 const Experiment& experiment = {}, HeadAddress head = kHead)
{
    const auto trace = forward(model, encode(*model, text).value(), experiment).value();
    return std::make_shared<const PipelineContent>(trace, model, head);
}

std::shared_ptr<const PipelineContent> usualContent()
{
    static const auto content = contentOf(defaultModel(), kSentence);
    return content;
}

PipelinePicture pictureOf(const Selection& selection = {}, const PipelineOptions& options = {})
{
    return {usualContent(), selection, options, colours()};
}

StagePicture stageOf(StageId stage, CellSize cellSize = CellSize::Whole, const Selection& selection = {})
{
    return {usualContent(), selection, {.zoomed = stage, .cellSize = cellSize}, colours()};
}

/// A checkpoint as other programs write it, of 2 layers × 4 heads.
std::shared_ptr<const Model> family(const char* name)
{
    return readModelFolder(std::string(HEADLIGHT_GOLDEN_DIR) + "/families/" + name).value();
}

std::shared_ptr<const PipelineContent> contentOfIds(const std::shared_ptr<const Model>& model)
{
    EncodedText text;
    for (const std::int32_t id : {3, 1, 4, 1}) {
        text.tokens.push_back({id, "t" + std::to_string(id), {}});
    }
    const auto trace = forward(model, text).value();
    return std::make_shared<const PipelineContent>(trace, model, HeadAddress{LayerIndex(1), HeadIndex(1)});
}

QRgb frameColour()
{
    return Theme::of(Brightness::Light).accent.rgb();
}

/// Whether a frame runs through a point, give or take a pixel down or up.
bool isFramed(const QImage& image, QPointF point)
{
    const int x = static_cast<int>(point.x());
    const int y = static_cast<int>(std::round(point.y()));
    return image.pixel(x, y - 1) == frameColour() || image.pixel(x, y) == frameColour();
}

TEST(PipelinePicture, ShowsEveryStepInItsOrderFromLeftToRightAndDown)
{
    const PipelinePicture picture = pictureOf();
    const auto steps = pipelineOf(*defaultModel(), usualContent()->trace(), kHead);
    ASSERT_EQ(picture.content().matrices().size(), steps.size());
    for (const qreal width : {500.0, 980.0, 1900.0}) {
        const QRectF area(0.0, 0.0, width, picture.heightAt(width));
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto matrix = static_cast<Index>(i);
            EXPECT_EQ(picture.content().matrices()[i].step.key, steps[i].key);
            const QRectF box = picture.boxRect(matrix, area);
            EXPECT_TRUE(area.contains(box)) << "matrix " << i << " at width " << width;
            EXPECT_TRUE(box.contains(picture.cellsRect(matrix, area)));
            if (i > 0) {
                const QRectF before = picture.boxRect(matrix - 1, area);
                const bool isBeside = box.top() == before.top() && box.left() > before.right();
                EXPECT_TRUE(isBeside || box.top() > before.bottom()) << "matrix " << i << " at width " << width;
            }
        }
    }
}

TEST(PipelinePicture, CellCentresHaveTheColoursOfTheNumbers)
{
    const PipelinePicture picture = pictureOf();
    const QImage image = painted(picture, kArea);
    int checked = 0;
    for (const StageId stage : {RawScores, Scores, Weights, Query, Key, StageId::Value, Heads}) {
        const Index index = *usualContent()->indexOf(stage);
        const PipelineMatrix& matrix = usualContent()->matrices()[static_cast<std::size_t>(index)];
        const ColourScale scale = colourScaleOf(matrix, colours());
        const QRectF cells = picture.cellsRect(index, kArea);
        EXPECT_EQ(scale.map == &colours(), stage == Weights) << "weights alone are never negative";
        for (Index i = 0; i < matrix.rows(); ++i) {
            for (Index j = 0; j < matrix.cols(); ++j) {
                const QPointF centre(
                    cells.left() + (static_cast<qreal>(j) + 0.5) * cells.width() / static_cast<qreal>(matrix.cols()),
                    cells.top() + (static_cast<qreal>(i) + 0.5) * cells.height() / static_cast<qreal>(matrix.rows()));
                const float value = matrix.map->at(TokenIndex(i), TokenIndex(j));
                ASSERT_EQ(image.pixel(static_cast<int>(centre.x()), static_cast<int>(centre.y())), scale.colour(value))
                    << tensorName(matrix.step.key) << " " << i << ", " << j;
                EXPECT_EQ(picture.placeAt(centre, kArea), (PipelinePlace{index, i, j}));
                ++checked;
            }
        }
    }
    EXPECT_EQ(checked, 13 * (3 * 13 + 4 * 16));
}

TEST(PipelinePicture, OneExtremeCellOfAWideMatrixShowsAndSetsItsRange)
{
    auto model = std::make_shared<Model>(*defaultModel());
    const std::int32_t id = encode(*model, "dog").value().tokens.front().id;
    model->weights.tokenEmbedding.setZero();
    model->weights.tokenEmbedding(id, 77) = -7.5F;
    const auto content = contentOf(model, "dog");
    const PipelinePicture picture(content, {}, {}, colours());
    const PipelineMatrix& embedding = content->matrices().front();
    EXPECT_EQ(embedding.low, -7.5F);
    EXPECT_EQ(embedding.high, 7.5F);
    const QRectF area(0.0, 0.0, 500.0, picture.heightAt(500.0));
    const QRectF cells = picture.cellsRect(0, area);
    ASSERT_LT(cells.width(), 128.0) << "fewer pixels than dimensions";
    const QImage image = painted(picture, area);
    int extremes = 0;
    for (int x = static_cast<int>(cells.left()) + 1; x < static_cast<int>(cells.right()); ++x) {
        extremes += image.pixel(x, static_cast<int>(cells.center().y())) == ColourMap::diverging().colours().front();
    }
    EXPECT_EQ(extremes, 1);
}

TEST(PipelinePicture, TheSelectedTokensRowIsFramedInEveryMatrix)
{
    const PipelinePicture plain = pictureOf({.head = kHead});
    const PipelinePicture marked = pictureOf({.head = kHead, .query = TokenIndex(5), .key = TokenIndex(9)});
    const QImage before = painted(plain, kArea);
    const QImage after = painted(marked, kArea);
    for (Index i = 0; i < static_cast<Index>(usualContent()->matrices().size()); ++i) {
        const StageId stage = usualContent()->matrices()[static_cast<std::size_t>(i)].step.key.id;
        const bool isOfKeys = stage == Key || stage == StageId::Value;
        EXPECT_TRUE(plain.markedRows(i).empty());
        EXPECT_EQ(marked.markedRows(i), isOfKeys ? (std::vector<Index>{5, 9}) : std::vector<Index>{5});
        const bool hasKeys = stage == RawScores || stage == Scores || stage == MaskedScores || stage == Weights;
        EXPECT_EQ(marked.markedColumn(i), hasKeys ? std::optional<Index>(9) : std::nullopt);
        for (const Index row : marked.markedRows(i)) {
            const QRectF rect = marked.rowRect(i, row, kArea);
            const QPointF edge(rect.center().x(), rect.top());
            EXPECT_TRUE(isFramed(after, edge)) << stageInfo(stage).name << " row " << row;
            EXPECT_FALSE(isFramed(before, edge)) << stageInfo(stage).name << " row " << row;
        }
    }
}

TEST(PipelinePicture, ATokensRowStandsAtTheSameHeightInEveryMatrixOfALine)
{
    const PipelinePicture picture = pictureOf();
    for (Index i = 1; i < static_cast<Index>(usualContent()->matrices().size()); ++i) {
        const QRectF before = picture.rowRect(i - 1, 4, kArea);
        const QRectF row = picture.rowRect(i, 4, kArea);
        EXPECT_TRUE(row.top() == before.top() || row.top() > before.bottom() + 20.0);
        EXPECT_EQ(row.height(), before.height());
    }
}

TEST(PipelinePicture, AStepShowsTheStagesUpToItAndSaysWhatItDoes)
{
    const Index weights = *usualContent()->indexOf(Weights);
    const PipelinePicture picture = pictureOf({}, {.step = weights});
    EXPECT_TRUE(picture.title().endsWith(
        QStringLiteral("step %1 of %2").arg(weights + 1).arg(usualContent()->matrices().size())));
    const QImage image = painted(picture, kArea);
    const QRgb paper = Theme::of(Brightness::Light).panel.rgb();
    for (Index i = 0; i < static_cast<Index>(usualContent()->matrices().size()); ++i) {
        EXPECT_EQ(picture.isReached(i), i <= weights);
        const QRectF cells = picture.cellsRect(i, kArea).adjusted(2.0, 2.0, -2.0, -2.0);
        bool isEmpty = true;
        for (int x = static_cast<int>(cells.left()); x < static_cast<int>(cells.right()); ++x) {
            for (int y = static_cast<int>(cells.top()); y < static_cast<int>(cells.bottom()); ++y) {
                isEmpty = isEmpty && image.pixel(x, y) == paper;
            }
        }
        EXPECT_EQ(isEmpty, i > weights) << i;
    }
    EXPECT_EQ(picture.table().rows.size(), static_cast<std::size_t>(weights) + 1);
    EXPECT_TRUE(pictureOf({}, {.step = 999}).title().contains(QStringLiteral("step 23 of 23")));
}

TEST(PipelinePicture, DescribesAStageItsFormulaItsPurposeAndTheNumber)
{
    const Index weights = *usualContent()->indexOf(Weights);
    const QString text = pictureOf().describe({weights, 8, 1});
    const float value =
        usualContent()->matrices()[static_cast<std::size_t>(weights)].map->at(TokenIndex(8), TokenIndex(1));
    EXPECT_EQ(text,
              QStringLiteral("attention weights  [T×S] 13 × 13\nsoftmax(scores + mask)\n%1\nit → animal: attention "
                             "weights %2")
                  .arg(QString::fromStdString(std::string(stageInfo(Weights).purpose)), valueText(value)));
}

TEST(PipelinePicture, TheTableNamesEveryStageWithItsFormulaShapeAndRange)
{
    const CsvTable table = pictureOf().table();
    ASSERT_EQ(table.rows.size(), 23U);
    const auto& row = table.rows[static_cast<std::size_t>(*usualContent()->indexOf(Weights))];
    const std::vector<CsvCell> expected = {std::string("layers.1.attention.weights"),
                                           std::string("attention weights"),
                                           std::string("softmax(scores + mask)"),
                                           std::string("HTS"),
                                           Index{13},
                                           Index{13},
                                           0.0F,
                                           1.0F};
    EXPECT_EQ(row, expected);
}

TEST(PipelinePicture, FollowsTheOrderOfOtherFamilies)
{
    struct Case
    {
        const char* name;
        StageId first;
        StageId second;
    };
    for (const Case& of : {Case{"gpt2_untied", FeedForwardNorm, FeedForwardHidden},
                           Case{"bert_masked_untied", FeedForwardOutput, FeedForwardNorm},
                           Case{"llama_grouped", FeedForwardHidden, FeedForwardGate}}) {
        const auto content = contentOfIds(family(of.name));
        const PipelinePicture picture(content, {.head = {}, .query = TokenIndex(2)}, {}, colours());
        const QRectF area(0.0, 0.0, 900.0, picture.heightAt(900.0));
        EXPECT_FALSE(painted(picture, area).isNull());
        EXPECT_EQ(*content->indexOf(of.first) + 1, *content->indexOf(of.second)) << of.name;
    }
}

TEST(PipelinePicture, NamesTheGroupWhoseKeysHeadsShare)
{
    const auto content = contentOfIds(family("llama_grouped"));
    const Index groups = content->model().config.groups();
    ASSERT_LT(groups, content->model().config.heads);
    const PipelineMatrix& keys = content->matrices()[static_cast<std::size_t>(*content->indexOf(Key))];
    EXPECT_EQ(stageTitle(*content, keys),
              QStringLiteral("keys of group %1").arg(groups / content->model().config.heads));
    EXPECT_EQ(stageTitle(*usualContent(),
                         usualContent()->matrices()[static_cast<std::size_t>(*usualContent()->indexOf(Key))]),
              QStringLiteral("keys"));
}

TEST(PipelinePicture, MaskedCellsAreDrawnAsHiddenNotAsNumbers)
{
    const auto content = contentOf(causalModel(), "Dog bites man");
    const PipelinePicture picture(content, {}, {}, colours());
    const QImage image = painted(picture, kArea);
    const QRgb hidden = Theme::of(Brightness::Light).hidden.rgb();
    for (const StageId stage : {MaskedScores, Weights}) {
        const Index index = *content->indexOf(stage);
        const QRectF cells = picture.cellsRect(index, kArea);
        for (Index i = 0; i < 3; ++i) {
            for (Index j = 0; j < 3; ++j) {
                const QPointF centre(cells.left() + (static_cast<qreal>(j) + 0.5) * cells.width() / 3.0,
                                     cells.top() + (static_cast<qreal>(i) + 0.5) * cells.height() / 3.0);
                EXPECT_EQ(image.pixel(centre.toPoint()) == hidden, j > i) << i << ", " << j;
            }
        }
        EXPECT_TRUE(picture.describe({index, 0, 2}).endsWith(QStringLiteral("(masked)")));
    }
    EXPECT_TRUE(std::isfinite(content->matrices()[static_cast<std::size_t>(*content->indexOf(MaskedScores))].high));
}

TEST(SelectionAt, RowsOfKeysAndValuesAreKeysAllOthersAreQueries)
{
    const Selection now{.head = kHead, .query = TokenIndex(1), .key = TokenIndex(2)};
    EXPECT_EQ(selectionAt(Query, 7, 3, now), (Selection{kHead, TokenIndex(7), TokenIndex(2)}));
    EXPECT_EQ(selectionAt(Key, 7, 3, now), (Selection{kHead, TokenIndex(1), TokenIndex(7)}));
    EXPECT_EQ(selectionAt(Weights, 7, 3, now), (Selection{kHead, TokenIndex(7), TokenIndex(3)}));
    EXPECT_EQ(selectionAt(Logits, 7, 30'000, now), (Selection{kHead, TokenIndex(7), TokenIndex(2)}));
}

TEST(StagePicture, CellCentresHaveTheColoursOfTheNumbersWholeAndReadable)
{
    for (const CellSize size : {CellSize::Whole, CellSize::Readable}) {
        for (const StageId stage : {Weights, Scores, Query, Concat, LayerOutput}) {
            const StagePicture picture = stageOf(stage, size);
            const QImage image = painted(picture, kArea);
            const IndexRange rows = picture.rowsIn(kArea);
            const IndexRange columns = picture.columnsIn(kArea);
            const QRectF cells = picture.cellsRect(kArea);
            const qreal width = cells.width() / static_cast<qreal>(columns.size());
            const qreal height = cells.height() / static_cast<qreal>(rows.size());
            for (Index i = rows.begin; i < rows.end; ++i) {
                for (Index j = columns.begin; j < columns.end; ++j) {
                    const QRectF cell(cells.left() + static_cast<qreal>(j - columns.begin) * width,
                                      cells.top() + static_cast<qreal>(i - rows.begin) * height, width, height);
                    // Beside the number in its middle.
                    const QPointF point = width > 20.0 ? cell.topLeft() + QPointF(4.0, 4.0) : cell.center();
                    const float value = picture.matrix()->map->at(TokenIndex(i), TokenIndex(j));
                    ASSERT_EQ(image.pixel(static_cast<int>(point.x()), static_cast<int>(point.y())),
                              picture.colourScale().colour(value))
                        << stageInfo(stage).name << " " << i << ", " << j;
                }
            }
            const StageCell last{rows.end - 1, columns.end - 1};
            EXPECT_EQ(picture.cellAt(picture.cellRect(last, kArea).center(), kArea), last);
        }
    }
}

TEST(StagePicture, EveryNumberOfAWideMatrixCanBeReached)
{
    const Index all = usualContent()->matrices()[static_cast<std::size_t>(*usualContent()->indexOf(Logits))].cols();
    std::vector<bool> seen(static_cast<std::size_t>(all), false);
    for (Index first = 0; first < all;) {
        const StagePicture picture(usualContent(), {},
                                   {.zoomed = Logits, .cellSize = CellSize::Readable, .firstColumn = first}, colours());
        const IndexRange columns = picture.columnsIn(kArea);
        EXPECT_LE(columns.begin, first);
        EXPECT_GE(picture.cellRect({0, columns.begin}, kArea).width(), 40.0) << "room for a number";
        for (Index j = columns.begin; j < columns.end; ++j) {
            seen[static_cast<std::size_t>(j)] = true;
        }
        first = columns.end;
    }
    EXPECT_TRUE(std::ranges::all_of(seen, [](bool one) { return one; }));
    EXPECT_EQ(stageOf(Logits).columnsIn(kArea), (IndexRange{0, all})) << "all of them at a glance";
}

TEST(StagePicture, NumbersStandInCellsThatHoldThem)
{
    const auto distinct = [](const QImage& image, const QRectF& cell) {
        std::set<QRgb> inside;
        for (int x = static_cast<int>(cell.left()) + 2; x < static_cast<int>(cell.right()) - 2; ++x) {
            for (int y = static_cast<int>(cell.top()) + 2; y < static_cast<int>(cell.bottom()) - 2; ++y) {
                inside.insert(image.pixel(x, y));
            }
        }
        return inside.size();
    };
    for (const StageId stage : {LayerOutput, Logits}) {
        const StagePicture whole = stageOf(stage, CellSize::Whole);
        const StagePicture readable = stageOf(stage, CellSize::Readable);
        EXPECT_LE(distinct(painted(whole, kArea), whole.cellRect({1, 1}, kArea)), 1U);
        EXPECT_GT(distinct(painted(readable, kArea), readable.cellRect({1, 1}, kArea)), 4U);
    }
}

TEST(StagePicture, FramesTheSelectionAndTheExplainedCell)
{
    const StagePicture plain(usualContent(), {}, {.zoomed = Weights}, colours());
    const StagePicture marked(usualContent(), {.head = kHead, .query = TokenIndex(3)}, {.zoomed = Weights}, colours(),
                              StageCell{6, 7});
    const QImage before = painted(plain, kArea);
    const QImage after = painted(marked, kArea);
    for (const StageCell cell : {StageCell{3, 0}, StageCell{6, 7}}) {
        const QRectF rect = marked.cellRect(cell, kArea);
        const QPointF edge(rect.center().x(), rect.top());
        EXPECT_TRUE(isFramed(after, edge));
        EXPECT_FALSE(isFramed(before, edge));
    }
}

TEST(StagePicture, TheTableHasEveryNumberToTheCharacter)
{
    Matrix weights(2, 2);
    weights << 1.0F, 0.0F, 0.25F, 0.75F;
    TraceInfo info;
    info.tokens = {{0, "a,", {}}, {1, "b", {}}};
    info.layers = 4;
    info.heads = 8;
    const auto tensor = std::make_shared<const Tensor>([&] {
        Tensor all({8, 2, 2});
        all.matrix(3) = weights;
        return all;
    }());
    const auto trace = std::make_shared<const Trace>(info, Trace::Tensors{{{Weights, LayerIndex(1)}, tensor}});
    const auto content = std::make_shared<const PipelineContent>(trace, defaultModel(), kHead);
    const StagePicture picture(content, {}, {.zoomed = Weights}, colours());
    EXPECT_EQ(toCsv(picture.table()),
              "\"attention weights: token down, key across\",\"a,\",b\r\n\"a,\",1,0\r\nb,0.25,0.75\r\n");
    EXPECT_EQ(stageOf(Query).table().header[1], "0");
    EXPECT_EQ(stageOf(Logits).table().header.size(), static_cast<std::size_t>(defaultModel()->config.vocabulary) + 1);
    EXPECT_EQ(stageOf(Logits).table().header[4], defaultModel()->tokenizer->token(3)->text);
}

TEST(StagePicture, SaysWhereTheModelHasNoSuchStage)
{
    const StagePicture picture = stageOf(FeedForwardGate);
    EXPECT_EQ(picture.matrix(), nullptr);
    EXPECT_EQ(picture.cellAt(kArea.center(), kArea), std::nullopt);
    EXPECT_NE(painted(picture, kArea), painted(PipelinePicture(usualContent(), {}, {}, colours()), kArea));
    EXPECT_EQ(picture.table().rows.size(), 0U);
}

TEST(PipelineView, TheFigureIsThePipelineOrTheZoomedMatrix)
{
    ViewContent content{.view = View::Pipeline,
                        .trace = traceOf(kSentence),
                        .model = defaultModel(),
                        .selection = {.head = kHead},
                        .options = {}};
    EXPECT_EQ(toFigure(content).picture->title(), QStringLiteral("Pipeline · layer 1 · head 3"));
    content.options.pipeline.zoomed = Scores;
    EXPECT_EQ(toFigure(content).picture->title(), QStringLiteral("Scaled scores · layer 1 · head 3 · [T×S] 13 × 13"));
    EXPECT_EQ(toFigure(content).picture->table().rows.size(), 13U);
    content.options.pipeline.zoomed = Logits;
    EXPECT_EQ(toFigure(content).picture->title(),
              QStringLiteral("Logits · [T×V] 13 × %L1").arg(defaultModel()->config.vocabulary));
}

}  // namespace
}  // namespace headlight::ui::test
