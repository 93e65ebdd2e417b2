#include "core/text/aligned_text.h"

#include <algorithm>
#include <cassert>

namespace headlight {

tl::unexpected<Error> growsTooLong()
{
    return failure(ErrorCode::TooLong, "The tokenizer makes more than " + std::to_string(kMaxRewrittenBytes) +
                                           " bytes of this text before it cuts it; a shorter text may do.");
}

AlignedText::Origin AlignedText::originOf(std::size_t byte) const
{
    if (!m_origins.empty()) {
        return m_origins[byte];
    }
    const auto begin = static_cast<std::uint32_t>(byte + m_offset);
    return {begin, begin + 1};
}

ByteSpan AlignedText::origin(ByteSpan range) const
{
    assert(range.begin <= range.end && range.end <= m_text.size());
    if (m_text.empty()) {
        return {m_offset, m_offset};
    }
    if (range.begin == range.end) {
        const std::size_t place =
            range.begin < m_text.size() ? originOf(range.begin).begin : originOf(range.begin - 1).end;
        return {place, place};
    }
    const std::size_t begin = originOf(range.begin).begin;
    return {begin, std::max<std::size_t>(begin, originOf(range.end - 1).end)};
}

TextRewriter::TextRewriter(const AlignedText& source) : m_source(source)
{
    m_result.m_offset = source.m_offset;
    m_result.m_text.reserve(source.m_text.size());
    m_result.m_origins.reserve(source.m_text.size());
}

void TextRewriter::keep(ByteSpan range)
{
    m_result.m_text.append(m_source.m_text, range.begin, range.end - range.begin);
    for (std::size_t byte = range.begin; byte < range.end; ++byte) {
        m_result.m_origins.push_back(m_source.originOf(byte));
    }
}

void TextRewriter::replace(ByteSpan range, std::string_view text)
{
    const ByteSpan origin = m_source.origin(range);
    append(text, {static_cast<std::uint32_t>(origin.begin), static_cast<std::uint32_t>(origin.end)});
}

void TextRewriter::replaceByte(std::size_t byte, std::string_view text)
{
    append(text, m_source.originOf(byte));
}

void TextRewriter::absorb(ByteSpan range, std::size_t since)
{
    const auto end = static_cast<std::uint32_t>(m_source.origin(range).end);
    for (std::size_t byte = since; byte < size(); ++byte) {
        m_result.m_origins[byte].end = std::max(m_result.m_origins[byte].end, end);
    }
}

void TextRewriter::insert(std::size_t at, std::string_view text)
{
    const auto place = static_cast<std::uint32_t>(m_source.origin({at, at}).begin);
    append(text, {place, place});
}

void TextRewriter::append(std::string_view text, AlignedText::Origin origin)
{
    m_result.m_text.append(text);
    m_result.m_origins.insert(m_result.m_origins.end(), text.size(), origin);
}

}  // namespace headlight
