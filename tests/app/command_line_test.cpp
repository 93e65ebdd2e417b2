#include "core/io/bundled_models.h"
#include "core/io/trace_file.h"
#include "tests/ui/support/fixtures.h"
#include "ui/export/view.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include <algorithm>

namespace headlight::ui::test {
namespace {

struct Outcome
{
    int status = -1;
    QByteArray output;
    QByteArray error;
};

/// Runs the program with no display at all.
/// @param home of whom, if not of who runs the test
Outcome run(const QStringList& arguments, const QString& home = {})
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        environment.remove(QString::fromLatin1(variable));
    }
    if (!home.isEmpty()) {
        environment.insert(QStringLiteral("HOME"), home);
        environment.remove(QStringLiteral("XDG_CONFIG_HOME"));
    }
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(HEADLIGHT_PROGRAM), arguments);
    if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit) {
        process.kill();
        return {};
    }
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
    return file.readAll();
}

class CommandLineTest : public testing::Test
{
protected:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    QStringList files() const { return QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden); }

    QTemporaryDir m_folder;
};

TEST_F(CommandLineTest, RenderGivesTheWindowsFigureToTheByte)
{
    Experiment experiment;
    experiment.scaling = Scaling::Off;
    experiment.mask = MaskChoice::Causal;
    for (const QString& view : viewNames()) {
        for (const char* extension : {"png", "svg", "csv"}) {
            const QString ending = QLatin1Char('.') + QLatin1String(extension);
            const QString byProgram = path(view + ending);
            const Outcome outcome =
                run({"render", "--seed", "1", "--view", view, "--text", kSentence, "--layer", "2", "--head", "5",
                     "--no-scaling", "--mask", "causal", "--query", "8", "-o", byProgram});
            ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
            EXPECT_TRUE(outcome.output.isEmpty());
            const std::shared_ptr<const Trace> trace = traceOf(kSentence, experiment);
            ViewContent content{.view = viewNamed(view).value(),
                                .trace = trace,
                                .model = defaultModel(),
                                .selection = {.head = {LayerIndex(2), HeadIndex(5)}, .query = TokenIndex(8), .key = {}},
                                .options = {},
                                .analysis = analysisOf(trace),
                                .comparison = beforeAndAfter(trace, {LayerIndex(2), HeadIndex(5)})};
            if (content.view == View::Ablation) {
                content.ablation = answer({content.model, trace->info(), OutputTarget{TokenIndex(8)}}).value();
            }
            const QString byWindow = path(QStringLiteral("window") + ending);
            ASSERT_TRUE(exportFigure(toFigure(content), byWindow, {.scale = 2.0}).has_value());
            EXPECT_EQ(contentsOf(byProgram), contentsOf(byWindow)) << byProgram.toStdString();
        }
    }
}

TEST_F(CommandLineTest, RenderNamesRawPiecesAndMergesThemIntoWords)
{
    const auto header = [this](const QStringList& flags) {
        const QString csv = path(QStringLiteral("words.csv"));
        const Outcome outcome =
            run(QStringList{"render", "--text", "The blickets sat", "--query", "2", "-o", csv} + flags);
        EXPECT_EQ(outcome.status, 0) << outcome.error.toStdString();
        return QString::fromUtf8(contentsOf(csv)).section(QLatin1Char('\n'), 0, 0).trimmed();
    };
    EXPECT_TRUE(header({}).contains(QStringLiteral(",The,b,")));
    EXPECT_TRUE(header({"--raw-pieces"}).contains(QStringLiteral(",the,b,##")));
    EXPECT_TRUE(header({"--merge-words"}).endsWith(QStringLiteral(",The,blickets,sat")));
    EXPECT_TRUE(header({"--merge-words", "--raw-pieces"}).contains(QStringLiteral(",the,b##")));
    EXPECT_EQ(run({"render", "--view", "flow", "--merge-words", "-o", path(QStringLiteral("flow.svg"))}).status, 0);
    EXPECT_EQ(run({"render", "--view", "positions", "--merge-words", "--query", "12", "-o",
                   path(QStringLiteral("positions.png"))})
                  .status,
              0)
        << "positions are of tokens";
}

TEST_F(CommandLineTest, RenderArrangesTheGalleryAsTheWindowDoes)
{
    ViewOptions options;
    options.gallery = {.order = MeasureId::Entropy,
                       .direction = OrderDirection::LowestFirst,
                       .badge = BadgeId::Broad,
                       .grouping = HeadGrouping::Layer};
    const auto trace = traceOf(kSentence);
    const QString byWindow = path(QStringLiteral("window.png"));
    ASSERT_TRUE(exportFigure(toFigure({.view = View::Heads,
                                       .trace = trace,
                                       .model = defaultModel(),
                                       .selection = {},
                                       .options = options,
                                       .analysis = analysisOf(trace, options)}),
                             byWindow, {.scale = 2.0}));
    const QString byProgram = path(QStringLiteral("program.png"));
    const Outcome outcome = run({"render", "--seed", "1", "--view", "heads", "--text", kSentence, "--sort", "entropy",
                                 "--lowest-first", "--badge", "broad", "--group", "layer", "-o", byProgram});
    ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
    EXPECT_EQ(contentsOf(byProgram), contentsOf(byWindow));
}

