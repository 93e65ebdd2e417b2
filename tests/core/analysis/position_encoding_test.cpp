#include "core/analysis/position_encoding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace headlight {
namespace {

PositionRequest request(PositionScheme scheme, Index positions, Index width)
{
    return {.scheme = scheme, .positions = positions, .width = width, .head = HeadIndex(0)};
}

/// The cosine of two rows, summed in double and one after the other.
double naiveCosine(const Matrix& rows, Index p, Index q)
{
    double dot = 0.0;
    double pp = 0.0;
    double qq = 0.0;
    for (Index i = 0; i < rows.cols(); ++i) {
        dot += static_cast<double>(rows(p, i)) * static_cast<double>(rows(q, i));
        pp += static_cast<double>(rows(p, i)) * static_cast<double>(rows(p, i));
        qq += static_cast<double>(rows(q, i)) * static_cast<double>(rows(q, i));
    }
    return pp == 0.0 || qq == 0.0 ? 0.0 : dot / std::sqrt(pp * qq);
}

TEST(EncodePositions, SinusoidalIsThePapersFormula)
{
    const auto encoding = encodePositions(request(PositionScheme::Sinusoidal, 5, 4));
    ASSERT_TRUE(encoding);
    ASSERT_EQ(encoding->values.rows(), 5);
    ASSERT_EQ(encoding->values.cols(), 4);
    for (Index p = 0; p < 5; ++p) {
        const auto x = static_cast<double>(p);
        EXPECT_NEAR(encoding->values(p, 0), std::sin(x), 1e-6);
        EXPECT_NEAR(encoding->values(p, 1), std::cos(x), 1e-6);
        EXPECT_NEAR(encoding->values(p, 2), std::sin(x / 100.0), 1e-6);
        EXPECT_NEAR(encoding->values(p, 3), std::cos(x / 100.0), 1e-6);
    }
}

TEST(EncodePositions, SinusoidalSimilarityDependsOnTheDistanceAlone)
{
    const Index width = 10;
    const auto encoding = encodePositions(request(PositionScheme::Sinusoidal, 37, width));
    ASSERT_TRUE(encoding);
    for (Index p = 0; p < 37; ++p) {
        for (Index q = 0; q < 37; ++q) {
            double expected = 0.0;
            for (Index i = 0; i < width / 2; ++i) {
                const double frequency = std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(width));
                expected += std::cos(static_cast<double>(p - q) * frequency);
            }
            expected *= 2.0 / static_cast<double>(width);
            EXPECT_NEAR(encoding->similarity(p, q), expected, 2e-6) << p << ", " << q;
        }
    }
}

TEST(EncodePositions, OddSinusoidalWidthEndsOnASine)
{
    const auto encoding = encodePositions(request(PositionScheme::Sinusoidal, 3, 5));
    ASSERT_TRUE(encoding);
    EXPECT_NEAR(encoding->values(2, 4), std::sin(2.0 * std::pow(10000.0, -4.0 / 5.0)), 1e-6);
}

TEST(EncodePositions, AZeroRowIsSimilarToNothing)
{
    const auto encoding = encodePositions(request(PositionScheme::Sinusoidal, 3, 1));  // position 0 is sin(0)
    ASSERT_TRUE(encoding);
    EXPECT_EQ(encoding->similarity(0, 0), 0.0F);
    EXPECT_EQ(encoding->similarity(0, 1), 0.0F);
    EXPECT_FLOAT_EQ(encoding->similarity(1, 1), 1.0F);
}

TEST(EncodePositions, LearnedPositionsAreTheModelsFirstRows)
{
    Matrix table(3, 2);
    table << 3.0F, 4.0F, -4.0F, 3.0F, 6.0F, 8.0F;
    const auto encoding = encodePositions(request(PositionScheme::Learned, 2, 99), table);
    ASSERT_TRUE(encoding);
    EXPECT_EQ(encoding->values, table.topRows(2));
    EXPECT_FLOAT_EQ(encoding->similarity(0, 0), 1.0F);
    EXPECT_NEAR(encoding->similarity(0, 1), 0.0F, 1e-7);
    const auto all = encodePositions(request(PositionScheme::Learned, 3, 0), table);
    ASSERT_TRUE(all);
    EXPECT_FLOAT_EQ(all->similarity(0, 2), 1.0F);  // length does not count
}

