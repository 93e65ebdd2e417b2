#include "core/attention/tiled.h"
#include "tests/core/support/golden.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <cmath>
#include <set>

namespace headlight::test {
namespace {

constexpr double kHalfUlp = 0x1p-24;

double largestDifference(ConstMatrixRef a, ConstMatrixRef b)
{
    return static_cast<double>((a - b).cwiseAbs().maxCoeff());
}

/// What the header of tiledAttention promises.
double promised(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value, const AttentionOptions& options,
                const BlockSize& size)
{
    const auto width = static_cast<double>(query.cols());
    const auto keys = static_cast<double>(key.rows());
    const double blocks = std::ceil(keys / static_cast<double>(size.keys));
    const double scale = options.scale == 0.0F ? 1.0 / std::sqrt(width) : static_cast<double>(options.scale);
    const double longest = static_cast<double>(query.rowwise().norm().maxCoeff() * key.rowwise().norm().maxCoeff());
    const double farthest = static_cast<double>(options.alibiSlope * static_cast<float>(query.rows() + key.rows()));
    const double score = (scale * longest + farthest) / static_cast<double>(options.temperature);
    return kHalfUlp * static_cast<double>(value.cwiseAbs().maxCoeff()) *
           (2.0 * keys + 9.0 * blocks + 20.0 + 4.0 * (width + blocks + 5.0) * score);
}

struct Size
{
    Index queries;
    Index keys;
    Index width;
    Index valueWidth;
};

TEST(TiledAttention, EndsInTheNumbersOfThePlainSoftmaxToRounding)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [queries, keys, width, valueWidth] :
         {Size{1, 1, 1, 1}, Size{1, 129, 8, 8}, Size{129, 1, 8, 8}, Size{5, 5, 1, 1}, Size{2, 3, 4, 7},
          Size{129, 129, 16, 16}, Size{33, 65, 64, 3}, Size{65, 33, 17, 17}, Size{200, 200, 64, 32}}) {
        for (const AttentionOptions& options : {
                 AttentionOptions{},
                 AttentionOptions{.scale = 1.0F},
                 AttentionOptions{.temperature = 0.4F},
                 AttentionOptions{.alibiSlope = 0.25F, .temperature = 3.0F},
                 AttentionOptions{.mask = {.direction = Direction::Causal}},
                 AttentionOptions{.alibiSlope = 0.5F, .mask = {Direction::Causal, MaskPattern::Strided, 3}},
                 AttentionOptions{.mask = {Direction::Bidirectional, MaskPattern::Window, 9}},
             }) {
            if (queries > keys && options.mask.pattern != MaskPattern::Full) {
                continue;  // The last queries would see no key.
            }
            const Matrix query = random.matrix(queries, width, 2.0F);
            const Matrix key = random.matrix(keys, width, 2.0F);
            const Matrix value = random.matrix(keys, valueWidth, 2.0F);
            const Result<AttentionStages> plain = attend(query, key, value, options);
            ASSERT_TRUE(plain) << plain.error().message;
            const DoubleMatrix naive = naiveAttend(widen(query), widen(key), widen(value), options).output;
            for (const BlockSize& size :
                 {BlockSize{1, 1}, BlockSize{3, 5}, BlockSize{16, 16}, BlockSize{7, 64}, BlockSize{512, 512}}) {
                SCOPED_TRACE(testing::Message() << "T=" << queries << " S=" << keys << " d=" << width << ", mask "
                                                << describe(options.mask) << ", τ=" << options.temperature
                                                << ", tiles of " << size.queries << "×" << size.keys);
                const Result<Matrix> tiled = tiledAttention(query, key, value, options, size);
                ASSERT_TRUE(tiled) << tiled.error().message;
                EXPECT_TRUE(isClose(*tiled, naive));
                const double off = largestDifference(*tiled, plain->output);
                EXPECT_LE(off, promised(query, key, value, options, size));
                const float score = plain->scores.cwiseAbs().maxCoeff() / options.temperature;
                EXPECT_LE(off, kHalfUlp * static_cast<double>(value.cwiseAbs().maxCoeff() * (8.0F + 3.0F * score)));
            }
        }
    }
}

