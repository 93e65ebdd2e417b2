#include "core/base/parse.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(WholeNumber, LeavesNothingOver)
{
    EXPECT_EQ(wholeNumber("12"), 12);
    EXPECT_EQ(wholeNumber("-3"), -3);
    for (const char* text : {"", "x", "1.5", "12a", " 1", "+1", "99999999999999999999"}) {
        EXPECT_FALSE(wholeNumber(text)) << text;
    }
}

TEST(ParseHead, TakesALayerAndAHeadCountedFromZero)
{
    EXPECT_EQ(parseHead("2.10"), (HeadAddress{LayerIndex(2), HeadIndex(10)}));
    for (const char* text : {"", "2", "2.", ".1", "-1.0", "0.-1", "1.2.3", "a.b"}) {
        EXPECT_FALSE(parseHead(text)) << text;
    }
}

}  // namespace
}  // namespace headlight::test
