#include "core/analysis/derivation/text.h"

#include "core/analysis/derivation/latex.h"
#include "core/model/parameters.h"
#include "tests/core/support/models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace headlight::test {
namespace {

/// A product of two numbers a[i] and b[i] for each of these.
Expression dotProduct(const std::vector<std::pair<double, double>>& pairs)
{
    std::vector<Expression> terms;
    for (const auto& [a, b] : pairs) {
        const std::string index = "[" + std::to_string(terms.size()) + "]";
        terms.push_back(product(operand("a" + index, {a, 0.0}), operand("b" + index, {b, 0.0})));
    }
    return sum(std::move(terms));
}

Derivation derivationOf(Expression value)
{
    Derivation derivation{
        .title = "a stage of layer 0", .formula = "a·b", .row = "token 0 “50%”", .column = "dimension 1"};
    derivation.traced = value.number.value;
    derivation.steps.push_back({.label = "dot product", .symbol = "x", .value = std::move(value)});
    return derivation;
}

/// Ten products of which a[3]·b[3] is the smallest and a[4]·b[4] the next.
Expression tenProducts()
{
    return dotProduct({{9, 1}, {8, 1}, {7, 1}, {0.25, 1}, {0.5, -1}, {6, 1}, {5, 1}, {4, -1}, {3, 1}, {2, 1}});
}

TEST(WrittenOut, PutsParenthesesOnlyWhereTheyAreNeeded)
{
    const Expression a = operand("a", {2.0, 0.0});
    const Expression b = operand("b", {-3.0, 0.0});
    const auto both = [](const Expression& e) {
        return writtenOut(e, Writing::Symbols) + " | " + writtenOut(e, Writing::Numbers);
    };
    EXPECT_EQ(both(sum({a, b})), "a + b | 2 + (-3)");
    EXPECT_EQ(both(difference(a, sum({a, b}))), "a − (a + b) | 2 − (2 + (-3))");
    EXPECT_EQ(both(product(a, difference(a, b))), "a·(a − b) | 2 × (2 − (-3))");
    EXPECT_EQ(both(quotient(product(a, b), root(a))), "a·b / √a | 2 × (-3) / √2");
    EXPECT_EQ(both(quotient(a, product(a, b))), "a / (a·b) | 2 / (2 × (-3))");
    EXPECT_EQ(both(square(difference(a, b))), "(a − b)² | (2 − (-3))²");
    EXPECT_EQ(both(root(sum({a, a}))), "√(a + a) | √(2 + 2)");
    EXPECT_EQ(both(power(constant(10.0), quotient(a, a))), "10^(a / a) | 10^(2 / 2)");
    EXPECT_EQ(both(exponential(negative(a))), "exp(−a) | exp(−2)");
    EXPECT_EQ(both(larger(constant(0.0), b)), "max(0, b) | max(0, -3)");
}

TEST(Terms, AreTheLargestInTheirOrderAndTheExactRest)
{
    const Expression sum = tenProducts();
    const Terms largest = termsOf(sum, TermChoice::Largest);
    ASSERT_EQ(largest.shown.size(), 8U);
    EXPECT_EQ(largest.others, 2U);
    EXPECT_EQ(largest.rest, -0.25);
    double shown = 0.0;
    for (std::size_t i = 0; i < largest.shown.size(); ++i) {
        shown += largest.shown[i]->number.value;
        EXPECT_TRUE(i == 0 || largest.shown[i - 1] < largest.shown[i]) << "out of order";
    }
    EXPECT_EQ(shown + largest.rest, sum.number.value);
    const Terms all = termsOf(sum, TermChoice::All);
    EXPECT_EQ(all.shown.size(), 10U);
    EXPECT_EQ(all.others, 0U);
}

TEST(DerivationText, IsTheseLines)
{
    EXPECT_EQ(toText(derivationOf(tenProducts())), R"(a stage of layer 0: token 0 “50%”, dimension 1
a·b

1. dot product
   x = a[0]·b[0] + a[1]·b[1] + … + a[9]·b[9]
       a[0]·b[0] = 9 × 1 = 9
       a[1]·b[1] = 8 × 1 = 8
       a[2]·b[2] = 7 × 1 = 7
       a[5]·b[5] = 6 × 1 = 6
       a[6]·b[6] = 5 × 1 = 5
       a[7]·b[7] = 4 × (-1) = -4
       a[8]·b[8] = 3 × 1 = 3
       a[9]·b[9] = 2 × 1 = 2
       2 more terms = -0.25
     = 35.75

traced in float32: 35.75 · derived: 35.75 · difference 0; float32 rounding explains up to 6e-05
)");
    const std::string all = toText(derivationOf(tenProducts()), TermChoice::All);
    EXPECT_NE(all.find("a[3]·b[3] = 0.25 × 1 = 0.25\n"), std::string::npos) << all;
    EXPECT_EQ(all.find("more terms"), std::string::npos);
}

TEST(DerivationText, ListsANumberOnce)
{
    const Expression x = operand("x", {1.5, 0.0});
    const std::string text = toText(derivationOf(quotient(sum({x, x, x, x, x}), operand("n", {5.0, 0.0}))));
    EXPECT_NE(text.find("\n       x = 1.5\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\n     = 7.5 / 5\n     = 1.5\n"), std::string::npos) << text;
}

/// What is wrong with braces, environments and mathematics; empty if nothing.
std::string unbalanced(const std::string& latex)
{
    int depth = 0;
    for (std::size_t i = 0; i < latex.size(); ++i) {
        if (latex[i] == '\\') {
            ++i;  // an escaped brace groups nothing
        } else if (latex[i] == '{' || latex[i] == '}') {
            depth += latex[i] == '{' ? 1 : -1;
        }
        if (depth < 0) {
            return "a } too many before " + latex.substr(i, 40);
        }
    }
    const auto count = [&latex](const std::string& what) {
        const std::regex pattern(what);
        return std::distance(std::sregex_iterator(latex.begin(), latex.end(), pattern), std::sregex_iterator());
    };
    if (depth != 0) {
        return "a { too many";
    }
    if (count(R"(\\begin\{align\*\})") != count(R"(\\end\{align\*\})")) {
        return "begin and end";
    }
    return count(R"(\\left\()") == count(R"(\\right\))") ? "" : "left and right";
}

TEST(DerivationLatex, IsTheseLines)
{
    const Expression value = quotient(dotProduct({{2, -3}, {1.5e-7, 4}}), root(operand("d", {2.0, 0.0})));
    EXPECT_EQ(toLatex(derivationOf(value)), R"(\noindent a stage of layer 0: token 0 ``50\%'', dimension 1

\noindent 1. dot product
\begin{align*}
x &= \frac{a[0] \cdot b[0] + a[1] \cdot b[1]}{\sqrt{d}}\\
&= \frac{2 \times \left(-3\right) + 1.5 \cdot 10^{-7} \times 4}{\sqrt{2}}\\
&= -4.24264
\end{align*}

\noindent traced in float32: -4.24264026 \textperiodcentered{} derived: -4.24264026 \textperiodcentered{} difference 0; float32 rounding explains up to 3e-06
)");
}

TEST(DerivationLatex, EscapesWhateverATokenIs)
{
    EXPECT_EQ(latexText("a_b{c}$d&e#f%g~h^i\\j"),
              "a\\_b\\{c\\}\\$d\\&e\\#f\\%g\\textasciitilde{}h\\textasciicircum{}i\\textbackslash{}j");
}

TEST(DerivationLatex, IsBalancedForEveryStage)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = smallConfig();
    config.positions = PositionScheme::Rotary;
    config.feedForward = FeedForwardKind::Gated;
    config.outputHead = OutputHead::Transformed;
    config.hasQueryKeyNorm = true;
    Model model{
        .name = "random", .note = "untrained", .config = config, .weights = unsetWeights(config), .tokenizer = nullptr};
    for (Parameter& parameter : parameters(model.weights)) {
        parameter.values = random.matrix(parameter.values.rows(), parameter.values.cols());
    }
    EncodedText text = randomText(config, 6, random);
    text.tokens[2].text = " }{\\end{$ %";
    const auto trace = run(model, text);
    int derived = 0;
    for (const Stage& stage : stages()) {
        if (const auto derivation = derive(model, *trace, {.stage = {stage.id}, .row = 2, .column = 1})) {
            for (const TermChoice choice : {TermChoice::Largest, TermChoice::All}) {
                const std::string latex = toLatex(*derivation, choice);
                EXPECT_EQ(unbalanced(latex), "") << latex;
            }
            ++derived;
        }
    }
    EXPECT_GE(derived, 20);
    EXPECT_NE(unbalanced("\\frac{1}{2"), "") << "a test that cannot fail";
    EXPECT_NE(unbalanced("\\begin{align*}"), "");
}

}  // namespace
}  // namespace headlight::test
