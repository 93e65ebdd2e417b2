// Derivations as LaTeX. May use base/ and trace/.
#pragma once

#include "core/analysis/derivation/derivation.h"

#include <string>
#include <string_view>

namespace headlight {

/// All of it as a fragment for a document that loads amsmath: a title, then an align* environment a step. Names of tokens are UTF-8,
/// as LaTeX expects it by default.
std::string toLatex(const Derivation& derivation, TermChoice choice = TermChoice::Largest);

/// Text in which no character means anything to TeX: "50\% \textasciitilde{}".
std::string latexText(std::string_view text);

}  // namespace headlight
