// Reads a foreign JSON document entry by entry, and keeps the first problem. May use base/ and io/json.h only.
#pragma once

#include "core/io/json.h"

#include <cstdint>
#include <optional>
#include <span>

namespace headlight {

/// A JSON value and where it stands in its document. What is not as expected is noted and read as a default, so that a whole
/// document is read first and then asked for its first problem. A missing entry is as one that is null.
class JsonEntry
{
public:
    /// @param json, problem must live as long as this  @param problem gets a clause that names the entry
    JsonEntry(nlohmann::json& json, std::string path, std::optional<std::string>& problem)
        : m_json(&json)
        , m_path(std::move(path))
        , m_problem(&problem)
    {}

    bool isNull() const { return m_json->is_null(); }
    bool isText() const { return m_json->is_string(); }
    bool isObject() const { return m_json->is_object(); }
    bool isList() const { return m_json->is_array(); }
    bool has(const char* key) const { return m_json->is_object() && m_json->contains(key); }

    /// As a message names the entry: "model.vocab".
    std::string name() const;

    /// The entry of an object; null for one that is not there.
    JsonEntry operator[](const char* key) const;

    /// The entries of a list.
    std::vector<JsonEntry> items() const;

    /// The keys of an object, and their entries.
    std::vector<std::pair<std::string, JsonEntry>> members() const;

    std::string text() const;
    std::string text(std::string_view otherwise) const;
    bool flag(bool otherwise) const;
    std::optional<bool> optionalFlag() const;
    std::int32_t integer(std::int32_t least, std::int32_t most) const;
    std::int32_t integer(std::int32_t least, std::int32_t most, std::int32_t otherwise) const;

    /// Notes that something is wrong with the entry, as "is empty".
    void complain(const std::string& what) const;

    /// Notes that the entry is of another type than it should be.
    void complainOfType(std::string_view expected) const;

    /// Notes that the entry's value is none of those that are known.
    void complainOfChoice(std::string_view found, std::span<const std::string_view> known) const;

    /// The value itself, to take large parts out of.
    nlohmann::json& json() const { return *m_json; }

private:
    nlohmann::json* m_json;
    std::string m_path;
    std::optional<std::string>* m_problem;
};

}  // namespace headlight