TEST_F(CommandLineTest, RenderShowsRolloutAndNormWeightedAttention)
{
    for (const char* quantity : {"rollout", "norm-weighted"}) {
        const QString csv = path(QLatin1String(quantity) + QStringLiteral(".csv"));
        ASSERT_EQ(run({"render", "--quantity", quantity, "--layer", "2", "-o", csv}).status, 0);
        EXPECT_TRUE(contentsOf(csv).startsWith(QByteArray("\"") + quantity)) << contentsOf(csv).left(80).toStdString();
    }
}

TEST_F(CommandLineTest, HeadsPrintsOneJsonObjectAHead)
{
    const Outcome outcome = run({"heads", "--json", "--text", "The dog saw the dog."});
    ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
    const QList<QByteArray> lines = outcome.output.trimmed().split('\n');
    ASSERT_EQ(lines.size(), 32);
    for (int i = 0; i < lines.size(); ++i) {
        const QJsonObject head = QJsonDocument::fromJson(lines[i]).object();
        EXPECT_EQ(head["layer"].toInt(), i / 8);
        EXPECT_EQ(head["head"].toInt(), i % 8);
        const QJsonObject values = head["measures"].toObject();
        EXPECT_EQ(values.size(), static_cast<int>(kMeasures));
        EXPECT_TRUE(values["entropy"].isDouble() && values["induction"].isDouble());
        EXPECT_TRUE(values["separator"].isNull()) << "there is none in the text";
        EXPECT_TRUE(head["badges"].isArray());
    }
    const QJsonObject previous = QJsonDocument::fromJson(lines.front()).object();
    EXPECT_EQ(previous["asked"].toString(), QStringLiteral("previous"));
    const QJsonObject badge = previous["badges"].toArray().first().toObject();
    EXPECT_EQ(badge["name"].toString(), QStringLiteral("previous"));
    EXPECT_EQ(badge["value"], previous["measures"].toObject()["previous"]);
    EXPECT_GE(badge["value"].toDouble(), badge["threshold"].toDouble());
    EXPECT_TRUE(QJsonDocument::fromJson(lines.back()).object()["asked"].isNull());
}

TEST_F(CommandLineTest, HeadsPrintsATable)
{
    const Outcome outcome = run({"heads", "--text", "Dog bites man"});
    ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
    EXPECT_EQ(outcome.output.count('\n'), 33);
    EXPECT_TRUE(outcome.output.startsWith("head ") && outcome.output.contains("\n3.7 "));
    EXPECT_TRUE(outcome.output.contains("asked for: antecedent"));
    EXPECT_TRUE(outcome.output.contains("–"));
}

TEST_F(CommandLineTest, ComparesWithWhateverIsAskedFor)
{
    const auto csv = [this](const QStringList& flags) {
        const QString file = path(QStringLiteral("comparison.csv"));
        const Outcome outcome = run(QStringList{"render", "--seed", "1", "--view", "compare", "--text", "Dog bites man",
                                                "--layer", "1", "--head", "2", "-o", file} +
                                    flags);
        EXPECT_EQ(outcome.status, 0) << outcome.error.toStdString();
        return QString::fromUtf8(contentsOf(file)).split(QStringLiteral("\r\n"), Qt::SkipEmptyParts);
    };
    const auto isZero = [](const QStringList& lines) {
        return lines.size() == 10 && std::all_of(lines.begin() + 1, lines.end(), [](const QString& line) {
                   return line.section(QLatin1Char(','), -1) == QLatin1String("0");
               });
    };
    EXPECT_TRUE(isZero(csv({})));
    EXPECT_TRUE(isZero(csv({"--against", "text:Dog bites man"})));
    EXPECT_TRUE(isZero(csv({"--against", "head:1.2"})));
    EXPECT_TRUE(isZero(csv({"--against", "layer:1"})));
    EXPECT_TRUE(isZero(csv({"--against", "seed:1"})));
    EXPECT_FALSE(isZero(csv({"--no-scaling"})));
    EXPECT_FALSE(isZero(csv({"--against", "head:0.0"})));
    EXPECT_FALSE(isZero(csv({"--against", "seed:2"})));
    const QStringList reordered = csv({"--against", "text:Man bites dog"});
    ASSERT_EQ(reordered.size(), 10);
    EXPECT_TRUE(reordered[2].startsWith(QStringLiteral("0,Dog / dog,1,bites,"))) << reordered[2].toStdString();
    EXPECT_TRUE(csv({"--against", "text:Man bites dog", "--align", "position"})[2].startsWith(
        QStringLiteral("0,Dog / Man,1,bites,")));
    EXPECT_TRUE(
        csv({"--against", "text:Man bites dog", "--swap"})[2].startsWith(QStringLiteral("0,Man / man,1,bites,")))
        << "A is the other text now";
    EXPECT_EQ(run({"render", "--view", "compare", "--ids", "20,21,22", "--no-scaling", "-o", path("ids.png")}).status,
              0);
}

