#include "core/base/indices.h"

#include <gtest/gtest.h>
#include <type_traits>

namespace headlight {
namespace {

TEST(TypedIndex, KindsCannotBeSwapped)
{
    static_assert(!std::is_convertible_v<LayerIndex, HeadIndex>);
    static_assert(!std::is_constructible_v<HeadIndex, LayerIndex>);
    static_assert(!std::is_convertible_v<Index, TokenIndex>, "a plain number must be named");
    static_assert(std::is_constructible_v<TokenIndex, Index>);
}

TEST(HeadAddress, IsOrderedByLayerFirst)
{
    const HeadAddress early{LayerIndex(0), HeadIndex(7)};
    const HeadAddress late{LayerIndex(1), HeadIndex(0)};
    EXPECT_LT(early, late);
    EXPECT_EQ(early, (HeadAddress{LayerIndex(0), HeadIndex(7)}));
}

}  // namespace
}  // namespace headlight
