#include "core/analysis/derivation/latex.h"

#include "core/analysis/derivation/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

namespace headlight {
namespace {

struct Replacement
{
    std::string_view found;
    std::string_view latex;
};

std::string replaced(std::string_view text, std::span<const Replacement> replacements)
{
    std::string result;
    while (!text.empty()) {
        std::string_view latex = text.substr(0, 1);
        std::size_t length = 1;
        for (const Replacement& replacement : replacements) {
            if (text.starts_with(replacement.found)) {
                latex = replacement.latex;
                length = replacement.found.size();
                break;
            }
        }
        result += latex;
        text.remove_prefix(length);
    }
    return result;
}

/// "W_gate[3, 5]" as "W_{\mathrm{gate}}[3, 5]", "θ" as "\theta".
std::string latexSymbol(std::string_view symbol)
{
    static constexpr std::array kGreek = {
        Replacement{"γ", "\\gamma"}, Replacement{"β", "\\beta"},  Replacement{"ε", "\\varepsilon"},
        Replacement{"μ", "\\mu"},    Replacement{"σ", "\\sigma"}, Replacement{"²", "^2"},
        Replacement{"θ", "\\theta"}, Replacement{"τ", "\\tau"},   Replacement{"ω", "\\omega"},
        Replacement{"π", "\\pi"},    Replacement{"·", " \\cdot "}};
    const std::size_t bracket = std::min(symbol.find('['), symbol.size());
    const std::string indices(symbol.substr(bracket));
    const std::string_view name = symbol.substr(0, bracket);
    const std::size_t underscore = std::min(name.find('_'), name.size());
    const auto upright = [](std::string_view part) {
        const bool isWord = part.size() > 1 && std::ranges::all_of(part, [](char c) { return c >= 'A' && c <= 'z'; });
        return isWord ? "\\mathrm{" + std::string(part) + "}" : replaced(part, kGreek);
    };
    std::string latex = upright(name.substr(0, underscore));
    if (underscore < name.size()) {
        latex += "_{" + upright(name.substr(underscore + 1)) + "}";
    }
    return latex + indices;
}

/// "1.5 \cdot 10^{-7}"
std::string latexNumber(double value)
{
    std::string text = numberText(value);
    if (std::isinf(value)) {
        return value < 0.0 ? "-\\infty" : "\\infty";
    }
    if (std::isnan(value)) {
        return "\\mathrm{NaN}";
    }
    const std::size_t exponent = text.find('e');
    if (exponent == std::string::npos) {
        return text;
    }
    return text.substr(0, exponent) + " \\cdot 10^{" + std::to_string(std::stoi(text.substr(exponent + 1))) + "}";
}

bool isNumber(const Expression& e, Writing writing)
{
    return writing == Writing::Numbers || e.symbol.empty();
}

std::string latexOf(const Expression& e, Writing writing);

std::string parenthesised(const std::string& latex)
{
    return "\\left(" + latex + "\\right)";
}

/// In parentheses where a sum, or a sign, would not hold together.
std::string factor(const Expression& e, Writing writing)
{
    const bool isAdded = e.op == Operator::Sum || e.op == Operator::Difference || e.op == Operator::Negative;
    const bool isShort = isAdded && !(isLongSum(e) && writing == Writing::Numbers);
    const bool isNegative =
        std::signbit(e.number.value) && (e.op == Operator::Sum || (e.op == Operator::Operand && isNumber(e, writing)));
    return isShort || isNegative ? parenthesised(latexOf(e, writing)) : latexOf(e, writing);
}

std::string base(const Expression& e, Writing writing)
{
    const bool isAtom = e.op == Operator::Operand && !(isNumber(e, writing) && std::signbit(e.number.value)) &&
                        e.symbol.find("²") == std::string::npos;
    return isAtom ? latexOf(e, writing) : parenthesised(latexOf(e, writing));
}

std::string term(const Expression& e, Writing writing)
{
    const bool isSigned = e.op == Operator::Operand && isNumber(e, writing) && std::signbit(e.number.value);
    return isSigned || e.op == Operator::Negative ? parenthesised(latexOf(e, writing)) : latexOf(e, writing);
}

std::string sumOf(const Expression& e, Writing writing)
{
    if (!isLongSum(e)) {
        std::string latex = latexOf(e.parts.front(), writing);
        for (std::size_t i = 1; i < e.parts.size(); ++i) {
            latex += " + " + term(e.parts[i], writing);
        }
        return latex;
    }
    if (writing == Writing::Numbers) {
        return latexNumber(e.number.value);
    }
    return latexOf(e.parts[0], writing) + " + " + term(e.parts[1], writing) + " + \\cdots + " +
           term(e.parts.back(), writing);
}

std::string latexOf(const Expression& e, Writing writing)
{
    const auto part = [&](std::size_t i) { return latexOf(e.parts[i], writing); };
    const auto call = [&](const char* name) { return std::string(name) + parenthesised(part(0)); };
    switch (e.op) {
    case Operator::Operand:
        return isNumber(e, writing) ? latexNumber(e.number.value) : latexSymbol(e.symbol);
    case Operator::Negative:
        return "-" + factor(e.parts[0], writing);
    case Operator::Sum:
        return sumOf(e, writing);
    case Operator::Difference:
        return part(0) + " - " + factor(e.parts[1], writing);
    case Operator::Product:
        return factor(e.parts[0], writing) + (writing == Writing::Symbols ? " \\cdot " : " \\times ") +
               factor(e.parts[1], writing);
    case Operator::Quotient:
        return "\\frac{" + part(0) + "}{" + part(1) + "}";
    case Operator::Square:
        return base(e.parts[0], writing) + "^{2}";
    case Operator::Root:
        return "\\sqrt{" + part(0) + "}";
    case Operator::Power:
        return base(e.parts[0], writing) + "^{" + part(1) + "}";
    case Operator::Maximum:
        return "\\max\\left(" + part(0) + ", " + part(1) + "\\right)";
    case Operator::Exponential:
        return call("\\exp");
    case Operator::Sine:
        return call("\\sin");
    case Operator::Cosine:
        return call("\\cos");
    case Operator::Tanh:
        return call("\\tanh");
    case Operator::Erf:
        return call("\\operatorname{erf}");
    }
    return {};
}

/// The terms of a long sum, one a line.
std::string termLines(const Expression& sum, TermChoice choice)
{
    const Terms terms = termsOf(sum, choice);
    std::string latex;
    for (const Expression* term : terms.shown) {
        latex += "&\\quad " + latexOf(*term, Writing::Symbols);
        latex += term->op == Operator::Operand ? "" : " = " + latexOf(*term, Writing::Numbers);
        latex += " = " + latexNumber(term->number.value);
        latex += (term->note.empty() ? "" : " \\quad \\text{(" + latexText(term->note) + ")}") + "\\\\\n";
    }
    if (terms.others > 0) {
        latex += "&\\quad \\text{" + othersText(terms) + "} = " + latexNumber(terms.rest) + "\\\\\n";
    }
    return latex;
}

}  // namespace

std::string latexText(std::string_view text)
{
    static constexpr std::array kSpecial = {Replacement{"\\", "\\textbackslash{}"},
                                            Replacement{"{", "\\{"},
                                            Replacement{"}", "\\}"},
                                            Replacement{"$", "\\$"},
                                            Replacement{"&", "\\&"},
                                            Replacement{"#", "\\#"},
                                            Replacement{"%", "\\%"},
                                            Replacement{"_", "\\_"},
                                            Replacement{"~", "\\textasciitilde{}"},
                                            Replacement{"^", "\\textasciicircum{}"},
                                            Replacement{"“", "``"},
                                            Replacement{"”", "''"},
                                            Replacement{"·", "\\textperiodcentered{}"},
                                            Replacement{"√", "$\\surd$"},
                                            Replacement{"∞", "$\\infty$"},
                                            Replacement{"−", "$-$"},
                                            Replacement{"↵", "$\\hookleftarrow$"},
                                            Replacement{"⇥", "$\\rightarrowtail$"},
                                            Replacement{"Σ", "$\\Sigma$"}};
    return replaced(text, kSpecial);
}

std::string toLatex(const Derivation& derivation, TermChoice choice)
{
    std::string latex =
        "\\noindent " + latexText(derivation.title + ": " + derivation.row + ", " + derivation.column) + "\n";
    for (std::size_t i = 0; i < derivation.steps.size(); ++i) {
        const DerivationStep& step = derivation.steps[i];
        latex += "\n\\noindent " + std::to_string(i + 1) + ". " + latexText(step.label) + "\n\\begin{align*}\n" +
                 latexSymbol(step.symbol) + " &= " + latexOf(step.value, Writing::Symbols) + "\\\\\n";
        for (const Expression* sum : longSums(step.value)) {
            latex += termLines(*sum, choice);
        }
        const std::string numbers = latexOf(step.value, Writing::Numbers);
        const std::string result = latexNumber(step.value.number.value);
        latex += (numbers == result ? "" : "&= " + numbers + "\\\\\n") + "&= " + result + "\n\\end{align*}\n";
    }
    return latex + "\n\\noindent " + latexText(checkText(derivation)) + "\n";
}

}  // namespace headlight
