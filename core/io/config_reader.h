// Takes a model's config.json apart. May use base/, attention/, text/utf8.h and io/ only.
#pragma once

#include "core/base/indices.h"
#include "core/base/result.h"
#include "core/io/json.h"
#include "core/io/named.h"
#include "core/text/utf8.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace headlight {

/// Reads values by key; the first problem is kept and ends up in `problem`, so that a reader asks for all it needs and looks once.
/// A key whose value is null counts as missing.
class ConfigReader
{
public:
    explicit ConfigReader(const nlohmann::json& object) : m_json(object) {}

    bool has(const char* key) const;

    /// A size from 0 to 2²⁴, under the first of its names that is there.
    Index size(std::initializer_list<const char*> keys);
    Index sizeOr(std::initializer_list<const char*> keys, Index otherwise);

    /// A number within a range.
    double number(const char* key, double least, double most);
    double numberOr(const char* key, double least, double most, double otherwise);

    /// A norm's epsilon: above 0, at most 1.
    float epsilon(const char* key);
    float epsilonOr(const char* key, double otherwise);

    bool flagOr(const char* key, bool otherwise);
    std::string text(const char* key);
    std::string textOr(const char* key, const std::string& otherwise);

    /// One of a table's names.
    template <typename Value>
    Value choiceOr(const char* key, const auto& table, Value otherwise)
    {
        if (!has(key)) {
            return otherwise;
        }
        const std::string name = text(key);
        const auto* const found = findNamed(table, name);
        if (found == nullptr) {
            std::string known;
            for (const auto& [each, value] : table) {
                known += (known.empty() ? "" : ", ") + std::string(each);
            }
            complain(quotedKey(key) + " is " + excerpt(name) + "; known are " + known);
            return otherwise;
        }
        return found->second;
    }

    /// The value itself, for what has a form of its own; null where it is missing.
    const nlohmann::json* find(const char* key) const;

    /// Keeps a problem, as "\"n_head\" is a text; expected a whole number".
    void complain(std::string problem);

    const std::optional<std::string>& problem() const { return m_problem; }

private:
    static std::string quotedKey(const char* key) { return "\"" + std::string(key) + "\""; }
    const nlohmann::json* require(const char* key, bool (nlohmann::json::*isRight)() const, const char* expected);

    const nlohmann::json& m_json;
    std::optional<std::string> m_problem;
};

}  // namespace headlight
