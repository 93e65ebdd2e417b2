#include "app/cell_option.h"
#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "core/io/atomic_file.h"
#include "ui/learn/learn_dock.h"
#include "ui/main_window.h"
#include "ui/pages/page_list.h"

#include <QApplication>
#include <QBuffer>

#include <memory>
#include <optional>
#include <span>

namespace headlight::app {
namespace {

struct ScreenshotOptions
{
    CommonOptions common;
    std::string view = "heatmap";
    std::string output;
    int width = 1280;
    int height = 800;
    bool dark = false;
    std::optional<std::string> explained;  ///< As STAGE:ROW:COLUMN.
    std::optional<std::string> lesson;
    int step = 1;
    bool answered = false;
    bool presentation = false;
};

/// The lesson's step, its question still open or answered rightly.
Result<void> showLesson(ui::MainWindow& window, const ScreenshotOptions& options)
{
    if (Result<void> opened =
            window.openLesson(QString::fromStdString(*options.lesson), static_cast<std::size_t>(options.step - 1));
        !opened || options.lesson->empty()) {
        return opened;
    }
    const auto isThere = [&window] { return window.isLessonReady() && !window.isOpening() && window.isUpToDate(); };
    waitUntil(isThere);
    if (options.answered) {
        window.learning().answerRightly();
        waitUntil(isThere);
    }
    return {};
}

Result<void> screenshot(const ScreenshotOptions& options)
{
    const QString page = QString::fromStdString(options.view);
    if (!ui::pageNames().contains(page)) {
        return failure(ErrorCode::InvalidArgument, "--view is one of " +
                                                       ui::pageNames().join(QStringLiteral(", ")).toStdString() +
                                                       ", not \"" + options.view + "\".");
    }
    const Result<Experiment> experiment = readExperiment(options.common);
    if (!experiment) {
        return tl::unexpected(experiment.error());
    }
    const Result<ui::PipelineOptions> pipeline = pipelineOptions(options.common);
    if (!pipeline) {
        return tl::unexpected(pipeline.error());
    }
    const Result<ui::VariantOptions> variants = variantOptions(options.common);
    if (!variants) {
        return tl::unexpected(variants.error());
    }
    const Result<std::shared_ptr<const Model>> model = openModel(options.common);
    if (!model) {
        return tl::unexpected(model.error());
    }
    if (const Result<void> taken = checkPair(options.common, **model); !taken) {
        return taken;
    }
    std::optional<CellAddress> explained;
    if (options.explained) {
        const Result<CellAddress> cell = readCell(*options.explained, shownHead(options.common, **model));
        if (!cell) {
            return tl::unexpected(cell.error());
        }
        explained = *cell;
    }
    Result<AtomicFile> file = AtomicFile::create(options.output);
    if (!file) {
        return tl::unexpected(file.error());
    }
    ui::Session session(*model);
    session.openOnExample();
    if (options.common.text) {
        session.setText(QString::fromStdString(*options.common.text));
    }
    if (options.common.pair) {
        session.setPair(QString::fromStdString(*options.common.pair));
    }
    session.setExperiment(*experiment);
    session.selectHead(shownHead(options.common, **model));

    ui::MainWindow window(session);
    window.setBrightness(options.dark ? ui::Brightness::Dark : ui::Brightness::Light);
    window.resize(options.width, options.height);
    window.showPage(page);
    ui::ViewOptions view = session.viewOptions();
    view.tokens = tokenOptions(options.common);
    view.pipeline = *pipeline;
    view.variants = *variants;
    session.setViewOptions(view);
    window.setPresenting(options.presentation);
    window.setWindowState(Qt::WindowNoState);  // as large as was asked for, whatever the screen
    window.resize(options.width, options.height);
    window.show();
    waitUntil([&window] { return window.isUpToDate(); });
    session.explain(explained);
    if (options.lesson) {
        if (Result<void> shown = showLesson(window, options); !shown) {
            return shown;
        }
    }
    for (int pass = 0; pass < 2; ++pass) {  // what the first shows, the second lays out
        QApplication::processEvents();
    }
    QByteArray png;
    QBuffer buffer(&png);
    buffer.open(QIODevice::WriteOnly);
    window.grab().save(&buffer, "png");
    if (Result<void> written =
            file->write(std::as_bytes(std::span(png.constData(), static_cast<std::size_t>(png.size()))));
        !written) {
        return written;
    }
    return file->commit();
}

}  // namespace

void addScreenshotCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<ScreenshotOptions>();
    CLI::App* command = program.add_subcommand("screenshot", "Draw the whole window into a .png file, with no display");
    command->add_option("-o,--output", options->output, "The file")->required();
    command->add_option("--view", options->view, ui::pageNames().join(QStringLiteral(", ")).toStdString())
        ->capture_default_str();
    command->add_option("--width", options->width, "Of the window, in pixels")
        ->check(CLI::Range(400, 8000))
        ->capture_default_str();
    command->add_option("--height", options->height, "Of the window, in pixels")
        ->check(CLI::Range(300, 8000))
        ->capture_default_str();
    command->add_option("--explain", options->explained, "A cell whose derivation is open, as attention.weights:8:1");
    command->add_flag("--dark", options->dark, "Light on dark");
    command->add_option("--lesson", options->lesson, "A lesson that is open, as 10, or \"\" for the map");
    command->add_option("--lesson-step", options->step, "Of the lesson, counted from 1")->check(CLI::Range(1, 1000));
    command->add_flag("--answered", options->answered, "The step's question is answered, rightly");
    command->add_flag("--presentation", options->presentation, "In presentation mode");
    command->add_option("--text", options->common.text, "The text; without it, the first example");
    addPairOption(*command, options->common);
    addTokenOptions(*command, options->common);
    addPipelineOptions(*command, options->common);
    addVariantOptions(*command, options->common);
    addHeadOptions(*command, options->common);
    addExperimentOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        runWithoutDisplay([&] {
            const Result<void> done = screenshot(*options);
            status = done ? 0 : report(done.error());
        });
    });
}

}  // namespace headlight::app
