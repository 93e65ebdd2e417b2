#include "core/attention/scores.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <cmath>

namespace headlight::test {
namespace {

TEST(RawScores, AgreeWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index queries : {1, 2, 7, 129}) {
        for (const Index keys : {1, 3, 129}) {
            for (const Index width : {1, 2, 16, 65}) {
                SCOPED_TRACE(testing::Message() << "T=" << queries << " S=" << keys << " d=" << width);
                const Matrix query = random.matrix(queries, width);
                const Matrix key = random.matrix(keys, width);
                const DoubleMatrix expected = naiveMultiply(widen(query), naiveTranspose(widen(key)));
                EXPECT_TRUE(isClose(rawScores(query, key), expected));
                EXPECT_TRUE(isClose(scaledScores(query, key, 0.25F), DoubleMatrix(0.25 * expected)));
            }
        }
    }
}

TEST(ScoreScale, IsOneOverTheRootOfTheHeadWidth)
{
    EXPECT_EQ(scoreScale(1), 1.0F);
    EXPECT_EQ(scoreScale(16), 0.25F);
    EXPECT_EQ(scoreScale(64), 0.125F);
    EXPECT_FLOAT_EQ(scoreScale(8), 0.35355339F);
}

// What §3.2.1 of the paper says scaling is for: entries of variance 1 give raw scores of variance d.
TEST(ScoreScale, KeepsTheVarianceOfScoresAtOneWhateverTheWidth)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index width : {4, 64, 256}) {
        const float bound = std::sqrt(3.0F);  // Uniform ±√3 has variance 1.
        const Matrix query = random.matrix(2000, width, bound);
        const Matrix key = random.matrix(2000, width, bound);
        const auto variance = [](const Matrix& scores) {
            return static_cast<double>(scores.squaredNorm()) / static_cast<double>(scores.size());
        };
        EXPECT_NEAR(variance(scaledScores(query, key, scoreScale(width))), 1.0, 0.15) << width;
        EXPECT_NEAR(variance(rawScores(query, key)) / static_cast<double>(width), 1.0, 0.15) << width;
    }
}

}  // namespace
}  // namespace headlight::test