TEST_F(CommandLineTest, RenderShowsTheSideOfPositionsAndScalingThatIsAskedFor)
{
    const auto table = [this](const QStringList& arguments) {
        const QString csv = path(QStringLiteral("side.csv"));
        const Outcome outcome = run(QStringList{"render", "--seed", "1", "-o", csv} + arguments);
        EXPECT_EQ(outcome.status, 0) << outcome.error.toStdString();
        return QString::fromUtf8(contentsOf(csv));
    };
    EXPECT_TRUE(table({"--view", "positions", "--show", "distance", "--positions", "rotary"}).startsWith("distance,"));
    EXPECT_TRUE(table({"--view", "positions", "--show", "wavelengths"}).startsWith("pair,"));
    EXPECT_TRUE(table({"--view", "positions", "--show", "shift", "--shift", "3", "--query", "2"}).contains("PE(5)"));
    EXPECT_TRUE(table({"--view", "scaling", "--width", "100"}).contains("variance,q·k,100,"));
    EXPECT_NE(table({"--view", "scaling", "--draw-seed", "3"}), table({"--view", "scaling", "--draw-seed", "4"}));
    EXPECT_TRUE(table({"--view", "scaling", "--show", "example"}).contains("Q·Kᵀ/√8"));
    EXPECT_TRUE(table({"--view", "scaling", "--show", "heads"}).contains("random vectors"));
    EXPECT_EQ(run({"render", "--view", "scaling", "--show", "distance", "-o", path("x.csv")}).status, 2);
    EXPECT_EQ(run({"render", "--view", "scaling", "--width", "1025", "-o", path("x.csv")}).status, 2);
    EXPECT_EQ(run({"render", "--view", "positions", "--shift", "-1", "-o", path("x.csv")}).status, 2);
}

TEST_F(CommandLineTest, RenderShowsTheVariantOrTheCostThatIsAskedFor)
{
    const auto table = [this](const QStringList& arguments) {
        const QString csv = path(QStringLiteral("variants.csv"));
        const Outcome outcome =
            run(QStringList{"render", "--view", "variants", "--text", "Dog bites man", "-o", csv} + arguments);
        EXPECT_EQ(outcome.status, 0) << outcome.error.toStdString();
        return QString::fromUtf8(contentsOf(csv)).split(QStringLiteral("\r\n"), Qt::SkipEmptyParts);
    };
    EXPECT_TRUE(table({})[0].endsWith("full,linear,linear - full"));
    const QStringList sparse = table({"--variant", "sparse", "--sparse", "window:0"});
    EXPECT_TRUE(sparse[1].startsWith("0,Dog,0,Dog,"));
    EXPECT_EQ(sparse[1].split(QLatin1Char(','))[5], QStringLiteral("1"));
    EXPECT_EQ(sparse[2].split(QLatin1Char(','))[5], QStringLiteral("0"));
    const QStringList begun = table({"--variant", "tiled", "--tile", "1", "--tiles", "1"});
    EXPECT_TRUE(begun[1].contains(",1,")) << "the first query has seen one key";
    EXPECT_TRUE(begun[2].startsWith("1,bites,-inf,0,0"));
    EXPECT_EQ(table({"--cost", "memory"}).size(), 37);
    EXPECT_TRUE(table({"--cost", "memory"})[1].endsWith(QLatin1Char(','))) << "not measured";
    EXPECT_FALSE(table({"--cost", "time"})[1].endsWith(QLatin1Char(',')));
}

