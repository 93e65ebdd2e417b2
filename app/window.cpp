#include "app/commands.h"
#include "app/options.h"
#include "ui/main_window.h"
#include "ui/session/examples.h"

#include <QApplication>

#include <iostream>

namespace headlight::app {
namespace {

bool hasDisplay()
{
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(variable)) {
            return true;
        }
    }
    return false;
}

}  // namespace

int runWindow(int argc, char** argv, const std::string& path)
{
    if (!hasDisplay()) {
        std::cerr
            << "headlight: there is no display to open a window on; draw a figure instead: headlight render --view "
               "heatmap --text \"The bank approved the loan.\" -o attention.png\n";
        return 1;
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("headlight"));
    QApplication::setOrganizationName(QStringLiteral("headlight"));
    QApplication::setApplicationVersion(QStringLiteral(HEADLIGHT_VERSION));
    QApplication::setApplicationDisplayName(QStringLiteral("Headlight"));
    QApplication::setStyle(QStringLiteral("Fusion"));

    Result<std::shared_ptr<const Model>> model = openModel({});
    if (!model) {
        return report(model.error());
    }
    ui::Session session(std::move(*model));
    session.openOnExample();
    ui::MainWindow window(session);
    if (!path.empty()) {
        window.openTextFile(QString::fromStdString(path));
    }
    window.show();
    return QApplication::exec();
}

}  // namespace headlight::app
