#include "core/io/json.h"

#include "core/text/utf8.h"

#include <string>
#include <utility>
#include <vector>

namespace headlight {
namespace {

/// Builds a document, and stops at the first thing that must not be in one: what is no JSON, what is nested too deep, a key
/// that an object has twice.
class Builder final : public nlohmann::json_sax<nlohmann::json>
{
public:
    using Json = nlohmann::json;

    Builder(std::string name, const JsonLimits& limits) : m_name(std::move(name)), m_limits(limits) {}

    Json& document() { return m_document; }

    /// Why the parse stopped. Only for a parse that did.
    const Error& error() const { return m_error; }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::value_t::object); }
    bool start_array(std::size_t) override { return open(Json::value_t::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& key) override
    {
        const auto [entry, isNew] = m_open.back()->emplace(key, nullptr);
        m_value = &*entry;
        return isNew || stop(ErrorCode::Malformed, " has the key " + excerpt(key) + " twice; keep one of them.");
    }

    bool parse_error(std::size_t position, const std::string&, const Json::exception&) override
    {
        return stop(ErrorCode::Malformed,
                    " is not JSON: it breaks off or goes wrong at byte " + std::to_string(position) + ".");
    }

private:
    bool add(Json value)
    {
        place(std::move(value));
        return countOne();
    }

    bool countOne()
    {
        return ++m_values <= m_limits.values ||
               stop(ErrorCode::TooLong,
                    " has more than the " + std::to_string(m_limits.values) + " values that are read.");
    }

    /// Puts a value where the next one belongs: behind the last key, at the end of a list, or at the top.
    Json& place(Json value)
    {
        if (m_open.empty()) {
            return m_document = std::move(value);
        }
        if (m_open.back()->is_array()) {
            m_open.back()->push_back(std::move(value));
            return m_open.back()->back();
        }
        return *m_value = std::move(value);
    }

    bool open(Json::value_t type)
    {
        if (m_open.size() == static_cast<std::size_t>(m_limits.depth)) {
            return stop(ErrorCode::TooLong,
                        " is nested deeper than the " + std::to_string(m_limits.depth) + " levels that are read.");
        }
        m_open.push_back(&place(Json(type)));
        return countOne();
    }

    bool close()
    {
        m_open.pop_back();
        return true;
    }

    bool stop(ErrorCode code, const std::string& message)
    {
        m_error = {code, m_name + message};
        return false;
    }

    std::string m_name;
    JsonLimits m_limits;
    std::size_t m_values = 0;
    Error m_error{ErrorCode::Malformed, {}};
    Json m_document;
    std::vector<Json*> m_open;  ///< The objects and lists that have not ended, the innermost last.
    Json* m_value = nullptr;    ///< Of the last key.
};

}  // namespace

Result<nlohmann::json> parseJson(std::string_view text, std::string_view what, const JsonLimits& limits)
{
    if (text.size() > limits.bytes) {
        return failure(ErrorCode::TooLong, std::string(what) + " has " + std::to_string(text.size()) +
                                               " bytes of JSON; at most " + std::to_string(limits.bytes) +
                                               " are read.");
    }
    Builder builder(std::string(what), limits);
    if (!nlohmann::json::sax_parse(text, &builder)) {
        return tl::unexpected(builder.error());
    }
    return std::move(builder.document());
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
