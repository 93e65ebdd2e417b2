// The example of the textbooks, worked by hand: four tokens, d = 8, small whole numbers.
//
//   Q                              K                               V
//   2  2  1  1  0  0  0  0         1  1  0  0  0  0  0  0          1  0  0  0  1  2  0  4
//   0  0  2  2  0  0  0  0         0  0  1  1  0  0  0  0          0  1  0  0  1  0  2  0
//   1  1  1  1  1  1  1  1         0  0  0  0  1  1  0  0          0  0  1  0  1  0 -2  0
//   2  2  0  0 -1 -1  1  1         0  0  0  0  0  0  1  1          0  0  0  1  1 -2  0 -4
//
// Each key has ones in two columns, so a dot product is the sum of two entries of the query:
//
//   Q·Kᵀ =  4  2  0  0
//           0  4  0  0
//           2  2  2  2
//           4  0 -2  2
//
// The scores are these over √8 = 2·√2. With  a = e^(2/√8) = e^0.70710678 = 2.02811498,  b = e^(4/√8) = a² = 4.11325038
// and 1/a = 0.49306869, the rows of exponentials and their sums are
//
//   b  a  1    1      b + a + 2       = 8.14136536
//   1  b  1    1      b + 3           = 7.11325038
//   a  a  a    a      4a
//   b  1  1/a  a      b + 1 + 1/a + a = 7.63443405
//
// and the weights are each exponential over its row's sum. V repeats the weights in its first four columns; the others are
// their sum (1), 2(w₀ − w₃), 2(w₁ − w₂) and 4(w₀ − w₃).
#include "core/attention/attend.h"
#include "core/attention/scores.h"
#include "tests/core/support/closeness.h"

namespace headlight::test {
namespace {

class Textbook : public testing::Test
{
protected:
    Textbook() : query(4, 8), key(4, 8), value(4, 8), raw(4, 4)
    {
        query << 2, 2, 1, 1, 0, 0, 0, 0,  //
            0, 0, 2, 2, 0, 0, 0, 0,       //
            1, 1, 1, 1, 1, 1, 1, 1,       //
            2, 2, 0, 0, -1, -1, 1, 1;
        key << 1, 1, 0, 0, 0, 0, 0, 0,  //
            0, 0, 1, 1, 0, 0, 0, 0,     //
            0, 0, 0, 0, 1, 1, 0, 0,     //
            0, 0, 0, 0, 0, 0, 1, 1;
        value << 1, 0, 0, 0, 1, 2, 0, 4,  //
            0, 1, 0, 0, 1, 0, 2, 0,       //
            0, 0, 1, 0, 1, 0, -2, 0,      //
            0, 0, 0, 1, 1, -2, 0, -4;
        raw << 4, 2, 0, 0,  //
            0, 4, 0, 0,     //
            2, 2, 2, 2,     //
            4, 0, -2, 2;
    }

    Matrix query;
    Matrix key;
    Matrix value;
    Matrix raw;
};

constexpr Tolerance kHandComputed{1e-6, 0.0};

TEST_F(Textbook, ScoresAreExact)
{
    const auto stages = attend(query, key, value);
    ASSERT_TRUE(stages);
    EXPECT_EQ(rawScores(query, key), raw);
    EXPECT_EQ(stages->scores, Matrix(0.35355339F * raw));  // 1/√8
}

TEST_F(Textbook, WeightsAndOutputAreAsWorkedByHand)
{
    const auto stages = attend(query, key, value);
    ASSERT_TRUE(stages);
    Matrix weights(4, 4);
    weights << 0.50522857F, 0.24911239F, 0.12282952F, 0.12282952F,  //
        0.14058271F, 0.57825188F, 0.14058271F, 0.14058271F,         //
        0.25F, 0.25F, 0.25F, 0.25F,                                 //
        0.53877607F, 0.13098548F, 0.06458484F, 0.26565361F;
    EXPECT_TRUE(isClose(stages->weights, weights, kHandComputed));
    Matrix output(4, 8);
    output << 0.50522857F, 0.24911239F, 0.12282952F, 0.12282952F, 1, 0.76479810F, 0.25256574F, 1.52959620F,  //
        0.14058271F, 0.57825188F, 0.14058271F, 0.14058271F, 1, 0, 0.87533834F, 0,                            //
        0.25F, 0.25F, 0.25F, 0.25F, 1, 0, 0, 0,                                                              //
        0.53877607F, 0.13098548F, 0.06458484F, 0.26565361F, 1, 0.54624492F, 0.13280128F, 1.09248983F;
    EXPECT_TRUE(isClose(stages->output, output, kHandComputed));
}

// With the causal mask the sums end at the diagonal: b; 1 + b = 5.11325038; 3a; and the last row is as before.
TEST_F(Textbook, CausalWeightsAreAsWorkedByHand)
{
    const auto stages = attend(query, key, value, {.mask = {.direction = Direction::Causal}});
    ASSERT_TRUE(stages);
    Matrix weights(4, 4);
    weights << 1, 0, 0, 0,                         //
        0.19557032F, 0.80442968F, 0, 0,            //
        0.33333333F, 0.33333333F, 0.33333333F, 0,  //
        0.53877607F, 0.13098548F, 0.06458484F, 0.26565361F;
    EXPECT_TRUE(isClose(stages->weights, weights, kHandComputed));
    EXPECT_EQ(stages->scores, Matrix(0.35355339F * raw)) << "the mask comes after the scores";
}

// Without 1/√8 the first row is e⁴, e², 1, 1 over e⁴ + e² + 2 = 54.59815003 + 7.38905610 + 2 = 63.98720613.
TEST_F(Textbook, WithoutScalingTheLargestScoreTakesNearlyAll)
{
    const auto stages = attend(query, key, value, {.scale = 1.0F});
    ASSERT_TRUE(stages);
    EXPECT_EQ(stages->scores, raw);
    Matrix first(1, 4);
    first << 0.85326667F, 0.11547709F, 0.01562812F, 0.01562812F;
    EXPECT_TRUE(isClose(stages->weights.row(0), first, kHandComputed));
}

// Temperature 2 halves the scores once more: with c = √a = e^(1/√8) = 1.42411903 the first row is a, c, 1, 1 over
// a + c + 2 = 5.45223401.
TEST_F(Textbook, TemperatureTwoTakesTheRootOfEveryExponential)
{
    const auto stages = attend(query, key, value, {.temperature = 2.0F});
    ASSERT_TRUE(stages);
    Matrix first(1, 4);
    first << 0.37197871F, 0.26119917F, 0.18341106F, 0.18341106F;
    EXPECT_TRUE(isClose(stages->weights.row(0), first, kHandComputed));
    EXPECT_EQ(stages->scores, Matrix(0.35355339F * raw)) << "the temperature comes after the scores";
}

// ALiBi with slope 1/2 takes half the distance off the scaled scores: 4/√8 becomes 4/√8 − |i − j|/2.
TEST_F(Textbook, AlibiTakesHalfTheDistanceOffTheScores)
{
    const auto stages = attend(query, key, value, {.alibiSlope = 0.5F});
    ASSERT_TRUE(stages);
    Matrix scores(4, 4);
    scores << 1.41421356F, 0.20710678F, -1, -1.5F,            //
        -0.5F, 1.41421356F, -0.5F, -1,                        //
        -0.29289322F, 0.20710678F, 0.70710678F, 0.20710678F,  //
        -0.08578644F, -1, -1.20710678F, 0.70710678F;
    EXPECT_TRUE(isClose(stages->scores, scores, kHandComputed));
}

}  // namespace
}  // namespace headlight::test
