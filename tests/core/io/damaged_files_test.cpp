#include "core/io/experiment_json.h"
#include "core/io/trace_file.h"
#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/io/temporary_folder.h"
#include "tests/core/support/models.h"

#include <gtest/gtest.h>

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
/// what a parser may trip over. Half of all damage falls on the first `header` bytes.
std::string damaged(std::string text, std::size_t header, Random& random)
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
    const auto position = [&] {
        const std::size_t end = random.index(0, 1) == 0 ? std::min(header, text.size()) : text.size();
        return static_cast<std::size_t>(random.index(0, static_cast<Index>(end)));
    };
    const auto length = [&] { return static_cast<std::size_t>(random.index(0, 20)); };
    for (Index count = random.index(1, 4); count > 0; --count) {
        const std::size_t at = position();
        switch (random.index(0, 5)) {
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
    const std::size_t header = whole.find('}', whole.find("logits"));
    int refused = 0;
    for (int round = 0; round < kRounds; ++round) {
        std::string bytes = damaged(whole, header, random);
        if (random.index(0, 3) != 0 && bytes.size() > 8) {
            // Most damage would only ever show that the header's length is wrong.
            const std::string rest = bytes.substr(8);
            const std::size_t end = rest.find("]}}");
            bytes = safetensorsBytes(rest.substr(0, end == std::string::npos ? end : end + 3),
                                     end == std::string::npos ? "" : rest.substr(end + 3));
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
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, kRounds) << "no damaged file was ever read as far as its tensors";
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
        if (const auto read = experimentFromJson(damaged(whole, whole.size(), random))) {
            EXPECT_TRUE(experimentFromJson(toJson(*read)));
        }
    }
}

}  // namespace
}  // namespace headlight::test
