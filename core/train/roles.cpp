#include "core/train/roles.h"

namespace headlight {

std::string_view roleName(Role role)
{
    switch (role) {
    case Role::Subject:
        return "subject";
    case Role::Object:
        return "object";
    case Role::Determiner:
        return "determiner";
    case Role::Adjective:
        return "adjective";
    case Role::Antecedent:
        return "antecedent";
    case Role::Sense:
        return "sense";
    case Role::Previous:
        return "previous";
    case Role::Next:
        return "next";
    }
    return "";
}

}  // namespace headlight
