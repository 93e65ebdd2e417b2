// The models that were opened lately.
#pragma once

#include <QStringList>

namespace headlight::ui {

inline constexpr int kMostRecentModels = 8;

/// Their folders as the settings have them, the last opened first, without those that are no more.
QStringList recentModels();

/// Makes a folder the first of them.
void rememberModel(const QString& folder);

}  // namespace headlight::ui
