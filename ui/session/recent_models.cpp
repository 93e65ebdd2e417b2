#include "ui/session/recent_models.h"

#include <QDir>
#include <QSettings>

namespace headlight::ui {
namespace {

const QString kRecentKey = QStringLiteral("models/recent");

}  // namespace

QStringList recentModels()
{
    QStringList folders;
    for (const QString& folder : QSettings().value(kRecentKey).toStringList()) {
        if (folders.size() < kMostRecentModels && QDir(folder).exists()) {
            folders.append(folder);
        }
    }
    return folders;
}

void rememberModel(const QString& folder)
{
    QStringList folders = recentModels();
    folders.removeAll(folder);
    folders.prepend(folder);
    QSettings().setValue(kRecentKey, QStringList(folders.mid(0, kMostRecentModels)));
}

}  // namespace headlight::ui
