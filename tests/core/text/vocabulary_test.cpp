#include "core/text/vocabulary.h"

#include "core/text/merge_table.h"
#include "tests/core/support/printing.h"
#include "tests/core/support/random.h"

#include <gtest/gtest.h>
#include <map>

namespace headlight::test {
namespace {

TEST(Vocabulary, KnowsPiecesAndIdsBothWays)
{
    const auto vocabulary = Vocabulary::make({{"a", 0}, {"", 7}, {"bc", 2}});
    ASSERT_TRUE(vocabulary);
    EXPECT_EQ(vocabulary->size(), 3);
    EXPECT_EQ(vocabulary->idCount(), 8);
    EXPECT_EQ(vocabulary->find("bc"), 2);
    EXPECT_EQ(vocabulary->find(""), 7);
    EXPECT_EQ(vocabulary->find("b"), std::nullopt);
    EXPECT_EQ(*vocabulary->piece(0), "a");
    for (const std::int32_t gap : {-1, 1, 8}) {
        EXPECT_EQ(vocabulary->piece(gap), nullptr) << gap;
    }
}

TEST(Vocabulary, RefusesWhatIsNone)
{
    const auto problem = [](std::vector<Vocabulary::Entry> entries) {
        const auto vocabulary = Vocabulary::make(std::move(entries));
        return vocabulary ? "none" : vocabulary.error().message;
    };
    EXPECT_EQ(problem({}), "the vocabulary is empty");
    EXPECT_EQ(problem({{"a", -1}}), "the vocabulary's entry \"a\" has the id -1; expected 0 to 16777215");
    EXPECT_EQ(problem({{"a", 1 << 24}}), "the vocabulary's entry \"a\" has the id 16777216; expected 0 to 16777215");
    EXPECT_EQ(problem({{"a", 1}, {"b", 1}}), "the vocabulary's entry \"b\" has the id 1, as has \"a\"");
    EXPECT_EQ(problem({{"a", 1}, {"a", 2}}),
              "the vocabulary's entry \"a\" has the id 2, but it has another one as well");
}

TEST(Vocabulary, FindsEachOfMany)
{
    std::vector<Vocabulary::Entry> entries;
    for (std::int32_t id = 0; id < 20'000; ++id) {
        entries.push_back({std::to_string(id * 7919), id});
    }
    const auto vocabulary = Vocabulary::make(entries);
    ASSERT_TRUE(vocabulary);
    for (const Vocabulary::Entry& entry : entries) {
        ASSERT_EQ(vocabulary->find(entry.piece), entry.id);
    }
    EXPECT_EQ(vocabulary->find("x"), std::nullopt);
}

TEST(MergeTable, IsAMap)
{
    Random random;
    SCOPED_TRACE(random.describe());
    std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> expected;
    MergeTable table(500);
    for (std::int32_t rank = 0; rank < 500; ++rank) {
        const auto left = static_cast<std::int32_t>(random.index(0, 30));
        const auto right = static_cast<std::int32_t>(random.index(0, 30));
        expected[{left, right}] = rank;
        table.set(left, right, {.rank = rank, .id = 0});
    }
    for (std::int32_t left = 0; left < 32; ++left) {
        for (std::int32_t right = 0; right < 32; ++right) {
            const auto known = expected.find({left, right});
            const Merge* merge = table.find(left, right);
            ASSERT_EQ(merge != nullptr, known != expected.end());
            EXPECT_TRUE(merge == nullptr || merge->rank == known->second);
        }
    }
    EXPECT_EQ(MergeTable().find(0, 0), nullptr);
}

}  // namespace
}  // namespace headlight::test
