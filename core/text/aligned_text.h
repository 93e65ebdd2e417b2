// A text that a tokenizer has rewritten, and where each of its bytes came from. May use base/ and text/ only.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

namespace headlight {

/// The longest that a text may become while it is rewritten: it needs nine times as many bytes.
inline constexpr std::size_t kMaxRewrittenBytes = std::size_t{128} << 20U;

/// TooLong, for a text that would become longer.
[[nodiscard]] tl::unexpected<Error> growsTooLong();

/// Text after any number of rewritings. Each byte knows the bytes of the original that it stands for: an untouched character's
/// bytes each their own, a changed character's the whole of what it was, an inserted one's none, at the place.
class AlignedText
{
public:
    AlignedText() = default;

    /// The original itself, from byte `offset` of it on.  @param text below 4 GiB, offset included
    explicit AlignedText(std::string text, std::size_t offset = 0)
        : m_text(std::move(text))
        , m_offset(static_cast<std::uint32_t>(offset))
    {}

    const std::string& text() const { return m_text; }

    /// The bytes of the original that a range stands for: from the first byte's to the last byte's.
    ByteSpan origin(ByteSpan range) const;

private:
    friend class TextRewriter;

    struct Origin
    {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };

    Origin originOf(std::size_t byte) const;

    std::string m_text;
    std::uint32_t m_offset = 0;
    std::vector<Origin> m_origins;  ///< Of each byte; empty while nothing has been rewritten.
};

/// Makes a new text out of another, from its start to its end. What follows the last call is left out, so keep it too.
class TextRewriter
{
public:
    /// @param source must live as long as this
    explicit TextRewriter(const AlignedText& source);

    /// Bytes of the new text so far.
    std::size_t size() const { return m_result.m_text.size(); }

    /// Takes a range over as it is.
    void keep(ByteSpan range);

    /// Puts `text` in place of a range; all of its bytes stand for the whole range.
    void replace(ByteSpan range, std::string_view text);

    /// As `replace` with one character for each byte of the range; each stands for what its byte stood for.
    void replaceByte(std::size_t byte, std::string_view text);

    /// Leaves a range out; what stands before it in the new text from `since` on stands for it as well.
    void absorb(ByteSpan range, std::size_t since);

    /// Puts in text that was not there, before byte `at` of the source.
    void insert(std::size_t at, std::string_view text);

    AlignedText finish() { return std::move(m_result); }

private:
    void append(std::string_view text, AlignedText::Origin origin);

    const AlignedText& m_source;
    AlignedText m_result;
};

}  // namespace headlight
