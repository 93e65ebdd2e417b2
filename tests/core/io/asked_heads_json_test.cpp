#include "core/io/asked_heads_json.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

TEST(AskedHeadsJson, ComeBackAsTheyWere)
{
    const std::vector<AskedHead> heads = {{"antecedent", {LayerIndex(3), HeadIndex(0)}},
                                          {"subject", {LayerIndex(2), HeadIndex(7)}}};
    EXPECT_EQ(toJson(heads), R"({"antecedent":[3,0],"subject":[2,7]})");
    EXPECT_EQ(askedHeadsFromJson(toJson(heads), 4, 8).value(), heads);
    EXPECT_TRUE(askedHeadsFromJson(toJson(std::vector<AskedHead>{}), 4, 8).value().empty());
}

TEST(AskedHeadsJson, NamesTheRelationWhoseHeadIsNone)
{
    for (const char* json : {R"({"subject":[4,0]})", R"({"subject":[0,8]})", R"({"subject":[-1,0]})",
                             R"({"subject":[0]})", R"({"subject":"0.1"})", R"({"subject":[0.5,1]})"}) {
        const auto heads = askedHeadsFromJson(json, 4, 8);
        ASSERT_FALSE(heads) << json;
        EXPECT_EQ(heads.error().code, ErrorCode::Malformed);
        EXPECT_NE(heads.error().message.find("subject"), std::string::npos) << heads.error().message;
    }
    EXPECT_FALSE(askedHeadsFromJson("[]", 4, 8));
    EXPECT_FALSE(askedHeadsFromJson("{", 4, 8));
}

}  // namespace
}  // namespace headlight::test
