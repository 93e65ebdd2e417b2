// Folders that are damaged or made to do harm: a small model of which one thing is changed. Each must be refused with a message that
// names the file, what was found and what was expected, at once and without memory that its files do not justify.
#include "core/io/families/family.h"
#include "core/io/model_folder.h"
#include "core/model/transformer.h"
#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/support/allocations.h"
#include "tests/core/support/model_files.h"
#include "tests/core/support/temporary_folder.h"

#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <ostream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace headlight::test {
namespace {

using namespace std::string_literals;
using Json = nlohmann::json;
using Path = std::filesystem::path;

constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr const char* kTokenizer = "tokenizer.json";

/// All files of a test's folder together have a few kilobytes.
constexpr std::size_t kMostMemory = std::size_t{2} << 20U;
constexpr unsigned kMostSeconds = 60;

/// Ends the program where something waits or never ends.
class Deadline
{
public:
    Deadline() { ::alarm(kMostSeconds); }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    ~Deadline() { ::alarm(0); }
};

/// The model of a folder, or why there is none; fails the test where that took too much memory.
Result<std::shared_ptr<const Model>> opened(const Path& folder)
{
    const Deadline deadline;
    const AllocationWatch watch;
    auto model = readModelFolder(folder);
    EXPECT_LT(watch.peak(), kMostMemory);
    return model;
}

/// `error` says which file is at fault, and is a sentence.
void expectNamed(const Error& error, const Path& file)
{
    EXPECT_NE(error.message.find("\"" + file.string() + "\""), std::string::npos) << error.message;
    EXPECT_TRUE(error.message.ends_with('.')) << error.message;
}

// ------------------------------------------------------------------------------------------------------------ changes

using Change = std::function<void(const Path& folder)>;

Change inFile(const char* file, std::string bytes)
{
    return [=](const Path& folder) { writeBytes(folder / file, bytes); };
}

/// Of a JSON file, the entry at a pointer: "/model/vocab".
Change entry(const char* file, const char* pointer, const Json& value)
{
    return [=](const Path& folder) {
        Json json = Json::parse(readBytes(folder / file));
        json[Json::json_pointer(pointer)] = value;
        writeBytes(folder / file, json.dump());
    };
}

Change without(const char* file, const std::string& key)
{
    return [=](const Path& folder) {
        Json json = Json::parse(readBytes(folder / file));
        json.erase(key);
        writeBytes(folder / file, json.dump());
    };
}

/// The weights' header as JSON, and the data behind it.
struct Parts
{
    Json header;
    std::string data;
};

Parts partsOf(const std::string& bytes)
{
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof length);
    return {Json::parse(bytes.substr(sizeof length, length)), bytes.substr(sizeof length + length)};
}

Change header(const std::function<void(Json& header, std::string& data)>& change)
{
    return [=](const Path& folder) {
        Parts parts = partsOf(readBytes(folder / kWeights));
        change(parts.header, parts.data);
        writeBytes(folder / kWeights, safetensorsBytes(parts.header.dump(), parts.data));
    };
}

/// An entry of the weights' header: tensor ("" for the last), field, value.
Change tensorField(const std::string& tensor, const char* field, const Json& value)
{
    return header([=](Json& json, std::string&) { json[tensor][field] = value; });
}

/// A header's text as it is, before the same data.
Change headerText(const std::function<std::string(const std::string& header)>& change)
{
    return [=](const Path& folder) {
        const Parts parts = partsOf(readBytes(folder / kWeights));
        writeBytes(folder / kWeights, safetensorsBytes(change(parts.header.dump()), parts.data));
    };
}

Change headerLength(std::uint64_t length)
{
    return [=](const Path& folder) {
        std::string bytes = readBytes(folder / kWeights);
        std::memcpy(bytes.data(), &length, sizeof length);
        writeBytes(folder / kWeights, bytes);
    };
}

/// Tensors other than the model's, as a file with every other one.
Change tensors(const std::function<void(std::vector<FileTensor>& tensors)>& change)
{
    return [=](const Path& folder) {
        ModelFiles files = modelFiles("gpt2");
        change(files.tensors);
        writeBytes(folder / kWeights, weightsBytes(files.tensors));
    };
}

FileTensor& tensorNamed(std::vector<FileTensor>& all, std::string_view name)
{
    return *std::ranges::find(all, name, &FileTensor::name);
}

Change shaped(std::string_view tensor, std::vector<std::int64_t> shape)
{
    return tensors([=](std::vector<FileTensor>& all) { tensorNamed(all, tensor).shape = shape; });
}

Change removed(std::string_view tensor)
{
    return tensors([=](std::vector<FileTensor>& all) {
        std::erase_if(all, [&](const FileTensor& each) { return each.name == tensor; });
    });
}

/// A file of that many bytes, none of which are on the disk.
Change sparse(const char* file, std::uintmax_t size)
{
    return [=](const Path& folder) { std::filesystem::resize_file(folder / file, size); };
}

Change cutTo(const char* file, const std::function<std::size_t(const std::string& bytes)>& length)
{
    return [=](const Path& folder) {
        const std::string bytes = readBytes(folder / file);
        writeBytes(folder / file, bytes.substr(0, length(bytes)));
    };
}

/// Without the safetensors file, and with these in its place.
Change otherWeights(std::vector<std::string> names)
{
    return [=](const Path& folder) {
        std::filesystem::remove(folder / kWeights);
        for (const std::string& name : names) {
            writeBytes(folder / name, "PK\x03\x04");
        }
    };
}

/// The weights as a shard, and an index with this text.
Change index(const std::string& text)
{
    return [=](const Path& folder) {
        std::filesystem::rename(folder / kWeights, folder / "shard.safetensors");
        writeBytes(folder / kIndex, text);
    };
}

Change indexOf(const Json& weightMap)
{
    return index(Json{{"weight_map", weightMap}}.dump());
}

Change inPlaceOf(const char* file, const std::function<void(const Path& path)>& make)
{
    return [=](const Path& folder) {
        std::filesystem::remove(folder / file);
        make(folder / file);
    };
}

void makeFolder(const Path& path)
{
    std::filesystem::create_directory(path);
}

void makeLoop(const Path& path)
{
    std::filesystem::create_symlink(path.filename(), path);
}

void makeDangling(const Path& path)
{
    std::filesystem::create_symlink("nowhere", path);
}

void makePipe(const Path& path)
{
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
}

Change all(std::vector<Change> changes)
{
    return [=](const Path& folder) {
        for (const Change& change : changes) {
            change(folder);
        }
    };
}

/// vocab.json and merges.txt in place of tokenizer.json.
Change olderTokenizer(const std::string& vocabulary, const std::string& merges)
{
    return all({[](const Path& folder) { std::filesystem::remove(folder / kTokenizer); },
                inFile("vocab.json", vocabulary), inFile("merges.txt", merges)});
}

// -------------------------------------------------------------------------------------------------------------- cases

struct Hostile
{
    std::string name;
    Change change;
    const char* file;                   ///< That the message names.
    std::vector<std::string> expected;  ///< Parts of the message: what was found, what was expected.
    const char* family = "gpt2";

    friend std::ostream& operator<<(std::ostream& stream, const Hostile& self) { return stream << self.name; }
};

class HostileFolder : public testing::TestWithParam<Hostile>
{};

