#include "core/io/safetensors.h"

#include "core/io/atomic_file.h"
#include "core/tensor/elementwise.h"
#include "core/text/utf8.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace headlight {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian, and so is this code");

constexpr std::string_view kMetadataKey = "__metadata__";
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxRank = 16;
constexpr std::size_t kDataAlignment = 8;

struct DTypeRow
{
    DType dtype;
    std::string_view name;
    std::size_t size;
};

constexpr std::array kDTypes = {
    DTypeRow{DType::Bool, "BOOL", 1},      DTypeRow{DType::U8, "U8", 1},          DTypeRow{DType::I8, "I8", 1},
    DTypeRow{DType::F8E5M2, "F8_E5M2", 1}, DTypeRow{DType::F8E4M3, "F8_E4M3", 1}, DTypeRow{DType::I16, "I16", 2},
    DTypeRow{DType::U16, "U16", 2},        DTypeRow{DType::F16, "F16", 2},        DTypeRow{DType::BF16, "BF16", 2},
    DTypeRow{DType::I32, "I32", 4},        DTypeRow{DType::U32, "U32", 4},        DTypeRow{DType::F32, "F32", 4},
    DTypeRow{DType::I64, "I64", 8},        DTypeRow{DType::U64, "U64", 8},        DTypeRow{DType::F64, "F64", 8},
};

const DTypeRow& rowOf(DType dtype)
{
    const DTypeRow& row = kDTypes.at(static_cast<std::size_t>(dtype));
    assert(row.dtype == dtype);
    return row;
}

/// A header's entry as written, before any of it is checked against the rest of the file.
struct Entry
{
    std::optional<DType> dtype;
    std::optional<std::vector<std::uint64_t>> shape;
    std::optional<std::vector<std::uint64_t>> offsets;
};

