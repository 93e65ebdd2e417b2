// A model's weights as they lie on disk: one safetensors file, or shards with an index. May use base/, tensor/, text/utf8.h and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/safetensors.h"

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// The files of a folder's weights, mapped into memory. Immutable and thread-safe.
class Checkpoint
{
public:
    /// Opens model.safetensors, or the shards that model.safetensors.index.json names.
    ///
    /// @return NotFound where there are none, or a shard is missing (the message says so, and how to convert what is there instead:
    /// PyTorch's pickles can run code, and are not read); Malformed for a file or index that is not what it should be.
    static Result<Checkpoint> open(const std::filesystem::path& folder);

    /// The tensor of this name, or null.
    const StoredTensor* find(std::string_view name) const;

    /// For messages: the file that holds the tensor; for one that is not there, the file, or the index of the shards.
    const std::filesystem::path& fileOf(std::string_view name) const;

    /// How many numbers the tensors hold that `isFloat`.
    std::size_t numbers() const;

    /// Says that some of a tensor's bytes are not needed soon; see MappedFile::release.
    void release(std::span<const std::byte> part) const;

private:
    struct Place
    {
        const StoredTensor* tensor;
        std::size_t shard;
    };

    Checkpoint() = default;
    static Result<Checkpoint> openShards(const std::filesystem::path& folder, const std::filesystem::path& index);

    std::filesystem::path m_path;                ///< The file, or the index.
    std::vector<std::filesystem::path> m_paths;  ///< Of the shards.
    std::vector<SafetensorsFile> m_shards;
    std::map<std::string, Place, std::less<>> m_tensors;
};

/// A checkpoint's tensors under the names that a family gives them: with or without one of its prefixes, and a norm's weight and bias
/// also as gamma and beta, as they once were called.
class TensorNames
{
public:
    TensorNames(const Checkpoint& checkpoint, std::span<const std::string_view> prefixes)
        : m_checkpoint(checkpoint)
        , m_prefixes(prefixes)
    {}

    bool has(std::string_view name) const { return find(name) != nullptr; }

    /// The tensor of this name, or null.
    const StoredTensor* find(std::string_view name) const;

private:
    const StoredTensor* findSpelling(const std::string& name) const;

    const Checkpoint& m_checkpoint;
    std::span<const std::string_view> m_prefixes;
};

}  // namespace headlight
