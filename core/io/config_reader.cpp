#include "core/io/config_reader.h"

#include <algorithm>

namespace headlight {
namespace {

using Json = nlohmann::json;

/// The largest size that a configuration may name, far beyond any model's.
constexpr std::int64_t kMaxSize = 1 << 24;

/// What a float32 still tells from 0.
constexpr double kLeastEpsilon = 1e-37;

/// A value in a message: itself where it is short, else its type.
std::string described(const Json& value)
{
    return value.is_string()      ? "the text " + excerpt(value.get_ref<const std::string&>())
           : value.is_primitive() ? value.dump()
                                  : std::string(jsonTypeName(value));
}

}  // namespace

bool ConfigReader::has(const char* key) const
{
    return find(key) != nullptr;
}

const Json* ConfigReader::find(const char* key) const
{
    const auto found = m_json.find(key);
    return found == m_json.end() || found->is_null() ? nullptr : &*found;
}

Index ConfigReader::size(std::initializer_list<const char*> keys)
{
    const auto* const named = std::ranges::find_if(keys, [this](const char* key) { return has(key); });
    const char* const key = named == keys.end() ? *keys.begin() : *named;
    const Json* value = require(key, &Json::is_number_integer, "a whole number");
    if (value == nullptr) {
        return 0;
    }
    if (!value->is_number_unsigned()) {
        complain(quotedKey(key) + " is " + value->dump() + ", but a size cannot be negative");
        return 0;
    }
    if (value->get<std::uint64_t>() > static_cast<std::uint64_t>(kMaxSize)) {
        complain(quotedKey(key) + " is " + value->dump() + ", larger than any model's; at most " +
                 std::to_string(kMaxSize) + " is read");
        return 0;
    }
    return value->get<Index>();
}

Index ConfigReader::sizeOr(std::initializer_list<const char*> keys, Index otherwise)
{
    return std::ranges::any_of(keys, [this](const char* key) { return has(key); }) ? size(keys) : otherwise;
}

double ConfigReader::number(const char* key, double least, double most)
{
    const Json* value = require(key, &Json::is_number, "a number");
    if (value == nullptr) {
        return least;
    }
    const auto number = value->get<double>();
    if (!(number >= least && number <= most)) {
        complain(quotedKey(key) + " is " + value->dump() + "; expected " + Json(least).dump() + " to " +
                 Json(most).dump());
        return least;
    }
    return number;
}

double ConfigReader::numberOr(const char* key, double least, double most, double otherwise)
{
    return has(key) ? number(key, least, most) : otherwise;
}

float ConfigReader::epsilon(const char* key)
{
    return static_cast<float>(number(key, kLeastEpsilon, 1.0));
}

float ConfigReader::epsilonOr(const char* key, double otherwise)
{
    return has(key) ? epsilon(key) : static_cast<float>(otherwise);
}

bool ConfigReader::flagOr(const char* key, bool otherwise)
{
    if (!has(key)) {
        return otherwise;
    }
    const Json* value = require(key, &Json::is_boolean, "true or false");
    return value != nullptr && value->get<bool>();
}

std::string ConfigReader::text(const char* key)
{
    const Json* value = require(key, &Json::is_string, "a text");
    return value == nullptr ? "" : value->get<std::string>();
}

std::string ConfigReader::textOr(const char* key, const std::string& otherwise)
{
    return has(key) ? text(key) : otherwise;
}

void ConfigReader::complain(std::string problem)
{
    if (!m_problem) {
        m_problem = std::move(problem);
    }
}

const Json* ConfigReader::require(const char* key, bool (Json::*isRight)() const, const char* expected)
{
    const Json* value = find(key);
    if (value == nullptr) {
        complain(quotedKey(key) + " is missing");
        return nullptr;
    }
    if (!(value->*isRight)()) {
        complain(quotedKey(key) + " is " + described(*value) + "; expected " + expected);
        return nullptr;
    }
    return value;
}

}  // namespace headlight
