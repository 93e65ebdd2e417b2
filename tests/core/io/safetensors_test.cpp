#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/support/printing.h"
#include "tests/core/support/temporary_folder.h"

#include <bit>
#include <gtest/gtest.h>
#include <limits>
#include <ostream>

namespace headlight::test {
namespace {

using namespace std::string_literals;

std::shared_ptr<const Tensor> counting(const Tensor::Shape& shape)
{
    auto tensor = std::make_shared<Tensor>(shape);
    for (Index i = 0; i < tensor->size(); ++i) {
        tensor->matrix().data()[i] = static_cast<float>(i) + 0.5F;
    }
    return tensor;
}

TEST(WriteSafetensors, LaysTheFileOutAsTheFormatSays)
{
    const TemporaryFolder folder;
    const auto two = std::make_shared<Tensor>(Tensor::Shape{2});
    two->matrix() << 1.0F, -2.0F;
    ASSERT_TRUE(writeSafetensors(folder / "file", {{"b", two}, {"a", counting({1, 1})}}, {{"text", "é\""}}));
    const std::string bytes = readBytes(folder / "file");
    std::string header = R"({"__metadata__":{"text":"é\""},"a":{"data_offsets":[8,12],"dtype":"F32","shape":[1,1]},)"
                         R"("b":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}})";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    EXPECT_EQ(bytes, safetensorsBytes(header, "\x00\x00\x80\x3F\x00\x00\x00\xC0\x00\x00\x00\x3F"s));
}

TEST(WriteSafetensors, ComesBackTheSame)
{
    const TemporaryFolder folder;
    const std::vector<NamedTensor> tensors = {{"rank 1", counting({3})},
                                              {"rank 2", counting({2, 5})},
                                              {"rank 3", counting({2, 3, 4})},
                                              {"empty", counting({0, 4})},
                                              {"größe", counting({1})}};
    const StringMap metadata = {{"text", "line\nline \"quoted\" 👍🏽"}, {"", ""}};
    ASSERT_TRUE(writeSafetensors(folder / "file", tensors, metadata));
    const auto file = SafetensorsFile::open(folder / "file");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->contents().metadata, metadata);
    EXPECT_EQ(file->contents().tensors.size(), tensors.size());
    for (const auto& [name, tensor] : tensors) {
        const StoredTensor* const stored = file->contents().find(name);
        ASSERT_TRUE(stored) << name;
        EXPECT_EQ(stored->dtype, DType::F32);
        EXPECT_EQ(stored->shape, tensor->shape());
        const auto read = toFloat(*stored, stored->shape);
        ASSERT_TRUE(read);
        EXPECT_TRUE(std::ranges::equal(read->values(), tensor->values())) << name;
    }
    EXPECT_EQ(file->contents().find("rank"), nullptr);
}

TEST(WriteSafetensors, ReplacesMetadataThatIsNoUtf8)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(writeSafetensors(folder / "file", {}, {{"text", "caf\xE9"}}));
    EXPECT_EQ(SafetensorsFile::open(folder / "file")->contents().metadata.at("text"), "caf\uFFFD");
}

TEST(WriteSafetensors, NamesAnUnwritablePathAndLeavesNoFile)
{
    const TemporaryFolder folder;
    const std::filesystem::path path = folder / "none/file";
    EXPECT_EQ(writeSafetensors(path, {{"a", counting({2})}}).error(),
              (Error{ErrorCode::Unwritable, "Cannot write \"" + path.string() + "\": No such file or directory."}));
    EXPECT_TRUE(folder.names().empty());
}

TEST(SafetensorsFile, NamesThePathOfWhatItCannotRead)
{
    const TemporaryFolder folder;
    const std::string missing = (folder / "missing").string();
    EXPECT_EQ(SafetensorsFile::open(missing).error(),
              (Error{ErrorCode::NotFound, "Cannot open \"" + missing + "\": No such file or directory."}));
    EXPECT_EQ(SafetensorsFile::open(folder.path()).error(),
              (Error{ErrorCode::NotFound, "\"" + folder.path().string() + "\" is a folder; name a file."}));
    EXPECT_EQ(SafetensorsFile::open("/dev/null").error(),
              (Error{ErrorCode::NotFound, "\"/dev/null\" is no regular file; name a file."}));
    writeBytes(folder / "empty", "");
    EXPECT_EQ(SafetensorsFile::open(folder / "empty").error(),
              (Error{ErrorCode::Malformed, "\"" + (folder / "empty").string() +
                                               "\": This is no valid safetensors file: it has 0 bytes, and the "
                                               "length of its header alone fills 8."}));
}

