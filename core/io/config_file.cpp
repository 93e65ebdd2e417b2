#include "core/io/config_file.h"

#include "core/io/asked_heads_json.h"
#include "core/io/file_descriptor.h"
#include "core/io/json.h"
#include "core/text/utf8.h"

namespace headlight {
namespace {

using Json = nlohmann::json;

tl::unexpected<Error> malformed(const std::filesystem::path& path, const std::string& problem)
{
    return failure(ErrorCode::Malformed, quoted(path) + ": " + problem + ".");
}

/// The folder's own name; of a download cache's ("models--NAME/snapshots/REVISION") the model's.
std::string nameOfFolder(const std::filesystem::path& folder)
{
    std::error_code problem;
    std::filesystem::path path = std::filesystem::canonical(folder, problem);
    if (problem) {
        path = folder;
    }
    constexpr std::string_view kCached = "models--";
    const std::string cached = path.parent_path().parent_path().filename().string();
    if (path.parent_path().filename() == "snapshots" && cached.starts_with(kCached)) {
        std::string name = cached.substr(kCached.size());
        for (std::size_t at = name.find("--"); at != std::string::npos; at = name.find("--", at)) {
            name.replace(at, 2, 1, '/');
        }
        return name;
    }
    return path.filename().empty() ? path.string() : path.filename().string();
}

/// By the first of "architectures", which is all that some configurations of 2019 have; else null.
const Family* familyOfArchitecture(const Json& config)
{
    const auto list = config.find("architectures");
    const bool names = list != config.end() && list->is_array() && !list->empty() && list->front().is_string();
    return names ? findFamilyOfArchitecture(list->front().get_ref<const std::string&>()) : nullptr;
}

/// Name, note and asked heads, which the program's own models have in their config.json.
void readOwnEntries(ConfigReader& reader, Model& model)
{
    model.name = reader.text("name");
    model.note = reader.text("note");
    const Json* const asked = reader.find("asked_heads");
    if (asked == nullptr || !asked->is_object()) {
        reader.complain("\"asked_heads\" is " + std::string(asked == nullptr ? "missing" : jsonTypeName(*asked)) +
                        "; expected an object");
        return;
    }
    Result<std::vector<AskedHead>> heads = askedHeadsFromJson(asked->dump(), model.config.layers, model.config.heads);
    if (!heads) {
        std::string problem = heads.error().message;
        problem.pop_back();  // the sentence goes on
        reader.complain(problem);
        return;
    }
    model.askedHeads = std::move(*heads);
}

}  // namespace

Result<Json> parseConfig(std::string_view text, const std::filesystem::path& path)
{
    Result<Json> json = parseJson(text, quoted(path));
    if (json && !json->is_object()) {
        return malformed(path, "it is " + std::string(jsonTypeName(*json)) + "; expected an object");
    }
    return json;
}

Result<const Family*> familyOf(const Json& config, const std::filesystem::path& path)
{
    ConfigReader reader(config);
    const Family* family = reader.has("model_type") ? nullptr : familyOfArchitecture(config);
    if (family == nullptr) {
        const std::string type = reader.text("model_type");
        if (reader.problem()) {
            return malformed(path, *reader.problem() +
                                       "; it names the family, of which these are supported: " + familyList());
        }
        family = findFamily(type);
        if (family == nullptr) {
            return malformed(path, "a model of the family " + excerpt(type) + " cannot be opened; supported are " +
                                       familyList());
        }
    }
    if (reader.has("quantization_config")) {
        return malformed(path,
                         "its weights are quantised, which is not supported; open the model that they were made of");
    }
    return family;
}

Result<Model> describedModel(const Json& config, const Family& family, const TensorNames& names,
                             const std::filesystem::path& path)
{
    Model model;
    ConfigReader reader(config);
    family.configure(reader, names, model.config);
    if (family.tokenizer == TokenizerKind::Headlight) {
        readOwnEntries(reader, model);
    } else {
        model.name = nameOfFolder(path.parent_path());
    }
    if (reader.problem()) {
        return malformed(path, *reader.problem());
    }
    if (const Result<void> valid = validate(model.config); !valid) {
        std::string problem = valid.error().message;
        problem.pop_back();
        return malformed(path, problem);
    }
    return model;
}

}  // namespace headlight
