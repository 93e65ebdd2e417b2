#include "core/base/quantity.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(ByteSize, HasThreeDigitsAtMost)
{
    EXPECT_EQ(byteSize(0), "0.0 kB");
    EXPECT_EQ(byteSize(640), "0.6 kB");
    EXPECT_EQ(byteSize(640e3), "640 kB");
    EXPECT_EQ(byteSize(999.6e3), "1.0 MB");
    EXPECT_EQ(byteSize(12.34e6), "12.3 MB");
    EXPECT_EQ(byteSize(99.97e6), "100 MB");
    EXPECT_EQ(byteSize(498e6), "498 MB");
    EXPECT_EQ(byteSize(1.52e9), "1.5 GB");
    EXPECT_EQ(byteSize(77e12), "77000 GB");
}

TEST(Duration, IsInTheUnitThatFits)
{
    EXPECT_EQ(duration(0.0004), "0.4 ms");
    EXPECT_EQ(duration(0.0042), "4 ms");
    EXPECT_EQ(duration(0.9996), "1.0 s");
    EXPECT_EQ(duration(3.21), "3.2 s");
    EXPECT_EQ(duration(9.97), "10 s");
    EXPECT_EQ(duration(59.6), "1 min 0 s");
    EXPECT_EQ(duration(725), "12 min 5 s");
}

}  // namespace
}  // namespace headlight::test
