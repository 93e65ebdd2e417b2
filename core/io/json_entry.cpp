#include "core/io/json_entry.h"

#include "core/text/utf8.h"

namespace headlight {
namespace {

/// Of what is not there. Never written to.
nlohmann::json& missing()
{
    static nlohmann::json kNull;
    return kNull;
}

}  // namespace

std::string JsonEntry::name() const
{
    return m_path.empty() ? "the whole" : "\"" + m_path + "\"";
}

JsonEntry JsonEntry::operator[](const char* key) const
{
    const std::string path = m_path.empty() ? key : m_path + "." + key;
    if (!m_json->is_object()) {
        if (!m_json->is_null()) {
            complainOfType("an object");
        }
        return {missing(), path, *m_problem};
    }
    const auto found = m_json->find(key);
    return {found == m_json->end() ? missing() : *found, path, *m_problem};
}

std::vector<JsonEntry> JsonEntry::items() const
{
    std::vector<JsonEntry> entries;
    if (!m_json->is_array()) {
        complainOfType("a list");
        return entries;
    }
    for (nlohmann::json& item : *m_json) {
        entries.emplace_back(item, m_path + "[" + std::to_string(entries.size()) + "]", *m_problem);
    }
    return entries;
}

std::vector<std::pair<std::string, JsonEntry>> JsonEntry::members() const
{
    std::vector<std::pair<std::string, JsonEntry>> entries;
    if (!m_json->is_object()) {
        complainOfType("an object");
        return entries;
    }
    for (auto member = m_json->begin(); member != m_json->end(); ++member) {
        entries.emplace_back(member.key(), JsonEntry(*member, m_path + "." + member.key(), *m_problem));
    }
    return entries;
}

std::string JsonEntry::text() const
{
    if (!m_json->is_string()) {
        complainOfType("a text");
        return {};
    }
    return m_json->get<std::string>();
}

std::string JsonEntry::text(std::string_view otherwise) const
{
    return isNull() ? std::string(otherwise) : text();
}

bool JsonEntry::flag(bool otherwise) const
{
    return optionalFlag().value_or(otherwise);
}

std::optional<bool> JsonEntry::optionalFlag() const
{
    if (isNull()) {
        return std::nullopt;
    }
    if (!m_json->is_boolean()) {
        complainOfType("true or false");
        return std::nullopt;
    }
    return m_json->get<bool>();
}

std::int32_t JsonEntry::integer(std::int32_t least, std::int32_t most) const
{
    if (!m_json->is_number_integer()) {
        complainOfType("a whole number");
        return least;
    }
    const bool isHuge =
        m_json->is_number_unsigned() && m_json->get<std::uint64_t>() > std::uint64_t{static_cast<std::uint32_t>(most)};
    const std::int64_t value = isHuge ? most : m_json->get<std::int64_t>();
    if (isHuge || value < least || value > most) {
        complain("is " + m_json->dump() + "; expected " + std::to_string(least) + " to " + std::to_string(most));
        return least;
    }
    return static_cast<std::int32_t>(value);
}

std::int32_t JsonEntry::integer(std::int32_t least, std::int32_t most, std::int32_t otherwise) const
{
    return isNull() ? otherwise : integer(least, most);
}

void JsonEntry::complain(const std::string& what) const
{
    if (!*m_problem) {
        *m_problem = name() + " " + what;
    }
}

void JsonEntry::complainOfType(std::string_view expected) const
{
    complain((isNull() ? std::string("is missing") : "is " + std::string(jsonTypeName(*m_json))) + "; expected " +
             std::string(expected));
}

void JsonEntry::complainOfChoice(std::string_view found, std::span<const std::string_view> known) const
{
    std::string list;
    for (const std::string_view choice : known) {
        list += (list.empty() ? "" : ", ") + std::string(choice);
    }
    complain("is " + excerpt(found) + ", which is not supported; supported are " + list);
}

}  // namespace headlight