TEST_F(CommandLineTest, RenderShowsOneMatrixOfThePipelineWithItsNumbers)
{
    const QString csv = path(QStringLiteral("scores.csv"));
    const QStringList render{"render", "--view", "pipeline", "--text", "Dog bites man", "-o", csv};
    ASSERT_EQ(run(render + QStringList{"--stage", "attention.scores", "--layer", "1"}).status, 0);
    EXPECT_TRUE(contentsOf(csv).startsWith("\"scaled scores: token down, key across\",Dog,bites,man\r\nDog,"));
    ASSERT_EQ(run(render + QStringList{"--step", "2"}).status, 0);
    EXPECT_EQ(contentsOf(csv).count('\n'), 4);
    ASSERT_EQ(run(render + QStringList{"--merge-words"}).status, 0) << "the pipeline is of tokens";
    const Outcome unknown = run(render + QStringList{"--stage", "scores"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_TRUE(unknown.error.contains("attention.raw_scores, attention.scores"));
    EXPECT_TRUE(unknown.error.contains("not \"scores\""));
    EXPECT_EQ(run(render + QStringList{"--step", "-1"}).status, 2);
}

TEST_F(CommandLineTest, HeadsAreRankedByTheirEffectOnATarget)
{
    for (const char* target : {"output:8", "prediction:8", "prediction:8:animal", "attention:8:1"}) {
        const Outcome outcome = run({"heads", "--json", "--effect-on", target, "--ablate", "0.1"});
        ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
        const QList<QByteArray> lines = outcome.output.trimmed().split('\n');
        ASSERT_EQ(lines.size(), 32);
        EXPECT_TRUE(QJsonDocument::fromJson(lines[1]).object()["ablation"].isNull()) << "it is off already";
        const QJsonObject ablation = QJsonDocument::fromJson(lines[0]).object()["ablation"].toObject();
        const bool isPrediction = QByteArray(target).startsWith("prediction");
        EXPECT_EQ(ablation.contains(QStringLiteral("divergenceBits")), isPrediction) << target;
        if (QByteArray(target) != "output:8") {
            EXPECT_EQ(ablation["effect"].toDouble(), ablation["after"].toDouble() - ablation["before"].toDouble());
        }
    }
    const Outcome table = run({"heads", "--effect-on", "output:8"});
    EXPECT_EQ(table.status, 0);
    EXPECT_TRUE(table.output.contains("effect on output:8"));

    const QString csv = path(QStringLiteral("study.csv"));
    ASSERT_EQ(run({"render", "--view", "ablation", "--target", "attention:8:1", "-o", csv}).status, 0);
    const QList<QByteArray> rows = contentsOf(csv).trimmed().split('\n');
    ASSERT_EQ(rows.size(), 33);
    const Outcome heads = run({"heads", "--json", "--effect-on", "attention:8:1"});
    const QList<QByteArray> first = rows[1].split(',');
    const QJsonObject same =
        QJsonDocument::fromJson(heads.output.split('\n')[first[1].toInt() * 8 + first[2].toInt()]).object();
    EXPECT_EQ(same["ablation"].toObject()["effect"].toDouble(), first[4].toDouble());
}

TEST_F(CommandLineTest, TokensPrintsOneJsonObject)
{
    const Outcome outcome = run({"tokens", "--json", "--text", "Dog bites man"});
    ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
    EXPECT_EQ(outcome.output.count('\n'), 1);
    const QJsonObject line = QJsonDocument::fromJson(outcome.output).object();
    EXPECT_EQ(line["tokens"].toArray(), (QJsonArray{"dog", "bites", "man"}));
    EXPECT_EQ(line["spans"].toArray(), (QJsonArray{QJsonArray{0, 3}, QJsonArray{4, 9}, QJsonArray{10, 13}}));
    EXPECT_EQ(line["ids"].toArray().size(), 3);
}

TEST_F(CommandLineTest, IdsAreUsedAsTheyAre)
{
    const Outcome byText = run({"tokens", "--json", "--text", "dog bites man"});
    QStringList ids;
    for (const QJsonValue& id : QJsonDocument::fromJson(byText.output).object()["ids"].toArray()) {
        ids.append(QString::number(id.toInt()));
    }
    const Outcome byIds = run({"tokens", "--json", "--ids", ids.join(QLatin1Char(','))});
    EXPECT_EQ(byIds.output, byText.output);
    EXPECT_EQ(run({"tokens", "--ids", "999999"}).status, 2);
}

TEST_F(CommandLineTest, TraceWritesAllStagesOrThoseAskedFor)
{
    ASSERT_EQ(run({"trace", "--text", "Dog bites man", "-o", path("all.safetensors")}).status, 0);
    const Outcome all = run({"info", path("all.safetensors")});
    ASSERT_EQ(all.status, 0) << all.error.toStdString();
    for (const char* stage :
         {"Headlight small", "embedding.token [3×128]", "layers.3.attention.scores [8×3×3]", "logits [3×"}) {
        EXPECT_TRUE(all.output.contains(stage)) << stage;
    }
    ASSERT_EQ(run({"trace", "--stages", "attention.weights", "-o", path("some.safetensors")}).status, 0);
    const Outcome some = run({"info", path("some.safetensors")});
    EXPECT_TRUE(some.output.contains("layers.0.attention.weights [8×13×13]"));
    EXPECT_FALSE(some.output.contains("logits"));
}

TEST_F(CommandLineTest, BenchPrintsItsFigures)
{
    const Outcome outcome = run({"bench", "--json", "--runs", "3", "--threads", "1"});
    ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
    const QJsonObject figures = QJsonDocument::fromJson(outcome.output).object();
    EXPECT_EQ(figures["tokens"].toInt(), 13);
    EXPECT_EQ(figures["threads"].toInt(), 1);
    EXPECT_GT(figures["min_ms"].toDouble(), 0.0);
    EXPECT_LE(figures["min_ms"].toDouble(), figures["median_ms"].toDouble());
    EXPECT_LE(figures["median_ms"].toDouble(), figures["max_ms"].toDouble());
}

TEST_F(CommandLineTest, InfoTellsWhatARunNeeds)
{
    const Outcome outcome = run({"info"});
    ASSERT_EQ(outcome.status, 0);
    for (const char* fact : {"Headlight small", "layers: 4", "heads: 8", "13 tokens", "kB of memory", " ms (estimated",
                             "longest text: 1024 tokens; in the ", "of memory that are free, 1024 tokens"}) {
        EXPECT_TRUE(outcome.output.contains(fact)) << fact;
    }
}

TEST_F(CommandLineTest, ATextFileIsReadToItsLastByte)
{
    QFile file(path("text.txt"));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("Dog bites man\n");
    file.close();
    const Outcome outcome = run({"tokens", "--json", "--text-file", file.fileName()});
    EXPECT_EQ(QJsonDocument::fromJson(outcome.output).object()["tokens"].toArray().size(), 3);
}

TEST_F(CommandLineTest, ATextBeyondTheLimitIsCutAndSaid)
{
    const Outcome outcome = run({"trace", "--stages", "embedding.token", "-o", path("cut.safetensors"), "--text",
                                 QString::fromStdString(words(1500))});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.error.contains("1500") && outcome.error.contains("1024")) << outcome.error.toStdString();
}

TEST_F(CommandLineTest, ExplainDerivesACellAsTextAndAsLatex)
{
    const QStringList cell{"explain", "--layer", "1", "--head", "3", "--row", "8", "--column", "1"};
    const Outcome text = run(cell);
    ASSERT_EQ(text.status, 0) << text.error.toStdString();
    for (const char* part : {"attention weights of layer 1, head 3: query 8 “it”, key 1 “animal”", "/ √d", "more terms",
                             "traced in float32"}) {
        EXPECT_TRUE(text.output.contains(part)) << part << text.output.toStdString();
    }
    const Outcome all = run(cell + QStringList{"--all"});
    EXPECT_FALSE(all.output.contains("more terms"));
    EXPECT_GT(all.output.size(), text.output.size());
    const Outcome latex = run(cell + QStringList{"--latex", "--stage", "attention.scores"});
    EXPECT_TRUE(latex.output.contains("\\begin{align*}")) << latex.output.toStdString();
    EXPECT_TRUE(latex.output.contains("\\frac{q \\cdot k}{\\sqrt{d}}")) << latex.output.toStdString();
}

TEST_F(CommandLineTest, MistakesGiveOneLineAndTheRightStatusAndLeaveNoFile)
{
    struct Mistake
    {
        const char* name;
        QStringList arguments;
        int status;
        const char* says;
    };
    QFile invalid(path("latin1"));
    ASSERT_TRUE(invalid.open(QIODevice::WriteOnly));
    invalid.write("caf\xe9");
    invalid.close();
    const QString png = path("figure.png");
    const std::vector<Mistake> mistakes = {
        {"unknown option", {"render", "--colour", "x", "-o", png}, 2, "--colour"},
        {"no output", {"render"}, 2, "--output"},
        {"unknown view",
         {"render", "--view", "pie", "-o", png},
         2,
         "heatmap, heads, flow, pipeline, compare, ablation, positions"},
        {"against nothing known", {"render", "--view", "compare", "--against", "tea", "-o", png}, 2, "head:L.H"},
        {"against no such head",
         {"render", "--view", "compare", "--against", "head:4.0", "-o", png},
         2,
         "layers are 0 to 3"},
        {"against no such folder",
         {"render", "--view", "compare", "--against", "model:" + path("none"), "-o", png},
         1,
         "none"},
        {"a quantity that is not compared",
         {"render", "--view", "compare", "--quantity", "rollout", "-o", png},
         2,
         "raw-scores"},
        {"unknown alignment", {"render", "--view", "compare", "--align", "best", "-o", png}, 2, "best-match"},
        {"unknown variant",
         {"render", "--view", "variants", "--variant", "full", "-o", png},
         2,
         "linear, sparse, tiled"},
        {"sparse without a pattern", {"render", "--view", "variants", "--sparse", "causal", "-o", png}, 2, "window:W"},
        {"a stride of nothing", {"render", "--view", "variants", "--sparse", "strided:0", "-o", png}, 2, "stride of 1"},
        {"tiles of nothing", {"render", "--view", "variants", "--tile", "0", "-o", png}, 2, "--tile is 1 or more"},
        {"unknown cost", {"render", "--view", "variants", "--cost", "money", "-o", png}, 2, "operations, memory, time"},
        {"unknown extension", {"render", "-o", path("figure.bmp")}, 2, ".svg"},
        {"no such folder", {"render", "-o", path("no/figure.png")}, 1, "figure.png"},
        {"no such head", {"render", "--head", "8", "-o", png}, 2, "heads 0 to 7"},
        {"no such layer", {"render", "--layer", "-1", "-o", png}, 2, "layers 0 to 3"},
        {"no such query", {"render", "--query", "13", "-o", png}, 2, "0 to 12"},
        {"unknown mask", {"render", "--mask", "round", "-o", png}, 2, "window:W"},
        {"window without width", {"render", "--mask", "window", "-o", png}, 2, "window:W"},
        {"block without size", {"render", "--mask", "block", "-o", png}, 2, "block:B:G"},
        {"block with too many numbers", {"render", "--mask", "block:2:1:0", "-o", png}, 2, "block:B:G"},
        {"block of zero", {"render", "--mask", "block:0", "-o", png}, 2, "blocks of 1 or more"},
        {"painted without cells", {"render", "--mask", "painted", "-o", png}, 2, "--hide"},
        {"hide nonsense", {"render", "--hide", "3-1,4", "-o", png}, 2, "QUERY-KEY"},
        {"hide besides another mask", {"render", "--hide", "3-1", "--mask", "causal", "-o", png}, 2, "no other --mask"},
        {"hide every key", {"render", "--text", "a", "--hide", "0-0", "-o", png}, 2, "query 0"},
        {"unknown kernel", {"render", "--kernel", "cosine", "-o", png}, 2, "softmax, linear"},
        {"ALiBi without scores", {"render", "--kernel", "linear", "--positions", "alibi", "-o", png}, 2, "ALiBi"},
        {"value of no token", {"render", "--zero-values", "-1", "-o", png}, 2, "counted from 0"},
        {"stride of zero", {"render", "--mask", "strided:0", "-o", png}, 2, "stride"},
        {"unknown positions", {"render", "--positions", "gps", "-o", png}, 2, "sinusoidal"},
        {"temperature zero", {"render", "--temperature", "0", "-o", png}, 2, "temperature"},
        {"ablate nonsense", {"render", "--ablate", "3", "-o", png}, 2, "LAYER.HEAD"},
        {"ablate outside", {"render", "--ablate", "4.0", "-o", png}, 2, "layers 0 to 3"},
        {"unknown measure", {"render", "--sort", "beauty", "-o", png}, 2, "entropy, evenness, distance"},
        {"unknown badge", {"render", "--badge", "gold", "-o", png}, 2, "previous, next, diagonal"},
        {"unknown grouping", {"render", "--group", "colour", "-o", png}, 2, "none, layer, badge"},
        {"similar to nonsense", {"render", "--similar-to", "x", "-o", png}, 2, "LAYER.HEAD"},
        {"similar to no head", {"render", "--similar-to", "9.0", "-o", png}, 2, "layers 0 to 3"},
        {"two orders", {"render", "--similar-to", "1.0", "--sort", "entropy", "-o", png}, 2, "--sort"},
        {"unknown quantity", {"render", "--quantity", "magic", "-o", png}, 2, "norm-weighted"},
        {"a target that is none", {"heads", "--effect-on", "beauty:8"}, 2, "output:TOKEN"},
        {"a target without a token",
         {"render", "--view", "ablation", "--target", "output", "-o", png},
         2,
         "output:TOKEN"},
        {"a target beyond the text", {"heads", "--effect-on", "output:13"}, 2, "tokens 0 to 12"},
        {"a key beyond the text", {"heads", "--effect-on", "attention:8:13"}, 2, "tokens 0 to 12"},
        {"a prediction of two words", {"heads", "--effect-on", "prediction:8:dog bites"}, 2, "not one token"},
        {"a prediction of no id", {"heads", "--effect-on", "prediction:8:99999"}, 2, "ids 0 to"},
        {"heads of an empty text", {"heads", "--text", " "}, 1, "token"},
        {"scale zero", {"render", "--scale", "0", "-o", png}, 2, "scale"},
        {"two texts", {"render", "--text", "a", "--ids", "1", "-o", png}, 2, "--ids"},
        {"second text for a model of one", {"render", "--text-b", "b", "-o", png}, 2, "takes one text"},
        {"the same in the window's picture", {"screenshot", "--pair", "b", "-o", png}, 2, "takes one text"},
        {"second text and ids", {"render", "--pair", "b", "--ids", "1", "-o", png}, 2, "--text-b"},
        {"empty text", {"render", "--text", "  ", "-o", png}, 1, "token"},
        {"invalid UTF-8", {"render", "--text-file", invalid.fileName(), "-o", png}, 1, "UTF-8"},
        {"no such text file", {"tokens", "--text-file", path("none.txt")}, 1, "none.txt"},
        {"unknown stage", {"trace", "--stages", "attention.magic", "-o", path("t")}, 2, "attention.weights"},
        {"stage to explain", {"explain", "--stage", "magic", "--row", "0", "--column", "0"}, 2, "attention.weights"},
        {"cell to explain", {"explain", "--row", "8", "--column", "13"}, 2, "13 rows and 13 columns"},
        {"no column to explain", {"explain", "--row", "8"}, 2, "--column"},
        {"cell of the window", {"screenshot", "--explain", "logits:1", "-o", png}, 2, "STAGE:ROW:COLUMN"},
        {"not a trace", {"info", invalid.fileName()}, 1, "latin1"},
        {"unknown subcommand", {"paint", "--fast"}, 2, "--fast"},
    };
    for (const Mistake& mistake : mistakes) {
        const Outcome outcome = run(mistake.arguments);
        EXPECT_EQ(outcome.status, mistake.status) << mistake.name << ": " << outcome.error.toStdString();
        EXPECT_TRUE(outcome.error.contains(mistake.says)) << mistake.name << ": " << outcome.error.toStdString();
        EXPECT_EQ(outcome.error.count('\n'), 1) << mistake.name << ": " << outcome.error.toStdString();
        EXPECT_TRUE(outcome.output.isEmpty()) << mistake.name;
        EXPECT_EQ(files(), QStringList{"latin1"}) << mistake.name;
    }
}

TEST_F(CommandLineTest, EverySwitchOfTheMechanismReachesTheTrace)
{
    const QString file = path(QStringLiteral("trace"));
    struct Case
    {
        QStringList arguments;
        Experiment experiment;
    };
    for (const auto& [arguments, experiment] : {
             Case{{"--mask", "block:3", "--keys-as-values", "--share-heads", "--zero-values", "1,8"},
                  {.mask = MaskChoice::Block,
                  .maskReach = 3,
                  .values = ValueSource::Keys,
                  .sharing = HeadSharing::FirstHead,
                  .zeroedValues = {TokenIndex(1), TokenIndex(8)}}},
             Case{{"--mask", "block:2:1", "--kernel", "linear"},
                  {.kernel = AttentionKernel::Linear, .mask = MaskChoice::Block, .maskReach = 2, .globalTokens = 1}},
             Case{{"--hide", "3-1,4-2,3-2"},
                  {.mask = MaskChoice::Painted, .hiddenCells = CellSet({{3, 1, 3}, {4, 2, 3}})}},
         }) {
        const Outcome outcome =
            run(QStringList{"trace", "--text", kSentence, "--stages", "attention.weights", "-o", file} + arguments);
        ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
        const auto trace = readTrace(file.toStdString());
        ASSERT_TRUE(trace) << trace.error().message;
        EXPECT_EQ((*trace)->info().experiment, experiment);
        EXPECT_EQ((*trace)->info().mask, effectiveMask(experiment, {}));
    }
}

TEST_F(CommandLineTest, WithoutADisplayTheWindowSaysWhatToUseInstead)
{
    const Outcome outcome = run({});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.error.contains("headlight render")) << outcome.error.toStdString();
    EXPECT_EQ(outcome.error.count('\n'), 1);
    EXPECT_EQ(run({"--help"}).status, 0);
    EXPECT_TRUE(run({"--version"}).output.startsWith("headlight "));
}

