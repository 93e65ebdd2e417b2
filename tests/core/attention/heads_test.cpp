#include "core/attention/heads.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"

namespace headlight::test {
namespace {

TEST(SplitHeads, HeadHOwnsColumnsHTimesDToHPlusOneTimesD)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index tokens : {1, 3, 129}) {
        for (const Index heads : {1, 2, 3, 64}) {
            for (const Index width : {1, 2, 7}) {
                SCOPED_TRACE(testing::Message() << "T=" << tokens << " H=" << heads << " d=" << width);
                const Matrix projected = random.matrix(tokens, heads * width);
                const Tensor split = splitHeads(projected, heads);
                ASSERT_EQ(split.shape(), (Tensor::Shape{heads, tokens, width}));
                for (Index h = 0; h < heads; ++h) {
                    for (Index i = 0; i < tokens; ++i) {
                        for (Index c = 0; c < width; ++c) {
                            ASSERT_EQ(split.matrix(h)(i, c), projected(i, h * width + c));
                        }
                    }
                }
                EXPECT_TRUE(isIdentical(concatenateHeads(split), projected));
            }
        }
    }
}

TEST(ConcatenateHeads, PutsHeadsSideBySide)
{
    Tensor heads({2, 2, 2});
    heads.matrix(0) << 1, 2, 3, 4;
    heads.matrix(1) << 5, 6, 7, 8;
    Matrix expected(2, 4);
    expected << 1, 2, 5, 6, 3, 4, 7, 8;
    EXPECT_EQ(concatenateHeads(heads), expected);
}

}  // namespace
}  // namespace headlight::test
