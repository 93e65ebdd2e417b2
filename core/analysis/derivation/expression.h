// A calculation with its numbers. May use trace/.
#pragma once

#include "core/analysis/derivation/rounded.h"
#include "core/trace/cell.h"

#include <optional>
#include <string>
#include <vector>

namespace headlight {

enum class Operator {
    Operand,
    Negative,
    Sum,
    Difference,
    Product,
    Quotient,
    Square,
    Root,
    Power,
    Maximum,
    Exponential,
    Sine,
    Cosine,
    Tanh,
    Erf,
};

/// A formula as a tree whose every node has its value. Made by the functions below, which do the arithmetic.
struct Expression
{
    Operator op = Operator::Operand;
    Rounded number = {};
    std::vector<Expression> parts = {};    ///< One or two, or the terms of a sum.
    std::string symbol = {};               ///< Of an operand: "W_Q[5, 12]"; of a pure number empty.
    std::optional<CellAddress> cell = {};  ///< Of an operand that is itself a cell of a stage.
    std::string note = {};                 ///< What a sum's term belongs to, as a token; may be empty.
};

/// A number that has a name and perhaps a cell of its own.
Expression operand(std::string symbol, Rounded number, std::optional<CellAddress> cell = {});

/// A pure number.
Expression constant(double value);

Expression negative(Expression x);
Expression sum(std::vector<Expression> terms);
Expression difference(Expression a, Expression b);
Expression product(Expression a, Expression b);
Expression quotient(Expression a, Expression b);
Expression square(Expression x);
Expression root(Expression x);
Expression power(Expression base, Expression exponent);
Expression larger(Expression a, Expression b);
Expression exponential(Expression x);
Expression sine(Expression x);
Expression cosine(Expression x);
Expression hyperbolicTangent(Expression x);
Expression errorFunction(Expression x);

/// Sums of more terms are listed a line a term, shorter ones written out.
inline constexpr std::size_t kWrittenTerms = 4;

bool isLongSum(const Expression& expression);

/// The long sums inside, outermost first.
std::vector<const Expression*> longSums(const Expression& expression);

/// Which terms of a long sum are shown.
enum class TermChoice { Largest, All };

/// Those shown, in their order in the sum, and what the others add up to.
struct Terms
{
    std::vector<const Expression*> shown = {};
    std::size_t others = 0;
    double rest = 0.0;
};

/// All terms, or the eight of the largest magnitude.
Terms termsOf(const Expression& sum, TermChoice choice);

}  // namespace headlight
