#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "core/io/atomic_file.h"
#include "ui/main_window.h"

#include <QApplication>
#include <QBuffer>
#include <QEventLoop>

#include <memory>
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
};

Result<void> screenshot(const ScreenshotOptions& options)
{
    const QString page = QString::fromStdString(options.view);
    if (!ui::MainWindow::pageNames().contains(page)) {
        return failure(ErrorCode::InvalidArgument,
                       "--view is one of " + ui::MainWindow::pageNames().join(QStringLiteral(", ")).toStdString() +
                           ", not \"" + options.view + "\".");
    }
    const Result<Experiment> experiment = readExperiment(options.common);
    if (!experiment) {
        return tl::unexpected(experiment.error());
    }
    const Result<std::shared_ptr<const Model>> model = openModel(options.common);
    if (!model) {
        return tl::unexpected(model.error());
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
    session.setExperiment(*experiment);
    ui::Selection selection = session.document().selection;
    selection.head = shownHead(options.common, **model);
    session.select(selection);

    ui::MainWindow window(session);
    window.setBrightness(options.dark ? ui::Brightness::Dark : ui::Brightness::Light);
    window.resize(options.width, options.height);
    window.showPage(page);
    window.show();
    while (!window.isUpToDate()) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    QApplication::processEvents();
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
    command->add_option("--view", options->view, "heatmap, heads, flow, positions or training")->capture_default_str();
    command->add_option("--width", options->width, "Of the window, in pixels")
        ->check(CLI::Range(400, 8000))
        ->capture_default_str();
    command->add_option("--height", options->height, "Of the window, in pixels")
        ->check(CLI::Range(300, 8000))
        ->capture_default_str();
    command->add_flag("--dark", options->dark, "Light on dark");
    command->add_option("--text", options->common.text, "The text; without it, the first example");
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