/// Takes a header apart while it is being read, so that nothing but a header's own form is ever stored: a depth, a rank or
/// a type that has no place in one stops the parse.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json>
{
public:
    StringMap takeMetadata() { return std::move(m_metadata); }
    const std::map<std::string, Entry>& entries() const { return m_entries; }

    /// Why the parse stopped. Only for a parse that did.
    const std::string& problem() const { return m_problem; }

    /// Whether that is all that is wrong.
    bool hasTooMany() const { return m_hasTooMany; }

    bool null() override { return misplaced("null"); }
    bool boolean(bool) override { return misplaced("true or false"); }
    bool number_integer(number_integer_t value) override { return misplaced("the number " + std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override
    {
        return misplaced("the number " + excerpt(text));
    }
    bool binary(binary_t&) override { return misplaced("binary data"); }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_list == nullptr) {
            return misplaced("the number " + std::to_string(value));
        }
        if (m_list->size() == kMaxRank) {
            return stop("has more than " + std::to_string(kMaxRank) + " numbers in its " + excerpt(m_field));
        }
        m_list->push_back(value);
        return true;
    }

    bool string(string_t& value) override
    {
        if (m_depth == 2 && m_inMetadata) {
            m_metadata[m_field] = std::move(value);
            return true;
        }
        if (m_depth != 2 || m_field != "dtype") {
            return misplaced("the text " + excerpt(value));
        }
        const auto row =
            std::find_if(kDTypes.begin(), kDTypes.end(), [&](const DTypeRow& r) { return r.name == value; });
        if (row == kDTypes.end()) {
            return stop("has the unknown type " + excerpt(value));
        }
        m_entry->dtype = row->dtype;
        return true;
    }

    bool start_object(std::size_t) override
    {
        if (m_depth >= 2 || m_list != nullptr) {
            return misplaced("an object");
        }
        ++m_depth;
        return true;
    }

    bool end_object() override
    {
        --m_depth;
        return true;
    }

    bool start_array(std::size_t) override
    {
        if (m_depth != 2 || m_inMetadata || m_list != nullptr || (m_field != "shape" && m_field != "data_offsets")) {
            return misplaced("a list");
        }
        m_list = &(m_field == "shape" ? m_entry->shape : m_entry->offsets).emplace();
        return true;
    }

    bool end_array() override
    {
        m_list = nullptr;
        return true;
    }

    bool key(string_t& key) override
    {
        if (m_depth == 1) {
            m_name = key;
            m_field.clear();
            m_inMetadata = key == kMetadataKey;
            bool isNew = !m_hasMetadata;
            if (m_inMetadata) {
                m_hasMetadata = true;
            } else {
                const auto [entry, inserted] = m_entries.try_emplace(key);
                m_entry = &entry->second;
                isNew = inserted;
            }
            return isNew ? fewEnough(m_entries.size()) : stop("stands in the header twice");
        }
        m_field = key;
        if (m_inMetadata) {
            return m_metadata.contains(key) ? stop("has " + excerpt(key) + " twice") : fewEnough(m_metadata.size() + 1);
        }
        if (key != "dtype" && key != "shape" && key != "data_offsets") {
            return stop("has an unknown field " + excerpt(key));
        }
        const bool isNew = key == "dtype"   ? !m_entry->dtype.has_value()
                           : key == "shape" ? !m_entry->shape.has_value()
                                            : !m_entry->offsets.has_value();
        return isNew || stop("has " + excerpt(key) + " twice");
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override
    {
        m_problem = "the header is not JSON: it breaks off or goes wrong at byte " + std::to_string(position) +
                    "; the file may be cut off";
        return false;
    }

private:
    bool misplaced(const std::string& found)
    {
        return stop("has " + found + (m_field.empty() ? "" : " in its " + excerpt(m_field)) +
                    ", where that does not belong");
    }

    bool fewEnough(std::size_t count)
    {
        m_hasTooMany = count > kMaxHeaderEntries;
        return !m_hasTooMany;
    }

    bool stop(const std::string& problem)
    {
        m_problem = excerpt(m_name) + " " + problem;
        return false;
    }

    StringMap m_metadata;
    std::map<std::string, Entry> m_entries;
    std::string m_problem;
    bool m_hasTooMany = false;

    int m_depth = 0;
    bool m_hasMetadata = false;
    bool m_inMetadata = false;
    std::string m_name;   ///< Of the tensor, or "__metadata__".
    std::string m_field;  ///< Of the tensor or the metadata.
    Entry* m_entry = nullptr;
    std::vector<std::uint64_t>* m_list = nullptr;  ///< The list that is open.
};

tl::unexpected<Error> invalid(const std::string& problem)
{
    return failure(ErrorCode::Malformed, "This is no valid safetensors file: " + problem + ".");
}

/// a·b, or nothing where that overflows.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

/// Checks one entry against the data and against itself.
Result<StoredTensor> checkEntry(const std::string& name, const Entry& entry, std::span<const std::byte> data)
{
    const std::string tensor = "tensor " + excerpt(name);
    if (!entry.dtype || !entry.shape || !entry.offsets) {
        return invalid(tensor + " lacks its \"" +
                       (!entry.dtype   ? "dtype"
                        : !entry.shape ? "shape"
                                       : "data_offsets") +
                       "\"");
    }
    if (entry.offsets->size() != 2) {
        return invalid(tensor + " has " + std::to_string(entry.offsets->size()) +
                       " data_offsets; expected its begin and its end");
    }
    const std::uint64_t begin = (*entry.offsets)[0];
    const std::uint64_t end = (*entry.offsets)[1];
    if (begin > end || end > data.size()) {
        return invalid(tensor + " lies at bytes " + std::to_string(begin) + " to " + std::to_string(end) +
                       ", but the file has " + std::to_string(data.size()) + " bytes of data; the file may be cut off");
    }
    std::optional<std::uint64_t> size = dtypeSize(*entry.dtype);
    StoredTensor stored{.dtype = *entry.dtype, .shape = {}, .bytes = data.subspan(begin, end - begin)};
    for (const std::uint64_t extent : *entry.shape) {
        size = size && extent <= std::numeric_limits<std::int64_t>::max() ? product(*size, extent) : std::nullopt;
        stored.shape.push_back(static_cast<Index>(extent));
    }
    if (size != end - begin) {
        return invalid(tensor + " of type " + std::string(dtypeName(*entry.dtype)) + " and shape " +
                       shapeText(*entry.shape) + " needs " +
                       (size ? std::to_string(*size) : std::string("more than any file's")) + " bytes, but has " +
                       std::to_string(end - begin));
    }
    return stored;
}

/// Whether the tensors fill the data from its first byte to its last, one after the other.
Result<void> checkCoverage(const Safetensors& contents, std::span<const std::byte> data)
{
    using Item = std::pair<const std::string, StoredTensor>;
    std::vector<const Item*> inOrder;
    inOrder.reserve(contents.tensors.size());
    for (const Item& item : contents.tensors) {
        inOrder.push_back(&item);
    }
    const auto beginOf = [&](const Item& item) {
        return static_cast<std::size_t>(item.second.bytes.data() - data.data());
    };
    std::sort(inOrder.begin(), inOrder.end(), [&](const Item* a, const Item* b) {
        return std::pair(beginOf(*a), a->second.bytes.size()) < std::pair(beginOf(*b), b->second.bytes.size());
    });
    std::size_t covered = 0;
    for (const Item* item : inOrder) {
        if (beginOf(*item) != covered) {
            return invalid("tensor " + excerpt(item->first) + " begins at byte " + std::to_string(beginOf(*item)) +
                           " of the data, but the one before it ends at byte " + std::to_string(covered));
        }
        covered += item->second.bytes.size();
    }
    if (covered != data.size()) {
        return invalid("its tensors end at byte " + std::to_string(covered) + " of the data, but the file has " +
                       std::to_string(data.size()));
    }
    return {};
}

/// The number of bytes in the header, which begins after the length.
Result<std::size_t> headerLength(std::span<const std::byte> bytes)
{
    if (bytes.size() < kLengthBytes) {
        return invalid("it has " + std::to_string(bytes.size()) + " bytes, and the length of its header alone fills " +
                       std::to_string(kLengthBytes));
    }
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), kLengthBytes);
    if (length > bytes.size() - kLengthBytes) {
        return invalid("its header should have " + std::to_string(length) + " bytes, but the file ends after " +
                       std::to_string(bytes.size() - kLengthBytes) + "; it may be cut off, or of another format");
    }
    if (length > kMaxHeaderBytes) {
        return failure(ErrorCode::TooLong, "The header has " + std::to_string(length) + " bytes; at most " +
                                               std::to_string(kMaxHeaderBytes) + " are read.");
    }
    return static_cast<std::size_t>(length);
}

