#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "ui/export/figure.h"
#include "ui/learn/curriculum.h"
#include "ui/learn/prepared_step.h"
#include "ui/main_window.h"

#include <QApplication>
#include <QDir>
#include <QFileInfo>

#include <iostream>
#include <memory>

namespace headlight::app {
namespace {

struct LessonOptions
{
    std::string name;
    int step = 1;
    bool check = false;
    bool list = false;
    bool presentation = false;
    std::string figures;
    std::string format = "png";
};

/// A lesson and the name that its figures have.
struct NamedLesson
{
    QString name;
    ui::Lesson lesson;
};

Result<std::vector<NamedLesson>> lessonsNamed(const std::string& name)
{
    std::vector<NamedLesson> lessons;
    if (name.empty()) {
        for (const ui::CurriculumEntry& entry : ui::curriculum()) {
            lessons.push_back({entry.shortName, entry.lesson});
        }
        return lessons;
    }
    if (const ui::CurriculumEntry* entry = ui::curriculumEntry(QString::fromStdString(name))) {
        lessons.push_back({entry->shortName, entry->lesson});
        return lessons;
    }
    const QString path = QString::fromStdString(name);
    Result<ui::Lesson> lesson = ui::readLesson(path);
    if (!lesson) {
        return tl::unexpected(lesson.error());
    }
    lessons.push_back({QFileInfo(path).completeBaseName(), std::move(*lesson)});
    return lessons;
}

void listLessons()
{
    for (const ui::CurriculumEntry& entry : ui::curriculum()) {
        std::cout << entry.shortName.toStdString() << '\t' << entry.lesson.title.toStdString() << '\n';
    }
}

/// Every scene is run, every claim held against the engine, every answer worked out.
Result<void> checkLessons(const std::vector<NamedLesson>& lessons)
{
    const Result<std::shared_ptr<const Model>> open = openModel({});
    if (!open) {
        return tl::unexpected(open.error());
    }
    std::string problems;
    const ui::Document example{
        .text = QStringLiteral("The bank approved the loan."), .pair = {}, .experiment = {}, .selection = {}};
    for (const auto& [name, lesson] : lessons) {
        for (const ui::LessonStep& step : lesson.steps) {
            const auto model = ui::modelOf(step.scene, *open);
            const auto prepared =
                model ? ui::prepare(step, example, *model) : Result<ui::PreparedStep>(tl::unexpected(model.error()));
            const std::string place = "\n" + name.toStdString() + ", step at line " + std::to_string(step.line) + ": ";
            if (!prepared) {
                problems += place + prepared.error().message;
            } else if (!prepared->brokenClaims.isEmpty()) {
                problems += place + "not so: " + prepared->brokenClaims.join(QStringLiteral("; ")).toStdString();
            }
        }
    }
    if (!problems.empty()) {
        return failure(ErrorCode::Malformed, "Not all is as the lessons say:" + problems);
    }
    std::cout << "Checked: " << lessons.size() << ". All is as it is said.\n";
    return {};
}

/// The picture of every step that has one, in the window's own making.
Result<void> exportFigures(const std::vector<NamedLesson>& lessons, const LessonOptions& options)
{
    Result<std::shared_ptr<const Model>> model = openModel({});
    if (!model) {
        return tl::unexpected(model.error());
    }
    const QDir folder(QString::fromStdString(options.figures));
    if (!folder.mkpath(QStringLiteral("."))) {
        return failure(ErrorCode::Unwritable, "The folder " + options.figures + " cannot be made.");
    }
    for (const auto& [name, lesson] : lessons) {
        ui::Session session(*model);
        session.openOnExample();
        ui::MainWindow window(session);
        window.show();
        for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
            const ui::Scene& scene = lesson.steps[i].scene;
            const bool isSame = i > 0 && scene == lesson.steps[i - 1].scene;
            if (isSame) {
                continue;
            }
            window.showScene(scene);
            waitUntil([&] { return !window.isOpening() && window.isUpToDate(); });
            const std::optional<ui::Figure> figure = window.figure();
            if (!figure) {
                std::cerr << "headlight: lesson " << name.toStdString() << ", step " << i + 1
                          << ": its page shows no figure until it is run\n";
                continue;
            }
            const QString path = folder.filePath(QStringLiteral("lesson-%1-step-%2-%3.%4")
                                                     .arg(name)
                                                     .arg(i + 1)
                                                     .arg(figure->name, QString::fromStdString(options.format)));
            if (Result<void> written = ui::exportFigure(*figure, path, {.scale = 2.0}); !written) {
                return written;
            }
            std::cout << path.toStdString() << '\n';
        }
    }
    return {};
}

Result<void> runWithoutWindow(const LessonOptions& options)
{
    if (options.list) {
        listLessons();
        return {};
    }
    const Result<std::vector<NamedLesson>> lessons = lessonsNamed(options.name);
    if (!lessons) {
        return tl::unexpected(lessons.error());
    }
    return options.check ? checkLessons(*lessons) : exportFigures(*lessons, options);
}

}  // namespace

void addLessonCommand(CLI::App& program, int& status, WindowRequest& window)
{
    auto options = std::make_shared<LessonOptions>();
    CLI::App* command =
        program.add_subcommand("lesson", "Open the window in a lesson, or work with lessons without it");
    command->add_option(
        "LESSON", options->name,
        "A number or name, as 10 or quiz-1, or a Markdown file of your own; without it, the map, or all lessons");
    command->add_option("--step", options->step, "Where to begin, counted from 1")->check(CLI::Range(1, 1000));
    command->add_flag("--presentation", options->presentation, "The whole screen, in large type");
    command->add_flag("--list", options->list, "Print all lessons, one a line");
    command->add_flag("--check", options->check,
                      "Run every scene and hold every claim against the engine, without a window");
    command->add_option("--figures", options->figures,
                        "Write the figure of every scene into this folder, without a window");
    command->add_option("--format", options->format, "Of the figures: png, svg, pdf or csv")->capture_default_str();
    command->callback([options, &status, &window] {
        if (!options->list && !options->check && options->figures.empty()) {
            window.isWanted = true;
            window.lesson = options->name;
            window.step = static_cast<std::size_t>(options->step - 1);
            window.isPresenting = options->presentation;
            return;
        }
        runWithoutDisplay([&] {
            const Result<void> done = runWithoutWindow(*options);
            status = done ? 0 : report(done.error());
        });
    });
}

}  // namespace headlight::app
