#include "core/analysis/cost_measurement.h"

#include "core/attention/attend.h"
#include "core/attention/linear.h"
#include "core/attention/sparse.h"
#include "core/base/random.h"
#include "core/tensor/matmul.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <map>

namespace headlight {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

Matrix normalMatrix(Index rows, Index cols, Random& random)
{
    return Matrix::NullaryExpr(rows, cols, [&random] { return random.normal(); });
}

struct Inputs
{
    Matrix query;
    Matrix key;
    Matrix value;
};

/// Computes the variant once and drops the result; tells whether the inputs were accepted.
std::function<Result<void>()> runnable(AttentionVariant variant, const Inputs& in, const CostSetting& setting)
{
    const auto outcome = [](const auto& result) -> Result<void> {
        return result ? Result<void>() : Result<void>(tl::unexpected(result.error()));
    };
    const AttentionOptions options{.mask = maskOf(variant, setting)};
    switch (variant) {
    case AttentionVariant::Full:
        break;
    case AttentionVariant::Sparse:
        return [&in, outcome, pattern = sparsePattern(options.mask, in.query.rows(), in.key.rows())] {
            return outcome(sparseAttention(in.query, in.key, in.value, pattern));
        };
    case AttentionVariant::Linear:
        return [&in, outcome, options] {
            return outcome(linearAttention(in.query, in.key, in.value, options.mask.direction));
        };
    case AttentionVariant::Tiled:
        return [&in, outcome, options, block = setting.block] {
            return outcome(tiledAttention(in.query, in.key, in.value, options, block));
        };
    }
    return [&in, outcome, options] { return outcome(attend(in.query, in.key, in.value, options)); };
}

}  // namespace

Result<std::vector<MeasuredTime>> measureTimes(const CostSetting& setting, const MeasurementOptions& options,
                                               const Progress& progress)
{
    if (const Result<void> valid = validate(setting); !valid) {
        return tl::unexpected(valid.error());
    }
    const OneProductThread oneThread;
    double allWork = 0.0;
    for (const Index tokens : options.lengths) {
        for (const AttentionVariant variant : kAttentionVariants) {
            allWork += costOf(variant, tokens, setting).multiplyAdds;
        }
    }
    const Clock::time_point begin = Clock::now();
    std::vector<MeasuredTime> measured;
    std::map<AttentionVariant, double> lastOf;  // seconds a multiply-add, of the length before
    double workDone = 0.0;
    for (const Index tokens : options.lengths) {
        Random random(static_cast<std::uint64_t>(tokens));
        const Inputs inputs{.query = normalMatrix(tokens, setting.headWidth, random),
                            .key = normalMatrix(tokens, setting.headWidth, random),
                            .value = normalMatrix(tokens, setting.headWidth, random)};
        for (const AttentionVariant variant : kAttentionVariants) {
            if (progress.stop.stop_requested()) {
                return failure(ErrorCode::Cancelled, "The measurement was cancelled.");
            }
            const double multiplyAdds = costOf(variant, tokens, setting).multiplyAdds;
            progress.at(static_cast<float>(workDone / allWork));
            workDone += multiplyAdds;
            if (secondsSince(begin) + lastOf[variant] * multiplyAdds > options.limitSeconds) {
                continue;
            }
            const std::function<Result<void>()> run = runnable(variant, inputs, setting);
            double quickest = std::numeric_limits<double>::infinity();
            for (int repeat = 0; repeat < options.repeats; ++repeat) {
                const Clock::time_point start = Clock::now();
                if (const Result<void> result = run(); !result) {
                    return tl::unexpected(result.error());
                }
                quickest = std::min(quickest, secondsSince(start));
                if (progress.stop.stop_requested() || secondsSince(begin) + quickest > options.limitSeconds) {
                    break;
                }
            }
            lastOf[variant] = quickest / multiplyAdds;
            measured.push_back({.variant = variant, .tokens = tokens, .seconds = quickest});
        }
    }
    progress.at(1.0F);
    return measured;
}

}  // namespace headlight