TEST(EncodePositions, RotaryIsWhatTheEngineTurnsAVectorInto)
{
    const Index positions = 21;
    const Index width = 8;
    const auto encoding = encodePositions(request(PositionScheme::Rotary, positions, width));
    ASSERT_TRUE(encoding);
    Matrix vectors = Matrix::Zero(positions, width);
    vectors.leftCols(width / 2).setOnes();
    const Matrix turned = rotate(vectors, rotaryAngles(positions, width));
    EXPECT_LE((encoding->values - turned).cwiseAbs().maxCoeff(), 0.0F);
    // One vector at every position: the cosines after turning are the similarities.
    for (Index p = 0; p < positions; ++p) {
        for (Index q = 0; q < positions; ++q) {
            EXPECT_NEAR(encoding->similarity(p, q), naiveCosine(turned, p, q), 1e-5) << p << ", " << q;
        }
    }
}

TEST(EncodePositions, AlibiHasOneColumnAHead)
{
    PositionRequest alibi = request(PositionScheme::Alibi, 4, 8);
    alibi.head = HeadIndex(1);
    const auto encoding = encodePositions(alibi);
    ASSERT_TRUE(encoding);
    ASSERT_EQ(encoding->values.cols(), 8);
    for (Index distance = 0; distance < 4; ++distance) {
        for (Index head = 0; head < 8; ++head) {
            EXPECT_EQ(encoding->values(distance, head),
                      -std::exp2(static_cast<float>(-head - 1)) * static_cast<float>(distance));
        }
    }
    EXPECT_EQ(encoding->similarity(0, 3), -0.75F);
    EXPECT_EQ(encoding->similarity(3, 1), -0.5F);
    EXPECT_EQ(encoding->similarity(2, 2), 0.0F);
}

TEST(EncodePositions, WithoutPositionsAllAreAlike)
{
    const auto encoding = encodePositions(request(PositionScheme::None, 3, 16));
    ASSERT_TRUE(encoding);
    EXPECT_EQ(encoding->values.rows(), 3);
    EXPECT_EQ(encoding->values.cols(), 0);
    EXPECT_EQ(encoding->similarity, Matrix::Ones(3, 3));
}

TEST(EncodePositions, RefusesWhatCannotBeEncoded)
{
    struct Case
    {
        const char* name;
        PositionRequest request;
        const char* message;
    };
    const Case cases[] = {
        {"no position", request(PositionScheme::None, 0, 4), "There must be 1 to 1024 positions, not 0."},
        {"too many positions", request(PositionScheme::Sinusoidal, 1025, 4),
         "There must be 1 to 1024 positions, not 1025."},
        {"no dimension", request(PositionScheme::Sinusoidal, 4, 0), "There must be 1 to 4096 dimensions, not 0."},
        {"odd rotary width", request(PositionScheme::Rotary, 4, 7),
         "Rotary positions turn pairs of dimensions, and the width 7 is odd."},
        {"too many heads", request(PositionScheme::Alibi, 4, 129), "There must be 1 to 128 heads, not 129."},
        {"no such head", {PositionScheme::Alibi, 4, 8, HeadIndex(8)}, "There is no head 8 among heads 0 to 7."},
        {"nothing learned", request(PositionScheme::Learned, 4, 4), "The model has no learned positions."},
    };
    for (const Case& refused : cases) {
        const auto encoding = encodePositions(refused.request);
        ASSERT_FALSE(encoding) << refused.name;
        EXPECT_EQ(encoding.error().code, ErrorCode::InvalidArgument) << refused.name;
        EXPECT_EQ(encoding.error().message, refused.message) << refused.name;
    }
    const auto tooFew = encodePositions(request(PositionScheme::Learned, 4, 2), Matrix::Ones(3, 2));
    ASSERT_FALSE(tooFew);
    EXPECT_EQ(tooFew.error().message, "The model has learned 3 positions, fewer than the 4 asked for.");
}

TEST(CosineSimilarity, AgreesWithTheNaiveSum)
{
    for (const auto& [rows, cols] : {std::pair<Index, Index>{1, 1}, {2, 3}, {17, 5}, {64, 33}, {130, 128}}) {
        Matrix matrix = Matrix::Random(rows, cols);
        matrix.row(rows / 2).setZero();
        const Matrix similarity = cosineSimilarity(matrix);
        ASSERT_EQ(similarity.rows(), rows);
        ASSERT_EQ(similarity.cols(), rows);
        for (Index p = 0; p < rows; ++p) {
            for (Index q = 0; q < rows; ++q) {
                EXPECT_NEAR(similarity(p, q), naiveCosine(matrix, p, q), 1e-5) << rows << "×" << cols;
            }
        }
    }
}