std::vector<Eigen::half> narrowed(std::span<const float> numbers)
{
    std::vector<Eigen::half> halves(numbers.size());
    std::ranges::transform(numbers, halves.begin(), [](float number) { return Eigen::half(number); });
    return halves;
}

/// A header, padded with spaces so that the data after it is aligned.
std::string makeHeader(const std::vector<NamedTensor>& tensors, const StringMap& metadata, DType dtype)
{
    nlohmann::json header = nlohmann::json::object();
    if (!metadata.empty()) {
        header[std::string(kMetadataKey)] = metadata;
    }
    std::size_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
        assert(name != kMetadataKey && !header.contains(name));
        const std::size_t end = offset + tensor->values().size() * dtypeSize(dtype);
        header[name] = {{"dtype", dtypeName(dtype)}, {"shape", tensor->shape()}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.resize((text.size() + kDataAlignment - 1) / kDataAlignment * kDataAlignment, ' ');
    return text;
}

}  // namespace

std::string_view dtypeName(DType dtype)
{
    return rowOf(dtype).name;
}

std::size_t dtypeSize(DType dtype)
{
    return rowOf(dtype).size;
}

const StoredTensor* Safetensors::find(std::string_view name) const
{
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : &found->second;
}

Result<Safetensors> parseSafetensors(std::span<const std::byte> bytes)
{
    const Result<std::size_t> length = headerLength(bytes);
    if (!length) {
        return tl::unexpected(length.error());
    }
    const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, *length);
    const std::span<const std::byte> data = bytes.subspan(kLengthBytes + *length);
    if (!header.starts_with('{')) {
        return invalid("its header does not begin with \"{\"; it may be of another format");
    }
    HeaderReader reader;
    if (!nlohmann::json::sax_parse(header, &reader)) {
        return reader.hasTooMany()
                   ? failure(ErrorCode::TooLong, "The header has more than the " + std::to_string(kMaxHeaderEntries) +
                                                     " entries that are read.")
                   : invalid(reader.problem());
    }
    Safetensors contents{.metadata = reader.takeMetadata(), .tensors = {}};
    for (const auto& [name, entry] : reader.entries()) {
        Result<StoredTensor> stored = checkEntry(name, entry, data);
        if (!stored) {
            return tl::unexpected(stored.error());
        }
        contents.tensors.emplace(name, std::move(*stored));
    }
    if (const Result<void> covers = checkCoverage(contents, data); !covers) {
        return tl::unexpected(covers.error());
    }
    return contents;
}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path)
{
    Result<MappedFile> file = MappedFile::open(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    Result<Safetensors> contents = parseSafetensors(file->bytes());
    if (!contents) {
        return failure(contents.error().code, quoted(path) + ": " + contents.error().message);
    }
    return SafetensorsFile(std::move(*file), std::move(*contents));
}

void SafetensorsFile::release(std::span<const std::byte> part) const noexcept
{
    const std::span<const std::byte> own = m_file.bytes();
    if (!std::less<>()(part.data(), own.data()) && !std::less<>()(own.data() + own.size(), part.data() + part.size())) {
        m_file.release(part);
    }
}

bool isSafetensors(const std::filesystem::path& path)
{
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file || file->bytes().size() <= sizeof(std::uint64_t)) {
        return false;
    }
    std::uint64_t header = 0;
    std::memcpy(&header, file->bytes().data(), sizeof(header));
    return header <= file->bytes().size() - sizeof(header) && file->bytes()[sizeof(header)] == std::byte{'{'};
}

