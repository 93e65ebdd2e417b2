#include "core/io/tokenizer_side_files.h"

#include "core/io/file_descriptor.h"
#include "core/io/text_file.h"

#include <algorithm>
#include <array>
#include <map>

namespace headlight {
namespace {

/// A special token as a text, or as an object with its flags; nothing for one that there is not.
std::optional<AddedToken> readSpecialToken(const JsonEntry& entry)
{
    if (entry.isText()) {
        return specialToken(entry.text());
    }
    if (!entry.isObject()) {
        return std::nullopt;
    }
    AddedToken token = specialToken(entry["content"].text());
    token.normalized = entry["normalized"].flag(false);
    token.singleWord = entry["single_word"].flag(false);
    token.lstrip = entry["lstrip"].flag(false);
    token.rstrip = entry["rstrip"].flag(false);
    return token;
}

/// Gathers the tokens that the files add, each content once; what is added later says more of one that is there.
class AddedTokenList
{
public:
    explicit AddedTokenList(const Vocabulary& vocabulary) : m_vocabulary(vocabulary) {}

    /// From added_tokens.json: contents and ids.
    void addNumbered(const JsonEntry& entry)
    {
        if (entry.isNull()) {
            return;
        }
        for (const auto& [content, id] : entry.members()) {
            add({.id = id.integer(0, Vocabulary::kMaxIds - 1), .content = content, .normalized = true});
        }
    }

    void addRole(AddedToken token)
    {
        if (const AddedToken* known = find(token.content)) {
            token.id = known->id;
        }
        add(std::move(token));
    }

    /// From a list of special tokens.
    void addSpecials(const JsonEntry& entry)
    {
        if (entry.isNull()) {
            return;
        }
        for (const JsonEntry& item : entry.items()) {
            if (std::optional<AddedToken> token = readSpecialToken(item)) {
                addRole(std::move(*token));
            }
        }
    }

    /// From tokenizer_config.json's "added_tokens_decoder": ids, and tokens with all their flags.
    void addDescribed(const JsonEntry& entry)
    {
        if (entry.isNull()) {
            return;
        }
        for (const auto& [id, described] : entry.members()) {
            addDescribed(id, described);
        }
    }

    std::vector<AddedToken> numbered()
    {
        auto next = static_cast<std::int32_t>(m_vocabulary.idCount());
        for (const AddedToken& token : m_tokens) {
            next = std::max(next, token.id + 1);
        }
        for (AddedToken& token : m_tokens) {
            token.id = token.id < 0 ? next++ : token.id;
        }
        return std::move(m_tokens);
    }

private:
    AddedToken* find(std::string_view content)
    {
        const auto found = m_places.find(content);
        return found == m_places.end() ? nullptr : &m_tokens[found->second];
    }

    void add(AddedToken token)
    {
        if (const std::optional<std::int32_t> id = m_vocabulary.find(token.content)) {
            token.id = *id;
        }
        if (AddedToken* known = find(token.content)) {
            token.special = token.special || known->special;
            *known = std::move(token);
        } else {
            m_places.emplace(token.content, m_tokens.size());
            m_tokens.push_back(std::move(token));
        }
    }

    void addDescribed(const std::string& id, const JsonEntry& entry)
    {
        constexpr std::size_t kMostDigits = 8;
        if (id.empty() || id.size() > kMostDigits || id.find_first_not_of("0123456789") != std::string::npos) {
            entry.complain("has a key that is no id");
            return;
        }
        std::optional<AddedToken> token = readSpecialToken(entry);
        if (!token) {
            entry.complainOfType("an object");
            return;
        }
        token->id = static_cast<std::int32_t>(std::strtol(id.c_str(), nullptr, 10));
        token->special = entry["special"].flag(false);
        token->normalized = entry["normalized"].flag(!token->special);
        add(std::move(*token));
    }

