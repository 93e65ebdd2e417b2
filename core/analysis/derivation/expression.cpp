#include "core/analysis/derivation/expression.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace headlight {
namespace {

constexpr std::size_t kLargestTerms = 8;

Expression node(Operator op, Rounded number, Expression part)
{
    Expression expression{.op = op, .number = number};
    expression.parts.push_back(std::move(part));
    return expression;
}

Expression node(Operator op, Rounded number, Expression first, Expression second)
{
    Expression expression = node(op, number, std::move(first));
    expression.parts.push_back(std::move(second));
    return expression;
}

}  // namespace

Expression operand(std::string symbol, Rounded number, std::optional<CellAddress> cell)
{
    return {.number = number, .symbol = std::move(symbol), .cell = cell};
}

Expression constant(double value)
{
    return {.number = {value, 0.0}};
}

Expression negative(Expression x)
{
    const Rounded number{-x.number.value, x.number.rounding};
    return node(Operator::Negative, number, std::move(x));
}

Expression sum(std::vector<Expression> terms)
{
    std::vector<Rounded> numbers;
    numbers.reserve(terms.size());
    for (const Expression& term : terms) {
        numbers.push_back(term.number);
    }
    return {.op = Operator::Sum, .number = total(numbers), .parts = std::move(terms)};
}

Expression difference(Expression a, Expression b)
{
    const Rounded number = a.number - b.number;
    return node(Operator::Difference, number, std::move(a), std::move(b));
}

Expression product(Expression a, Expression b)
{
    const Rounded number = a.number * b.number;
    return node(Operator::Product, number, std::move(a), std::move(b));
}

Expression quotient(Expression a, Expression b)
{
    const Rounded number = a.number / b.number;
    return node(Operator::Quotient, number, std::move(a), std::move(b));
}

Expression square(Expression x)
{
    const Rounded number = x.number * x.number;
    return node(Operator::Square, number, std::move(x));
}

Expression root(Expression x)
{
    const Rounded number = squareRoot(x.number);
    return node(Operator::Root, number, std::move(x));
}

Expression power(Expression base, Expression exponent)
{
    const Rounded number = raised(base.number, exponent.number.value);
    return node(Operator::Power, number, std::move(base), std::move(exponent));
}

Expression larger(Expression a, Expression b)
{
    const Rounded number = a.number.value > b.number.value ? a.number : b.number;
    return node(Operator::Maximum, number, std::move(a), std::move(b));
}

Expression exponential(Expression x)
{
    const Rounded number = exponential(x.number);
    return node(Operator::Exponential, number, std::move(x));
}

Expression sine(Expression x)
{
    const Rounded number = sine(x.number);
    return node(Operator::Sine, number, std::move(x));
}

Expression cosine(Expression x)
{
    const Rounded number = cosine(x.number);
    return node(Operator::Cosine, number, std::move(x));
}

Expression hyperbolicTangent(Expression x)
{
    const Rounded number = hyperbolicTangent(x.number);
    return node(Operator::Tanh, number, std::move(x));
}

Expression errorFunction(Expression x)
{
    const Rounded number = errorFunction(x.number);
    return node(Operator::Erf, number, std::move(x));
}

bool isLongSum(const Expression& expression)
{
    return expression.op == Operator::Sum && expression.parts.size() > kWrittenTerms;
}

std::vector<const Expression*> longSums(const Expression& expression)
{
    if (isLongSum(expression)) {
        return {&expression};
    }
    std::vector<const Expression*> found;
    for (const Expression& part : expression.parts) {
        for (const Expression* inside : longSums(part)) {
            found.push_back(inside);
        }
    }
    return found;
}

Terms termsOf(const Expression& sum, TermChoice choice)
{
    assert(sum.op == Operator::Sum);
    std::vector<const Expression*> terms;
    for (const Expression& term : sum.parts) {
        terms.push_back(&term);
    }
    if (choice == TermChoice::All || terms.size() <= kLargestTerms) {
        return {.shown = std::move(terms)};
    }
    const auto isLarger = [](const Expression* a, const Expression* b) {
        return std::abs(a->number.value) > std::abs(b->number.value);
    };
    const auto others = terms.begin() + kLargestTerms;
    std::nth_element(terms.begin(), others - 1, terms.end(), isLarger);
    std::sort(terms.begin(), others);  // all are in one array, so their addresses are in the sum's order
    Terms result{.shown = {terms.begin(), others}, .others = static_cast<std::size_t>(terms.end() - others)};
    for (auto term = others; term != terms.end(); ++term) {
        result.rest += (*term)->number.value;
    }
    return result;
}

}  // namespace headlight
