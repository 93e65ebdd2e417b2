#include "core/io/checkpoint.h"

#include "core/io/file_descriptor.h"
#include "core/io/json.h"
#include "core/io/text_file.h"
#include "core/text/utf8.h"

#include <algorithm>
#include <array>

namespace headlight {
namespace {

constexpr const char* kWeightsFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

/// What lies in the folder in place of safetensors: a file of another format, or an empty path.
std::filesystem::path otherWeights(const std::filesystem::path& folder)
{
    static constexpr std::array<std::string_view, 8> kEndings = {".bin", ".pt",   ".pth",     ".ckpt",
                                                                 ".h5",  ".gguf", ".msgpack", ".onnx"};
    std::vector<std::filesystem::path> found;
    std::error_code problem;
    for (std::filesystem::directory_iterator file(folder, problem), end; !problem && file != end;
         file.increment(problem)) {
        if (std::ranges::find(kEndings, file->path().extension().string()) != kEndings.end()) {
            found.push_back(file->path());
        }
    }
    std::ranges::sort(found);
    return found.empty() ? std::filesystem::path() : found.front();
}

tl::unexpected<Error> noWeights(const std::filesystem::path& folder)
{
    const std::filesystem::path other = otherWeights(folder);
    const std::string begin = quoted(folder) + " has no " + kWeightsFile;
    if (other.empty()) {
        return failure(ErrorCode::NotFound, begin + " and no " + kIndexFile + "; a model's folder needs one of them.");
    }
    const std::string extension = other.extension().string();
    const bool isPickle = extension != ".h5" && extension != ".gguf" && extension != ".msgpack" && extension != ".onnx";
    return failure(
        ErrorCode::NotFound,
        begin + ", but " + other.filename().string() +
            (isPickle ? ": a PyTorch pickle, which can run any code when it is opened and so is not read. Convert "
                        "it where you trust it: load the model with transformers and call "
                        "model.save_pretrained(folder, safe_serialization=True)."
                      : ", a format that is not read. Save the model with transformers: "
                        "model.save_pretrained(folder, safe_serialization=True)."));
}

/// Which shard holds which tensor.
Result<std::map<std::string, std::string>> readWeightMap(const std::filesystem::path& index)
{
    const auto malformed = [&](const std::string& problem) {
        return failure(ErrorCode::Malformed, quoted(index) + ": " + problem + ".");
    };
    const Result<std::string> text = readRegularFile(index);
    if (!text) {
        return tl::unexpected(text.error());
    }
    const Result<nlohmann::json> json = parseJson(*text, quoted(index));
    if (!json) {
        return tl::unexpected(json.error());
    }
    const auto map = json->is_object() ? json->find("weight_map") : json->end();
    if (map == json->end() || !map->is_object()) {
        return malformed("it has no object \"weight_map\" that names each tensor's file");
    }
    std::map<std::string, std::string> shards;
    for (const auto& [tensor, file] : map->items()) {
        if (!file.is_string()) {
            return malformed("the file of " + excerpt(tensor) + " is " + std::string(jsonTypeName(file)) +
                             "; expected a name");
        }
        const auto name = file.get<std::string>();
        if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
            name.find('\\') != std::string::npos || name.find('\0') != std::string::npos) {
            return malformed("it names " + excerpt(name) + ", which is no file of this folder");
        }
        shards.emplace(tensor, name);
    }
    if (shards.empty()) {
        return malformed("its \"weight_map\" is empty");
    }
    return shards;
}

}  // namespace

Result<Checkpoint> Checkpoint::open(const std::filesystem::path& folder)
{
    if (!isThere(folder / kWeightsFile)) {
        return isThere(folder / kIndexFile) ? openShards(folder, folder / kIndexFile) : noWeights(folder);
    }
    Result<SafetensorsFile> file = SafetensorsFile::open(folder / kWeightsFile);
    if (!file) {
        return tl::unexpected(file.error());
    }
    Checkpoint checkpoint;
    checkpoint.m_path = folder / kWeightsFile;
    checkpoint.m_paths.push_back(checkpoint.m_path);
    checkpoint.m_shards.push_back(std::move(*file));
    for (const auto& [name, tensor] : checkpoint.m_shards.front().contents().tensors) {
        checkpoint.m_tensors.emplace(name, Place{&tensor, 0});
    }
    return checkpoint;
}

Result<Checkpoint> Checkpoint::openShards(const std::filesystem::path& folder, const std::filesystem::path& index)
{
    const Result<std::map<std::string, std::string>> weightMap = readWeightMap(index);
    if (!weightMap) {
        return tl::unexpected(weightMap.error());
    }
    Checkpoint checkpoint;
    checkpoint.m_path = index;
    std::map<std::string, std::size_t> opened;
    for (const auto& [tensor, name] : *weightMap) {
        if (!opened.contains(name)) {
            const std::filesystem::path path = folder / name;
            Result<SafetensorsFile> file = SafetensorsFile::open(path);
            if (!file) {
                return failure(file.error().code, quoted(index) + " names a shard: " + file.error().message);
            }
            opened.emplace(name, checkpoint.m_shards.size());
            checkpoint.m_paths.push_back(path);
            checkpoint.m_shards.push_back(std::move(*file));
        }
    }
    for (const auto& [tensor, name] : *weightMap) {
        const std::size_t shard = opened.at(name);
        const StoredTensor* const stored = checkpoint.m_shards[shard].contents().find(tensor);
        if (stored == nullptr) {
            return failure(ErrorCode::Malformed, quoted(checkpoint.m_paths[shard]) + " has no tensor " +
                                                     excerpt(tensor) + ", which " + quoted(index) + " expects there.");
        }
        checkpoint.m_tensors.emplace(tensor, Place{stored, shard});
    }
    return checkpoint;
}

const StoredTensor* Checkpoint::find(std::string_view name) const
{
    const auto found = m_tensors.find(name);
    return found == m_tensors.end() ? nullptr : found->second.tensor;
}

const std::filesystem::path& Checkpoint::fileOf(std::string_view name) const
{
    const auto found = m_tensors.find(name);
    return found == m_tensors.end() ? m_path : m_paths[found->second.shard];
}

std::size_t Checkpoint::numbers() const
{
    std::size_t count = 0;
    for (const auto& [name, place] : m_tensors) {
        if (isFloat(place.tensor->dtype)) {
            count += place.tensor->bytes.size() / dtypeSize(place.tensor->dtype);
        }
    }
    return count;
}

void Checkpoint::release(std::span<const std::byte> part) const
{
    for (const SafetensorsFile& shard : m_shards) {
        shard.release(part);
    }
}

const StoredTensor* TensorNames::find(std::string_view name) const
{
    if (const StoredTensor* const found = findSpelling(std::string(name))) {
        return found;
    }
    for (const auto& [today, once] : {std::pair{".weight", ".gamma"}, std::pair{".bias", ".beta"}}) {
        if (name.ends_with(today)) {
            const std::string_view stem = name.substr(0, name.size() - std::string_view(today).size());
            return findSpelling(std::string(stem) + once);
        }
    }
    return nullptr;
}

const StoredTensor* TensorNames::findSpelling(const std::string& name) const
{
    if (const StoredTensor* const found = m_checkpoint.find(name)) {
        return found;
    }
    for (const std::string_view prefix : m_prefixes) {
        if (const StoredTensor* const found = m_checkpoint.find(std::string(prefix) + name)) {
            return found;
        }
    }
    return nullptr;
}

}  // namespace headlight
