#include "core/trace/attention_map.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"

#include <algorithm>

namespace headlight::test {
namespace {

std::shared_ptr<const Tensor> randomTensor(Index slices, Index rows, Index cols, Random& random)
{
    Tensor tensor({slices, rows, cols});
    for (Index slice = 0; slice < slices; ++slice) {
        tensor.matrix(slice) = random.matrix(rows, cols);
    }
    return std::make_shared<const Tensor>(std::move(tensor));
}

/// The block of `blocks` into which cell `cell` of `size` falls: the last that begins at or before it.
Index blockOf(Index cell, Index size, Index blocks)
{
    Index block = 0;
    while (block + 1 < blocks && size * (block + 1) / blocks <= cell) {
        ++block;
    }
    return block;
}

/// The definition cell by cell: every cell raises its block.
Matrix naiveTile(const Matrix& cells, IndexRange rows, IndexRange cols, TileSize size)
{
    const Index blockRows = std::min(rows.size(), size.rows);
    const Index blockCols = std::min(cols.size(), size.cols);
    Matrix tile = Matrix::Constant(blockRows, blockCols, -std::numeric_limits<float>::infinity());
    for (Index i = 0; i < rows.size(); ++i) {
        for (Index j = 0; j < cols.size(); ++j) {
            float& block = tile(blockOf(i, rows.size(), blockRows), blockOf(j, cols.size(), blockCols));
            block = std::max(block, cells(rows.begin + i, cols.begin + j));
        }
    }
    return tile;
}

TEST(StoredMap, ReadsItsSliceOfTheTensor)
{
    Random random;
    const auto tensor = randomTensor(3, 4, 5, random);
    for (Index slice = 0; slice < 3; ++slice) {
        const StoredMap map(tensor, slice);
        ASSERT_EQ(map.rows(), 4);
        ASSERT_EQ(map.cols(), 5);
        for (Index i = 0; i < 4; ++i) {
            EXPECT_EQ(map.row(TokenIndex(i)), tensor->matrix(slice).row(i));
            for (Index j = 0; j < 5; ++j) {
                EXPECT_EQ(map.at(TokenIndex(i), TokenIndex(j)), tensor->matrix(slice)(i, j));
            }
        }
    }
}

TEST(StoredMap, KeepsItsTensorAlive)
{
    Random random;
    auto tensor = randomTensor(1, 2, 2, random);
    const float corner = tensor->matrix()(1, 1);
    const StoredMap map(tensor, 0);
    tensor.reset();
    EXPECT_EQ(map.at(TokenIndex(1), TokenIndex(1)), corner);
}

TEST(StoredMap, ATileThatFitsIsTheCellsThemselves)
{
    Random random;
    const auto tensor = randomTensor(2, 9, 7, random);
    const StoredMap map(tensor, 1);
    EXPECT_TRUE(isIdentical(map.tile({0, 9}, {0, 7}, {9, 7}), tensor->matrix(1)));
    EXPECT_TRUE(isIdentical(map.tile({0, 9}, {0, 7}, {1000, 1000}), tensor->matrix(1)));
    EXPECT_TRUE(isIdentical(map.tile({2, 5}, {6, 7}, {3, 1}), tensor->matrix(1).block(2, 6, 3, 1)));
}

TEST(StoredMap, AnEmptyRangeIsAnEmptyTile)
{
    Random random;
    const StoredMap map(randomTensor(1, 3, 3, random), 0);
    const Matrix tile = map.tile({1, 1}, {0, 3}, {2, 2});
    EXPECT_EQ(tile.rows(), 0);
}

TEST(StoredMap, ATileThatDoesNotFitIsTheLargestOfEachBlock)
{
    Matrix cells(3, 4);
    cells << 1, 2, 3, 4,  //
        5, 9, 7, 8,       //
        6, 0, 2, 1;
    const StoredMap map(std::make_shared<const Tensor>(Tensor::fromMatrix(cells)), 0);
    Matrix expected(2, 2);
    expected << 2, 4,  // Row 0 alone,
        9, 8;          // then rows 1 and 2.
    EXPECT_EQ(map.tile({0, 3}, {0, 4}, {2, 2}), expected);
    EXPECT_EQ(map.tile({0, 3}, {0, 4}, {1, 1}), Matrix::Constant(1, 1, 9.0F));
}

TEST(StoredMap, TilesAgreeWithTheNaiveTwinAndNeverLoseTheLargest)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (int round = 0; round < 300; ++round) {
        const Index height = random.index(1, 70);
        const Index width = random.index(1, 70);
        const auto tensor = randomTensor(1, height, width, random);
        const Matrix cells = tensor->matrix();
        const IndexRange rows{random.index(0, height - 1), height};
        const Index left = random.index(0, width - 1);
        const IndexRange cols{left, random.index(left + 1, width)};
        const TileSize size{random.index(1, 40), random.index(1, 40)};
        SCOPED_TRACE(testing::Message() << "rows " << rows.begin << "–" << rows.end << ", columns " << cols.begin << "–"
                                        << cols.end << " in " << size.rows << "×" << size.cols);
        const Matrix tile = StoredMap(tensor, 0).tile(rows, cols, size);
        ASSERT_TRUE(isIdentical(tile, naiveTile(cells, rows, cols, size)));
        EXPECT_EQ(tile.maxCoeff(), cells.block(rows.begin, cols.begin, rows.size(), cols.size()).maxCoeff());
    }
}

TEST(StoredMap, SignedCellsArePooledByTheOneFurthestFromZero)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (int round = 0; round < 100; ++round) {
        const Index height = random.index(1, 40);
        const Index width = random.index(1, 200);
        const auto tensor = randomTensor(1, height, width, random);
        const TileSize size{random.index(1, 40), random.index(1, 40), Pooling::LargestMagnitude};
        const Matrix tile = StoredMap(tensor, 0).tile({0, height}, {0, width}, size);
        Matrix expected = Matrix::Zero(std::min(height, size.rows), std::min(width, size.cols));
        for (Index i = 0; i < height; ++i) {
            for (Index j = 0; j < width; ++j) {
                float& block = expected(blockOf(i, height, expected.rows()), blockOf(j, width, expected.cols()));
                const float cell = tensor->matrix()(i, j);
                block = std::abs(cell) > std::abs(block) ? cell : block;
            }
        }
        ASSERT_TRUE(isIdentical(tile, expected)) << height << "×" << width << " in " << size.rows << "×" << size.cols;
    }
}

TEST(StoredMap, WhatIsNotFiniteStandsForABlockOnlyWhereThereIsNothingElse)
{
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    Matrix cells(1, 6);
    cells << 1.0F, -kInfinity, -kInfinity, -kInfinity, kNaN, -2.0F;
    const StoredMap map(std::make_shared<const Tensor>(Tensor::fromMatrix(cells)), 0);
    Matrix expected(1, 3);
    expected << 1.0F, -kInfinity, -2.0F;
    EXPECT_EQ(map.tile({0, 1}, {0, 6}, {1, 3, Pooling::LargestMagnitude}), expected);
}

TEST(StoredMap, OneBrightCellShowsWhereverItIs)
{
    for (Index i = 0; i < 100; ++i) {
        Matrix cells = Matrix::Zero(100, 100);
        cells(i, 99 - i) = 1.0F;
        const Matrix tile =
            StoredMap(std::make_shared<const Tensor>(Tensor::fromMatrix(cells)), 0).tile({0, 100}, {0, 100}, {7, 7});
        EXPECT_EQ(tile.sum(), 1.0F);
        EXPECT_EQ(tile(blockOf(i, 100, 7), blockOf(99 - i, 100, 7)), 1.0F);
    }
}

}  // namespace
}  // namespace headlight::test
