// The safetensors format: an 8-byte little-endian length, that many bytes of JSON header, then the tensors' bytes side by
// side. May use base/, tensor/, text/utf8.h and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/mapped_file.h"
#include "core/tensor/tensor.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// How a file stores a number.
enum class DType { Bool, U8, I8, F8E5M2, F8E4M3, I16, U16, F16, BF16, I32, U32, F32, I64, U64, F64 };

/// As a header writes it: "F32", "BF16".
std::string_view dtypeName(DType dtype);

/// Bytes a number.
std::size_t dtypeSize(DType dtype);

/// One tensor as it lies in a file: its bytes fit its type and shape, but may stand at any address.
struct StoredTensor
{
    DType dtype = DType::F32;
    Tensor::Shape shape;  ///< Any rank; an extent may be 0.
    std::span<const std::byte> bytes;
};

using StringMap = std::map<std::string, std::string, std::less<>>;

/// What a safetensors file holds; a view of the bytes that it was parsed from.
struct Safetensors
{
    StringMap metadata;
    std::map<std::string, StoredTensor, std::less<>> tensors;

    /// The tensor of this name, or null.
    const StoredTensor* find(std::string_view name) const;
};

/// The longest header that is read or written, as in the format's own library.
inline constexpr std::size_t kMaxHeaderBytes = 100'000'000;

/// The most tensors and the most entries of metadata that are read: each costs memory of its own.
inline constexpr std::size_t kMaxHeaderEntries = std::size_t{1} << 18U;

/// Reads a file's header. The bytes may be anything at all: nothing in them is believed unchecked, and a file is refused
/// unless its tensors fill its data without gap or overlap. Never throws.
///
/// @return Malformed, which names the tensor at fault; TooLong for a header beyond kMaxHeaderBytes or kMaxHeaderEntries.
Result<Safetensors> parseSafetensors(std::span<const std::byte> bytes);

/// A safetensors file, mapped into memory. Immutable and thread-safe; views of it live as long as it does.
class SafetensorsFile
{
public:
    /// @return NotFound, or what parseSafetensors says; the message names the path.
    static Result<SafetensorsFile> open(const std::filesystem::path& path);

    const Safetensors& contents() const noexcept { return m_contents; }

    /// Says that some of a tensor's bytes are not needed soon, if they are this file's; see MappedFile::release.
    void release(std::span<const std::byte> part) const noexcept;

private:
    SafetensorsFile(MappedFile file, Safetensors contents) : m_file(std::move(file)), m_contents(std::move(contents)) {}

    MappedFile m_file;
    Safetensors m_contents;
};

/// Whether a file begins as one of this format does: with the length of a JSON object that it has room for. A file that cannot be read
/// does not.
bool isSafetensors(const std::filesystem::path& path);

/// Whether `toFloat` takes this type: F32, F16 and BF16.
bool isFloat(DType dtype);

/// Widens numbers that stand at any address to float32 (exactly).
///
/// @param dtype one that `isFloat`  @param bytes a whole number of them  @param to room for as many
void widenNumbers(DType dtype, std::span<const std::byte> bytes, float* to);

/// The numbers as float32, F16 and BF16 widened (exactly).
///
/// @param shape of rank 1 to 3, with as many numbers as the tensor's own
/// @return Malformed, which names the type found, unless `isFloat`.
Result<Tensor> toFloat(const StoredTensor& stored, const Tensor::Shape& shape);

/// A tensor to write. Shares the numbers instead of copying them.
struct NamedTensor
{
    std::string name;
    std::shared_ptr<const Tensor> tensor;
};

/// Writes a file whose data begins at a multiple of 8 bytes. F32 numbers go from where they are straight to the file, F16 ones
/// are rounded to nearest. Either the whole file appears or none does.
///
/// @param tensors in the order in which they will lie; the names differ, and none is "__metadata__"
/// @param metadata bytes that are no UTF-8 become U+FFFD
/// @param dtype F32 or F16
/// @return Unwritable, which names path and reason; TooLong for a header beyond kMaxHeaderBytes.
Result<void> writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                              const StringMap& metadata = {}, DType dtype = DType::F32);

}  // namespace headlight
