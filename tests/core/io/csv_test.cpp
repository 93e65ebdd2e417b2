#include "core/io/csv.h"

#include <bit>
#include <charconv>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace headlight::test {
namespace {

std::string cell(const CsvCell& value)
{
    const std::string csv = toCsv({.header = {"h"}, .rows = {{value}}});
    return csv.substr(3, csv.size() - 5);
}

TEST(ToCsv, IsExactToTheCharacter)
{
    const CsvTable table{.header = {"query", "key", "weight"},
                         .rows = {{"The", Index{0}, 0.25F}, {",", Index{12}, 1e-7F}, {"", Index{-1}, 1.0F}}};
    EXPECT_EQ(toCsv(table), "query,key,weight\r\n"
                            "The,0,0.25\r\n"
                            "\",\",12,1e-07\r\n"
                            ",-1,1\r\n");
    EXPECT_EQ(toCsv({.header = {"a", "b\"c"}, .rows = {}}), "a,\"b\"\"c\"\r\n");
}

TEST(ToCsv, QuotesWhatWouldBreakALine)
{
    EXPECT_EQ(cell("plain ' ; |"), "plain ' ; |");
    EXPECT_EQ(cell(","), "\",\"");
    EXPECT_EQ(cell("\""), "\"\"\"\"");
    EXPECT_EQ(cell("a\nb"), "\"a\nb\"");
    EXPECT_EQ(cell("a\r\nb"), "\"a\r\nb\"");
    EXPECT_EQ(cell("é👍🏽"), "é👍🏽");
}

TEST(ToCsv, WritesTheShortestNumberThatReadsBack)
{
    EXPECT_EQ(cell(0.1F), "0.1");
    EXPECT_EQ(cell(0.1), "0.1");
    EXPECT_EQ(cell(static_cast<double>(0.1F)), "0.10000000149011612");
    EXPECT_EQ(cell(-0.0F), "-0");
    EXPECT_EQ(cell(-std::numeric_limits<float>::infinity()), "-inf");
    EXPECT_EQ(cell(std::numeric_limits<float>::quiet_NaN()), "nan");
    std::mt19937 engine(1);
    for (int i = 0; i < 10'000; ++i) {
        const auto number = std::bit_cast<float>(static_cast<std::uint32_t>(engine()));
        if (std::isfinite(number)) {
            const std::string text = cell(number);
            float read = 0.0F;
            std::from_chars(text.data(), text.data() + text.size(), read);
            EXPECT_EQ(std::bit_cast<std::uint32_t>(read), std::bit_cast<std::uint32_t>(number)) << text;
        }
    }
}

}  // namespace
}  // namespace headlight::test
