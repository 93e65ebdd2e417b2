#include "core/attention/cost.h"
#include "core/attention/linear.h"
#include "core/attention/sparse.h"
#include "tests/core/support/allocations.h"
#include "tests/core/support/random.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

/// What computing the variant takes at most, its output included, by watching it.
double watchedBytes(AttentionVariant variant, Index tokens, const CostSetting& setting)
{
    Random random;
    const Matrix query = random.matrix(tokens, setting.headWidth);
    const Matrix key = random.matrix(tokens, setting.headWidth);
    const Matrix value = random.matrix(tokens, setting.headWidth);
    const AttentionOptions options{.mask = maskOf(variant, setting)};
    const AllocationWatch watch;
    bool isDone = false;
    switch (variant) {
    case AttentionVariant::Full:
        isDone = attend(query, key, value, options).has_value();
        break;
    case AttentionVariant::Sparse: {
        SparsePattern pattern = sparsePattern(options.mask, tokens, tokens);
        pattern.keys.shrink_to_fit();
        pattern.rowStarts.shrink_to_fit();
        const AllocationWatch fromHere;
        isDone = sparseAttention(query, key, value, pattern).has_value();
        return isDone ? static_cast<double>(fromHere.peak() + pattern.keys.size() * sizeof(pattern.keys[0]) +
                                            pattern.rowStarts.size() * sizeof(pattern.rowStarts[0]))
                      : 0.0;
    }
    case AttentionVariant::Linear:
        isDone = linearAttention(query, key, value, options.mask.direction).has_value();
        break;
    case AttentionVariant::Tiled:
        isDone = tiledAttention(query, key, value, options, setting.block).has_value();
        break;
    }
    return isDone ? static_cast<double>(watch.peak()) : 0.0;
}

TEST(CostOf, ItsBytesAreThoseThatRunningTakes)
{
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        const CostSetting setting{
            .headWidth = 32, .mask = {direction, MaskPattern::Window, 20}, .block = {.queries = 32, .keys = 64}};
        for (const AttentionVariant variant : kAttentionVariants) {
            for (const Index tokens : {256, 1000}) {
                watchedBytes(variant, tokens, setting);  // what a first product sets up stays
                const double counted = costOf(variant, tokens, setting).bytes;
                EXPECT_NEAR(watchedBytes(variant, tokens, setting) / counted, 1.0, 0.1)
                    << attentionVariantName(variant) << " of " << tokens << ", " << describe(setting.mask);
            }
        }
    }
}

}  // namespace
}  // namespace headlight::test
