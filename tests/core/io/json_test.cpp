#include "core/io/json.h"

#include "tests/core/support/printing.h"

#include <gtest/gtest.h>
#include <ostream>

namespace headlight::test {
namespace {

struct BadJson
{
    std::string name;
    std::string text;
    Error error;

    friend std::ostream& operator<<(std::ostream& stream, const BadJson& self) { return stream << self.name; }
};

class RefusedJson : public testing::TestWithParam<BadJson>
{};

TEST_P(RefusedJson, SaysWhatIsWrongAndWhere)
{
    const auto parsed = parseJson(GetParam().text, "a.json", {.bytes = 100, .depth = 3});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error(), GetParam().error);
}

Error invalid(const std::string& message)
{
    return {ErrorCode::Malformed, message};
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedJson,
    testing::Values(
        BadJson{"Empty", "", invalid("a.json is not JSON: it breaks off or goes wrong at byte 1.")},
        BadJson{"CutOff", "{\"a\": [1, 2", invalid("a.json is not JSON: it breaks off or goes wrong at byte 12.")},
        BadJson{"TwoValues", "1 2", invalid("a.json is not JSON: it breaks off or goes wrong at byte 3.")},
        BadJson{"NoUtf8", "\"\xFF\"", invalid("a.json is not JSON: it breaks off or goes wrong at byte 2.")},
        BadJson{"NumberOutOfRange", "[1e999]", invalid("a.json is not JSON: it breaks off or goes wrong at byte 6.")},
        BadJson{"RepeatedKey", R"({"b": {"a": 1, "c": {"a": 1}, "a": 2}})",
                invalid("a.json has the key \"a\" twice; keep one of them.")},
        BadJson{
            "TooDeep", "[[[[]]]]", {ErrorCode::TooLong, "a.json is nested deeper than the 3 levels that are read."}},
        BadJson{"EndlesslyDeep",
                std::string(100, '['),
                {ErrorCode::TooLong, "a.json is nested deeper than the 3 levels that are read."}},
        BadJson{"TooLarge",
                std::string(101, ' '),
                {ErrorCode::TooLong, "a.json has 101 bytes of JSON; at most 100 are read."}}),
    [](const auto& test) { return test.param.name; });

TEST(ParseJson, ReadsWhatIsWithinItsLimits)
{
    const auto parsed = parseJson(R"({"a": [1, {"a": "é"}], "b": null})", "a.json", {.bytes = 100, .depth = 3});
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->at("a").at(1).at("a"), "é");
    EXPECT_TRUE(parsed->at("b").is_null());
}

TEST(ParseJson, TakesTimeLinearInALongListOfObjects)
{
    std::string text = "[{}";
    while (text.size() < 1'000'000) {
        text += ",{}";
    }
    EXPECT_TRUE(parseJson(text + "]", "a.json"));
}

}  // namespace
}  // namespace headlight::test
