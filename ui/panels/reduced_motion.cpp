#include "ui/panels/reduced_motion.h"

#include <QSettings>
#include <QStandardPaths>

namespace headlight::ui {
namespace {

QVariant desktopSetting(const QString& file, const QString& key)
{
    const QString path = QStandardPaths::locate(QStandardPaths::GenericConfigLocation, file);
    return path.isEmpty() ? QVariant() : QSettings(path, QSettings::IniFormat).value(key);
}

}  // namespace

bool prefersReducedMotion()
{
    const QVariant plasma = desktopSetting(QStringLiteral("kdeglobals"), QStringLiteral("KDE/AnimationDurationFactor"));
    if (plasma.isValid() && plasma.toDouble() == 0.0) {
        return true;
    }
    for (const QString& file : {QStringLiteral("gtk-4.0/settings.ini"), QStringLiteral("gtk-3.0/settings.ini")}) {
        const QVariant gtk = desktopSetting(file, QStringLiteral("Settings/gtk-enable-animations"));
        if (gtk.isValid() && !gtk.toBool()) {
            return true;
        }
    }
    return false;
}

}  // namespace headlight::ui
