// Which heads the gallery shows, and in which order.
#pragma once

#include "core/trace/trace.h"
#include "ui/session/analysis.h"
#include "ui/session/view_options.h"

#include <QString>

#include <optional>
#include <vector>

namespace headlight::ui {

/// Heads that stand together.
struct HeadGroup
{
    QString title;  ///< Empty where there is but one group.
    std::vector<HeadAddress> heads;
};

/// Whether heads stand in the grid of layers × heads that the model has.
bool isGrid(const GalleryOptions& options);

/// What the heads are ordered by; nothing where it is not defined, or they are ordered by layer and head.
std::optional<double> orderValue(const Analysis& analysis, const HeadOrder& order, HeadAddress head);

/// The heads that the options leave, in groups that are not empty. Values count as they are shown, with two decimals, so that what
/// cannot be told apart keeps the order of layers and heads while one types; heads without a value are last.
std::vector<HeadGroup> arrangeHeads(const Analysis& analysis, const GalleryOptions& options);

/// "entropy", "similarity to layer 1 · head 3"; empty for the order of layers and heads.
QString orderName(const HeadOrder& order);

/// "0.97", "2.31 bits", "–" where it is not defined.
QString valueText(MeasureId measure, const std::optional<double>& value);

/// A table's text for people.
QString text(std::string_view entry);

}  // namespace headlight::ui
