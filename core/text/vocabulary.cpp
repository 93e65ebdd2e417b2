#include "core/text/vocabulary.h"

#include "core/text/utf8.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace headlight {
namespace {

std::uint32_t hashOf(std::string_view piece)
{
    return static_cast<std::uint32_t>(std::hash<std::string_view>()(piece));
}

tl::unexpected<Error> malformed(const Vocabulary::Entry& entry, const std::string& problem)
{
    return failure(ErrorCode::Malformed, "the vocabulary's entry " + excerpt(entry.piece) + " has the id " +
                                             std::to_string(entry.id) + problem);
}

}  // namespace

Result<Vocabulary> Vocabulary::make(std::vector<Entry> entries)
{
    if (entries.empty()) {
        return failure(ErrorCode::Malformed, "the vocabulary is empty");
    }
    Vocabulary vocabulary;
    vocabulary.m_entries = std::move(entries);
    vocabulary.m_ids.reserve(vocabulary.m_entries.size());
    vocabulary.m_slots.resize(std::bit_ceil(2 * vocabulary.m_entries.size()));
    for (std::size_t place = 0; place < vocabulary.m_entries.size(); ++place) {
        const Entry& entry = vocabulary.m_entries[place];
        if (entry.id < 0 || entry.id >= kMaxIds) {
            return malformed(entry, "; expected 0 to " + std::to_string(kMaxIds - 1));
        }
        vocabulary.m_ids.push_back({entry.id, static_cast<std::int32_t>(place)});
        const std::uint32_t hash = hashOf(entry.piece);
        Slot& slot = vocabulary.slotOf(entry.piece, hash);
        if (slot.place != kNone) {
            return malformed(entry, ", but it has another one as well");
        }
        slot = {hash, static_cast<std::int32_t>(place)};
    }
    std::ranges::sort(vocabulary.m_ids);
    const auto same = std::ranges::adjacent_find(vocabulary.m_ids, {}, &Numbered::id);
    if (same != vocabulary.m_ids.end()) {
        const auto entryAt = [&](const Numbered& numbered) {
            return vocabulary.m_entries[static_cast<std::size_t>(numbered.place)];
        };
        return malformed(entryAt(same[1]), ", as has " + excerpt(entryAt(same[0]).piece));
    }
    return vocabulary;
}

std::optional<std::int32_t> Vocabulary::find(std::string_view piece) const
{
    const Slot& slot = slotOf(piece, hashOf(piece));
    return slot.place == kNone ? std::nullopt : std::optional(m_entries[static_cast<std::size_t>(slot.place)].id);
}

/// The slot of a piece, or the free one where it would go.
const Vocabulary::Slot& Vocabulary::slotOf(std::string_view piece, std::uint32_t hash) const
{
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = hash & mask;
    const auto isOther = [&](const Slot& slot) {
        return slot.place != kNone &&
               (slot.hash != hash || m_entries[static_cast<std::size_t>(slot.place)].piece != piece);
    };
    while (isOther(m_slots[at])) {
        at = (at + 1) & mask;
    }
    return m_slots[at];
}

Vocabulary::Slot& Vocabulary::slotOf(std::string_view piece, std::uint32_t hash)
{
    return const_cast<Slot&>(std::as_const(*this).slotOf(piece, hash));
}

const std::string* Vocabulary::piece(std::int32_t id) const
{
    const auto found = std::ranges::lower_bound(m_ids, id, {}, &Numbered::id);
    return found == m_ids.end() || found->id != id ? nullptr : &m_entries[static_cast<std::size_t>(found->place)].piece;
}

}  // namespace headlight