TEST_P(HostileFolder, IsRefusedWithFileAndReason)
{
    const Hostile& hostile = GetParam();
    const TemporaryFolder folder;
    modelFiles(hostile.family).write(folder.path());
    {
        const auto whole = opened(folder.path());
        ASSERT_TRUE(whole) << whole.error().message;
    }
    hostile.change(folder.path());
    const auto model = opened(folder.path());
    ASSERT_FALSE(model) << "it opened";
    expectNamed(model.error(), *hostile.file == '\0' ? folder.path() : folder / hostile.file);
    for (const std::string& part : hostile.expected) {
        EXPECT_NE(model.error().message.find(part), std::string::npos) << "the message lacks " << part << ":\n"
                                                                       << model.error().message;
    }
    RecordProperty("message", model.error().message);
}

constexpr auto kNameOfCase = [](const auto& test) { return test.param.name; };

const std::string kHuge = std::to_string(std::numeric_limits<std::uint64_t>::max());

INSTANTIATE_TEST_SUITE_P(
    WeightsFraming, HostileFolder,
    testing::Values(
        Hostile{"Empty", inFile(kWeights, ""), kWeights, {"it has 0 bytes", "the length of its header alone fills 8"}},
        Hostile{"CutInLength",
                cutTo(kWeights, [](const auto&) { return 5U; }),
                kWeights,
                {"it has 5 bytes", "the length of its header alone fills 8"}},
        Hostile{"CutAfterLength",
                cutTo(kWeights, [](const auto&) { return 8U; }),
                kWeights,
                {"its header should have", "the file ends after 0"}},
        Hostile{"CutInHeader",
                cutTo(kWeights, [](const auto&) { return 100U; }),
                kWeights,
                {"its header should have", "the file ends after 92", "cut off"}},
        Hostile{"CutAfterHeader",
                cutTo(kWeights,
                      [](const std::string& bytes) {
                          std::uint64_t length = 0;
                          std::memcpy(&length, bytes.data(), sizeof length);
                          return sizeof length + length;
                      }),
                kWeights,
                {"tensor ", "lies at bytes", "the file has 0 bytes of data", "cut off"}},
        Hostile{"CutInData",
                cutTo(kWeights, [](const std::string& bytes) { return bytes.size() - 1000; }),
                kWeights,
                {"tensor ", "lies at bytes", "bytes of data", "cut off"}},
        Hostile{"CutBeforeLastByte",
                cutTo(kWeights, [](const std::string& bytes) { return bytes.size() - 1; }),
                kWeights,
                {"tensor \"ln_f.bias\" lies at bytes 2896 to 2928", "the file has 2927 bytes of data", "cut off"}},
        Hostile{"OneByteTooMany",
                [](const Path& folder) { writeBytes(folder / kWeights, readBytes(folder / kWeights) + "x"); },
                kWeights,
                {"its tensors end at byte", "but the file has"}},
        Hostile{"HeaderLengthZero", headerLength(0), kWeights, {"its header does not begin with \"{\""}},
        Hostile{"HeaderLengthOne", headerLength(1), kWeights, {"the header is not JSON", "at byte"}},
        Hostile{"HeaderLengthBeyondTheFile",
                headerLength(1'000'000),
                kWeights,
                {"its header should have 1000000 bytes", "but the file ends after"}},
        Hostile{"HeaderLengthNegative",
                headerLength(std::uint64_t{1} << 63U),
                kWeights,
                {"its header should have 9223372036854775808 bytes"}},
        Hostile{"HeaderLengthNear64Bits",
                headerLength(std::numeric_limits<std::uint64_t>::max() - 7),
                kWeights,
                {"its header should have 18446744073709551608 bytes"}},
        Hostile{"HeaderLengthOf64Bits",
                headerLength(std::numeric_limits<std::uint64_t>::max()),
                kWeights,
                {"its header should have " + kHuge + " bytes"}},
        Hostile{"HeaderLongerThanIsRead",
                all({headerLength(200'000'000), sparse(kWeights, 300'000'000)}),
                kWeights,
                {"The header has 200000000 bytes", "at most 100000000 are read"}},
        Hostile{"HeaderOfZeroes",
                inFile(kWeights, std::string(8, '\0') + std::string(100, '\0')),
                kWeights,
                {"its header does not begin with \"{\""}},
        Hostile{"Sparse",
                sparse(kWeights, std::uintmax_t{1} << 40U),
                kWeights,
                {"its tensors end at byte", "but the file has"}},
        Hostile{"PickleUnderItsName",
                inFile(kWeights, "PK\x03\x04\0\0\0\0\0\0archive/data.pkl"s),
                kWeights,
                {"its header should have", "of another format"}},
        Hostile{"IsAFolder", inPlaceOf(kWeights, makeFolder), kWeights, {"is a folder", "name a file"}},
        Hostile{"IsAPipe", inPlaceOf(kWeights, makePipe), kWeights, {"is no regular file"}},
        Hostile{"IsALinkToItself", inPlaceOf(kWeights, makeLoop), kWeights, {"Too many levels of symbolic links"}},
        Hostile{"IsALinkToNowhere", inPlaceOf(kWeights, makeDangling), kWeights, {"No such file"}}),
    kNameOfCase);

/// A header whose entries are `"a":{…}` for 2^20 names, as short as they may be.
std::string manyTensors()
{
    std::string text = "{";
    for (int i = 0; i < 1 << 20; ++i) {
        text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":{}";
    }
    return text + "}";
}

