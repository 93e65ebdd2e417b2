#include "core/attention/mask.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

namespace headlight::test {
namespace {

/// The mask drawn: one line a query, '#' where it sees the key.
std::string drawn(const Mask& mask, Index tokens)
{
    std::string picture;
    for (Index i = 0; i < tokens; ++i) {
        for (Index j = 0; j < tokens; ++j) {
            picture += isVisible(mask, TokenIndex(i), TokenIndex(j)) ? '#' : '.';
        }
        picture += '\n';
    }
    return picture;
}

TEST(IsVisible, DrawsEveryPatternAsThePapersDo)
{
    using enum Direction;
    using enum MaskPattern;
    EXPECT_EQ(drawn({Bidirectional, Full, 0}, 3), "###\n"
                                                  "###\n"
                                                  "###\n");
    EXPECT_EQ(drawn({Causal, Full, 0}, 3), "#..\n"
                                           "##.\n"
                                           "###\n");
    EXPECT_EQ(drawn({Bidirectional, Window, 1}, 5), "##...\n"
                                                    "###..\n"
                                                    ".###.\n"
                                                    "..###\n"
                                                    "...##\n");
    EXPECT_EQ(drawn({Causal, Window, 1}, 5), "#....\n"
                                             "##...\n"
                                             ".##..\n"
                                             "..##.\n"
                                             "...##\n");
    EXPECT_EQ(drawn({Causal, Window, 0}, 3), "#..\n"
                                             ".#.\n"
                                             "..#\n");
    EXPECT_EQ(drawn({Causal, Strided, 3}, 8), "#.......\n"
                                              "##......\n"
                                              "###.....\n"
                                              "####....\n"
                                              ".####...\n"
                                              "..####..\n"
                                              "#..####.\n"
                                              ".#..####\n");
    EXPECT_EQ(drawn({Bidirectional, Strided, 2}, 5), "###.#\n"
                                                     "####.\n"
                                                     "#####\n"
                                                     ".####\n"
                                                     "#.###\n");
    EXPECT_EQ(drawn({Bidirectional, Strided, 1}, 3), drawn({}, 3));
}

TEST(IsVisible, AgreesWithTheNaiveTwin)
{
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const MaskPattern pattern : {MaskPattern::Full, MaskPattern::Window, MaskPattern::Strided}) {
            for (const Index reach : {1, 2, 3, 7, 40}) {
                const Mask mask{direction, pattern, reach};
                for (Index i = 0; i < 33; ++i) {
                    for (Index j = 0; j < 33; ++j) {
                        ASSERT_EQ(isVisible(mask, TokenIndex(i), TokenIndex(j)), naiveIsVisible(mask, i, j))
                            << describe(mask) << " at " << i << ", " << j;
                    }
                }
            }
        }
    }
}

TEST(IsVisible, EveryTokenSeesItself)
{
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const Mask mask : {Mask{direction, MaskPattern::Full, 0}, Mask{direction, MaskPattern::Window, 0},
                                Mask{direction, MaskPattern::Strided, 1}, Mask{direction, MaskPattern::Strided, 9}}) {
            for (Index i = 0; i < 20; ++i) {
                EXPECT_TRUE(isVisible(mask, TokenIndex(i), TokenIndex(i))) << describe(mask);
            }
        }
    }
}

TEST(ApplyMask, HidesTheHiddenAndKeepsTheBitsOfTheRest)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Mask mask{Direction::Causal, MaskPattern::Strided, 3};
    for (const auto& [queries, keys] :
         std::vector<std::pair<Index, Index>>{{1, 1}, {7, 7}, {3, 9}, {9, 3}, {129, 129}}) {
        const Matrix scores = random.matrix(queries, keys);
        const Matrix masked = applyMask(scores, mask);
        ASSERT_EQ(masked.rows(), queries);
        ASSERT_EQ(masked.cols(), keys);
        for (Index i = 0; i < queries; ++i) {
            for (Index j = 0; j < keys; ++j) {
                EXPECT_EQ(masked(i, j), naiveIsVisible(mask, i, j) ? scores(i, j) : kMasked);
            }
        }
    }
}

TEST(VisibleShare, CountsTheCells)
{
    EXPECT_EQ(visibleShare({}, 5), 1.0);
    EXPECT_EQ(visibleShare({Direction::Causal, MaskPattern::Full, 0}, 4), 10.0 / 16.0);
    EXPECT_EQ(visibleShare({Direction::Bidirectional, MaskPattern::Window, 1}, 4), 10.0 / 16.0);
    EXPECT_EQ(visibleShare({Direction::Bidirectional, MaskPattern::Window, 0}, 100), 0.01);
    EXPECT_EQ(visibleShare({}, 0), 0.0);
}

TEST(Describe, NamesTheMaskForPeople)
{
    using enum Direction;
    using enum MaskPattern;
    EXPECT_EQ(describe(Mask{Bidirectional, Full, 0}), "none");
    EXPECT_EQ(describe(Mask{Causal, Full, 0}), "causal");
    EXPECT_EQ(describe(Mask{Bidirectional, Window, 4}), "sliding window of 4");
    EXPECT_EQ(describe(Mask{Causal, Window, 4}), "causal, sliding window of 4");
    EXPECT_EQ(describe(Mask{Bidirectional, Strided, 3}), "strided by 3");
    EXPECT_EQ(describe(Mask{Causal, Strided, 3}), "causal, strided by 3");
}

TEST(ValidateMask, RejectsAReachOutOfThePatternsRange)
{
    struct Case
    {
        const char* name;
        Mask mask;
        const char* message;  ///< Empty: valid.
    };
    for (const auto& [name, mask, message] : {
             Case{"full ignores the reach", {Direction::Causal, MaskPattern::Full, -5}, ""},
             Case{"window of nothing but itself", {Direction::Causal, MaskPattern::Window, 0}, ""},
             Case{"window to nowhere",
                  {Direction::Bidirectional, MaskPattern::Window, -1},
                  "A sliding window reaches 0 or more tokens to either side, not -1."},
             Case{"stride of one", {Direction::Bidirectional, MaskPattern::Strided, 1}, ""},
             Case{"stride of zero, by which nothing can be divided",
                  {Direction::Causal, MaskPattern::Strided, 0},
                  "A strided mask needs a stride of 1 or more tokens, not 0."},
             Case{"stride backwards",
                  {Direction::Causal, MaskPattern::Strided, -2},
                  "A strided mask needs a stride of 1 or more tokens, not -2."},
         }) {
        SCOPED_TRACE(name);
        const Result<void> valid = validate(mask);
        EXPECT_EQ(valid.has_value(), std::string(message).empty());
        if (!valid) {
            EXPECT_EQ(valid.error(), (Error{ErrorCode::InvalidArgument, message}));
        }
    }
}

}  // namespace
}  // namespace headlight::test
