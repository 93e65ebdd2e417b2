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
    EXPECT_EQ(drawn({Bidirectional, BlockSparse, 2, 0}, 7), "####...\n"
                                                            "####...\n"
                                                            "######.\n"
                                                            "######.\n"
                                                            "..#####\n"
                                                            "..#####\n"
                                                            "....###\n");
    EXPECT_EQ(drawn({Bidirectional, BlockSparse, 1, 1}, 5), "#####\n"
                                                            "###..\n"
                                                            "####.\n"
                                                            "#.###\n"
                                                            "#..##\n");
    EXPECT_EQ(drawn({Causal, BlockSparse, 1, 2}, 5), "#....\n"
                                                     "##...\n"
                                                     "###..\n"
                                                     "####.\n"
                                                     "##.##\n");
    EXPECT_EQ(drawn({Bidirectional, BlockSparse, 1, 9}, 3), drawn({}, 3));
    EXPECT_EQ(drawn({Causal, Full, 0, 0, CellSet({{2, 0, 2}, {1, 2, 3}, {7, 0, 9}})}, 4), "#...\n"
                                                                                          "##..\n"
                                                                                          "..#.\n"
                                                                                          "####\n");
}

TEST(IsVisible, AgreesWithTheNaiveTwin)
{
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const MaskPattern pattern :
             {MaskPattern::Full, MaskPattern::Window, MaskPattern::Strided, MaskPattern::BlockSparse}) {
            for (const Index reach : {1, 2, 3, 7, 40}) {
                for (const Index globals : {0, 1, 5}) {
                    const Mask mask{direction, pattern, reach, globals, CellSet({{3, 1, 4}, {9, 9, 10}, {20, 0, 33}})};
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
}

TEST(IsVisible, EveryTokenSeesItself)
{
    for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
        for (const Mask& mask : {Mask{direction, MaskPattern::Full, 0}, Mask{direction, MaskPattern::Window, 0},
                                 Mask{direction, MaskPattern::Strided, 1}, Mask{direction, MaskPattern::Strided, 9},
                                 Mask{direction, MaskPattern::BlockSparse, 1}}) {
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
    const CellSet painted({{0, 2, 5}, {2, 0, 1}, {2, 2, 4}, {8, 0, 200}, {100, 0, 64}});
    for (const Mask& mask : {Mask{Direction::Causal, MaskPattern::Strided, 3},
                             Mask{Direction::Bidirectional, MaskPattern::BlockSparse, 2, 1}, Mask{.hidden = painted},
                             Mask{.direction = Direction::Causal, .hidden = painted}}) {
        for (const auto& [queries, keys] :
             std::vector<std::pair<Index, Index>>{{1, 1}, {7, 7}, {3, 9}, {9, 3}, {129, 129}}) {
            const Matrix scores = random.matrix(queries, keys);
            const Matrix masked = applyMask(scores, mask);
            ASSERT_EQ(masked.rows(), queries);
            ASSERT_EQ(masked.cols(), keys);
            for (Index i = 0; i < queries; ++i) {
                for (Index j = 0; j < keys; ++j) {
                    EXPECT_EQ(masked(i, j), naiveIsVisible(mask, i, j) ? scores(i, j) : kMasked) << describe(mask);
                }
            }
        }
    }
}

TEST(BlindQuery, IsTheFirstThatSeesNoKey)
{
    EXPECT_EQ(blindQuery({}, 5, 5), std::nullopt);
    EXPECT_EQ(blindQuery({Direction::Bidirectional, MaskPattern::Window, 2}, 5, 2), TokenIndex(4));
    const Mask row{.hidden = CellSet({{3, 0, 5}, {1, 0, 5}})};
    EXPECT_EQ(blindQuery(row, 5, 5), TokenIndex(1));
    EXPECT_EQ(blindQuery(row, 6, 6), std::nullopt) << "both see the sixth key";
    EXPECT_EQ(blindQuery(row, 1, 1), std::nullopt) << "cells beyond the text change nothing";
    const Mask diagonal{.direction = Direction::Causal, .hidden = CellSet({{0, 0, 1}})};
    EXPECT_EQ(blindQuery(diagonal, 3, 3), TokenIndex(0)) << "the first token of a causal mask sees itself alone";
    EXPECT_EQ(
        checkEveryQuerySees(row, 5, 5).error(),
        (Error{ErrorCode::InvalidArgument, "The mask (10 cells hidden by hand) hides all 5 keys from query 1; every "
                                           "query must see a key."}));
    EXPECT_TRUE(checkEveryQuerySees(row, 6, 6));
}

TEST(HiddenCells, AreAllThatAreNotVisible)
{
    const Mask mask{Direction::Causal, MaskPattern::Strided, 3, 0, CellSet({{5, 5, 6}, {5, 2, 3}, {9, 0, 1}})};
    for (const Index tokens : {0, 1, 7}) {
        const CellSet hidden = hiddenCells(mask, tokens);
        EXPECT_EQ(hidden.size(), tokens * tokens - visibleCells(mask, tokens));
        for (Index i = 0; i < tokens; ++i) {
            for (Index j = 0; j < tokens; ++j) {
                EXPECT_NE(hidden.contains(TokenIndex(i), TokenIndex(j)), naiveIsVisible(mask, i, j));
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
    const Mask painted{.direction = Direction::Causal, .hidden = CellSet({{2, 0, 4}, {1, 3, 9}, {9, 0, 2}})};
    EXPECT_EQ(visibleCells(painted, 4), 10 - 3) << "of the six in the text, three are in the future anyway";
    EXPECT_EQ(visibleCells({Direction::Bidirectional, MaskPattern::BlockSparse, 1, 1}, 5), 5 + 3 + 4 + 4 + 3);
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
    EXPECT_EQ(describe(Mask{Bidirectional, BlockSparse, 4}), "block-sparse, blocks of 4");
    EXPECT_EQ(describe(Mask{Causal, BlockSparse, 4, 1}), "causal, block-sparse, blocks of 4, 1 global token");
    EXPECT_EQ(describe(Mask{.hidden = CellSet({{1, 2, 3}})}), "1 cell hidden by hand");
    EXPECT_EQ(describe(Mask{Causal, Window, 2, 0, CellSet({{1, 2, 4}})}),
              "causal, sliding window of 2, 2 cells hidden by hand");
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
             Case{"blocks of one token", {Direction::Causal, MaskPattern::BlockSparse, 1, 0}, ""},
             Case{"blocks of nothing",
                  {Direction::Causal, MaskPattern::BlockSparse, 0, 1},
                  "A block-sparse mask needs blocks of 1 or more tokens, not 0."},
             Case{"fewer than no global tokens",
                  {Direction::Causal, MaskPattern::BlockSparse, 4, -1},
                  "A block-sparse mask has 0 or more global tokens, not -1."},
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