INSTANTIATE_TEST_SUITE_P(
    WeightsHeader, HostileFolder,
    testing::Values(
        Hostile{"NotJson",
                headerText([](const auto& text) { return "{" + text; }),
                kWeights,
                {"the header is not JSON", "at byte"}},
        Hostile{"AList",
                headerText([](const auto& text) { return "[" + text + "]"; }),
                kWeights,
                {"its header does not begin with \"{\""}},
        Hostile{"NotUtf8",
                headerText([](const auto&) { return "{\"\xFF\":{}}"s; }),
                kWeights,
                {"the header is not JSON", "at byte 3"}},
        Hostile{"NestedAHundredThousandDeep",
                headerText([](const auto&) { return R"({"wte.weight":{"shape":)" + std::string(100'000, '['); }),
                kWeights,
                {"\"wte.weight\" has a list in its \"shape\"", "does not belong"}},
        Hostile{"ObjectsNestedAHundredThousandDeep",
                headerText([](const auto&) {
                    std::string text;
                    for (int i = 0; i < 100'000; ++i) {
                        text += R"({"shape":)";
                    }
                    return text;
                }),
                kWeights,
                {"\"shape\" has an object", "does not belong"}},
        Hostile{"OffsetsMissing",
                header([](Json& json, std::string&) { json["wte.weight"].erase("data_offsets"); }),
                kWeights,
                {"tensor \"wte.weight\" lacks its \"data_offsets\""}},
        Hostile{"OneOffset",
                tensorField("wte.weight", "data_offsets", {0}),
                kWeights,
                {"tensor \"wte.weight\" has 1 data_offsets", "expected its begin and its end"}},
        Hostile{"OffsetsBackwards",
                tensorField("wte.weight", "data_offsets", {224, 0}),
                kWeights,
                {"tensor \"wte.weight\" lies at bytes 224 to 0", "the file has", "bytes of data"}},
        Hostile{"OffsetsPastTheEnd",
                tensorField("wte.weight", "data_offsets", {1'000'000, 1'000'224}),
                kWeights,
                {"tensor \"wte.weight\" lies at bytes 1000000 to 1000224", "the file has", "bytes of data"}},
        Hostile{
            "OffsetsOverflow",
            tensorField("wte.weight", "data_offsets",
                        {std::numeric_limits<std::uint64_t>::max() - 100, std::numeric_limits<std::uint64_t>::max()}),
            kWeights,
            {"tensor \"wte.weight\" lies at bytes 18446744073709551515 to " + kHuge, "the file has"}},
        Hostile{"OffsetsNegative",
                tensorField("wte.weight", "data_offsets", {-224, 0}),
                kWeights,
                {"\"wte.weight\" has the number -224 in its \"data_offsets\""}},
        Hostile{"OffsetsFractional",
                tensorField("wte.weight", "data_offsets", {0.5, 224.5}),
                kWeights,
                {"\"wte.weight\" has the number \"0.5\" in its \"data_offsets\""}},
        Hostile{"OffsetsBeyond64Bits",
                headerText([](std::string text) {
                    const std::size_t at = text.find("data_offsets\":[") + 15;
                    return text.insert(at, "99999999999999999999");
                }),
                kWeights,
                {"has the number \"99999999999999999999", "in its \"data_offsets\""}},
        Hostile{"OffsetsOverlap",
                header([](Json& json, std::string&) {
                    json["wpe.weight"]["data_offsets"] = json["wte.weight"]["data_offsets"];
                    json["wpe.weight"]["shape"] = json["wte.weight"]["shape"];
                }),
                kWeights,
                {"begins at byte", "but the one before it ends at byte"}},
        Hostile{"OffsetsLeaveAGap",
                header([](Json& json, std::string& data) {
                    const std::size_t end = data.size();
                    data += "12345678";
                    json["more"] = {{"dtype", "F32"}, {"shape", {1}}, {"data_offsets", {end + 4, end + 8}}};
                }),
                kWeights,
                {"tensor \"more\" begins at byte", "but the one before it ends at byte"}},
        Hostile{"ShapeOverflows",
                tensorField("wte.weight", "shape", {4294967296, 4294967296}),
                kWeights,
                {"tensor \"wte.weight\" of type F32 and shape [4294967296×4294967296] needs more than any file's bytes",
                 "but has"}},
        Hostile{"ShapeOverflowsBackToItsSize",
                tensorField("wte.weight", "shape", {std::uint64_t{1} << 62U, 4, 7, 8}),
                kWeights,
                {"tensor \"wte.weight\"", "needs more than any file's bytes", "but has 224"}},
        Hostile{"ShapeTimesTypeOverflows",
                tensorField("wte.weight", "shape", {(std::uint64_t{1} << 62U) + 56}),
                kWeights,
                {"tensor \"wte.weight\"", "needs more than any file's bytes", "but has 224"}},
        Hostile{"ShapeOf64Bits",
                tensorField("wte.weight", "shape", {std::numeric_limits<std::uint64_t>::max()}),
                kWeights,
                {"tensor \"wte.weight\"", "needs more than any file's bytes"}},
        Hostile{"ShapeZeroTimesHuge",
                tensorField("wte.weight", "shape", {0, std::numeric_limits<std::uint64_t>::max()}),
                kWeights,
                {"tensor \"wte.weight\"", "but has 224"}},
        Hostile{"ShapeNegative",
                tensorField("wte.weight", "shape", {-7, 8}),
                kWeights,
                {"\"wte.weight\" has the number -7 in its \"shape\""}},
        Hostile{"ShapeOfTooManyRanks",
                tensorField("wte.weight", "shape", std::vector<int>(100, 1)),
                kWeights,
                {"\"wte.weight\" has more than 16 numbers in its \"shape\""}},
        Hostile{"ShapeIsText",
                tensorField("wte.weight", "shape", "7x8"),
                kWeights,
                {"\"wte.weight\" has the text \"7x8\" in its \"shape\""}},
        Hostile{"TypeTooSmallForItsSize",
                tensorField("wte.weight", "dtype", "F16"),
                kWeights,
                {"tensor \"wte.weight\" of type F16 and shape [7×8] needs 112 bytes, but has 224"}},
        Hostile{"TypeTooLargeForItsSize",
                tensorField("wte.weight", "dtype", "F64"),
                kWeights,
                {"tensor \"wte.weight\" of type F64 and shape [7×8] needs 448 bytes, but has 224"}},
        Hostile{"TypeUnknown",
                tensorField("wte.weight", "dtype", "F4"),
                kWeights,
                {"\"wte.weight\" has the unknown type \"F4\""}},
        Hostile{"TypeIsANumber",
                tensorField("wte.weight", "dtype", 32),
                kWeights,
                {"\"wte.weight\" has the number 32 in its \"dtype\""}},
        Hostile{"TypeIsNoFloat",
                tensorField("wte.weight", "dtype", "I32"),
                kWeights,
                {"the tensor \"wte.weight\" is of type I32; expected F32, F16 or BF16"}},
        Hostile{"TensorTwice",
                headerText(
                    [](std::string text) {
                        return text.insert(1, R"("wte.weight":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)");
                    }),
                kWeights,
                {"\"wte.weight\" stands in the header twice"}},
        Hostile{"FieldTwice",
                headerText([](const auto&) { return R"({"a":{"dtype":"F32","dtype":"F32"}})"s; }),
                kWeights,
                {"\"a\" has \"dtype\" twice"}},
        Hostile{"MetadataOfNumbers",
                header(
                    [](Json& json, std::string&) {
                        json["__metadata__"] = {{"format", 1}};
                    }),
                kWeights,
                {"\"__metadata__\" has the number 1 in its \"format\""}},
        Hostile{"NoTensors",
                inFile(kWeights, safetensorsBytes("{}")),
                kWeights,
                {"config.json describes a model of", "the weights have only 0"}}),
    kNameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Tensors, HostileFolder,
    testing::Values(
        Hostile{"Missing",
                removed("h.0.ln_1.bias"),
                kWeights,
                {"config.json describes a model of", "numbers, but the weights have only", "may be missing"}},
        Hostile{
            "MissingWhereOthersAreMore",
            tensors([](std::vector<FileTensor>& all) { tensorNamed(all, "h.0.ln_1.bias").name = "h.0.ln_1.other"; }),
            kWeights,
            {"the tensor \"h.0.ln_1.bias\" is missing, which config.json asks for"}},
        Hostile{"EmbeddingOfAnotherVocabulary",
                shaped("wte.weight", {8, 8}),
                kWeights,
                {"the token embedding has the shape [8×8], but config.json gives it [7×8]"}},
        Hostile{"EmbeddingOfAnotherWidth",
                shaped("wte.weight", {7, 9}),
                kWeights,
                {"the token embedding has the shape [7×9], but config.json gives it [7×8]"}},
        Hostile{"EmbeddingOfAnotherRank",
                shaped("wte.weight", {56}),
                kWeights,
                {"the token embedding has the shape [56], but config.json gives it [7×8]"}},
        Hostile{"Turned",
                shaped("h.0.mlp.c_fc.weight", {12, 8}),
                kWeights,
                {"the tensor \"h.0.mlp.c_fc.weight\" has the shape [12×8], but config.json gives it [8×12]"}},
        Hostile{"OfAnotherRank",
                shaped("h.0.mlp.c_fc.weight", {1, 8, 12}),
                kWeights,
                {"the tensor \"h.0.mlp.c_fc.weight\" has the shape [1×8×12], but config.json gives it [8×12]"}},
        Hostile{"BiasTooLong",
                shaped("h.0.mlp.c_fc.bias", {13}),
                kWeights,
                {"the tensor \"h.0.mlp.c_fc.bias\" has the shape [13], but config.json gives it [12]"}},
        Hostile{"OfNoFloats",
                tensorField("h.0.ln_1.bias", "dtype", "I32"),
                kWeights,
                {"the tensor \"h.0.ln_1.bias\" is of type I32; expected F32, F16 or BF16"}},
        Hostile{"PositionsTooFew", shaped("wpe.weight", {15, 8}), kWeights, {"config.json describes a model of"}},
        Hostile{"OfTwoLayersMissing",
                entry(kConfig, "/n_layer", 2),
                kWeights,
                {"config.json describes a model of", "numbers, but the weights have only"}},
        Hostile{"OfAMillionTimesTheWidth",
                entry(kConfig, "/n_embd", 8'000'000),
                kWeights,
                {"the token embedding has the shape [7×8], but config.json gives it [7×8000000]"}},
        Hostile{"OfTheWidestModel",
                all({entry(kConfig, "/n_embd", 1 << 24), entry(kConfig, "/vocab_size", 1 << 24),
                     entry(kConfig, "/n_layer", 4096), entry(kConfig, "/n_inner", 1 << 24)}),
                kWeights,
                {"the token embedding has the shape [7×8], but config.json gives it [16777216×16777216]"}},
        Hostile{"OfTheDeepestModel",
                entry(kConfig, "/n_layer", 4096),
                kWeights,
                {"config.json describes a model of", "numbers, but the weights have only"}}),
    kNameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Index, HostileFolder,
    testing::Values(
        Hostile{"AboveTheFolder",
                indexOf({{"wte.weight", "../shard.safetensors"}}),
                kIndex,
                {"it names \"../shard.safetensors\"", "no file of this folder"}},
        Hostile{"AnAbsolutePath",
                indexOf({{"wte.weight", "/etc/passwd"}}),
                kIndex,
                {"it names \"/etc/passwd\"", "no file of this folder"}},
        Hostile{"ADeeperPath",
                indexOf({{"wte.weight", "deeper/shard.safetensors"}}),
                kIndex,
                {"it names \"deeper/shard.safetensors\"", "no file of this folder"}},
        Hostile{"ABackslash",
                indexOf({{"wte.weight", "..\\shard.safetensors"}}),
                kIndex,
                {"it names ", "no file of this folder"}},
        Hostile{
            "TheFolderAbove", indexOf({{"wte.weight", ".."}}), kIndex, {"it names \"..\"", "no file of this folder"}},
        Hostile{"TheFolder", indexOf({{"wte.weight", "."}}), kIndex, {"it names \".\"", "no file of this folder"}},
        Hostile{"NoName", indexOf({{"wte.weight", ""}}), kIndex, {"it names \"\"", "no file of this folder"}},
        Hostile{"AZeroByte", indexOf({{"wte.weight", "a\0b"s}}), kIndex, {"it names ", "no file of this folder"}},
        Hostile{"ANumber",
                indexOf({{"wte.weight", 1}}),
                kIndex,
                {"the file of \"wte.weight\" is a whole number", "expected a name"}},
        Hostile{"AMissingShard",
                indexOf({{"wte.weight", "gone.safetensors"}}),
                "gone.safetensors",
                {kIndex, "names a shard", "No such file or directory"}},
        Hostile{"AShardThatIsAFolder",
                all({indexOf({{"wte.weight", "sub"}}), [](const Path& folder) { makeFolder(folder / "sub"); }}),
                "sub",
                {kIndex, "names a shard", "is a folder"}},
        Hostile{"AShardThatIsAPipe",
                all({indexOf({{"wte.weight", "pipe"}}), [](const Path& folder) { makePipe(folder / "pipe"); }}),
                "pipe",
                {kIndex, "names a shard", "is no regular file"}},
        Hostile{
            "ItselfAsShard", indexOf({{"wte.weight", kIndex}}), kIndex, {"names a shard", "no valid safetensors file"}},
        Hostile{"AShardWithoutTheTensor",
                indexOf({{"more", "shard.safetensors"}}),
                "shard.safetensors",
                {"has no tensor \"more\"", "expects there"}},
        Hostile{"ATensorLeftOut",
                indexOf({{"wte.weight", "shard.safetensors"}}),
                kIndex,
                {"config.json describes a model of", "may be missing"}},
        Hostile{"NoWeightMap", index("{}"), kIndex, {"no object \"weight_map\""}},
        Hostile{"AnEmptyWeightMap", index(R"({"weight_map":{}})"), kIndex, {"its \"weight_map\" is empty"}},
        Hostile{"AWeightMapThatIsAList", index(R"({"weight_map":[]})"), kIndex, {"no object \"weight_map\""}},
        Hostile{"AList", index("[]"), kIndex, {"no object \"weight_map\""}},
        Hostile{"NotJson", index("weights"), kIndex, {"is not JSON", "at byte 1"}},
        Hostile{"Empty", index(""), kIndex, {"is not JSON", "at byte 1"}},
        Hostile{"ATensorTwice",
                index(R"({"weight_map":{"a":"shard.safetensors","a":"shard.safetensors"}})"),
                kIndex,
                {"has the key \"a\" twice"}},
        Hostile{"Deep", index(std::string(100'000, '[')), kIndex, {"is nested deeper than the 16 levels"}},
        Hostile{"AGigabyte",
                all({index("{}"), sparse(kIndex, 1'000'000'000)}),
                kIndex,
                {"has 1000000000 bytes", "at most 16777216 are read"}},
        Hostile{"AFolderInItsPlace",
                all({index("{}"), inPlaceOf(kIndex, makeFolder)}),
                kIndex,
                {"is a folder", "expected a file"}},
        Hostile{"APipeInItsPlace", all({index("{}"), inPlaceOf(kIndex, makePipe)}), kIndex, {"is no regular file"}},
        Hostile{"ALinkToItself",
                all({index("{}"), inPlaceOf(kIndex, makeLoop)}),
                kIndex,
                {"Too many levels of symbolic links"}}),
    kNameOfCase);

Hostile pickle(const std::string& name, const std::string& file)
{
    return {name,
            otherWeights({file}),
            "",
            {"has no model.safetensors, but " + file, "can run any code", "save_pretrained"}};
}

Hostile otherFormat(const std::string& name, const std::string& file)
{
    return {name, otherWeights({file}), "", {"has no model.safetensors, but " + file, "a format that is not read"}};
}

INSTANTIATE_TEST_SUITE_P(
    InPlaceOfSafetensors, HostileFolder,
    testing::Values(pickle("PyTorchBin", "pytorch_model.bin"), pickle("PyTorchPt", "model.pt"),
                    pickle("PyTorchPth", "consolidated.00.pth"), pickle("LightningCkpt", "last.ckpt"),
                    otherFormat("Gguf", "model.gguf"), otherFormat("TensorFlow", "tf_model.h5"),
                    otherFormat("Flax", "flax_model.msgpack"), otherFormat("Onnx", "model.onnx"),
                    Hostile{"PickledShards",
                            otherWeights({"pytorch_model-00001-of-00002.bin", "pytorch_model.bin.index.json"}),
                            "",
                            {"pytorch_model-00001-of-00002.bin", "can run any code"}},
                    Hostile{"Nothing", otherWeights({}), "", {"has no model.safetensors", "needs one of them"}}),
    kNameOfCase);

/// Cases that every JSON file of a folder has.
std::vector<Hostile> badJson(const std::string& name, const char* file, std::size_t limit)
{
    const std::string most = std::to_string(limit);
    return {
        {name + "Empty", inFile(file, ""), file, {"is not JSON", "at byte 1"}},
        {name + "CutOff", inFile(file, "{\"model_type\":\"gpt"), file, {"is not JSON", "breaks off", "at byte 19"}},
        {name + "ZeroBytes", inFile(file, std::string(100, '\0')), file, {"is not JSON", "at byte 1"}},
        {name + "NotUtf8", inFile(file, "{\"a\":\"\xFF\"}"), file, {"The byte 0xFF at offset 6 is not UTF-8"}},
        {name + "Utf16", inFile(file, "\xFF\xFE{\0}\0"s), file, {"The byte 0xFF at offset 0 is not UTF-8"}},
        {name + "TwoValues", inFile(file, "{}{}"), file, {"is not JSON", "at byte 3"}},
        {name + "AComment", inFile(file, "{} // nothing"), file, {"is not JSON", "at byte 4"}},
        {name + "KeyTwice", inFile(file, R"({"a":1,"a":2})"), file, {"has the key \"a\" twice"}},
        {name + "NumberBeyondAnyOther", inFile(file, R"({"a":1e999})"), file, {"is not JSON", "at byte 10"}},
        {name + "ListsAHundredThousandDeep",
         inFile(file, std::string(100'000, '[')),
         file,
         {"is nested deeper than the"}},
        {name + "ObjectsAHundredThousandDeep",
         [=](const Path& folder) {
             std::string text;
             for (int i = 0; i < 100'000; ++i) {
                 text += "{\"a\":";
             }
             writeBytes(folder / file, text);
         },
         file,
         {"is nested deeper than the"}},
        {name + "AGigabyte",
         sparse(file, 1'000'000'000),
         file,
         {"has 1000000000 bytes", "at most " + most + " are read"}},
        {name + "AFolder", inPlaceOf(file, makeFolder), file, {"is a folder", "expected a file"}},
        {name + "APipe", inPlaceOf(file, makePipe), file, {"is no regular file", "expected a file"}},
        {name + "ALinkToItself", inPlaceOf(file, makeLoop), file, {"Too many levels of symbolic links"}},
        {name + "ALinkToNowhere", inPlaceOf(file, makeDangling), file, {"No such file or directory"}},
    };
}

INSTANTIATE_TEST_SUITE_P(ConfigJson, HostileFolder, testing::ValuesIn(badJson("", kConfig, 16U << 20U)), kNameOfCase);

INSTANTIATE_TEST_SUITE_P(TokenizerJson, HostileFolder, testing::ValuesIn(badJson("", kTokenizer, 128U << 20U)),
                         kNameOfCase);

/// The files beside tokenizer.json, which may be missing but not broken.
std::vector<Hostile> badSideFiles()
{
    std::vector<Hostile> cases;
    for (const auto& [name, file] :
         {std::pair{"TokenizerConfig", "tokenizer_config.json"}, std::pair{"SpecialTokens", "special_tokens_map.json"},
          std::pair{"AddedTokens", "added_tokens.json"}}) {
        for (Hostile& hostile : badJson(name, file, 16U << 20U)) {
            hostile.change = all({inFile(file, "{}"), hostile.change});
            cases.push_back(std::move(hostile));
        }
    }
    return cases;
}

INSTANTIATE_TEST_SUITE_P(SideFiles, HostileFolder, testing::ValuesIn(badSideFiles()), kNameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Config, HostileFolder,
    testing::Values(Hostile{"Missing",
                            [](const Path& folder) { std::filesystem::remove(folder / kConfig); },
                            kConfig,
                            {"No such file or directory"}},
                    Hostile{"AList", inFile(kConfig, "[]"), kConfig, {"it is a list; expected an object"}},
                    Hostile{"ANumber", inFile(kConfig, "1"), kConfig, {"it is a whole number; expected an object"}},
                    Hostile{"NoFamily",
                            without(kConfig, "model_type"),
                            kConfig,
                            {"\"model_type\" is missing", "supported: GPT-2 (gpt2)"}},
                    Hostile{"FamilyIsANumber",
                            entry(kConfig, "/model_type", 2),
                            kConfig,
                            {"\"model_type\" is 2; expected a text", "supported: GPT-2 (gpt2)"}},
                    Hostile{"FamilyUnknown",
                            entry(kConfig, "/model_type", "t5"),
                            kConfig,
                            {"a model of the family \"t5\" cannot be opened", "GPT-2 (gpt2)"}},
                    Hostile{"FamilyOfAnother", entry(kConfig, "/model_type", "llama"), kConfig, {"is missing"}},
                    Hostile{"FamilyLong",
                            entry(kConfig, "/model_type", std::string(100'000, 'x')),
                            kConfig,
                            {"xxx…\" cannot be opened"}},
                    Hostile{"Quantised", entry(kConfig, "/quantization_config", {{"bits", 4}}), kConfig, {"quantised"}},
                    Hostile{"HeadsDoNotDivideTheWidth",
                            entry(kConfig, "/n_head", 3),
                            kConfig,
                            {"The width 8 is not a multiple of the 3 heads"}},
                    Hostile{"MoreHeadsThanAnyModel",
                            entry(kConfig, "/n_head", 129),
                            kConfig,
                            {"A layer has at most 128 heads, not 129"}},
                    Hostile{"MoreLayersThanAnyModel",
                            entry(kConfig, "/n_layer", 4097),
                            kConfig,
                            {"A model has at most 4096 layers, not 4097"}},
                    Hostile{"ActivationUnknown",
                            entry(kConfig, "/activation_function", "mish"),
                            kConfig,
                            {"\"activation_function\" is \"mish\"", "known are gelu"}},
                    Hostile{"CrossAttention",
                            entry(kConfig, "/add_cross_attention", true),
                            kConfig,
                            {"\"add_cross_attention\" is true"}},
                    Hostile{"RopeScalingUnknown",
                            entry(kConfig, "/rope_scaling/rope_type", "yarn"),
                            kConfig,
                            {"\"rope_scaling\": \"rope_type\" is \"yarn\"", "known are default"},
                            "llama"},
                    Hostile{"RopeScalingIsAText",
                            entry(kConfig, "/rope_scaling", "linear"),
                            kConfig,
                            {"\"rope_scaling\" is a text; expected an object"},
                            "llama"},
                    Hostile{"RopeFrequenciesTheWrongWayRound",
                            entry(kConfig, "/rope_scaling/high_freq_factor", 0.5),
                            kConfig,
                            {"\"rope_scaling\": \"high_freq_factor\" is 0.5",
                             "expected more than \"low_freq_factor\", 1.0"},
                            "llama"},
                    Hostile{"KeyValueHeadsDoNotDivideTheHeads",
                            entry(kConfig, "/num_key_value_heads", 3),
                            kConfig,
                            {"The 2 heads cannot share 3 key-value heads evenly"},
                            "llama"},
                    Hostile{"HeadWidthOdd", entry(kConfig, "/head_dim", 3), kConfig, {"3 dimensions"}, "llama"},
                    Hostile{"LayerTypesTooFew",
                            entry(kConfig, "/layer_types", Json::array()),
                            kConfig,
                            {"\"layer_types\" has ", "expected a list of 1, as \"num_hidden_layers\" says"},
                            "mistral"},
                    Hostile{"LayerTypeUnknown",
                            entry(kConfig, "/layer_types", Json::array({"linear_attention"})),
                            kConfig,
                            {"\"layer_types\" has ", "linear_attention", "expected \"full_attention\""},
                            "mistral"},
                    Hostile{"SlidingWindowWithoutLayers",
                            entry(kConfig, "/num_hidden_layers", 0),
                            kConfig,
                            {"layers must be at least 1, not 0"},
                            "mistral"},
                    Hostile{"PaddingBeyondThePositions",
                            entry(kConfig, "/pad_token_id", 20),
                            kConfig,
                            {"longest text must be at least 1"},
                            "roberta"},
                    Hostile{"PositionsRelative",
                            entry(kConfig, "/position_embedding_type", "relative_key"),
                            kConfig,
                            {"\"position_embedding_type\" is \"relative_key\"; only \"absolute\""},
                            "bert"},
                    Hostile{"OwnHeadsOutside",
                            entry(kConfig, "/asked_heads", {{"subject", {9, 0}}}),
                            kConfig,
                            {"\"subject\" is \"[9,0]\"", "1 layers of 2 heads"},
                            "headlight"},
                    Hostile{"OwnMaskUnknown",
                            entry(kConfig, "/mask", {{"direction", "sideways"}}),
                            kConfig,
                            {"sideways"},
                            "headlight"}),
    kNameOfCase);

INSTANTIATE_TEST_SUITE_P(
    Tokenizer, HostileFolder,
    testing::Values(
        Hostile{"Missing",
                [](const Path& folder) { std::filesystem::remove(folder / kTokenizer); },
                "",
                {"has no tokenizer", "tokenizer.json"}},
        Hostile{"AList", inFile(kTokenizer, "[]"), kTokenizer, {"a list; expected an object"}},
        Hostile{"NoModel", without(kTokenizer, "model"), kTokenizer, {"\"model\" is missing; expected an object"}},
        Hostile{"KindUnknown",
                entry(kTokenizer, "/model/type", "Unigram"),
                kTokenizer,
                {"\"model.type\" is \"Unigram\"", "supported are BPE"}},
        Hostile{"VocabularyEmpty",
                entry(kTokenizer, "/model/vocab", Json::object()),
                kTokenizer,
                {"\"model.vocab\"", "the vocabulary is empty"}},
        Hostile{"VocabularyIsAList",
                entry(kTokenizer, "/model/vocab", {"a", "b"}),
                kTokenizer,
                {"\"model.vocab\" is a list; expected an object"}},
        Hostile{"IdNegative",
                entry(kTokenizer, "/model/vocab/a", -1),
                kTokenizer,
                {"\"model.vocab\"", "\"a\" is -1; expected 0 to 16777215"}},
        Hostile{"IdHuge",
                entry(kTokenizer, "/model/vocab/a", 1'000'000'000'000),
                kTokenizer,
                {"\"model.vocab\"", "\"a\" is 1000000000000; expected 0 to 16777215"}},
        Hostile{"IdOf64Bits",
                entry(kTokenizer, "/model/vocab/a", std::numeric_limits<std::uint64_t>::max()),
                kTokenizer,
                {"\"a\" is " + kHuge + "; expected 0 to 16777215"}},
        Hostile{"IdFractional",
                entry(kTokenizer, "/model/vocab/a", 0.5),
                kTokenizer,
                {"\"a\" is a number; expected a whole number"}},
        Hostile{"IdIsAText",
                entry(kTokenizer, "/model/vocab/a", "0"),
                kTokenizer,
                {"\"a\" is a text; expected a whole number"}},
        Hostile{"IdIsNull",
                entry(kTokenizer, "/model/vocab/a", nullptr),
                kTokenizer,
                {"\"a\" is missing; expected a whole number"}},
        Hostile{"IdTwice",
                entry(kTokenizer, "/model/vocab/b", 0),
                kTokenizer,
                {"the vocabulary's entry \"b\" has the id 0, as has \"a\""}},
        Hostile{"MergeOfAnUnknownLeftPiece",
                entry(kTokenizer, "/model/merges/0", "x b"),
                kTokenizer,
                {"\"model.merges\"", "merge 0, of \"x\" and \"b\"", "needs \"x\", which the vocabulary lacks"}},
        Hostile{"MergeOfAnUnknownRightPiece",
                entry(kTokenizer, "/model/merges/0", "a x"),
                kTokenizer,
                {"needs \"x\", which the vocabulary lacks"}},
        Hostile{"MergeToAnUnknownPiece",
                entry(kTokenizer, "/model/merges/0", "b a"),
                kTokenizer,
                {"needs \"ba\", which the vocabulary lacks"}},
        Hostile{"MergeOfOnePiece",
                entry(kTokenizer, "/model/merges/0", "ab"),
                kTokenizer,
                {"\"model.merges\"", "number 0 is no pair of pieces"}},
        Hostile{"MergeOfThreePieces",
                entry(kTokenizer, "/model/merges/0", {"a", "b", "c"}),
                kTokenizer,
                {"number 0 is no pair of pieces"}},
        Hostile{"MergeOfNumbers",
                entry(kTokenizer, "/model/merges/0", {0, 1}),
                kTokenizer,
                {"number 0 is no pair of pieces"}},
        Hostile{"MergesAreAText",
                entry(kTokenizer, "/model/merges", "a b"),
                kTokenizer,
                {"\"model.merges\" is a text; expected a list"}},
        Hostile{"AddedTokenOfATakenId",
                entry(kTokenizer, "/added_tokens/0/id", 0),
                kTokenizer,
                {"the added token \"<s>\" has the id 0, as has \"a\""}},
        Hostile{"AddedTokenWithoutId",
                entry(kTokenizer, "/added_tokens/0/id", nullptr),
                kTokenizer,
                {"\"added_tokens[0].id\" is missing; expected a whole number"}},
        Hostile{"TemplateOfAnUnknownId",
                entry(kTokenizer, "/post_processor/cls/1", 99),
                kTokenizer,
                {"the special token with the id 99"},
                "bert"},
        Hostile{"PatternIsNone",
                entry(kTokenizer, "/pre_tokenizer",
                      {{"type", "Split"}, {"pattern", {{"Regex", "(((("}}}, {"behavior", "Isolated"}}),
                kTokenizer,
                {"(((("}},
        Hostile{"WordPieceUnknownPieceMissing",
                entry(kTokenizer, "/model/max_input_chars_per_word", -1),
                kTokenizer,
                {"\"model.max_input_chars_per_word\" is -1"},
                "bert"}),
    kNameOfCase);

const std::string kVocabularyJson = R"({"a":0,"b":1,"c":2,"ab":3,"abc":4,"Ġ":5,"<|endoftext|>":6})";

INSTANTIATE_TEST_SUITE_P(
    OlderTokenizer, HostileFolder,
    testing::Values(
        Hostile{"MergesMissing",
                all({olderTokenizer(kVocabularyJson, ""),
                     [](const Path& folder) { std::filesystem::remove(folder / "merges.txt"); }}),
                "",
                {"merges.txt is missing beside vocab.json"}},
        Hostile{"MergeUnknown",
                olderTokenizer(kVocabularyJson, "#version: 0.2\na x\n"),
                "merges.txt",
                {"needs \"x\", which the vocabulary lacks"}},
        Hostile{"MergeOfOnePiece",
                olderTokenizer(kVocabularyJson, "a b\nab\n"),
                "merges.txt",
                {"line 2 is \"ab\"; expected two pieces with a space between them"}},
        Hostile{"MergesNotUtf8",
                olderTokenizer(kVocabularyJson, "a \xFF\n"),
                "merges.txt",
                {"The byte 0xFF at offset 2 is not UTF-8"}},
        Hostile{"MergesAGigabyte",
                all({olderTokenizer(kVocabularyJson, ""), sparse("merges.txt", 1'000'000'000)}),
                "merges.txt",
                {"has 1000000000 bytes", "at most 16777216 are read"}},
        Hostile{"MergesAPipe",
                all({olderTokenizer(kVocabularyJson, ""), inPlaceOf("merges.txt", makePipe)}),
                "merges.txt",
                {"is no regular file"}},
        Hostile{"VocabularyAPipe",
                all({olderTokenizer("{}", ""), inPlaceOf("vocab.json", makePipe)}),
                "vocab.json",
                {"is no regular file"}},
        Hostile{"VocabularyEmptyFile", olderTokenizer("", ""), "vocab.json", {"is not JSON"}},
        Hostile{"VocabularyEmpty", olderTokenizer("{}", ""), "vocab.json", {"the vocabulary is empty"}},
        Hostile{"VocabularyAList", olderTokenizer("[]", ""), "vocab.json", {"a list; expected an object"}},
        Hostile{
            "IdNegative", olderTokenizer(R"({"a":-1})", ""), "vocab.json", {"\".a\" is -1; expected 0 to 16777215"}},
        Hostile{"IdTwice",
                olderTokenizer(R"({"a":1,"b":1})", ""),
                "vocab.json",
                {"the vocabulary's entry \"b\" has the id 1, as has \"a\""}},
        Hostile{"SentencePiece",
                all({[](const Path& folder) { std::filesystem::remove(folder / kTokenizer); },
                     inFile("tokenizer.model", "\x0a\x0e")}),
                "tokenizer.model",
                {"is a SentencePiece model, which is not read"}},
        Hostile{
            "OwnVocabularyEmpty", inFile("vocab.txt", ""), "vocab.txt", {"its first line must be [UNK]"}, "headlight"},
        Hostile{"OwnVocabularyShort",
                inFile("vocab.txt", "[UNK]\na\n"),
                "vocab.txt",
                {"it has 2 lines, but config.json says 4"},
                "headlight"},
        Hostile{"OwnVocabularyTwice",
                inFile("vocab.txt", "[UNK]\na\na\nb\n"),
                "vocab.txt",
                {"line 3 stands there twice"},
                "headlight"},
        Hostile{"OwnVocabularyWithAnEmptyLine",
                inFile("vocab.txt", "[UNK]\na\n\nb\n"),
                "vocab.txt",
                {"line 3 is empty"},
                "headlight"},
        Hostile{
            "OwnVocabularyAPipe", inPlaceOf("vocab.txt", makePipe), "vocab.txt", {"is no regular file"}, "headlight"},
        Hostile{"OwnVocabularyAGigabyte",
                sparse("vocab.txt", 1'000'000'000),
                "vocab.txt",
                {"has 1000000000 bytes", "at most 16777216 are read"},
                "headlight"}),
    kNameOfCase);

TEST(HostileFolders, ThatAreNoFoldersAreRefused)
{
    const TemporaryFolder folder;
    writeBytes(folder / "file", "");
    makePipe(folder / "pipe");
    makeLoop(folder / "loop");
    for (const char* name : {"none", "file", "pipe", "loop"}) {
        const auto model = opened(folder / name);
        ASSERT_FALSE(model) << name;
        EXPECT_EQ(model.error().code, ErrorCode::NotFound) << name;
        expectNamed(model.error(), folder / name / kConfig);
    }
}

TEST(HostileFolders, HaveHeadersOfManyTensorsThatTakeNoMoreMemoryThanTheirBytes)
{
    const TemporaryFolder folder;
    modelFiles("gpt2").write(folder.path());
    const std::string bytes = safetensorsBytes(manyTensors());
    writeBytes(folder / kWeights, bytes);
    const Deadline deadline;
    const AllocationWatch watch;
    const auto model = readModelFolder(folder.path());
    ASSERT_FALSE(model);
    expectNamed(model.error(), folder / kWeights);
    EXPECT_LT(watch.peak(), 16 * bytes.size());
}

TEST(HostileFolders, HaveListsOfManyValuesThatTakeNoMoreMemoryThanTheLimit)
{
    const TemporaryFolder folder;
    modelFiles("gpt2").write(folder.path());
    std::string text = "{\"model_type\":[";
    for (int i = 0; i < 5 << 20; ++i) {
        text += "{},";
    }
    writeBytes(folder / kConfig, text + "{}]}");
    const Deadline deadline;
    const AllocationWatch watch;
    const auto model = readModelFolder(folder.path());
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, ErrorCode::TooLong);
    expectNamed(model.error(), folder / kConfig);
    EXPECT_LT(watch.peak(), std::size_t{600} << 20U);
}

// ------------------------------------------------------------------------------------------------ every byte of a file

/// Files that are cut off: after how many bytes, refused every time.
class CutOff : public testing::TestWithParam<std::pair<const char*, const char*>>
{};

TEST_P(CutOff, IsRefusedWhereverThatIs)
{
    const auto& [family, file] = GetParam();
    const TemporaryFolder folder;
    const ModelFiles files = modelFiles(family);
    files.write(folder.path());
    const std::string whole = readBytes(folder / file);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        writeBytes(folder / file, std::string_view(whole).substr(0, length));
        const auto model = opened(folder.path());
        ASSERT_FALSE(model) << length;
        expectNamed(model.error(), folder / file);
    }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CutOff,
                         testing::Values(std::pair{"gpt2", kWeights}, std::pair{"gpt2", kConfig},
                                         std::pair{"gpt2", kTokenizer}, std::pair{"bert", kWeights},
                                         std::pair{"bert", kConfig}, std::pair{"bert", kTokenizer},
                                         std::pair{"llama", kWeights}, std::pair{"llama", kConfig}),
                         [](const auto& test) {
                             const std::string_view file = test.param.second;
                             return std::string(test.param.first) + (file == kWeights  ? "Weights"
                                                                     : file == kConfig ? "Config"
                                                                                       : "Tokenizer");
                         });

TEST(HostileFolders, AreReadOrRefusedWithAnyByteOfTheHeaderChanged)
{
    const TemporaryFolder folder;
    modelFiles("gpt2").write(folder.path());
    const std::string whole = readBytes(folder / kWeights);
    std::uint64_t length = 0;
    std::memcpy(&length, whole.data(), sizeof length);
    for (std::size_t at = 0; at < sizeof length + length; ++at) {
        for (const int flipped : {0x01, 0x10, 0x80}) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ static_cast<unsigned>(flipped));
            writeBytes(folder / kWeights, bytes);
            if (const auto model = opened(folder.path()); !model) {
                expectNamed(model.error(), folder / kWeights);
            }
        }
    }
}

// ------------------------------------------------------------------------------------------- what opens all the same

/// A number that is none, in a tensor of some type.
struct BadNumber
{
    std::string name;
    std::string dtype;
    std::string bytes;

    friend std::ostream& operator<<(std::ostream& stream, const BadNumber& self) { return stream << self.name; }
};

class BadWeights : public testing::TestWithParam<BadNumber>
{};

TEST_P(BadWeights, OpenWithAWarningThatNamesTheTensor)
{
    const BadNumber& bad = GetParam();
    const TemporaryFolder folder;
    modelFiles("gpt2").write(folder.path());
    Parts parts = partsOf(readBytes(folder / kWeights));
    // The tensor is the last in the file; in its place comes one of 8 such numbers.
    const std::size_t begin = parts.header["ln_f.bias"]["data_offsets"][0];
    parts.data.resize(begin);
    for (int i = 0; i < 8; ++i) {
        parts.data += bad.bytes;
    }
    parts.header["ln_f.bias"]["dtype"] = bad.dtype;
    parts.header["ln_f.bias"]["data_offsets"] = {begin, parts.data.size()};
    writeBytes(folder / kWeights, safetensorsBytes(parts.header.dump(), parts.data));
    const auto model = opened(folder.path());
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_NE((*model)->warning.find("ln_f.bias holds numbers that are infinite or no numbers"), std::string::npos)
        << (*model)->warning;
    const auto text = encode(**model, "abc ab");
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_TRUE(forward(*model, *text));
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryType, BadWeights,
    testing::Values(BadNumber{"Nan", "F32", "\0\0\xC0\x7F"s}, BadNumber{"SignallingNan", "F32", "\x01\0\x80\xFF"s},
                    BadNumber{"Infinity", "F32", "\0\0\x80\x7F"s}, BadNumber{"MinusInfinity", "F32", "\0\0\x80\xFF"s},
                    BadNumber{"HalfNan", "F16", "\0\x7E"s}, BadNumber{"HalfInfinity", "F16", "\0\x7C"s},
                    BadNumber{"BrainNan", "BF16", "\xC0\x7F"s}, BadNumber{"BrainMinusInfinity", "BF16", "\x80\xFF"s}),
    kNameOfCase);

TEST(HostileFolders, WithGapsInTheVocabularyOpenAndCostNoMemoryForThem)
{
    const TemporaryFolder folder;
    ModelFiles files = modelFiles("gpt2");
    files.tokenizer["model"]["vocab"]["abc"] = 16'000'000;
    files.write(folder.path());
    const auto model = opened(folder.path());
    ASSERT_TRUE(model) << model.error().message;
    const auto known = encode(**model, "ab");
    ASSERT_TRUE(known) << known.error().message;
    EXPECT_TRUE(forward(*model, *known));
    EXPECT_FALSE((*model)->tokenizer->token(1000));
    const auto beyond = encode(**model, "abc");
    const auto trace =
        beyond ? forward(*model, *beyond) : Result<std::shared_ptr<const Trace>>(tl::unexpected(beyond.error()));
    ASSERT_FALSE(trace);
    EXPECT_NE(trace.error().message.find("ids 0 to 6"), std::string::npos) << trace.error().message;
}

TEST(HostileFolders, OfEveryFamilyOpenWhereNothingIsChanged)
{
    for (const Family& family : families()) {
        const TemporaryFolder folder;
        modelFiles(family.modelType).write(folder.path());
        const auto model = opened(folder.path());
        ASSERT_TRUE(model) << model.error().message;
        EXPECT_TRUE((*model)->warning.empty()) << (*model)->warning;
        const auto text = encode(**model, "a");
        ASSERT_TRUE(text) << text.error().message;
        EXPECT_TRUE(forward(*model, *text)) << family.title;
    }
}

// ------------------------------------------------------------------------------------------------------- config's values

struct Field
{
    std::string family;
    std::string pointer;  ///< "/rope_scaling/factor"

    friend std::ostream& operator<<(std::ostream& stream, const Field& self)
    {
        return stream << self.family << self.pointer;
    }
};

void addNumbers(const std::string& family, const std::string& pointer, const Json& json, std::vector<Field>& fields)
{
    if (json.is_number()) {
        fields.push_back({family, pointer});
    }
    if (json.is_object()) {
        for (const auto& [key, value] : json.items()) {
            addNumbers(family, pointer + "/" + key, value, fields);
        }
    }
}

/// Every number of every family's config.json.
std::vector<Field> numericFields()
{
    std::vector<Field> fields;
    for (const Family& family : families()) {
        const std::string type(family.modelType);
        addNumbers(type, "", modelFiles(type).config, fields);
    }
    return fields;
}

const std::vector<std::pair<std::string, Json>>& wrongNumbers()
{
    static const std::vector<std::pair<std::string, Json>> kValues = {
        {"negative", -1},
        {"zero", 0},
        {"huge", 1'000'000'000'000'000'000},
        {"beyond 64 bits", 1e308},
        {"most negative", std::numeric_limits<std::int64_t>::min()},
        {"64 bits", std::numeric_limits<std::uint64_t>::max()},
        {"tiny", 1e-308},
        {"fraction", 1.5},
        {"text", "7"},
        {"null", nullptr},
        {"true", true},
        {"list", Json::array({7})},
        {"object", Json::object()},
    };
    return kValues;
}

/// What a family takes in place of its number: null where there is a default, zero where it means something.
struct Fine
{
    std::string pointer;
    std::vector<std::string> families;
    std::vector<std::string> values;
};

bool isFine(const Field& field, const std::string& value)
{
    static const std::vector<std::string> kDecoders = {"llama", "mistral", "qwen2", "qwen3"};
    static const std::vector<Fine> kFine = {
        {"/layer_norm_epsilon", {"gpt2"}, {"null"}},
        {"/layer_norm_eps", {"bert", "roberta", "gpt_neox"}, {"null"}},
        {"/rms_norm_eps", kDecoders, {"null"}},
        {"/type_vocab_size", {"bert", "roberta"}, {"zero", "null"}},
        {"/pad_token_id", {"roberta"}, {"zero", "null"}},
        {"/head_dim", kDecoders, {"zero"}},
        {"/head_dim", {"llama", "mistral", "qwen2"}, {"null"}},
        {"/max_position_embeddings", {"llama", "mistral", "qwen2", "qwen3", "gpt_neox"}, {"null"}},
        {"/rope_theta", kDecoders, {"huge", "fraction", "null"}},
        {"/rotary_emb_base", {"gpt_neox"}, {"huge", "fraction", "null"}},
        {"/rope_scaling/factor", {"llama"}, {"fraction"}},
        {"/rope_scaling/low_freq_factor", {"llama"}, {"zero", "tiny", "fraction"}},
        {"/rope_scaling/high_freq_factor", {"llama"}, {"fraction"}},
        {"/sliding_window", {"mistral", "qwen2", "qwen3"}, {"null"}},
        {"/max_window_layers", {"qwen2", "qwen3"}, {"zero", "null"}},
        {"/mask/reach", {"headlight"}, {"zero", "huge"}},
    };
    const auto has = [](const std::vector<std::string>& all, const std::string& one) {
        return std::ranges::find(all, one) != all.end();
    };
    return std::ranges::any_of(kFine, [&](const Fine& fine) {
        return fine.pointer == field.pointer && has(fine.families, field.family) && has(fine.values, value);
    });
}

class ConfigNumber : public testing::TestWithParam<Field>
{};

TEST_P(ConfigNumber, IsRefusedWhereItIsNone)
{
    const TemporaryFolder folder;
    const ModelFiles whole = modelFiles(GetParam().family);
    whole.write(folder.path());
    ASSERT_TRUE(opened(folder.path()));
    for (const auto& [what, value] : wrongNumbers()) {
        SCOPED_TRACE(what);
        ModelFiles files = whole;
        files.config[Json::json_pointer(GetParam().pointer)] = value;
        files.write(folder.path());
        const auto model = opened(folder.path());
        ASSERT_EQ(model.has_value(), isFine(GetParam(), what)) << (model ? "it opened" : model.error().message);
        if (model) {
            EXPECT_TRUE((*model)->warning.empty()) << (*model)->warning;
            continue;
        }
        // What contradicts the weights is said of them.
        const std::string& message = model.error().message;
        expectNamed(model.error(),
                    message.find("config.json\"") == std::string::npos ? folder / kWeights : folder / kConfig);
        EXPECT_NE(message.find(kConfig), std::string::npos) << message;
    }
}

std::string nameOfField(const Field& field)
{
    std::string name = field.family + field.pointer;
    std::ranges::replace_if(
        name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(OfEveryFamily, ConfigNumber, testing::ValuesIn(numericFields()),
                         [](const auto& test) { return nameOfField(test.param); });

}  // namespace
}  // namespace headlight::test
