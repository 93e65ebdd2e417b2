// Derivations written down. May use base/ and trace/.
#pragma once

#include "core/analysis/derivation/derivation.h"

#include <functional>
#include <string>

namespace headlight {

/// What stands for the operands of a formula.
enum class Writing {
    Symbols,  ///< Their names; a long sum by its first and last terms.
    Numbers,  ///< Their values; a long sum by what it comes to.
};

/// What else is done with an operand's text, as making it a link.
using OperandDecorator = std::function<std::string(const Expression& operand, std::string text)>;

/// One line of plain text: "(q·k) / √d", "3.25 / √32".
std::string writtenOut(const Expression& expression, Writing writing, const OperandDecorator& decorate = {});

/// Six significant digits, "−∞".
std::string numberText(double value);

/// "56 more terms"
std::string othersText(const Terms& terms);

/// "traced in float32: 0.871203125 · derived: 0.871203119 · difference 6e-09; float32 rounding explains up to 3e-07"
std::string checkText(const Derivation& derivation);

/// All of it as plain text: every step as a formula, with its numbers, and what it comes to.
std::string toText(const Derivation& derivation, TermChoice choice = TermChoice::Largest);

}  // namespace headlight
