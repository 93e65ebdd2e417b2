// A whole process until its first picture is painted, without a display: Headlight's window with its heatmap, or for comparison a bare
// window with one QCustomPlot. Run by tests/bench/suite.py, which times it.
#include "core/io/bundled_models.h"
#include "core/tensor/matmul.h"
#include "ui/main_window.h"

#include <QApplication>
#include <QEventLoop>
#include <QMainWindow>
#include <QStandardPaths>

#include <iostream>
#include <qcustomplot.h>
#include <string>
#include <thread>

namespace headlight::bench {
namespace {

int startWindow()
{
    Result<std::shared_ptr<const Model>> model = readBundledModel(BundledModel::Small);
    if (!model) {
        std::cerr << model.error().message << '\n';
        return 1;
    }
    ui::Session session(std::move(*model));
    session.openOnExample();
    ui::MainWindow window(session);
    window.show();
    while (!window.isUpToDate() || !session.trace()) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    QApplication::processEvents();  // the paint events that the last change asked for
    return 0;
}

int startBare()
{
    QMainWindow window;
    auto* plot = new QCustomPlot;
    auto* map = new QCPColorMap(plot->xAxis, plot->yAxis);
    map->data()->setSize(16, 16);
    for (int i = 0; i < 16; ++i) {
        for (int j = 0; j < 16; ++j) {
            map->data()->setCell(i, j, i * j);
        }
    }
    map->rescaleDataRange();
    plot->rescaleAxes();
    window.setCentralWidget(plot);
    window.resize(1280, 800);
    window.show();
    QApplication::processEvents();
    plot->replot();
    return 0;
}

}  // namespace
}  // namespace headlight::bench

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    const std::string what = argc == 2 ? argv[1] : "";
    std::jthread preparation;
    if (what == "headlight") {
        preparation = std::jthread(headlight::prepareProducts);
    }
    const QApplication application(argc, argv);
    QApplication::setStyle(QStringLiteral("Fusion"));
    if (what == "headlight") {
        return headlight::bench::startWindow();
    }
    if (what == "bare") {
        return headlight::bench::startBare();
    }
    std::cerr << "start_bench headlight|bare\n";
    return 2;
}