TEST_F(CommandLineTest, TrainWritesAModelThatOpensAndGoesOnWhereItStopped)
{
    const QString folder = path(QStringLiteral("model"));
    const Outcome trained = run({"train", "-o", folder, "--steps", "2", "--seed", "7"});
    ASSERT_EQ(trained.status, 0) << trained.error.toStdString();
    EXPECT_TRUE(trained.output.isEmpty());
    EXPECT_EQ(QDir(folder).entryList(QDir::Files | QDir::Hidden),
              (QStringList{"checkpoint.safetensors", "config.json", "log.csv", "model.safetensors", "vocab.txt"}));
    EXPECT_LT(QFileInfo(folder + "/model.safetensors").size(), 4 << 20);
    EXPECT_EQ(contentsOf(folder + "/log.csv").count('\n'), 3);
    const Outcome info = run({"info", "--model", folder, "--text", kSentence});
    EXPECT_EQ(info.status, 0) << info.error.toStdString();
    EXPECT_TRUE(info.output.startsWith("Headlight small")) << info.output.toStdString();
    const Outcome byPath = run({"info", folder, "--text", kSentence});
    EXPECT_EQ(byPath.status, 0) << byPath.error.toStdString();
    EXPECT_TRUE(byPath.output.startsWith("Headlight small")) << byPath.output.toStdString();

    const QByteArray weights = contentsOf(folder + "/model.safetensors");
    const Outcome again = run({"train", "-o", folder, "--steps", "2", "--seed", "7"});
    EXPECT_EQ(again.status, 0) << again.error.toStdString();
    EXPECT_TRUE(again.error.contains("after step 2")) << again.error.toStdString();
    EXPECT_EQ(contentsOf(folder + "/model.safetensors"), weights);
    const Outcome other = run({"train", "-o", folder, "--steps", "2", "--seed", "8"});
    EXPECT_EQ(other.status, 2) << other.error.toStdString();
    EXPECT_TRUE(other.error.contains("seed is 7, not 8")) << other.error.toStdString();
    EXPECT_EQ(contentsOf(folder + "/model.safetensors"), weights);
}

