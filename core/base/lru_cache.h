// What was made last, as far as a number of bytes allows. May use nothing of core.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace headlight {

/// Shared values under keys that can be compared for equality. Those asked for least recently go first. Thread-safe.
template <typename Key, typename Value>
class LruCache
{
public:
    /// @param room the bytes that all values may fill; the last one made stays however large it is
    explicit LruCache(std::size_t room) : m_room(room) {}

    /// Null where it is not there.
    std::shared_ptr<const Value> find(const Key& key)
    {
        const std::lock_guard lock(m_mutex);
        const auto entry = std::ranges::find(m_entries, key, &Entry::key);
        if (entry == m_entries.end()) {
            return nullptr;
        }
        m_entries.splice(m_entries.begin(), m_entries, entry);
        return entry->value;
    }

    /// Without effect where there is a value under the key.
    void insert(const Key& key, std::shared_ptr<const Value> value, std::size_t bytes)
    {
        const std::lock_guard lock(m_mutex);
        if (std::ranges::find(m_entries, key, &Entry::key) != m_entries.end()) {
            return;
        }
        m_entries.push_front({key, std::move(value), bytes});
        m_bytes += bytes;
        while (m_bytes > m_room && m_entries.size() > 1) {
            m_bytes -= m_entries.back().bytes;
            m_entries.pop_back();
        }
    }

private:
    struct Entry
    {
        Key key;
        std::shared_ptr<const Value> value;
        std::size_t bytes;
    };

    std::size_t m_room;
    std::size_t m_bytes = 0;
    std::list<Entry> m_entries;  ///< The one asked for last comes first.
    std::mutex m_mutex;
};

}  // namespace headlight
