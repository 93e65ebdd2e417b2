#include "core/io/experiment_json.h"
#include "core/io/trace_file.h"
#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/support/models.h"
#include "tests/core/support/temporary_folder.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <iterator>
#include <random>

namespace headlight::test {
namespace {

constexpr int kRounds = 4000;

/// A small trace as a file's bytes.
std::string traceBytes()
{
    Random random;
    const ModelConfig config = smallConfig();
    const TemporaryFolder folder;
    const auto trace = run(randomModel(config, random), randomText(config, 3, random));
    EXPECT_TRUE(writeTrace(folder / "trace", *trace));
    return readBytes(folder / "trace");
}

/// Damages a text in one of the ways in which files go bad: cut off, bits flipped, parts repeated, dropped or swapped for
/// what a parser may trip over.
std::string damaged(std::string text, Random& random)
{
    const std::vector<std::string> traps = {"{",
                                            "[",
                                            "\"",
                                            "}",
                                            "]",
                                            ",",
                                            "0",
                                            "-1",
                                            "1e999",
                                            "18446744073709551615",
                                            "9223372036854775808",
                                            "null",
                                            "\\u0000",
                                            "\xFF",
                                            "F16",
                                            "[[[[[[[["};
    const auto position = [&] { return static_cast<std::size_t>(random.index(0, std::ssize(text))); };
    const auto length = [&] { return static_cast<std::size_t>(random.index(0, 20)); };
    for (Index count = std::max<Index>(random.index(-3, 4), 1); count > 0; --count) {
        const std::size_t at = position();
        switch (random.index(0, 9)) {
        case 0:
            text.resize(at);
            break;
        case 1:
            text.erase(at, length());
            break;
        case 2:
            text.insert(at, text.substr(position(), length()));
            break;
        case 3:
            text.replace(at, length(), traps[static_cast<std::size_t>(random.index(0, 15))]);
            break;
        default:
            if (at < text.size()) {
                text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << random.index(0, 7)));
            }
        }
    }
    return text;
}

/// Reads every number, so that a span beyond the file would be noticed.
void touch(const Safetensors& contents)
{
    for (const auto& [name, stored] : contents.tensors) {
        if (isFloat(stored.dtype) && !stored.shape.empty() && stored.shape.size() <= 3) {
            EXPECT_TRUE(toFloat(stored, stored.shape));
        }
    }
}

TEST(DamagedFiles, AreReadOrRefusedButNeverCrash)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const std::string whole = traceBytes();
    std::uint64_t headerLength = 0;
    std::memcpy(&headerLength, whole.data(), sizeof headerLength);
    const std::string header = whole.substr(sizeof headerLength, headerLength);
    const std::string data = whole.substr(sizeof headerLength + headerLength);
    int refused = 0;
    for (int round = 0; round < kRounds; ++round) {
        std::string bytes;
        switch (random.index(0, 3)) {
        case 0:
            bytes = damaged(whole, random);
            break;
        case 1:
            bytes = safetensorsBytes(header, damaged(data, random));
            break;
        default:
            // With the length that the header then has, or most damage would be found there.
            bytes = safetensorsBytes(damaged(header, random), data);
        }
        const auto contents = parsed(bytes);
        refused += contents ? 0 : 1;
        if (contents) {
            touch(*contents);
            if (const auto trace = makeTrace(*contents); !trace) {
                EXPECT_FALSE(trace.error().message.empty());
            }
        } else {
            EXPECT_FALSE(contents.error().message.empty());
        }
    }
    EXPECT_GT(refused, kRounds / 10);
    EXPECT_LT(refused, kRounds * 9 / 10) << "hardly a damaged file was read as far as its tensors";
    RecordProperty("refused", refused);
}

TEST(DamagedFiles, HoldNoTraceThatCrashesItsReader)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const std::string whole = traceBytes();
    const auto contents = parsed(whole);
    ASSERT_TRUE(contents);
    int refused = 0;
    for (int round = 0; round < kRounds; ++round) {
        Safetensors changed = *contents;
        const auto at = [&](auto& map) {
            return std::next(map.begin(), static_cast<std::ptrdiff_t>(random.index(0, std::ssize(map) - 1)));
        };
        if (random.index(0, 1) == 0) {
            auto& [key, value] = *at(changed.metadata);
            value = damaged(value, random);
        } else {
            auto renamed = changed.tensors.extract(at(changed.tensors));
            renamed.key() = damaged(renamed.key(), random);
            changed.tensors.insert(std::move(renamed));
        }
        if (random.index(0, 1) == 0) {
            // Other shapes of the same size, and of every rank.
            Tensor::Shape& shape = at(changed.tensors)->second.shape;
            std::shuffle(shape.begin(), shape.end(), std::minstd_rand(static_cast<unsigned>(round)));
            shape.insert(shape.begin(), static_cast<std::size_t>(random.index(0, 2)), 1);
        }
        refused += makeTrace(changed) ? 0 : 1;
    }
    EXPECT_GT(refused, kRounds / 10);
    EXPECT_LT(refused, kRounds * 9 / 10);
    RecordProperty("refused", refused);
}

TEST(DamagedFiles, AreRefusedWhereverTheyAreCutOff)
{
    const TemporaryFolder folder;
    const std::string whole = traceBytes();
    ASSERT_TRUE(parsed(whole));
    for (std::size_t length = 0; length < whole.size(); length += 1 + length / 100) {
        EXPECT_FALSE(parsed(std::string_view(whole).substr(0, length))) << length;
    }
    writeBytes(folder / "trace", std::string_view(whole).substr(0, whole.size() - 1));
    EXPECT_FALSE(readTrace(folder / "trace"));
}

TEST(DamagedFiles, HoldNoExperimentThatCrashesItsReader)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const std::string whole = toJson(Experiment{.ablatedHeads = {{LayerIndex(1), HeadIndex(2)}}});
    for (int round = 0; round < kRounds; ++round) {
        if (const auto read = experimentFromJson(damaged(whole, random))) {
            EXPECT_TRUE(experimentFromJson(toJson(*read)));
        }
    }
}

}  // namespace
}  // namespace headlight::test
