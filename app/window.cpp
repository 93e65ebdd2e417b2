#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "core/tensor/matmul.h"
#include "ui/main_window.h"

#include <QApplication>

#include <iostream>
#include <thread>

namespace headlight::app {

int runWindow(int argc, char** argv, const WindowRequest& request)
{
    if (!hasDisplay()) {
        std::cerr
            << "headlight: there is no display to open a window on; draw a figure instead: headlight render --view "
               "heatmap --text \"The bank approved the loan.\" -o attention.png\n";
        return 1;
    }
    const std::jthread preparation(prepareProducts);
    QApplication application(argc, argv);
    setUpApplication();
    Result<std::shared_ptr<const Model>> model = openModel({});
    if (!model) {
        return report(model.error());
    }
    ui::Session session(std::move(*model));
    session.openOnExample();
    ui::MainWindow window(session);
    window.show();
    if (!request.path.empty()) {
        window.open(QString::fromStdString(request.path));
    }
    if (request.lesson) {
        if (const Result<void> opened = window.openLesson(QString::fromStdString(*request.lesson), request.step);
            !opened) {
            return report(opened.error());
        }
    }
    window.setPresenting(request.isPresenting);
    return QApplication::exec();
}

}  // namespace headlight::app