    const Vocabulary& m_vocabulary;
    std::vector<AddedToken> m_tokens;
    std::map<std::string, std::size_t, std::less<>> m_places;  ///< By content.
};

}  // namespace

Result<JsonFile> JsonFile::read(const std::filesystem::path& path)
{
    JsonFile file;
    file.m_path = path;
    if (!isThere(path)) {
        return file;
    }
    const Result<std::string> text = readRegularFile(path);
    if (!text) {
        return tl::unexpected(text.error());
    }
    Result<nlohmann::json> json = parseJson(*text, quoted(path));
    if (!json) {
        return tl::unexpected(json.error());
    }
    file.m_json = std::move(*json);
    return file;
}

Result<void> JsonFile::check() const
{
    return m_problem ? failure(ErrorCode::Malformed, quoted(m_path) + ": " + *m_problem + ".") : Result<void>();
}

Result<SideFiles> SideFiles::read(const std::filesystem::path& folder)
{
    SideFiles files;
    const std::array<std::pair<const char*, JsonFile SideFiles::*>, 4> places = {{
        {"tokenizer_config.json", &SideFiles::config},
        {"special_tokens_map.json", &SideFiles::specialTokens},
        {"added_tokens.json", &SideFiles::addedTokens},
        {"config.json", &SideFiles::model},
    }};
    for (const auto& [name, member] : places) {
        Result<JsonFile> file = JsonFile::read(folder / name);
        if (!file) {
            return tl::unexpected(file.error());
        }
        files.*member = std::move(*file);
    }
    return files;
}

Result<void> SideFiles::check() const
{
    for (const JsonFile* file : {&config, &specialTokens, &addedTokens, &model}) {
        if (const Result<void> checked = file->check(); !checked) {
            return checked;
        }
    }
    return {};
}

AddedToken specialToken(std::string_view content)
{
    return {.id = -1, .content = std::string(content), .special = true};
}

std::optional<AddedToken> readRole(SideFiles& files, const char* role)
{
    const std::optional<AddedToken> token = readSpecialToken(files.config.entry()[role]);
    return token ? token : readSpecialToken(files.specialTokens.entry()[role]);
}

std::vector<AddedToken> readAddedTokens(SideFiles& files, const Vocabulary& vocabulary,
                                        const std::vector<AddedToken>& roles)
{
    AddedTokenList list(vocabulary);
    list.addNumbered(files.addedTokens.entry());
    for (const AddedToken& role : roles) {
        list.addRole(role);
    }
    list.addSpecials(files.specialTokens.entry()["additional_special_tokens"]);
    list.addSpecials(files.config.entry()["additional_special_tokens"]);
    list.addDescribed(files.config.entry()["added_tokens_decoder"]);
    return list.numbered();
}

SpecialTemplates beginAndEndTemplates(SideFiles& files, std::optional<TemplatePart> begin,
                                      std::optional<TemplatePart> end)
{
    const JsonEntry config = files.config.entry();
    const std::string type = config["tokenizer_class"].text("");
    const bool isLlama = type.find("LlamaTokenizer") != std::string::npos || type.starts_with("GemmaTokenizer");
    begin = config["add_bos_token"].flag(isLlama) ? begin : std::nullopt;
    end = config["add_eos_token"].flag(false) ? end : std::nullopt;
    SpecialTemplates templates;
    if (!begin && !end) {
        return templates;
    }
    Template pair;
    for (const std::int32_t text : {0, 1}) {
        const auto kind = text == 0 ? TemplatePart::Kind::First : TemplatePart::Kind::Second;
        for (std::optional<TemplatePart> next : {begin, std::optional(TemplatePart{.kind = kind}), end}) {
            if (next) {
                next->segment = text;
                pair.push_back(*next);
            }
        }
    }
    templates.single = Template(pair.begin(), pair.begin() + static_cast<std::ptrdiff_t>(pair.size() / 2));
    templates.pair = pair;
    return templates;
}

}  // namespace headlight