TEST_F(CommandLineTest, AnAnswerInAPictureIsNobodysScore)
{
    const QTemporaryDir home;
    const Outcome outcome = run(
        {"screenshot", "--lesson", "quiz-1", "--answered", "-o", path(QStringLiteral("answered.png"))}, home.path());
    EXPECT_EQ(outcome.status, 0) << outcome.error.toStdString();
    QDirIterator settings(home.path(), {QStringLiteral("*.conf")}, QDir::Files | QDir::Hidden,
                          QDirIterator::Subdirectories);
    EXPECT_FALSE(settings.hasNext()) << settings.next().toStdString();
}

TEST_F(CommandLineTest, LessonsAreListedCheckedAndDrawnWithoutAWindow)
{
    const Outcome list = run({"lesson", "--list"});
    EXPECT_EQ(list.status, 0);
    EXPECT_EQ(list.output.count('\n'), 24);
    EXPECT_TRUE(list.output.contains("10\tIt was too tired\n")) << list.output.toStdString();
    const Outcome checked = run({"lesson", "quiz-1", "--check"});
    EXPECT_EQ(checked.status, 0) << checked.error.toStdString();
    EXPECT_EQ(checked.output, "Checked: 1. All is as it is said.\n");

    const Outcome figures = run({"lesson", "10", "--figures", path(QStringLiteral("figures")), "--format", "svg"});
    EXPECT_EQ(figures.status, 0) << figures.error.toStdString();
    const QStringList written = QDir(path(QStringLiteral("figures"))).entryList(QDir::Files);
    EXPECT_EQ(written.size(), figures.output.count('\n'));
    EXPECT_TRUE(written.contains(QStringLiteral("lesson-10-step-1-heatmap.svg"))) << written.join(u' ').toStdString();
    EXPECT_TRUE(contentsOf(path(QStringLiteral("figures/lesson-10-step-1-heatmap.svg"))).contains("<svg"));
}

