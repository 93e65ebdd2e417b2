#include "app/cell_option.h"
#include "app/commands.h"
#include "app/options.h"
#include "core/analysis/derivation/latex.h"
#include "core/analysis/derivation/text.h"
#include "core/analysis/stage_matrix.h"

#include <iostream>
#include <memory>

namespace headlight::app {
namespace {

struct ExplainOptions
{
    CommonOptions common;
    std::string stage = "attention.weights";
    Index row = 0;
    Index column = 0;
    bool latex = false;
    bool all = false;
};

/// Tells apart what was asked for in vain.
Result<void> checkCell(const Trace& trace, const CellAddress& cell)
{
    if (hasCell(trace, cell)) {
        return {};
    }
    const auto matrix = stageMatrix(trace, cell.stage, cell.head);
    if (!matrix) {
        return failure(ErrorCode::InvalidArgument, matrix.error().message);
    }
    return failure(ErrorCode::InvalidArgument,
                   "--row and --column: " + tensorName(cell.stage) + " has " + std::to_string((*matrix)->rows()) +
                       " rows and " + std::to_string((*matrix)->cols()) +
                       " columns here, counted from 0; there is no [" + std::to_string(cell.row) + ", " +
                       std::to_string(cell.column) + "].");
}

Result<void> explain(const ExplainOptions& options)
{
    const Result<Run> run = runModel(options.common);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const Result<CellAddress> cell =
        cellOf(options.stage, shownHead(options.common, *run->model), options.row, options.column);
    if (!cell) {
        return tl::unexpected(cell.error());
    }
    if (const Result<void> isThere = checkCell(*run->trace, *cell); !isThere) {
        return isThere;
    }
    const Result<Derivation> derivation = derive(*run->model, *run->trace, *cell);
    if (!derivation) {
        return tl::unexpected(derivation.error());
    }
    const TermChoice choice = options.all ? TermChoice::All : TermChoice::Largest;
    std::cout << (options.latex ? toLatex(*derivation, choice) : toText(*derivation, choice));
    return {};
}

}  // namespace

void addExplainCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<ExplainOptions>();
    CLI::App* command = program.add_subcommand("explain", "Derive one number of any stage, step by step");
    command->add_option("--stage", options->stage, "The stage, as attention.scores or feed_forward.output")
        ->capture_default_str();
    command->add_option("--row", options->row, "The cell's row: a token, counted from 0")->required();
    command->add_option("--column", options->column, "The cell's column: a key, a dimension or a vocabulary entry")
        ->required();
    command->add_flag("--latex", options->latex, "As LaTeX, for a document that loads amsmath");
    command->add_flag("--all", options->all, "Every term of long sums, not the largest alone");
    addTextOptions(*command, options->common);
    addHeadOptions(*command, options->common);
    addExperimentOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        const Result<void> done = explain(*options);
        status = done ? 0 : report(done.error());
    });
}

}  // namespace headlight::app
