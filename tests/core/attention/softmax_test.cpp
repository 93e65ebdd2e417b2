#include "core/attention/softmax.h"

#include "core/attention/mask.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <algorithm>
#include <cmath>

namespace headlight::test {
namespace {

Matrix rowOf(const std::vector<float>& values)
{
    return Eigen::Map<const Matrix>(values.data(), 1, static_cast<Index>(values.size()));
}

TEST(SoftmaxRows, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [rows, cols] :
         std::vector<std::pair<Index, Index>>{{1, 1}, {1, 2}, {5, 3}, {1, 1000}, {129, 129}, {64, 17}}) {
        for (const float temperature : {1.0F, 0.3F, 4.0F}) {
            SCOPED_TRACE(testing::Message() << rows << "×" << cols << " τ=" << temperature);
            const Matrix scores = random.matrix(rows, cols, 8.0F);
            EXPECT_TRUE(isClose(softmaxRows(scores, temperature),
                                naiveSoftmax(widen(scores), {}, static_cast<double>(temperature))));
        }
    }
}

TEST(SoftmaxRows, AgreesWithTheNaiveTwinUnderEveryMask)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const MaskPattern pattern : {MaskPattern::Full, MaskPattern::Window, MaskPattern::Strided}) {
            const Mask mask{direction, pattern, 3};
            const Matrix scores = random.matrix(33, 33, 8.0F);
            EXPECT_TRUE(isClose(softmaxRows(applyMask(scores, mask)), naiveSoftmax(widen(scores), mask, 1.0)))
                << describe(mask);
        }
    }
}

TEST(SoftmaxRows, EveryRowSumsToOne)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index cols : {1, 2, 3, 7, 8, 129, 1024, 30011}) {
        for (const float bound : {0.0F, 1.0F, 50.0F}) {
            EXPECT_TRUE(rowsAreDistributions(softmaxRows(random.matrix(9, cols, bound))))
                << cols << " within " << bound;
        }
    }
}

TEST(SoftmaxRows, ShiftingARowChangesNothing)
{
    Random random;
    SCOPED_TRACE(random.describe());
    // Eighths up to 4 and whole shifts up to 1024 add up without rounding, so not a bit may change.
    Matrix scores = (8.0F * random.matrix(20, 31, 4.0F)).array().round().matrix() / 8.0F;
    const Matrix before = softmaxRows(scores);
    for (Index i = 0; i < scores.rows(); ++i) {
        scores.row(i).array() += static_cast<float>(random.index(-1024, 1024));
    }
    EXPECT_TRUE(isIdentical(softmaxRows(scores), before));
}

TEST(SoftmaxRows, TemperatureDividesTheScores)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix scores = random.matrix(6, 9, 3.0F);
    EXPECT_TRUE(isClose(softmaxRows(scores, 2.5F), softmaxRows(scores / 2.5F), {1e-6, 0.0}));
    EXPECT_FALSE(isClose(softmaxRows(scores, 2.5F), softmaxRows(scores), {1e-2, 0.0}));
}

TEST(SoftmaxRows, LowTemperatureSharpensAndHighTemperatureFlattens)
{
    const Matrix scores = rowOf({1.0F, 2.0F, 3.0F});
    EXPECT_TRUE(isClose(softmaxRows(scores, 1e-3F), rowOf({0.0F, 0.0F, 1.0F}), {1e-6, 0.0}));
    EXPECT_TRUE(isClose(softmaxRows(scores, 1e6F), rowOf({1.0F / 3, 1.0F / 3, 1.0F / 3}), {1e-6, 0.0}));
}

TEST(SoftmaxRows, MaskedEntriesAreExactlyZeroWhateverTheWidth)
{
    for (Index cols = 1; cols <= 40; ++cols) {
        Matrix scores = Matrix::Constant(1, cols, -3.0F);
        for (Index j = 1; j < cols; j += 2) {
            scores(0, j) = kMasked;
        }
        const Matrix weights = softmaxRows(scores, 0.7F);
        for (Index j = 1; j < cols; j += 2) {
            EXPECT_EQ(weights(0, j), 0.0F) << j << " of " << cols;
            EXPECT_FALSE(std::signbit(weights(0, j)));
        }
        EXPECT_TRUE(rowsAreDistributions(weights)) << cols;
    }
}

TEST(SoftmaxRows, TheOnlyVisibleKeyTakesAll)
{
    EXPECT_EQ(softmaxRows(rowOf({kMasked, -1e30F, kMasked})), rowOf({0.0F, 1.0F, 0.0F}));
}

TEST(SoftmaxRows, HugeScoresNeverGiveNan)
{
    struct Case
    {
        std::vector<float> scores;
        std::vector<float> weights;
    };
    const float most = std::numeric_limits<float>::max();
    for (const auto& [scores, weights] : std::vector<Case>{
             {{1e30F, -1e30F}, {1.0F, 0.0F}},
             {{-1e30F, -1e30F}, {0.5F, 0.5F}},
             {{1e30F, 1e30F, 0.0F, kMasked}, {0.5F, 0.5F, 0.0F, 0.0F}},
             {{most, -most}, {1.0F, 0.0F}},
             {{most, most, kMasked}, {0.5F, 0.5F, 0.0F}},
             {{-most, kMasked}, {1.0F, 0.0F}},
             {{1e-45F, 0.0F}, {0.5F, 0.5F}},
         }) {
        for (const float temperature : {1e-30F, 1.0F, 1e3F}) {
            const Matrix result = softmaxRows(rowOf(scores), temperature);
            EXPECT_TRUE(rowsAreDistributions(result));
            if (temperature == 1.0F) {
                EXPECT_TRUE(isClose(result, rowOf(weights), {1e-30, 0.0}));
            }
        }
    }
}

}  // namespace
}  // namespace headlight::test
