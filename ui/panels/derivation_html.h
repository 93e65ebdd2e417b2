// Derivations as rich text.
#pragma once

#include "core/analysis/derivation/derivation.h"
#include "ui/plots/theme.h"

#include <QString>
#include <QUrl>

#include <optional>

namespace headlight::ui {

/// Every step as a heading, its formula, the terms of long sums as a table, and what it comes to. Operands that are cells are links
/// to them.
QString derivationHtml(const Derivation& derivation, TermChoice choice, const Theme& theme);

/// A link to a cell, and back; nothing for a link to something else.
QUrl linkTo(const CellAddress& cell);
std::optional<CellAddress> cellOf(const QUrl& link);

}  // namespace headlight::ui
