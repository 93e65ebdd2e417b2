#include "app/display.h"

#include <QApplication>
#include <QEventLoop>
#include <QLoggingCategory>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <string>

namespace headlight::app {

bool hasDisplay()
{
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(variable)) {
            return true;
        }
    }
    return false;
}

void runWithoutDisplay(const std::function<void()>& task)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // Standard error is for our own one line; Qt would remark there on the missing desktop.
    QLoggingCategory::setFilterRules(QStringLiteral("default.warning=false\nqt.qpa.*=false"));
    // A person's settings have no place in a picture made by a script, nor has what an earlier picture left behind.
    QStandardPaths::setTestModeEnabled(true);
    const QTemporaryDir settings;
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
    int argc = 1;
    std::string name = "headlight";
    char* argv = name.data();
    const QApplication application(argc, &argv);
    setUpApplication();
    task();
}

void waitUntil(const std::function<bool()>& isSo)
{
    constexpr int kMostMs = 50;  // what ends need not be an event of this thread
    while (!isSo()) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents, kMostMs);
    }
}

void setUpApplication()
{
    QApplication::setApplicationName(QStringLiteral("headlight"));
    QApplication::setOrganizationName(QStringLiteral("headlight"));
    QApplication::setApplicationVersion(QStringLiteral(HEADLIGHT_VERSION));
    QApplication::setApplicationDisplayName(QStringLiteral("Headlight"));
    QApplication::setStyle(QStringLiteral("Fusion"));
}

}  // namespace headlight::app
