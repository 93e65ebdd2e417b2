#include "core/attention/cell_set.h"

#include "tests/core/support/random.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace headlight::test {
namespace {

std::vector<CellRun> runsOf(const CellSet& cells)
{
    return {cells.runs().begin(), cells.runs().end()};
}

TEST(CellSet, MergesRunsThatOverlapOrTouchAndSortsThem)
{
    const CellSet cells({{2, 5, 6}, {0, 3, 5}, {0, 0, 2}, {0, 1, 3}, {1, 4, 9}, {1, 5, 6}, {2, 0, 1}});
    EXPECT_EQ(runsOf(cells), (std::vector<CellRun>{{0, 0, 5}, {1, 4, 9}, {2, 0, 1}, {2, 5, 6}}));
    EXPECT_EQ(cells.size(), 5 + 5 + 1 + 1);
    EXPECT_FALSE(cells.empty());
}

TEST(CellSet, WithoutAnyRunIsTheEmptySet)
{
    EXPECT_TRUE(CellSet().empty());
    EXPECT_EQ(CellSet(std::vector<CellRun>{}), CellSet());
    EXPECT_EQ(CellSet().size(), 0);
    EXPECT_EQ(CellSet({{3, 4, 6}}).without(CellSet({{3, 0, 9}})), CellSet());
    EXPECT_EQ(CellSet().with(CellSet()), CellSet());
}

TEST(CellSet, IsEqualHoweverItCameAbout)
{
    const CellSet run({{1, 2, 5}});
    const CellSet painted = CellSet({{1, 4, 5}}).with(CellSet({{1, 2, 3}})).with(CellSet({{1, 3, 4}}));
    EXPECT_EQ(painted, run);
    EXPECT_NE(painted, CellSet({{1, 2, 6}}));
    EXPECT_NE(painted, CellSet());
}

TEST(CellSet, AgreesWithASetOfPairsWhateverIsPainted)
{
    Random random;
    SCOPED_TRACE(random.describe());
    CellSet cells;
    std::set<std::pair<Index, Index>> expected;
    for (int step = 0; step < 500; ++step) {
        std::vector<CellRun> runs;
        for (Index run = random.index(0, 3); run > 0; --run) {
            const Index begin = random.index(0, 8);
            runs.push_back({random.index(0, 6), begin, random.index(begin + 1, 9)});
        }
        const bool adds = random.index(0, 1) == 1;
        cells = adds ? cells.with(CellSet(runs)) : cells.without(CellSet(runs));
        for (const auto& [query, begin, end] : runs) {
            for (Index key = begin; key < end; ++key) {
                adds ? void(expected.emplace(query, key)) : void(expected.erase({query, key}));
            }
        }
        ASSERT_EQ(cells.size(), static_cast<Index>(expected.size()));
        for (Index i = 0; i < 8; ++i) {
            for (Index j = 0; j < 10; ++j) {
                ASSERT_EQ(cells.contains(TokenIndex(i), TokenIndex(j)), expected.contains({i, j})) << i << ", " << j;
            }
        }
        ASSERT_TRUE(std::ranges::is_sorted(cells.runs()));
        ASSERT_EQ(CellSet(runsOf(cells)), cells);
    }
}

}  // namespace
}  // namespace headlight::test
