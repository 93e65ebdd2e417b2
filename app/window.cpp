#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "ui/main_window.h"

#include <QApplication>

#include <filesystem>
#include <iostream>

namespace headlight::app {
int runWindow(int argc, char** argv, const std::string& path)
{
    if (!hasDisplay()) {
        std::cerr
            << "headlight: there is no display to open a window on; draw a figure instead: headlight render --view "
               "heatmap --text \"The bank approved the loan.\" -o attention.png\n";
        return 1;
    }
    QApplication application(argc, argv);
    setUpApplication();
    CommonOptions options;
    if (std::filesystem::is_directory(path)) {
        options.model = path;
    }
    Result<std::shared_ptr<const Model>> model = openModel(options);
    if (!model) {
        return report(model.error());
    }
    ui::Session session(std::move(*model));
    session.openOnExample();
    ui::MainWindow window(session);
    if (!path.empty() && !options.model) {
        window.open(QString::fromStdString(path));
    }
    window.show();
    return QApplication::exec();
}

}  // namespace headlight::app
