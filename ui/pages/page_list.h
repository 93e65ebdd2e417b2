// The one list of the pages, in the order of their tabs. A new page is one row here.
#pragma once

#include "ui/pages/page.h"

#include <QString>
#include <QStringList>

#include <limits>
#include <vector>

namespace headlight::ui {

/// Whether a page depends on the sizes of the model, and so is made anew for another one.
enum class PageLife { Model, Program };

/// What a page needs: a trace that was recorded elsewhere is enough, or the model is run or its weights are shown.
enum class PageNeeds { Trace, Model };

/// One row of the list.
struct PageEntry
{
    QString name;   ///< On the command line: "heatmap"; a view's name where the page shows one.
    QString title;  ///< On its tab.
    PageLife life;
    PageNeeds needs;
    Page* (*make)(Session& session);
    Index mostTokens = std::numeric_limits<Index>::max();  ///< Of a recorded trace that it can show.
};

const std::vector<PageEntry>& pageList();

/// "heatmap", "heads", …
QStringList pageNames();

}  // namespace headlight::ui