bool isFloat(DType dtype)
{
    return dtype == DType::F32 || dtype == DType::F16 || dtype == DType::BF16;
}

void widenNumbers(DType dtype, std::span<const std::byte> bytes, float* to)
{
    assert(isFloat(dtype));
    if (dtype == DType::F32) {
        std::memcpy(to, bytes.data(), bytes.size());
    } else if (dtype == DType::F16) {
        widenHalves(bytes, to);
    } else {
        for (std::size_t i = 0; i < bytes.size() / sizeof(std::uint16_t); ++i) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, bytes.data() + i * sizeof(bits), sizeof(bits));
            to[i] = std::bit_cast<float>(std::uint32_t{bits} << 16U);
        }
    }
}

Result<Tensor> toFloat(const StoredTensor& stored, const Tensor::Shape& shape)
{
    if (!isFloat(stored.dtype)) {
        return failure(ErrorCode::Malformed, "The numbers are of type " + std::string(dtypeName(stored.dtype)) +
                                                 "; expected F32, F16 or BF16.");
    }
    Tensor tensor(shape);
    assert(static_cast<std::size_t>(tensor.size()) * dtypeSize(stored.dtype) == stored.bytes.size());
    if (tensor.size() == 0) {
        return tensor;
    }
    widenNumbers(stored.dtype, stored.bytes, tensor.matrix().data());
    return tensor;
}

Result<void> writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                              const StringMap& metadata, DType dtype)
{
    assert(dtype == DType::F32 || dtype == DType::F16);
    const std::string header = makeHeader(tensors, metadata, dtype);
    if (header.size() > kMaxHeaderBytes) {
        return failure(ErrorCode::TooLong, "The header of " + quoted(path) + " would have " +
                                               std::to_string(header.size()) + " bytes; a safetensors file may have " +
                                               std::to_string(kMaxHeaderBytes) + ".");
    }
    Result<AtomicFile> file = AtomicFile::create(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    const std::uint64_t length = header.size();
    Result<void> written = file->write(std::as_bytes(std::span(&length, 1)));
    if (written) {
        written = file->write(std::as_bytes(std::span(header)));
    }
    for (std::size_t i = 0; i < tensors.size() && written; ++i) {
        const auto values = tensors[i].tensor->values();
        if (dtype == DType::F16) {
            const std::vector<Eigen::half> halves = narrowed(values);
            written = file->write(std::as_bytes(std::span(halves)));
        } else {
            written = file->write(std::as_bytes(values));
        }
    }
    return written ? file->commit() : written;
}

}  // namespace headlight