TEST(TiledAttention, AgreesWithPyTorch)
{
    const GoldenFile golden = readGolden("variants");
    for (const auto& [name, direction] :
         {std::pair{"bidirectional", Direction::Bidirectional}, std::pair{"causal", Direction::Causal}}) {
        const Result<Matrix> output =
            tiledAttention(golden.matrix("query"), golden.matrix("key"), golden.matrix("value"),
                           {.mask = {.direction = direction}}, {.queries = 4, .keys = 2});
        ASSERT_TRUE(output);
        EXPECT_TRUE(isClose(*output, golden.matrix(std::string("softmax/") + name + "/output"))) << name;
    }
}

TEST(Absorb, RescalesWhatWasSummedWhenTheMaximumGrows)
{
    // One query with scores ln 2 and then ln 6: exp(s − m) is 1, then rescaled to 1/3 beside a new 1.
    const Matrix query = Matrix::Ones(1, 1);
    Matrix key(2, 1);
    key << std::log(2.0F), std::log(6.0F);
    Matrix value(2, 2);
    value << 3.0F, 30.0F, 7.0F, 10.0F;
    const AttentionOptions options{.scale = 1.0F};
    TiledState state = emptyTiledState(1, 2);
    EXPECT_EQ(state.maximum[0], kMasked);
    EXPECT_EQ(outputSoFar(state), Matrix::Zero(1, 2));

    absorb(state, {0, 1, 0, 1}, query, key, value, options);
    EXPECT_FLOAT_EQ(state.maximum[0], std::log(2.0F));
    EXPECT_DOUBLE_EQ(state.sum[0], 1.0);
    EXPECT_EQ(outputSoFar(state), value.topRows(1));

    absorb(state, {0, 1, 1, 1}, query, key, value, options);
    EXPECT_FLOAT_EQ(state.maximum[0], std::log(6.0F));
    EXPECT_NEAR(state.sum[0], 4.0 / 3.0, 1e-6);
    EXPECT_NEAR(static_cast<double>(state.accumulated(0, 0)), 8.0, 1e-5);
    EXPECT_NEAR(static_cast<double>(outputSoFar(state)(0, 0)), 6.0, 1e-5);
    EXPECT_NEAR(static_cast<double>(outputSoFar(state)(0, 1)), 15.0, 1e-5);
}

TEST(Absorb, LeavesEveryStateThatOfThePlainSoftmaxOverTheKeysSeen)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix query = random.matrix(10, 4, 3.0F);
    const Matrix key = random.matrix(13, 4, 3.0F);
    const Matrix value = random.matrix(13, 6, 3.0F);
    const BlockSize size{.queries = 10, .keys = 3};
    TiledState state = emptyTiledState(10, 6);
    for (const Tile& tile : visibleTiles(10, 13, {}, size)) {
        absorb(state, tile, query, key, value, {});
        const Index seen = tile.firstKey + tile.keys;
        const Result<AttentionStages> plain = attend(query, key.topRows(seen), value.topRows(seen));
        ASSERT_TRUE(plain);
        EXPECT_TRUE(isClose(outputSoFar(state), plain->output, {1e-6, 1e-6})) << seen;
        for (Index i = 0; i < 10; ++i) {
            const auto row = static_cast<std::size_t>(i);
            const float maximum = plain->scores.row(i).maxCoeff();
            EXPECT_FLOAT_EQ(state.maximum[row], maximum);
            EXPECT_NEAR(state.sum[row], (plain->scores.row(i).array() - maximum).exp().cast<double>().sum(), 1e-5);
        }
    }
}

TEST(Absorb, TheOrderOfTilesChangesRoundingAlone)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix query = random.matrix(20, 4, 3.0F);
    const Matrix key = random.matrix(20, 4, 3.0F);
    const Matrix value = random.matrix(20, 4);
    std::vector<Tile> tiles = visibleTiles(20, 20, {}, {6, 6});
    TiledState forwards = emptyTiledState(20, 4);
    for (const Tile& tile : tiles) {
        absorb(forwards, tile, query, key, value, {});
    }
    TiledState backwards = emptyTiledState(20, 4);
    for (auto tile = tiles.rbegin(); tile != tiles.rend(); ++tile) {
        absorb(backwards, *tile, query, key, value, {});
    }
    EXPECT_EQ(forwards.maximum, backwards.maximum);
    EXPECT_TRUE(isClose(outputSoFar(forwards), outputSoFar(backwards), {1e-6, 1e-6}));
}