TEST(ContinuousEncoding, MeetsTheEncodingAtWholePositions)
{
    for (const auto& [scheme, width] :
         {std::pair{PositionScheme::Sinusoidal, Index{7}}, {PositionScheme::Rotary, 6}, {PositionScheme::Alibi, 12}}) {
        const PositionRequest asked = request(scheme, 50, width);
        const auto encoding = encodePositions(asked);
        ASSERT_TRUE(encoding);
        for (Index p = 0; p < 50; ++p) {
            for (Index column = 0; column < width; ++column) {
                const auto value = continuousEncoding(asked, static_cast<double>(p), column);
                ASSERT_TRUE(value);
                EXPECT_NEAR(*value, encoding->values(p, column), 5e-6) << positionSchemeName(scheme);
            }
        }
    }
    EXPECT_FALSE(continuousEncoding(request(PositionScheme::Learned, 2, 2), 0.5, 0));
    EXPECT_FALSE(continuousEncoding(request(PositionScheme::None, 2, 2), 0.5, 0));
}

TEST(Wavelength, IsWhereTheWaveRepeats)
{
    EXPECT_DOUBLE_EQ(*wavelength(request(PositionScheme::Sinusoidal, 1, 128), 0), 2.0 * std::numbers::pi);
    for (const PositionScheme scheme : {PositionScheme::Sinusoidal, PositionScheme::Rotary}) {
        const PositionRequest asked = request(scheme, 1, 16);
        for (Index column = 0; column < 16; ++column) {
            const double length = wavelength(asked, column).value();
            EXPECT_NEAR(*continuousEncoding(asked, 3.25, column), *continuousEncoding(asked, 3.25 + length, column),
                        1e-9);
        }
    }
    EXPECT_FALSE(wavelength(request(PositionScheme::Alibi, 1, 8), 0));
}

TEST(Formulas, SayTheNumbers)
{
    const PositionRequest sinusoidal = request(PositionScheme::Sinusoidal, 9, 128);
    EXPECT_EQ(encodingFormula(sinusoidal, 5, 6), "sin(5 / 10000^(6/128))");
    EXPECT_EQ(encodingFormula(sinusoidal, 5, 7), "cos(5 / 10000^(6/128))");
    EXPECT_EQ(similarityFormula(sinusoidal, 5, 8), "cosine of PE(5) and PE(8)");
    const PositionRequest rotary = request(PositionScheme::Rotary, 9, 16);
    EXPECT_EQ(encodingFormula(rotary, 5, 3), "cos(5·10000^(−6/16))");
    EXPECT_EQ(encodingFormula(rotary, 5, 11), "sin(5·10000^(−6/16))");
    PositionRequest own = rotary;
    own.rotary.base = 500000.0;
    EXPECT_EQ(encodingFormula(own, 5, 11), "sin(5·500000^(−6/16))");
    EXPECT_EQ(describe(own.rotary), "base 500000");
    EXPECT_NEAR(*wavelength(own, 1), 2.0 * std::numbers::pi * std::pow(500000.0, 2.0 / 16.0), 1e-9);
    EXPECT_NEAR(encodePositions(own)->values(3, 1), std::cos(3.0 * std::pow(500000.0, -2.0 / 16.0)), 1e-6);
    own.rotary.scaling = RotaryScaling::Linear;
    own.rotary.factor = 4.0;
    EXPECT_EQ(describe(own.rotary), "base 500000, stretched by 4");
    EXPECT_NEAR(*wavelength(own, 0), 8.0 * std::numbers::pi, 1e-9);
    EXPECT_EQ(similarityFormula(rotary, 8, 5), "mean of cos(3·θ_i) over 8 pairs");
    const PositionRequest alibi = request(PositionScheme::Alibi, 9, 8);
    EXPECT_EQ(encodingFormula(alibi, 5, 1), "−0.25·5");
    EXPECT_EQ(similarityFormula(alibi, 8, 5), "−0.5·3");
    EXPECT_EQ(encodingFormula(request(PositionScheme::Learned, 9, 8), 5, 1), "P(5, 1)");
    EXPECT_EQ(similarityFormula(request(PositionScheme::Learned, 9, 8), 5, 1), "cosine of P(5) and P(1)");
}

TEST(EncodingWidth, IsWhereTheSchemeActs)
{
    const ModelConfig config{.width = 128, .heads = 8, .mask = {}};
    EXPECT_EQ(encodingWidth(PositionScheme::None, config), 0);
    EXPECT_EQ(encodingWidth(PositionScheme::Sinusoidal, config), 128);
    EXPECT_EQ(encodingWidth(PositionScheme::Learned, config), 128);
    EXPECT_EQ(encodingWidth(PositionScheme::Rotary, config), 16);
    EXPECT_EQ(encodingWidth(PositionScheme::Alibi, config), 8);
}

TEST(PositionSchemeInfo, HasARowForEveryScheme)
{
    for (const PositionScheme scheme : {PositionScheme::None, PositionScheme::Sinusoidal, PositionScheme::Learned,
                                        PositionScheme::Rotary, PositionScheme::Alibi}) {
        EXPECT_EQ(positionSchemeInfo(scheme).scheme, scheme);
    }
}

}  // namespace
}  // namespace headlight
