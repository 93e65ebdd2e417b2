#include "core/train/corpus/annotation.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <set>

namespace headlight::test {
namespace {

/// "see>dog was>it": the links of one role.
std::string linksOf(const Sentence& sentence, Role role)
{
    std::string text;
    for (const Link& link : sentence.links) {
        if (link.role == role) {
            text += (text.empty() ? "" : " ") + sentence.words[static_cast<std::size_t>(link.from)].text + ">" +
                    sentence.words[static_cast<std::size_t>(link.to)].text;
        }
    }
    return text;
}

Sentence read(std::string_view text)
{
    Result<Sentence> sentence = readAnnotated(text, Lexicon::bundled());
    EXPECT_TRUE(sentence) << sentence.error().message;
    return sentence ? std::move(*sentence) : Sentence{};
}

TEST(ReadAnnotated, LinksSubjectsObjectsDeterminersAdjectivesAndAntecedents)
{
    const Sentence sentence = read("[the old dog]=1 <did n't see> [the cat] because [it]=1 <was> too +tired .");
    EXPECT_EQ(written(sentence).text, "The old dog didn't see the cat because it was too tired.");
    EXPECT_EQ(linksOf(sentence, Role::Subject), "see>dog was>it");
    EXPECT_EQ(linksOf(sentence, Role::Object), "see>cat");
    EXPECT_EQ(linksOf(sentence, Role::Determiner), "the>dog the>cat");
    EXPECT_EQ(linksOf(sentence, Role::Adjective), "old>dog tired>it");
    EXPECT_EQ(linksOf(sentence, Role::Antecedent), "it>dog");
}

TEST(ReadAnnotated, ChoosesSubjectsAsTheRuleSays)
{
    EXPECT_EQ(linksOf(read("[the key] to [the box] <is> here ."), Role::Subject), "is>key");
    EXPECT_EQ(linksOf(read("[anna] <took> [the bag] and <left> ."), Role::Subject), "took>anna left>anna");
    EXPECT_EQ(linksOf(read("[the man] [who] <lives> here <is>^1 +kind ."), Role::Subject), "lives>who is>man");
    EXPECT_EQ(linksOf(read("<close>^0 [the door] ."), Role::Subject), "");
    EXPECT_EQ(linksOf(read("after [we] <left> , [it] <rained> ."), Role::Subject), "left>we rained>it");
    EXPECT_EQ(linksOf(read("<is>^1 [the soup] +hot ?"), Role::Adjective), "hot>soup");
}

TEST(ReadAnnotated, ChoosesObjectsAsTheRuleSays)
{
    EXPECT_EQ(linksOf(read("[she] <gave> [me]! [a book]o ."), Role::Object), "gave>book");
    EXPECT_EQ(linksOf(read("[he] <is> [a teacher]! ."), Role::Object), "");
    EXPECT_EQ(linksOf(read("[we] <slept> [all day]! ."), Role::Object), "");
    EXPECT_EQ(linksOf(read("[i] <looked> at [the sky] ."), Role::Object), "");
    EXPECT_EQ(linksOf(read("[the book] [that] [i] <bought>o2 <is>^1 +boring ."), Role::Object), "bought>that");
    EXPECT_EQ(linksOf(read("[he] <picked_up> [the toy] ."), Role::Object), "picked>toy");
}

TEST(ReadAnnotated, ReadsPossessorsTitlesAndSenses)
{
    EXPECT_EQ(linksOf(read("[[the dog] 's tail] <hurt> ."), Role::Subject), "hurt>tail");
    EXPECT_EQ(linksOf(read("[mr smith] <slept> ."), Role::Subject), "slept>smith");
    EXPECT_EQ(linksOf(read("[anna]=1 <lost> [her=1 keys] ."), Role::Antecedent), "her>anna");
    EXPECT_EQ(linksOf(read("[the ~bank] <@approved> [the plan] ."), Role::Sense), "bank>approved");
}

TEST(ReadAnnotated, SaysWhatIsWrong)
{
    for (const char* text : {"[the dog <barks> .", "the dog] <barks> .", "[the dog] <barks .", "[] <barks> .",
                             "[the dog] <barks>^7 .", "[the dog] <barks>^ .", "[the ~bank] <closed> ."}) {
        const Result<Sentence> sentence = readAnnotated(text, Lexicon::bundled());
        ASSERT_FALSE(sentence) << text;
        EXPECT_EQ(sentence.error().code, ErrorCode::Malformed);
        EXPECT_NE(sentence.error().message.find(text), std::string::npos);
    }
}

TEST(DrawFromTemplate, DrawsEveryChoice)
{
    headlight::Random random(1);
    std::set<std::string> drawn;
    for (int i = 0; i < 200; ++i) {
        drawn.insert(drawFromTemplate("[the {dog|old cat}] <{barks|is sleeping}> .", Lexicon::bundled(), random));
    }
    EXPECT_EQ(drawn, (std::set<std::string>{"[the dog] <barks> .", "[the old cat] <barks> .",
                                            "[the dog] <is sleeping> .", "[the old cat] <is sleeping> ."}));
}

TEST(DrawFromTemplate, FillsSlotsFromTheLexicon)
{
    const Lexicon& lexicon = Lexicon::bundled();
    headlight::Random random(2);
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(lexicon.noun(drawFromTemplate("$animal", lexicon, random))->is("animal"));
        EXPECT_TRUE(lexicon.is(drawFromTemplate("MALE", lexicon, random), "male"));
        EXPECT_TRUE(std::ranges::any_of(lexicon.adjectives("state"),
                                        [drawn = drawFromTemplate("$state", lexicon, random)](
                                            const Adjective* adjective) { return adjective->positive == drawn; }));
    }
}

TEST(BundledTemplates, CanAllBeRead)
{
    const Lexicon& lexicon = Lexicon::bundled();
    headlight::Random random(3);
    const auto check = [&](const std::string& text) {
        for (int i = 0; i < 10; ++i) {
            const std::string drawn = drawFromTemplate(text, lexicon, random);
            EXPECT_EQ(drawn.find_first_of("${}"), std::string::npos) << drawn;
            const Result<Sentence> sentence = readAnnotated(drawn, lexicon);
            EXPECT_TRUE(sentence) << sentence.error().message;
        }
    };
    std::ranges::for_each(lexicon.templates(), check);
    for (const AmbiguousWord& word : lexicon.ambiguousWords()) {
        std::ranges::for_each(word.templates, check);
        for (std::string text : lexicon.cueTemplates()) {
            text.replace(text.find("WORD"), 4, word.word);
            check(text.replace(text.find("CUE"), 3, word.nounCues.front()));
        }
    }
    for (const PairFamily& family : lexicon.pairFamilies()) {
        for (const PairTemplate& pair : family.pairs) {
            check(pair.first);
            check(pair.second);
        }
    }
}

TEST(BundledPairs, ReferToDifferentThings)
{
    const Lexicon& lexicon = Lexicon::bundled();
    headlight::Random random(4);
    const auto antecedentIn = [](const Sentence& sentence) {
        const auto found = std::ranges::find(sentence.links, Role::Antecedent, &Link::role);
        return found == sentence.links.end() ? Index{-1} : found->to;
    };
    for (const PairFamily& family : lexicon.pairFamilies()) {
        for (const PairTemplate& pair : family.pairs) {
            headlight::Random again = random;
            const Sentence first = read(drawFromTemplate(pair.first, lexicon, random));
            const Sentence second = read(drawFromTemplate(pair.second, lexicon, again));
            EXPECT_GE(antecedentIn(first), 0) << pair.first;
            EXPECT_GE(antecedentIn(second), 0) << pair.second;
            EXPECT_NE(antecedentIn(first), antecedentIn(second)) << pair.first;
        }
    }
}

}  // namespace
}  // namespace headlight::test
