#include "core/train/corpus/corpus.h"

#include "core/text/word_piece_tokenizer.h"
#include "core/train/corpus/grammar.h"
#include "core/train/corpus/vocabulary.h"

#include <gtest/gtest.h>
#include <set>

namespace headlight::test {
namespace {

const Corpus& corpus()
{
    static const Corpus kCorpus(Lexicon::bundled());
    return kCorpus;
}

const WordPieceTokenizer& tokenizer()
{
    static const WordPieceTokenizer kTokenizer(makeVocabulary(Lexicon::bundled()));
    return kTokenizer;
}

bool isContent(const Word& word)
{
    return word.kind == WordKind::Noun || word.kind == WordKind::Verb || word.kind == WordKind::Adjective ||
           word.kind == WordKind::Name;
}

bool hasHeldOutPair(const Sentence& sentence)
{
    const Lexicon& lexicon = Lexicon::bundled();
    for (const Word& a : sentence.words) {
        for (const Word& b : sentence.words) {
            if (isContent(a) && isContent(b) && lexicon.lemma(a.text) < lexicon.lemma(b.text) &&
                isHeldOut(lexicon.lemma(a.text), lexicon.lemma(b.text))) {
                return true;
            }
        }
    }
    return false;
}

TEST(Lexicon, HasFourThousandWords)
{
    EXPECT_GE(Lexicon::bundled().size(), 4000U);
    EXPECT_GE(Lexicon::bundled().ambiguousWords().size(), 30U);
}

TEST(Lexicon, KnowsInflectedForms)
{
    const Lexicon& lexicon = Lexicon::bundled();
    EXPECT_EQ(lexicon.lemma("children"), "child");
    EXPECT_EQ(lexicon.lemma("ran"), "run");
    EXPECT_EQ(lexicon.lemma("wider"), "wide");
    EXPECT_EQ(lexicon.lemma("blicket"), "blicket");
    EXPECT_EQ(lexicon.kind("tired"), WordKind::Adjective);
    EXPECT_EQ(lexicon.kind("because"), WordKind::Function);
}

TEST(Lexicon, AdjectivesThatDecideReferencesDecideOneThing)
{
    const Lexicon& lexicon = Lexicon::bundled();
    const auto words = [&](const char* tag) {
        std::set<std::string> all;
        for (const Adjective* adjective : lexicon.adjectives(tag)) {
            all.insert(adjective->positive);
        }
        EXPECT_FALSE(all.empty()) << tag;
        return all;
    };
    const auto overlap = [](const std::set<std::string>& a, const std::set<std::string>& b) {
        std::vector<std::string> both;
        std::ranges::set_intersection(a, b, std::back_inserter(both));
        return both;
    };
    EXPECT_EQ(overlap(words("state"), words("blocking")), std::vector<std::string>{});
    EXPECT_EQ(overlap(words("toobig"), words("toosmall")), std::vector<std::string>{});
    EXPECT_EQ(overlap(words("toobig"), words("blocking")), std::vector<std::string>{});
}

TEST(Lexicon, NamesTheLineThatItCannotRead)
{
    const Result<Lexicon> lexicon = Lexicon::parse({{"groups", "animate: man\nnonsense\n"}});
    ASSERT_FALSE(lexicon);
    EXPECT_EQ(lexicon.error().code, ErrorCode::Malformed);
    EXPECT_NE(lexicon.error().message.find("groups.txt, line 2"), std::string::npos) << lexicon.error().message;
}

TEST(Vocabulary, HasEveryWordThatTheCorpusSays)
{
    headlight::Random random(1);
    for (int i = 0; i < 20'000; ++i) {
        const Sentence sentence = corpus().sentence(Split::Training, random);
        const Result<TokenizedSentence> tokenized = tokenize(sentence, tokenizer());
        ASSERT_TRUE(tokenized);
        for (std::size_t w = 0; w < sentence.words.size(); ++w) {
            const std::string& text = sentence.words[w].text;
            const bool isDigits = text.find_first_of("0123456789") != std::string::npos;
            EXPECT_TRUE(isDigits || tokenized->words[w].count == 1) << text << " in " << written(sentence).text;
        }
    }
}

TEST(Vocabulary, IsTheBundledModelsOwn)
{
    EXPECT_EQ(static_cast<const WordPieceTokenizer&>(*defaultTokenizer()).vocabulary(),
              makeVocabulary(Lexicon::bundled()));
}

TEST(Corpus, IsTheSameFromTheSameSeed)
{
    headlight::Random a(7);
    headlight::Random b(7);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(written(corpus().trainingText(a)).text, written(corpus().trainingText(b)).text);
    }
}

TEST(Corpus, NeverTrainsOnHeldOutPairsAndAlwaysTestsThem)
{
    headlight::Random random(2);
    for (int i = 0; i < 5'000; ++i) {
        const Sentence training = corpus().sentence(Split::Training, random);
        EXPECT_FALSE(hasHeldOutPair(training)) << written(training).text;
        const Sentence heldOut = corpus().sentence(Split::HeldOut, random);
        EXPECT_TRUE(hasHeldOutPair(heldOut)) << written(heldOut).text;
    }
    EXPECT_TRUE(isHeldOut("street", "animal"));
    EXPECT_TRUE(isHeldOut("man", "dog"));
}

TEST(Corpus, LinksStayInTheSentenceAndLeadElsewhere)
{
    headlight::Random random(3);
    std::array<int, kRoleCount> counts{};
    for (int i = 0; i < 5'000; ++i) {
        const Sentence text = corpus().trainingText(random);
        for (const Link& link : text.links) {
            ASSERT_GE(link.from, 0);
            ASSERT_GE(link.to, 0);
            ASSERT_LT(link.from, static_cast<Index>(text.words.size()));
            ASSERT_LT(link.to, static_cast<Index>(text.words.size()));
            EXPECT_NE(link.from, link.to);
            ++counts[static_cast<std::size_t>(link.role)];
        }
    }
    for (const Role role :
         {Role::Subject, Role::Object, Role::Determiner, Role::Adjective, Role::Antecedent, Role::Sense}) {
        EXPECT_GT(counts[static_cast<std::size_t>(role)], 400) << roleName(role);
    }
}

TEST(Corpus, SubjectAndVerbAgree)
{
    headlight::Random random(4);
    int checked = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Sentence sentence = drawFromGrammar(Lexicon::bundled(), random);
        for (const Link& link : sentence.links) {
            const std::string& verb = sentence.words[static_cast<std::size_t>(link.from)].text;
            const Word& subject = sentence.words[static_cast<std::size_t>(link.to)];
            if (link.role != Role::Subject || subject.kind != WordKind::Noun) {
                continue;
            }
            const Noun* noun = Lexicon::bundled().noun(subject.text);
            ASSERT_NE(noun, nullptr) << subject.text;
            const bool mayBePlural = subject.text == noun->plural;
            const bool mayBeSingular = subject.text == noun->singular;
            if (verb == "is" || verb == "was") {
                EXPECT_TRUE(mayBeSingular) << written(sentence).text;
                ++checked;
            } else if (verb == "are" || verb == "were") {
                const bool isCoordinated = link.to > 1;
                EXPECT_TRUE(mayBePlural || isCoordinated) << written(sentence).text;
                ++checked;
            }
        }
    }
    EXPECT_GT(checked, 1'000);
}

TEST(Corpus, InventsTwelvePercentOfTheNounsAndSomeOfTheOthers)
{
    headlight::Random random(5);
    double nouns = 0.0;
    double invented = 0.0;
    double others = 0.0;
    double inventedOthers = 0.0;
    for (int i = 0; i < 20'000; ++i) {
        for (const Word& word : corpus().trainingText(random).words) {
            const bool isUnknown = !std::ranges::binary_search(Lexicon::bundled().forms(), word.text);
            if (word.kind == WordKind::Noun) {
                nouns += 1.0;
                invented += isUnknown ? 1.0 : 0.0;
            } else if (word.kind == WordKind::Verb || word.kind == WordKind::Adjective ||
                       word.kind == WordKind::Adverb) {
                others += 1.0;
                inventedOthers += isUnknown ? 1.0 : 0.0;
            }
        }
    }
    EXPECT_GE(invented / nouns, 0.12);
    EXPECT_GE(inventedOthers / others, 0.02);
}

TEST(Corpus, LongTextsHave40To100Words)
{
    headlight::Random random(6);
    for (int i = 0; i < 50; ++i) {
        const std::size_t words = corpus().longText(random).words.size();
        EXPECT_GE(words, 40U);
        EXPECT_LE(words, 115U);
    }
}

TEST(Corpus, UnseenCuesAreNotInTraining)
{
    headlight::Random random(8);
    const auto heldOutCue = [](const Sentence& sentence) {
        return std::ranges::any_of(sentence.links, [&](const Link& link) {
            return link.role == Role::Sense && isHeldOutCue(sentence.words[static_cast<std::size_t>(link.from)].text,
                                                            sentence.words[static_cast<std::size_t>(link.to)].text);
        });
    };
    for (int i = 0; i < 3'000; ++i) {
        EXPECT_FALSE(heldOutCue(corpus().sentence(Split::Training, random)));
    }
    EXPECT_TRUE(heldOutCue(corpus().unseenCue(random)));
}

TEST(ToExample, LinksPieces)
{
    const Sentence sentence{
        .words = {{"the"}, {"blicket", WordKind::Noun}, {"sleeps", WordKind::Verb}, {".", WordKind::Punctuation}},
        .links = {{Role::Determiner, 0, 1}, {Role::Subject, 2, 1}}};
    const Result<TokenizedSentence> tokenized = tokenize(sentence, tokenizer());
    ASSERT_TRUE(tokenized);
    EXPECT_EQ(tokenized->words[1].first, 1);
    EXPECT_EQ(tokenized->words[1].count, 6);
    headlight::Random random(9);
    const Example example = toExample(*tokenized, random);
    EXPECT_EQ(example.links, (std::vector<Link>{{Role::Determiner, 0, 1}, {Role::Subject, 7, 1}}));
    EXPECT_TRUE(example.isWord[0]);
    EXPECT_FALSE(example.isWord[1]);
    EXPECT_FALSE(example.isWord.back());
}

}  // namespace
}  // namespace headlight::test
