#include "core/io/json.h"

#include "core/text/utf8.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace headlight {
namespace {

/// Reads through a text without keeping it, and stops at the first thing that must not reach a document: what is no JSON,
/// what is nested too deep, a key that an object has twice.
class Guard final : public nlohmann::json_sax<nlohmann::json>
{
public:
    Guard(std::string name, int maxDepth) : m_name(std::move(name)), m_maxDepth(static_cast<std::size_t>(maxDepth)) {}

    /// Why the parse stopped. Only for a parse that did.
    const Error& error() const { return m_error; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return open(); }
    bool start_array(std::size_t) override { return open(); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& key) override
    {
        return m_keys.back().insert(key).second ||
               stop(ErrorCode::Malformed, " has the key " + excerpt(key) + " twice; keep one of them.");
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override
    {
        return stop(ErrorCode::Malformed,
                    " is not JSON: it breaks off or goes wrong at byte " + std::to_string(position) + ".");
    }

private:
    bool open()
    {
        m_keys.emplace_back();
        return m_keys.size() <= m_maxDepth ||
               stop(ErrorCode::TooLong,
                    " is nested deeper than the " + std::to_string(m_maxDepth) + " levels that are read.");
    }

    bool close()
    {
        m_keys.pop_back();
        return true;
    }

    bool stop(ErrorCode code, const std::string& message)
    {
        m_error = {code, m_name + message};
        return false;
    }

    std::string m_name;
    std::size_t m_maxDepth;
    Error m_error{ErrorCode::Malformed, {}};
    std::vector<std::set<std::string>> m_keys;  ///< Of each object and list that is open; a list has none.
};

}  // namespace

Result<nlohmann::json> parseJson(std::string_view text, std::string_view what, const JsonLimits& limits)
{
    if (text.size() > limits.bytes) {
        return failure(ErrorCode::TooLong, std::string(what) + " has " + std::to_string(text.size()) +
                                               " bytes of JSON; at most " + std::to_string(limits.bytes) +
                                               " are read.");
    }
    Guard guard(std::string(what), limits.depth);
    if (!nlohmann::json::sax_parse(text, &guard)) {
        return tl::unexpected(guard.error());
    }
    return nlohmann::json::parse(text, nullptr, false);
}

std::string_view jsonTypeName(const nlohmann::json& value)
{
    switch (value.type()) {
    case nlohmann::json::value_t::null:
        return "null";
    case nlohmann::json::value_t::object:
        return "an object";
    case nlohmann::json::value_t::array:
        return "a list";
    case nlohmann::json::value_t::string:
        return "a text";
    case nlohmann::json::value_t::boolean:
        return "true or false";
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
        return "a whole number";
    case nlohmann::json::value_t::number_float:
        return "a number";
    default:
        return "something else";
    }
}

}  // namespace headlight