TEST(SafetensorsFile, SurvivesBeingMoved)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(writeSafetensors(folder / "one", {{"a", counting({4})}}));
    ASSERT_TRUE(writeSafetensors(folder / "two", {{"a", counting({2})}}));
    auto first = SafetensorsFile::open(folder / "one");
    auto second = SafetensorsFile::open(folder / "two");
    ASSERT_TRUE(first && second);
    *second = std::move(*first);
    EXPECT_EQ(toFloat(second->contents().tensors.at("a"), {4})->values()[3], 3.5F);
}

TEST(ParseSafetensors, TakesHeadersWithoutMetadataOrPaddingAndOfAnyRank)
{
    const auto contents =
        parsed(safetensorsBytes(R"({"mask":{"dtype":"BOOL","shape":[1,1,1,1,3],"data_offsets":[0,3]},)"
                                R"("scalar":{"shape":[],"data_offsets":[3,11],"dtype":"I64"}})",
                                "\1\0\1"
                                "12345678"s));
    ASSERT_TRUE(contents) << contents.error().message;
    EXPECT_EQ(contents->tensors.at("mask").dtype, DType::Bool);
    EXPECT_EQ(contents->tensors.at("mask").shape, (Tensor::Shape{1, 1, 1, 1, 3}));
    EXPECT_EQ(contents->tensors.at("scalar").shape, Tensor::Shape{});
    EXPECT_EQ(contents->tensors.at("scalar").bytes.size(), 8U);
    EXPECT_TRUE(parsed(safetensorsBytes("{}")));
    EXPECT_TRUE(parsed(safetensorsBytes("{}      ")));
}

TEST(ParseSafetensors, KnowsEveryTypeByItsNameAndSize)
{
    const std::vector<std::pair<std::string, std::size_t>> types = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
        {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}};
    for (const auto& [name, size] : types) {
        const auto contents = parsed(safetensorsBytes(
            R"({"a":{"dtype":")" + name + R"(","shape":[3],"data_offsets":[0,)" + std::to_string(3 * size) + "]}}",
            std::string(3 * size, 'x')));
        ASSERT_TRUE(contents) << contents.error().message;
        EXPECT_EQ(dtypeName(contents->tensors.at("a").dtype), name);
        EXPECT_EQ(dtypeSize(contents->tensors.at("a").dtype), size);
    }
}

struct BadFile
{
    std::string name;
    std::string bytes;
    std::string problem;

    friend std::ostream& operator<<(std::ostream& stream, const BadFile& self) { return stream << self.name; }
};

class RefusedSafetensors : public testing::TestWithParam<BadFile>
{};

TEST_P(RefusedSafetensors, SaysWhatIsWrongWhere)
{
    const auto contents = parsed(GetParam().bytes);
    ASSERT_FALSE(contents);
    EXPECT_EQ(contents.error(),
              (Error{ErrorCode::Malformed, "This is no valid safetensors file: " + GetParam().problem + "."}));
}

/// A file with one tensor "a" of 8 bytes of data.
std::string withEntry(const std::string& entry)
{
    return safetensorsBytes("{\"a\":" + entry + "}", "12345678");
}

std::string withOffsets(const std::string& offsets)
{
    return withEntry(R"({"dtype":"F32","shape":[2],"data_offsets":)" + offsets + "}");
}

std::string withShape(const std::string& shape)
{
    return withEntry(R"({"dtype":"F32","data_offsets":[0,8],"shape":)" + shape + "}");
}

/// Two tensors of bytes, "a" and "b", in a file with 8 bytes of data.
std::string withTwo(const std::string& a, const std::string& sizeA, const std::string& b, const std::string& sizeB)
{
    return safetensorsBytes(R"({"a":{"dtype":"U8","shape":[)" + sizeA + R"(],"data_offsets":)" + a +
                                R"(},"b":{"dtype":"U8","shape":[)" + sizeB + R"(],"data_offsets":)" + b + "}}",
                            "12345678");
}

