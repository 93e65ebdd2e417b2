// What stands beside a tokenizer's vocabulary in a model folder. May use base/, text/ and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/json_entry.h"
#include "core/text/pipeline_tokenizer.h"

#include <filesystem>

namespace headlight {

/// A JSON file that may be missing, and the first problem with what it says.
class JsonFile
{
public:
    /// A file that is not there is as one that says null.
    /// @return what readTextFile and parseJson may fail with
    static Result<JsonFile> read(const std::filesystem::path& path);

    /// As long as this lives, and is not moved.
    JsonEntry entry() { return {m_json, "", m_problem}; }

    /// Malformed where something that was read is not as it should be; the message names file and entry.
    Result<void> check() const;

private:
    std::filesystem::path m_path;
    nlohmann::json m_json;
    std::optional<std::string> m_problem;
};

/// The files that say what the vocabulary does not: each may be missing.
struct SideFiles
{
    JsonFile config;         ///< tokenizer_config.json
    JsonFile specialTokens;  ///< special_tokens_map.json
    JsonFile addedTokens;    ///< added_tokens.json
    JsonFile model;          ///< config.json

    static Result<SideFiles> read(const std::filesystem::path& folder);

    /// The first problem with what was read of any.
    Result<void> check() const;
};

/// A special token of which only the content is known; its id is below 0.
AddedToken specialToken(std::string_view content);

/// The token of a role, as "mask_token": as tokenizer_config.json says it, else special_tokens_map.json; nothing where neither does.
std::optional<AddedToken> readRole(SideFiles& files, const char* role);

/// The tokens that the files add to a vocabulary. Those that it has keep their ids; those without one get the next ones.
///
/// @param roles the tokens of roles, which are special
std::vector<AddedToken> readAddedTokens(SideFiles& files, const Vocabulary& vocabulary,
                                        const std::vector<AddedToken>& roles);

/// A mark before each text or after it, as "add_bos_token" and "add_eos_token" have it; without marks one text alone is taken.
SpecialTemplates beginAndEndTemplates(SideFiles& files, std::optional<TemplatePart> begin,
                                      std::optional<TemplatePart> end);

}  // namespace headlight
