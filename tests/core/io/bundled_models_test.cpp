#include "core/io/bundled_models.h"

#include "core/model/transformer.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

const Model& small()
{
    static const std::shared_ptr<const Model> kSmall = readBundledModel(BundledModel::Small).value();
    return *kSmall;
}

double bytesOf(BundledModel model)
{
    double bytes = 0.0;
    for (const auto& file : std::filesystem::directory_iterator(bundledModelFolder(model))) {
        bytes += static_cast<double>(file.file_size());
    }
    return bytes;
}

/// The word that a word's head of a relation looks at most, and how much.
struct Look
{
    std::string at;
    float weight = 0.0F;
};

Look look(const std::string& text, const std::string& word, const std::string& relation)
{
    const auto trace = forward(std::make_shared<const Model>(small()), encode(small(), text).value(), {}).value();
    const auto head = std::ranges::find(small().askedHeads, relation, &AskedHead::relation)->head;
    const std::vector<Token>& tokens = trace->info().tokens;
    const auto query = std::ranges::find(tokens, word, &Token::text) - tokens.begin();
    const RowVector row = trace->map(StageId::Weights, head).value()->row(TokenIndex(query));
    Index key = 0;
    const float weight = row.maxCoeff(&key);
    return {tokens[static_cast<std::size_t>(key)].text, weight};
}

TEST(BundledModels, AreSmallAndWhole)
{
    EXPECT_LE(bytesOf(BundledModel::Small), 8e6);
    EXPECT_LE(bytesOf(BundledModel::SmallMaskedOnly), 4e6);
    const auto maskedOnly = readBundledModel(BundledModel::SmallMaskedOnly);
    ASSERT_TRUE(maskedOnly) << maskedOnly.error().message;
    EXPECT_EQ((*maskedOnly)->config, small().config);
    EXPECT_EQ((*maskedOnly)->note, "trained on masked words alone");
    EXPECT_TRUE((*maskedOnly)->askedHeads.empty());
    EXPECT_EQ(small().note, "");
    EXPECT_EQ(small().askedHeads.size(), 8U);
}

TEST(BundledModels, OneWordDecidesWhatItMeans)
{
    const Look tired = look("The animal didn't cross the street because it was too tired.", "it", "antecedent");
    EXPECT_EQ(tired.at, "animal");
    EXPECT_GE(tired.weight, 0.85F);
    const Look wide = look("The animal didn't cross the street because it was too wide.", "it", "antecedent");
    EXPECT_EQ(wide.at, "street");
    EXPECT_GE(wide.weight, 0.85F);
    EXPECT_TRUE(look("the blicket was too tired", "was", "subject").at.starts_with("b"));
}

TEST(BundledModels, TheOtherWordsDecideWhatABankIs)
{
    const std::string money = look("The bank approved the loan.", "bank", "sense").at;
    EXPECT_TRUE(money == "loan" || money == "approved") << money;
    EXPECT_EQ(look("She sat on the bank of the river and watched the boats.", "bank", "sense").at, "river");
}

TEST(BundledModels, OrderDecidesWhoBites)
{
    EXPECT_EQ(look("Dog bites man", "bites", "subject").at, "Dog");
    EXPECT_EQ(look("Dog bites man", "bites", "object").at, "man");
    EXPECT_EQ(look("Man bites dog", "bites", "subject").at, "Man");
    EXPECT_EQ(look("Man bites dog", "bites", "object").at, "dog");
}

}  // namespace
}  // namespace headlight::test