TEST_F(CommandLineTest, ALessonOfOnesOwnIsCheckedWithItsLines)
{
    QFile file(path(QStringLiteral("own.md")));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("# T\nminutes: 1\n\n## S\n\n```scene\ntext: Dog bites man\nexpect: tokens = 4\n```\n");
    file.close();
    const Outcome untrue = run({"lesson", file.fileName(), "--check"});
    EXPECT_EQ(untrue.status, 1);
    EXPECT_TRUE(untrue.error.contains("line 8: tokens = 4")) << untrue.error.toStdString();
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("# T\nminutes: 1\n\n## S\n\n```scene\npage: nowhere\n```\n");
    file.close();
    const Outcome broken = run({"lesson", file.fileName(), "--check"});
    EXPECT_EQ(broken.status, 1);
    EXPECT_TRUE(broken.error.contains("own.md, line 7: page:")) << broken.error.toStdString();
    EXPECT_EQ(run({"lesson", path(QStringLiteral("none.md")), "--check"}).status, 1);
    EXPECT_EQ(run({"lesson", "10", "--step", "0"}).status, 2);
    EXPECT_EQ(run({"render", "--view", "recurrence", "--show", "distance", "-o", path(QStringLiteral("d.csv"))}).status,
              0);
    EXPECT_EQ(run({"render", "--view", "recurrence", "--show", "random", "-o", path(QStringLiteral("d.csv"))}).status,
              2);
}

