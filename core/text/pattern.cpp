#include "core/text/pattern.h"

#include "core/text/oniguruma.h"
#include "core/text/utf8.h"

#include <array>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace headlight {
namespace {

constexpr std::size_t kLongestExpression = std::size_t{64} << 10U;  ///< Bytes.
constexpr std::uint32_t kMatchLimit = 2'000'000;                    ///< Steps of one match.
constexpr std::uint32_t kHeapLimitKib = 64 << 10;                   ///< Of one match.

struct Free
{
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

std::string describe(int pcreError)
{
    std::array<PCRE2_UCHAR, 256> message{};
    pcre2_get_error_message(pcreError, message.data(), message.size());
    return reinterpret_cast<const char*>(message.data());
}

std::vector<ByteSpan> literalMatches(std::string_view text, std::string_view literal)
{
    std::vector<ByteSpan> found;
    for (std::size_t at = text.find(literal); at != std::string_view::npos; at = text.find(literal, at)) {
        found.push_back({at, at + literal.size()});
        at += literal.size();
    }
    return found;
}

}  // namespace

/// An expression of PCRE2, compiled to match only where it is tried: so the clock can be looked at between places.
class Pattern::Regex
{
public:
    static Result<std::shared_ptr<const Regex>> compile(std::string_view expression)
    {
        const auto malformed = [&](const std::string& problem) {
            return failure(ErrorCode::Malformed,
                           "The regular expression " + excerpt(expression) + " cannot be used: " + problem + ".");
        };
        if (expression.size() > kLongestExpression) {
            return malformed("it is longer than " + std::to_string(kLongestExpression) + " bytes");
        }
        const Result<std::string> translated = toPcre2(expression);
        if (!translated) {
            return malformed(translated.error().message);
        }
        const Owned<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
        pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
        constexpr std::uint32_t kOptions =
            PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
        int error = 0;
        std::size_t at = 0;
        auto regex = std::make_shared<Regex>();
        regex->m_code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated->data()), translated->size(),
                                          kOptions, &error, &at, context.get()));
        if (!regex->m_code) {
            return malformed(describe(error) + ", before " + excerpt(std::string_view(*translated).substr(at)));
        }
        regex->m_expression = expression;
        pcre2_jit_compile(regex->m_code.get(), PCRE2_JIT_COMPLETE);  // where it fails, matching is only slower
        regex->m_context.reset(pcre2_match_context_create(nullptr));
        pcre2_set_match_limit(regex->m_context.get(), kMatchLimit);
        pcre2_set_heap_limit(regex->m_context.get(), kHeapLimitKib);
        return regex;
    }

    Result<std::vector<ByteSpan>> matches(std::string_view text, Patience& patience) const
    {
        const Owned<pcre2_match_data> data(pcre2_match_data_create(1, nullptr));
        std::vector<ByteSpan> found;
        std::size_t at = 0;
        while (at <= text.size()) {
            if (patience.isSpent()) {
                return tooSlow();
            }
            const int count = matchAt(text, at, data.get());
            if (count < 0 && count != PCRE2_ERROR_NOMATCH) {
                return tooSlow();
            }
            const std::size_t end = count < 0 ? at : pcre2_get_ovector_pointer(data.get())[1];
            const bool isRepeated = end == at && !found.empty() && found.back().end == at;
            if (count >= 0 && !isRepeated) {
                found.push_back({at, end});
            }
            at = end > at ? end : nextCharacter(text, at);
        }
        return found;
    }

private:
    int matchAt(std::string_view text, std::size_t at, pcre2_match_data* data) const
    {
        const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
        int count = pcre2_match(m_code.get(), subject, text.size(), at, PCRE2_NO_UTF_CHECK, data, m_context.get());
        if (count == PCRE2_ERROR_JIT_STACKLIMIT) {
            count = pcre2_match(m_code.get(), subject, text.size(), at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data,
                                m_context.get());
        }
        return count;
    }

    static std::size_t nextCharacter(std::string_view text, std::size_t at)
    {
        return at < text.size() ? at + codePointAt(text, at).bytes : at + 1;
    }

    tl::unexpected<Error> tooSlow() const
    {
        return failure(ErrorCode::TooLong,
                       "The tokenizer's regular expression " + excerpt(m_expression) +
                           " takes too long on this text; a shorter text or another tokenizer.json may do.");
    }

    std::string m_expression;
    Owned<pcre2_code> m_code;
    Owned<pcre2_match_context> m_context;
};

Pattern Pattern::literal(std::string text)
{
    Pattern pattern;
    if (text.empty()) {
        const Result<Pattern> everywhere = regex("");
        return everywhere ? *everywhere : pattern;
    }
    pattern.m_text = std::move(text);
    return pattern;
}

Result<Pattern> Pattern::regex(std::string_view expression)
{
    Result<std::shared_ptr<const Regex>> regex = Regex::compile(expression);
    if (!regex) {
        return tl::unexpected(regex.error());
    }
    Pattern pattern;
    pattern.m_regex = std::move(*regex);
    return pattern;
}

Result<std::vector<ByteSpan>> Pattern::matches(std::string_view text, Patience& patience) const
{
    if (text.empty()) {
        return std::vector<ByteSpan>{};
    }
    if (m_regex) {
        return m_regex->matches(text, patience);
    }
    return literalMatches(text, m_text);
}

}  // namespace headlight