TEST(Absorb, ATileWithoutAVisibleCellChangesNothing)
{
    Random random;
    const Matrix query = random.matrix(8, 4);
    const Matrix key = random.matrix(8, 4);
    const Matrix value = random.matrix(8, 4);
    const AttentionOptions causal{.mask = {.direction = Direction::Causal}};
    TiledState state = emptyTiledState(8, 4);
    absorb(state, {0, 4, 4, 4}, query, key, value, causal);
    EXPECT_EQ(state.maximum[0], kMasked);
    EXPECT_EQ(state.sum[0], 0.0);
    EXPECT_EQ(state.accumulated, Matrix::Zero(8, 4));
    absorb(state, {0, 4, 0, 4}, query, key, value, causal);
    const TiledState before = state;
    absorb(state, {0, 4, 4, 4}, query, key, value, causal);
    EXPECT_EQ(state.maximum, before.maximum);
    EXPECT_EQ(state.sum, before.sum);
    EXPECT_TRUE(isIdentical(state.accumulated, before.accumulated));
}

TEST(VisibleTiles, CoverEveryVisibleCellOnceInFlashAttentionsOrder)
{
    EXPECT_EQ(visibleTiles(3, 5, {}, {2, 3}),
              (std::vector<Tile>{{0, 2, 0, 3}, {2, 1, 0, 3}, {0, 2, 3, 2}, {2, 1, 3, 2}}));
    // Causal: the tile above the diagonal is left out.
    EXPECT_EQ(visibleTiles(4, 4, {.direction = Direction::Causal}, {2, 2}),
              (std::vector<Tile>{{0, 2, 0, 2}, {2, 2, 0, 2}, {2, 2, 2, 2}}));
    for (const Mask& mask :
         {Mask{}, Mask{Direction::Causal, MaskPattern::Full, 0}, Mask{Direction::Bidirectional, MaskPattern::Window, 2},
          Mask{Direction::Causal, MaskPattern::Strided, 5}}) {
        std::set<std::pair<Index, Index>> covered;
        for (const Tile& tile : visibleTiles(23, 23, mask, {4, 7})) {
            bool shows = false;
            for (Index i = tile.firstQuery; i < tile.firstQuery + tile.queries; ++i) {
                for (Index j = tile.firstKey; j < tile.firstKey + tile.keys; ++j) {
                    EXPECT_TRUE(covered.emplace(i, j).second) << "twice: " << i << ", " << j;
                    shows = shows || naiveIsVisible(mask, i, j);
                }
            }
            EXPECT_TRUE(shows) << describe(mask);
        }
        for (Index i = 0; i < 23; ++i) {
            for (Index j = 0; j < 23; ++j) {
                EXPECT_TRUE(!naiveIsVisible(mask, i, j) || covered.contains({i, j})) << describe(mask);
            }
        }
    }
}

TEST(TiledAttention, HugeScoresNeverGiveNan)
{
    Matrix query(2, 1);
    query << 1e15F, -1e15F;
    Matrix key(3, 1);
    key << 1e15F, -1e15F, 0.0F;
    Matrix value(3, 1);
    value << 1.0F, 2.0F, 4.0F;
    for (const float temperature : {1.0F, 1e-30F}) {
        const Result<Matrix> output = tiledAttention(query, key, value, {.temperature = temperature}, {1, 1});
        ASSERT_TRUE(output);
        EXPECT_EQ((*output)(0, 0), 1.0F);
        EXPECT_EQ((*output)(1, 0), 2.0F);
    }
}

TEST(TiledAttention, SaysWhatIsWrongWithItsInput)
{
    const Matrix ones = Matrix::Ones(2, 4);
    for (const BlockSize& size : {BlockSize{0, 4}, BlockSize{4, 0}, BlockSize{-1, 1}}) {
        const Result<Matrix> output = tiledAttention(ones, ones, ones, {}, size);
        ASSERT_FALSE(output);
        EXPECT_EQ(output.error().code, ErrorCode::InvalidArgument);
        EXPECT_NE(output.error().message.find("1 or more queries and keys"), std::string::npos);
    }
    const Result<Matrix> shapes = tiledAttention(ones, Matrix::Ones(3, 5), Matrix::Ones(3, 5));
    ASSERT_FALSE(shapes);
    EXPECT_EQ(shapes.error().code, ErrorCode::ShapeMismatch);
}

}  // namespace
}  // namespace headlight::test
