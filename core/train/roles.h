// What a trained head is asked: for a word, another word of its sentence. May use base/ only.
#pragma once

#include "core/base/indices.h"

#include <array>
#include <string_view>
#include <vector>

namespace headlight {

/// The eight questions. The first six are links that a sentence knows of itself; the neighbours every sentence has.
enum class Role { Subject, Object, Determiner, Adjective, Antecedent, Sense, Previous, Next };

inline constexpr std::array kRoles = {Role::Subject,    Role::Object, Role::Determiner, Role::Adjective,
                                      Role::Antecedent, Role::Sense,  Role::Previous,   Role::Next};
inline constexpr std::size_t kRoleCount = kRoles.size();
inline constexpr std::size_t kLinkRoleCount = 6;  ///< Those before the neighbours.

/// Whether it is a link that a sentence knows of itself.
constexpr bool isLink(Role role)
{
    return static_cast<std::size_t>(role) < kLinkRoleCount;
}

/// For people and for files: "subject", "object", …
std::string_view roleName(Role role);

/// From one word or token to the one that it should look at: a verb to its subject or object, a determiner or adjective to
/// its noun, a pronoun to its antecedent, an ambiguous word to what decides its sense.
struct Link
{
    Role role;
    Index from;
    Index to;

    bool operator==(const Link&) const = default;
};

}  // namespace headlight
