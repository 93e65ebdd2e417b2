#include "core/train/training_run.h"

#include "core/io/atomic_file.h"
#include "core/io/csv.h"
#include "core/io/file_descriptor.h"
#include "core/io/text_file.h"
#include "core/train/checkpoint.h"

#include <charconv>

namespace headlight {
namespace {

constexpr const char* kCheckpointFile = "checkpoint.safetensors";
constexpr const char* kLogFile = "log.csv";

CsvTable logTable()
{
    CsvTable table{.header = {"step", "loss", "masked_word_loss"}, .rows = {}};
    for (const Role role : kRoles) {
        table.header.push_back(std::string(roleName(role)) + "_loss");
    }
    for (std::size_t i = 0; i < kLinkRoleCount; ++i) {
        table.header.push_back(std::string(roleName(kRoles[i])) + "_named_loss");
    }
    table.header.insert(table.header.end(), {"gradient_norm", "learning_rate", "tokens"});
    return table;
}

/// The lines of one step's row, without the header.
std::string logLine(const StepReport& report)
{
    std::vector<CsvCell> row;
    row.emplace_back(report.step);
    row.emplace_back(report.loss.total);
    row.emplace_back(report.loss.maskedWord);
    for (const double loss : report.loss.roles) {
        row.emplace_back(loss);
    }
    for (const double loss : report.loss.outputs) {
        row.emplace_back(loss);
    }
    row.emplace_back(report.gradientNorm);
    row.emplace_back(report.learningRate);
    row.emplace_back(report.tokens);
    CsvTable table = logTable();
    table.rows.push_back(std::move(row));
    const std::string text = toCsv(table);
    return text.substr(text.find('\n') + 1);
}

}  // namespace

Result<TrainingRun> TrainingRun::open(const std::filesystem::path& folder, Trainer trainer)
{
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) {
        return failure(ErrorCode::Unwritable,
                       "Cannot make the folder " + quoted(folder) + ": " + problem.message() + ".");
    }
    TrainingRun run(folder, std::move(trainer));
    run.m_log = toCsv(logTable());
    if (std::filesystem::exists(folder / kCheckpointFile, problem)) {
        if (const Result<void> restored = restoreCheckpoint(folder / kCheckpointFile, run.m_trainer); !restored) {
            return tl::unexpected(restored.error());
        }
        if (const Result<void> read = run.readLog(); !read) {
            return tl::unexpected(read.error());
        }
    } else if (const Result<void> saved = run.save();
               !saved) {  // A folder that cannot be written says so now, not an hour later.
        return tl::unexpected(saved.error());
    }
    return run;
}

Result<void> TrainingRun::readLog()
{
    constexpr std::size_t kLongest = std::size_t{1} << 30U;
    const Result<std::string> text = readTextFile(m_folder / kLogFile, kLongest);
    if (!text) {
        return tl::unexpected(text.error());
    }
    if (!text->starts_with(m_log)) {
        return failure(ErrorCode::Malformed, quoted(m_folder / kLogFile) + " is no log of this run.");
    }
    std::string_view rest = std::string_view(*text).substr(m_log.size());
    for (Index step = 1; step <= m_trainer.stepsDone(); ++step) {
        const std::size_t end = rest.find('\n');
        Index found = 0;
        std::from_chars(rest.data(), rest.data() + rest.size(), found);
        if (end == std::string_view::npos || found != step) {
            return failure(ErrorCode::Malformed,
                           quoted(m_folder / kLogFile) + " has no line for step " + std::to_string(step) + ".");
        }
        m_log += rest.substr(0, end + 1);
        rest.remove_prefix(end + 1);
    }
    return {};
}

StepReport TrainingRun::step()
{
    const StepReport report = m_trainer.step();
    m_log += logLine(report);
    return report;
}

Result<void> TrainingRun::save()
{
    // The log first: a log that is ahead of the checkpoint is cut when the run is taken up.
    Result<AtomicFile> log = AtomicFile::create(m_folder / kLogFile);
    if (!log) {
        return tl::unexpected(log.error());
    }
    Result<void> written = log->write(std::as_bytes(std::span(m_log)));
    if (written) {
        written = log->commit();
    }
    return written ? saveCheckpoint(m_folder / kCheckpointFile, m_trainer) : written;
}

}  // namespace headlight