INSTANTIATE_TEST_SUITE_P(
    Framing, RefusedSafetensors,
    testing::Values(
        BadFile{"Empty", "", "it has 0 bytes, and the length of its header alone fills 8"},
        BadFile{"SevenBytes", "1234567", "it has 7 bytes, and the length of its header alone fills 8"},
        BadFile{"HeaderBeyondTheEnd", "\x03\0\0\0\0\0\0\0{}"s,
                "its header should have 3 bytes, but the file ends after 2; it may be cut off, or of another format"},
        BadFile{
            "HeaderLengthOverflows", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}"s,
            "its header should have 18446744073709551615 bytes, but the file ends after 2; it may be cut off, or of "
            "another format"},
        BadFile{"NoHeader", safetensorsBytes(""), "its header does not begin with \"{\"; it may be of another format"},
        BadFile{"HeaderIsAList", safetensorsBytes("[]"),
                "its header does not begin with \"{\"; it may be of another format"},
        BadFile{"PickledByPyTorch", "PK\x03\x04\0\0\0\0archive"s,
                "its header should have 67324752 bytes, but the file ends after 7; it may be cut off, or of another "
                "format"},
        BadFile{"HeaderCutOff", safetensorsBytes(R"({"a":{"dtype":"F3)"),
                "the header is not JSON: it breaks off or goes wrong at byte 18; the file may be cut off"},
        BadFile{"HeaderNotUtf8", safetensorsBytes("{\"\xFF\":1}"),
                "the header is not JSON: it breaks off or goes wrong at byte 3; the file may be cut off"},
        BadFile{"TwoHeaders", safetensorsBytes("{}{}"),
                "the header is not JSON: it breaks off or goes wrong at byte 3; the file may be cut off"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Header, RefusedSafetensors,
    testing::Values(
        BadFile{"EntryIsANumber", withEntry("5"), "\"a\" has the number 5, where that does not belong"},
        BadFile{"EntryIsNull", withEntry("null"), "\"a\" has null, where that does not belong"},
        BadFile{"EntryIsAList", withEntry("[]"), "\"a\" has a list, where that does not belong"},
        BadFile{"EntryIsText", withEntry("\"F32\""), "\"a\" has the text \"F32\", where that does not belong"},
        BadFile{"UnknownField", withEntry(R"({"stride":[1]})"), "\"a\" has an unknown field \"stride\""},
        BadFile{"UnknownType", withEntry(R"({"dtype":"F128"})"), "\"a\" has the unknown type \"F128\""},
        BadFile{"TypeIsANumber", withEntry(R"({"dtype":32})"),
                "\"a\" has the number 32 in its \"dtype\", where that does not belong"},
        BadFile{"ShapeIsText", withShape("\"2\""),
                "\"a\" has the text \"2\" in its \"shape\", where that does not belong"},
        BadFile{"ShapeIsNested", withShape("[[2]]"), "\"a\" has a list in its \"shape\", where that does not belong"},
        BadFile{"ShapeHoldsAnObject", withShape("[{}]"),
                "\"a\" has an object in its \"shape\", where that does not belong"},
        BadFile{"ShapeIsAnObject", withShape("{}"), "\"a\" has an object in its \"shape\", where that does not belong"},
        BadFile{"ExtentNegative", withShape("[-2]"),
                "\"a\" has the number -2 in its \"shape\", where that does not belong"},
        BadFile{"ExtentFractional", withShape("[2.0]"),
                "\"a\" has the number \"2.0\" in its \"shape\", where that does not belong"},
        BadFile{"ExtentTrue", withShape("[true]"),
                "\"a\" has true or false in its \"shape\", where that does not belong"},
        BadFile{"ExtentBeyond64Bits", withShape("[18446744073709551616]"),
                "\"a\" has the number \"18446744073709551616\" in its \"shape\", where that does not belong"},
        BadFile{"RankTooHigh", withShape("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]"),
                "\"a\" has more than 16 numbers in its \"shape\""},
        BadFile{"SameNameTwice", safetensorsBytes(R"({"a":{},"a":{}})"), "\"a\" stands in the header twice"},
        BadFile{"SameFieldTwice", withEntry(R"({"dtype":"F32","dtype":"F32"})"), "\"a\" has \"dtype\" twice"},
        BadFile{"MetadataIsAList", safetensorsBytes(R"({"__metadata__":[]})"),
                "\"__metadata__\" has a list, where that does not belong"},
        BadFile{"MetadataOfANumber", safetensorsBytes(R"({"__metadata__":{"version":1}})"),
                "\"__metadata__\" has the number 1 in its \"version\", where that does not belong"},
        BadFile{"MetadataNested", safetensorsBytes(R"({"__metadata__":{"x":{}}})"),
                "\"__metadata__\" has an object in its \"x\", where that does not belong"},
        BadFile{"MetadataTwice", safetensorsBytes(R"({"__metadata__":{},"__metadata__":{}})"),
                "\"__metadata__\" stands in the header twice"},
        BadFile{"MetadataKeyTwice", safetensorsBytes(R"({"__metadata__":{"x":"","x":""}})"),
                "\"__metadata__\" has \"x\" twice"},
        BadFile{"LongName", safetensorsBytes("{\"" + std::string(200, 'n') + "\":1}"),
                "\"" + std::string(80, 'n') + "…\" has the number 1, where that does not belong"},
        BadFile{"DeepNesting", safetensorsBytes(R"({"a":{"shape":)" + std::string(100'000, '[')),
                "\"a\" has a list in its \"shape\", where that does not belong"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tensors, RefusedSafetensors,
    testing::Values(
        BadFile{"NoType", withEntry(R"({"shape":[2],"data_offsets":[0,8]})"), "tensor \"a\" lacks its \"dtype\""},
        BadFile{"NoShape", withEntry(R"({"dtype":"F32","data_offsets":[0,8]})"), "tensor \"a\" lacks its \"shape\""},
        BadFile{"NoOffsets", withEntry(R"({"dtype":"F32","shape":[2]})"), "tensor \"a\" lacks its \"data_offsets\""},
        BadFile{"OneOffset", withOffsets("[8]"), "tensor \"a\" has 1 data_offsets; expected its begin and its end"},
        BadFile{"ThreeOffsets", withOffsets("[0,4,8]"),
                "tensor \"a\" has 3 data_offsets; expected its begin and its end"},
        BadFile{"EndBeforeBegin", withOffsets("[8,0]"),
                "tensor \"a\" lies at bytes 8 to 0, but the file has 8 bytes of data; the file may be cut off"},
        BadFile{"BeyondTheEnd", withOffsets("[0,16]"),
                "tensor \"a\" lies at bytes 0 to 16, but the file has 8 bytes of data; the file may be cut off"},
        BadFile{"OffsetsNear64Bits", withOffsets("[18446744073709551608,18446744073709551615]"),
                "tensor \"a\" lies at bytes 18446744073709551608 to 18446744073709551615, but the file has 8 bytes of "
                "data; the file may be cut off"},
        BadFile{"ShapeTooLarge", withShape("[3]"), "tensor \"a\" of type F32 and shape [3] needs 12 bytes, but has 8"},
        BadFile{"ShapeTooSmall", withShape("[]"), "tensor \"a\" of type F32 and shape [] needs 4 bytes, but has 8"},
        BadFile{"ShapeEmpty", withShape("[0]"), "tensor \"a\" of type F32 and shape [0] needs 0 bytes, but has 8"},
        BadFile{
            "ShapeOverflows", withShape("[4294967296,4294967296]"),
            "tensor \"a\" of type F32 and shape [4294967296×4294967296] needs more than any file's bytes, but has 8"},
        BadFile{"ShapeOverflowsToRight", withShape("[4611686018427387906]"),
                "tensor \"a\" of type F32 and shape [4611686018427387906] needs more than any file's bytes, but has 8"},
        BadFile{
            "ExtentBeyondIndex", withShape("[0,9223372036854775808]"),
            "tensor \"a\" of type F32 and shape [0×9223372036854775808] needs more than any file's bytes, but has 8"},
        BadFile{"Overlap", withTwo("[0,5]", "5", "[4,8]", "4"),
                "tensor \"b\" begins at byte 4 of the data, but the one before it ends at byte 5"},
        BadFile{"SameBytesTwice", withTwo("[0,8]", "8", "[0,8]", "8"),
                "tensor \"b\" begins at byte 0 of the data, but the one before it ends at byte 8"},
        BadFile{"Gap", withTwo("[0,3]", "3", "[4,8]", "4"),
                "tensor \"b\" begins at byte 4 of the data, but the one before it ends at byte 3"},
        BadFile{"GapAtTheBegin", withTwo("[1,4]", "3", "[4,8]", "4"),
                "tensor \"a\" begins at byte 1 of the data, but the one before it ends at byte 0"},
        BadFile{"BytesLeftOver", withTwo("[0,3]", "3", "[3,7]", "4"),
                "its tensors end at byte 7 of the data, but the file has 8"},
        BadFile{"BytesOfNoTensor", safetensorsBytes("{}", "12345678"),
                "its tensors end at byte 0 of the data, but the file has 8"}),
    [](const auto& test) { return test.param.name; });

TEST(ParseSafetensors, RefusesAHeaderLongerThanTheFormatAllows)
{
    const auto contents = parsed(safetensorsBytes("{" + std::string(kMaxHeaderBytes, ' ')));
    ASSERT_FALSE(contents);
    EXPECT_EQ(contents.error(),
              (Error{ErrorCode::TooLong, "The header has 100000001 bytes; at most 100000000 are read."}));
}

/// One tensor of 16-bit patterns, at an odd address.
Result<Tensor> widened(DType dtype, const std::vector<std::uint16_t>& patterns)
{
    std::string bytes(1 + 2 * patterns.size(), '\0');
    std::memcpy(bytes.data() + 1, patterns.data(), 2 * patterns.size());
    const auto count = static_cast<Index>(patterns.size());
    return toFloat({dtype, {count}, std::as_bytes(std::span(bytes)).subspan(1)}, {count});
}

TEST(ToFloat, WidensHalfPrecisionExactly)
{
    const auto numbers =
        widened(DType::F16, {0x3C00, 0xC000, 0x0001, 0x03FF, 0x7BFF, 0x8000, 0x7C00, 0xFC00, 0x3555, 0x7E00});
    ASSERT_TRUE(numbers);
    const std::vector<float> expected = {1.0F,
                                         -2.0F,
                                         0x1p-24F,
                                         1023.0F * 0x1p-24F,
                                         65504.0F,
                                         -0.0F,
                                         std::numeric_limits<float>::infinity(),
                                         -std::numeric_limits<float>::infinity(),
                                         0.333251953125F};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(std::bit_cast<std::uint32_t>(numbers->values()[i]), std::bit_cast<std::uint32_t>(expected[i])) << i;
    }
    EXPECT_TRUE(std::isnan(numbers->values()[9]));
}

TEST(ToFloat, WidensBfloat16Exactly)
{
    const auto numbers = widened(DType::BF16, {0x3F80, 0xC000, 0x0001, 0x7F7F, 0x8000, 0x7F80, 0x3EAB, 0x7FC0});
    ASSERT_TRUE(numbers);
    const std::vector<float> expected = {
        1.0F, -2.0F, 0x1p-133F, 0x1.FEp127F, -0.0F, std::numeric_limits<float>::infinity(), 0.333984375F};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(std::bit_cast<std::uint32_t>(numbers->values()[i]), std::bit_cast<std::uint32_t>(expected[i])) << i;
    }
    EXPECT_TRUE(std::isnan(numbers->values()[7]));
}

TEST(ToFloat, RefusesIntegersByTheirName)
{
    for (const DType dtype : {DType::I32, DType::I64, DType::F64, DType::Bool}) {
        const std::string bytes(dtypeSize(dtype), '\0');
        const auto numbers = toFloat({dtype, {1}, std::as_bytes(std::span(bytes))}, {1});
        ASSERT_FALSE(numbers);
        EXPECT_EQ(numbers.error(),
                  (Error{ErrorCode::Malformed,
                         "The numbers are of type " + std::string(dtypeName(dtype)) + "; expected F32, F16 or BF16."}));
    }
}

}  // namespace
}  // namespace headlight::test
