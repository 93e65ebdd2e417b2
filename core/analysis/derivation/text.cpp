#include "core/analysis/derivation/text.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace headlight {
namespace {

/// How tightly parts hold together; a looser one inside a tighter one stands in parentheses.
enum Binding { kLoose, kSum, kProduct, kPower, kAtom };

Binding bindingOf(const Expression& expression, Writing writing)
{
    switch (expression.op) {
    case Operator::Negative:
        return kLoose;
    case Operator::Operand: {
        const bool isNumber = writing == Writing::Numbers || expression.symbol.empty();
        return isNumber && std::signbit(expression.number.value) ? kLoose : kAtom;
    }
    case Operator::Sum:
        return writing == Writing::Numbers && isLongSum(expression)
                   ? (std::signbit(expression.number.value) ? kLoose : kAtom)
                   : kSum;
    case Operator::Difference:
        return kSum;
    case Operator::Product:
    case Operator::Quotient:
        return kProduct;
    case Operator::Square:
    case Operator::Power:
        return kPower;
    default:
        return kAtom;
    }
}

class Writer
{
public:
    Writer(Writing writing, const OperandDecorator& decorate) : m_writing(writing), m_decorate(decorate) {}

    std::string write(const Expression& e, Binding least = kLoose) const
    {
        const std::string text = bare(e);
        return bindingOf(e, m_writing) < least ? "(" + text + ")" : text;
    }

private:
    std::string bare(const Expression& e) const
    {
        const auto part = [&](std::size_t i, Binding least) { return write(e.parts[i], least); };
        const auto call = [&](const char* name) { return std::string(name) + "(" + part(0, kLoose) + ")"; };
        switch (e.op) {
        case Operator::Operand: {
            const bool isNumber = m_writing == Writing::Numbers || e.symbol.empty();
            std::string text = isNumber ? numberText(e.number.value) : e.symbol;
            return m_decorate ? m_decorate(e, std::move(text)) : text;
        }
        case Operator::Negative:
            return "−" + part(0, kProduct);
        case Operator::Sum:
            return sum(e);
        case Operator::Difference:
            return part(0, kLoose) + " − " + part(1, kProduct);
        case Operator::Product:
            return part(0, kProduct) + (m_writing == Writing::Symbols ? "·" : " × ") + part(1, kProduct);
        case Operator::Quotient:
            return part(0, kProduct) + " / " + part(1, kPower);
        case Operator::Square:
            return part(0, kAtom) + "²";
        case Operator::Root:
            return "√" + part(0, kAtom);
        case Operator::Power:
            return part(0, kAtom) + "^" + part(1, kAtom);
        case Operator::Maximum:
            return "max(" + part(0, kLoose) + ", " + part(1, kLoose) + ")";
        case Operator::Exponential:
            return call("exp");
        case Operator::Sine:
            return call("sin");
        case Operator::Cosine:
            return call("cos");
        case Operator::Tanh:
            return call("tanh");
        case Operator::Erf:
            return call("erf");
        }
        return {};
    }

    std::string sum(const Expression& e) const
    {
        const std::vector<Expression>& terms = e.parts;
        if (!isLongSum(e)) {
            std::string text;
            for (std::size_t i = 0; i < terms.size(); ++i) {
                text += i == 0 ? write(terms[i], kLoose) : " + " + write(terms[i], kSum);
            }
            return text;
        }
        if (m_writing == Writing::Numbers) {
            return numberText(e.number.value);
        }
        return write(terms[0], kLoose) + " + " + write(terms[1], kSum) + " + … + " + write(terms.back(), kSum);
    }

    Writing m_writing;
    const OperandDecorator& m_decorate;
};

/// "q[3]·k[3] = 1.5 × 2 = 3   (1 “animal”)"
std::string termLine(const Expression& term)
{
    std::string line = writtenOut(term, Writing::Symbols);
    if (term.op != Operator::Operand) {
        line += " = " + writtenOut(term, Writing::Numbers);
    }
    return line + " = " + numberText(term.number.value) + (term.note.empty() ? "" : "   (" + term.note + ")");
}

std::string formatted(const char* format, double value)
{
    std::array<char, 40> text{};
    const int length = std::snprintf(text.data(), text.size(), format, value);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string numberText(double value)
{
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value < 0.0 ? "-∞" : "∞";
    }
    return formatted("%.6g", value);
}

std::string writtenOut(const Expression& expression, Writing writing, const OperandDecorator& decorate)
{
    return Writer(writing, decorate).write(expression);
}

std::string checkText(const Derivation& derivation)
{
    std::string text = "traced in float32: " + formatted("%.9g", derivation.traced) +
                       " · derived: " + formatted("%.9g", derivation.derived().value) + " · difference " +
                       formatted("%.1g", derivation.difference());
    return text + "; float32 rounding explains up to " + formatted("%.1g", derivation.derived().rounding);
}

std::string othersText(const Terms& terms)
{
    return std::to_string(terms.others) + (terms.others == 1 ? " more term" : " more terms");
}

std::string toText(const Derivation& derivation, TermChoice choice)
{
    std::string text =
        derivation.title + ": " + derivation.row + ", " + derivation.column + "\n" + derivation.formula + "\n";
    for (std::size_t i = 0; i < derivation.steps.size(); ++i) {
        const DerivationStep& step = derivation.steps[i];
        text += "\n" + std::to_string(i + 1) + ". " + step.label + "\n   " + step.symbol + " = " +
                writtenOut(step.value, Writing::Symbols) + "\n";
        for (const Expression* sum : longSums(step.value)) {
            const Terms terms = termsOf(*sum, choice);
            for (const Expression* term : terms.shown) {
                text += "       " + termLine(*term) + "\n";
            }
            if (terms.others > 0) {
                text += "       " + othersText(terms) + " = " + numberText(terms.rest) + "\n";
            }
        }
        const std::string numbers = writtenOut(step.value, Writing::Numbers);
        const std::string result = numberText(step.value.number.value);
        text += (numbers == result ? "" : "     = " + numbers + "\n") + "     = " + result + "\n";
    }
    return text + "\n" + checkText(derivation) + "\n";
}

}  // namespace headlight
