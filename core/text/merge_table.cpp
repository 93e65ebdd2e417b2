#include "core/text/merge_table.h"

#include <bit>
#include <limits>

namespace headlight {
namespace {

/// Of a slot that holds no pair; ids are not negative, so no pair looks like it.
constexpr std::uint64_t kNoPair = std::numeric_limits<std::uint64_t>::max();

std::uint64_t pairOf(std::int32_t left, std::int32_t right)
{
    return (std::uint64_t{static_cast<std::uint32_t>(left)} << 32U) | static_cast<std::uint32_t>(right);
}

}  // namespace

MergeTable::MergeTable(std::size_t capacity) : m_slots(std::bit_ceil(2 * capacity + 1), Slot{kNoPair, {}}) {}

void MergeTable::set(std::int32_t left, std::int32_t right, Merge merge)
{
    const std::uint64_t pair = pairOf(left, right);
    m_slots[placeOf(pair)] = {pair, merge};
}

const Merge* MergeTable::find(std::int32_t left, std::int32_t right) const
{
    const std::uint64_t pair = pairOf(left, right);
    const Slot& slot = m_slots[placeOf(pair)];
    return slot.pair == pair ? &slot.merge : nullptr;
}

/// The slot of a pair, or the free one where it would go.
std::size_t MergeTable::placeOf(std::uint64_t pair) const
{
    constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;  // Fibonacci hashing (Knuth, vol. 3, §6.4)
    const std::size_t mask = m_slots.size() - 1;
    std::size_t place = static_cast<std::size_t>((pair * kGoldenRatio) >> 32U) & mask;
    while (m_slots[place].pair != kNoPair && m_slots[place].pair != pair) {
        place = (place + 1) & mask;
    }
    return place;
}

}  // namespace headlight