TEST_F(CommandLineTest, TrainRefusesMistakesInOneLine)
{
    EXPECT_EQ(run({"train"}).status, 2);
    EXPECT_EQ(run({"train", "-o", path(QStringLiteral("x")), "--seed", "abc"}).status, 2);
    EXPECT_EQ(run({"train", "-o", path(QStringLiteral("x")), "--steps", "0"}).status, 2);
    EXPECT_EQ(run({"train", "-o", path(QStringLiteral("x")), "--evaluate", path(QStringLiteral("x"))}).status, 2);
    const Outcome unwritable = run({"train", "-o", QStringLiteral("/proc/no/such"), "--steps", "2"});
    EXPECT_EQ(unwritable.status, 1);
    EXPECT_EQ(unwritable.error.count('\n'), 1) << unwritable.error.toStdString();
    const Outcome missing = run({"train", "--evaluate", path(QStringLiteral("nothing"))});
    EXPECT_EQ(missing.status, 1);
    EXPECT_TRUE(missing.error.contains("config.json")) << missing.error.toStdString();
    EXPECT_TRUE(files().isEmpty());

    QFile sentences(path(QStringLiteral("own.txt")));
    ASSERT_TRUE(sentences.open(QIODevice::WriteOnly));
    sentences.write("The dog barks.\n  subject: barks>cat\n");
    sentences.close();
    const Outcome wrong =
        run({"train", "--evaluate", QString::fromStdString(bundledModelFolder(BundledModel::Small).string()),
             "--sentences", sentences.fileName()});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_TRUE(wrong.error.contains("own.txt") && wrong.error.contains("Line 2")) << wrong.error.toStdString();
    EXPECT_EQ(run({"train", "-o", path(QStringLiteral("x")), "--sentences", sentences.fileName()}).status, 2);
}

}  // namespace
}  // namespace headlight::ui::test
