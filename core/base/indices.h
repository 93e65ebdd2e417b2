// Distinct types for layer, head and token positions, so that they cannot be swapped.
#pragma once

#include <cstddef>
#include <string>

#include <compare>  // after <cstddef>: Qt's moc cannot read it on its own

namespace headlight {

/// Sizes and positions; signed, as Eigen's.
using Index = std::ptrdiff_t;

/// A position counted from 0 in one kind of sequence; Tag makes the kinds incompatible.
template <typename Tag>
struct TypedIndex
{
    Index value = 0;

    TypedIndex() = default;
    constexpr explicit TypedIndex(Index position) : value(position) {}
    auto operator<=>(const TypedIndex&) const = default;
};

using LayerIndex = TypedIndex<struct LayerTag>;
using HeadIndex = TypedIndex<struct HeadTag>;
using TokenIndex = TypedIndex<struct TokenTag>;

/// More layers than any model has.
inline constexpr Index kMaxLayers = 4096;

/// One attention head of a model.
struct HeadAddress
{
    LayerIndex layer;
    HeadIndex head;

    auto operator<=>(const HeadAddress&) const = default;
};

/// A head that was told in training which relation to find, as "subject"; never where to look.
struct AskedHead
{
    std::string relation;
    HeadAddress head;

    bool operator==(const AskedHead&) const = default;
};

}  // namespace headlight
