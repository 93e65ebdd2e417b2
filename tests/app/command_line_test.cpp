#include "tests/ui/support/fixtures.h"
#include "ui/export/view.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

struct Outcome
{
    int status = -1;
    QByteArray output;
    QByteArray error;
};

/// Runs the program with no display at all.
Outcome run(const QStringList& arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        environment.remove(QString::fromLatin1(variable));
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
            const ViewContent content{
                .view = viewNamed(view).value(),
                .trace = traceOf(kSentence, experiment),
                .model = defaultModel(),
                .selection = {.head = {LayerIndex(2), HeadIndex(5)}, .query = TokenIndex(8), .key = {}},
                .options = {}};
            const QString byWindow = path(QStringLiteral("window") + ending);
            ASSERT_TRUE(exportFigure(toFigure(content), byWindow, {.scale = 2.0}).has_value());
            EXPECT_EQ(contentsOf(byProgram), contentsOf(byWindow)) << byProgram.toStdString();
        }
    }
}

TEST_F(CommandLineTest, TokensPrintsOneJsonObject)
{
    const Outcome outcome = run({"tokens", "--json", "--text", "Dog bites man"});
    ASSERT_EQ(outcome.status, 0) << outcome.error.toStdString();
    EXPECT_EQ(outcome.output.count('\n'), 1);
    const QJsonObject line = QJsonDocument::fromJson(outcome.output).object();
    EXPECT_EQ(line["tokens"].toArray(), (QJsonArray{"Dog", "bites", "man"}));
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
    for (const char* fact : {"Headlight small", "layers: 4", "heads: 8", "13 tokens", "MB", "ms (measured"}) {
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
    const Outcome outcome = run({"tokens", "--json", "--text", QString::fromStdString(words(1500))});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.error.contains("1500") && outcome.error.contains("1024")) << outcome.error.toStdString();
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
        {"unknown view", {"render", "--view", "pie", "-o", png}, 2, "heatmap, heads, flow, positions"},
        {"unknown extension", {"render", "-o", path("figure.bmp")}, 2, ".svg"},
        {"no such folder", {"render", "-o", path("no/figure.png")}, 1, "figure.png"},
        {"no such head", {"render", "--head", "8", "-o", png}, 2, "heads 0 to 7"},
        {"no such layer", {"render", "--layer", "-1", "-o", png}, 2, "layers 0 to 3"},
        {"no such query", {"render", "--query", "13", "-o", png}, 2, "0 to 12"},
        {"unknown mask", {"render", "--mask", "round", "-o", png}, 2, "window:W"},
        {"window without width", {"render", "--mask", "window", "-o", png}, 2, "window:W"},
        {"stride of zero", {"render", "--mask", "strided:0", "-o", png}, 2, "stride"},
        {"unknown positions", {"render", "--positions", "gps", "-o", png}, 2, "sinusoidal"},
        {"temperature zero", {"render", "--temperature", "0", "-o", png}, 2, "temperature"},
        {"ablate nonsense", {"render", "--ablate", "3", "-o", png}, 2, "LAYER.HEAD"},
        {"ablate outside", {"render", "--ablate", "4.0", "-o", png}, 2, "layers 0 to 3"},
        {"scale zero", {"render", "--scale", "0", "-o", png}, 2, "scale"},
        {"two texts", {"render", "--text", "a", "--ids", "1", "-o", png}, 2, "--ids"},
        {"empty text", {"render", "--text", "  ", "-o", png}, 1, "token"},
        {"invalid UTF-8", {"render", "--text-file", invalid.fileName(), "-o", png}, 1, "UTF-8"},
        {"no such text file", {"tokens", "--text-file", path("none.txt")}, 1, "none.txt"},
        {"unknown stage", {"trace", "--stages", "attention.magic", "-o", path("t")}, 2, "attention.weights"},
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
}

}  // namespace
}  // namespace headlight::ui::test
