#include "core/train/corpus/inflection.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(Inflection, Plurals)
{
    EXPECT_EQ(regularPlural("dog"), "dogs");
    EXPECT_EQ(regularPlural("box"), "boxes");
    EXPECT_EQ(regularPlural("city"), "cities");
    EXPECT_EQ(regularPlural("day"), "days");
    EXPECT_EQ(regularPlural("church"), "churches");
}

TEST(Inflection, Verbs)
{
    EXPECT_EQ(regularThirdPerson("catch"), "catches");
    EXPECT_EQ(regularThirdPerson("cry"), "cries");
    EXPECT_EQ(regularThirdPerson("go"), "goes");
    EXPECT_EQ(regularThirdPerson("have"), "has");
    EXPECT_EQ(regularPast("bark"), "barked");
    EXPECT_EQ(regularPast("love"), "loved");
    EXPECT_EQ(regularPast("stop"), "stopped");
    EXPECT_EQ(regularPast("carry"), "carried");
    EXPECT_EQ(regularPast("play"), "played");
    EXPECT_EQ(regularPast("rain"), "rained");
    EXPECT_EQ(regularGerund("run"), "running");
    EXPECT_EQ(regularGerund("see"), "seeing");
    EXPECT_EQ(regularGerund("die"), "dying");
    EXPECT_EQ(regularGerund("write"), "writing");
    EXPECT_EQ(regularGerund("wait"), "waiting");
    EXPECT_EQ(regularGerund("quit"), "quitting");
}

TEST(Inflection, Comparison)
{
    EXPECT_EQ(regularComparative("wide"), "wider");
    EXPECT_EQ(regularComparative("big"), "bigger");
    EXPECT_EQ(regularComparative("silly"), "sillier");
    EXPECT_EQ(regularSuperlative("tall"), "tallest");
}

TEST(Inflection, Articles)
{
    for (const char* word : {"apple", "hour", "uncle", "umbrella", "uninvited", "honest"}) {
        EXPECT_TRUE(startsWithVowelSound(word)) << word;
    }
    for (const char* word : {"dog", "unicorn", "university", "european", "one", "useful"}) {
        EXPECT_FALSE(startsWithVowelSound(word)) << word;
    }
}

}  // namespace
}  // namespace headlight::test
