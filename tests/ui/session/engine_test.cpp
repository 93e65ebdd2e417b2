#include "core/model/seeded_model.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/session/engine.h"

#include <QCoreApplication>
#include <QDeadlineTimer>

#include <gtest/gtest.h>

#include <vector>

namespace headlight::ui::test {
namespace {

Request requestOf(std::uint64_t id, const std::string& text)
{
    return {.id = id, .text = text, .model = defaultModel(), .experiment = {}, .baseline = {}, .head = {}};
}

TEST(Engine, AnswersARequestWithItsTrace)
{
    Engine engine;
    std::vector<Response> responses;
    QObject::connect(&engine, &Engine::responded, &engine,
                     [&](const Response& response) { responses.push_back(response); });
    engine.request(requestOf(1, kSentence));
    ASSERT_TRUE(waitFor([&] { return !responses.empty(); }));
    ASSERT_TRUE(responses.front().presentation.full);
    EXPECT_EQ(responses.front().presentation.full->tokens(), 13);
    EXPECT_GT(responses.front().elapsedMs, 0.0);
}

TEST(Engine, ABurstEndsOnTheLastRequestAndNeverGoesBack)
{
    constexpr std::uint64_t kRequests = 500;
    Engine engine;
    std::vector<std::uint64_t> ids;
    QObject::connect(&engine, &Engine::responded, &engine,
                     [&](const Response& response) { ids.push_back(response.id); });
    for (std::uint64_t id = 1; id <= kRequests; ++id) {
        engine.request(requestOf(id, kSentence));
        if (id % 50 == 0) {
            QCoreApplication::processEvents();
        }
    }
    ASSERT_TRUE(waitFor([&] { return !ids.empty() && ids.back() == kRequests; }));
    EXPECT_LT(ids.size(), kRequests / 2) << "every request was answered: none was replaced by a newer one";
    EXPECT_TRUE(std::ranges::is_sorted(ids, std::less_equal<>())) << "an older response came after a newer one";
}

TEST(Engine, ShowsATraceThatIsThereAnewWithoutRunningTheModel)
{
    Engine engine;
    std::vector<Response> responses;
    QObject::connect(&engine, &Engine::responded, &engine,
                     [&](const Response& response) { responses.push_back(response); });
    Request request = requestOf(1, kSentence);
    request.computed = traceOf(kSentence);
    request.tokens.unit = TokenUnit::Word;
    request.selected = TokenIndex(8);
    engine.request(request);
    ASSERT_TRUE(waitFor([&] { return !responses.empty(); }));
    const Response& response = responses.front();
    EXPECT_EQ(response.presentation.full, request.computed);
    EXPECT_EQ(response.presentation.shown->tokens(), 12) << "did and n't are one word";
    EXPECT_EQ(response.presentation.words.size(), 12U);
    ASSERT_TRUE(response.predictions);
    EXPECT_EQ(response.predictions->site->token, TokenIndex(8)) << "of tokens";
}

TEST(Engine, TellsWhatALongRunNeedsBeforeItRuns)
{
    Engine engine;
    std::vector<std::uint64_t> ids;
    std::vector<Forecast> forecasts;
    QObject::connect(&engine, &Engine::responded, &engine, [&](const Response& response) {
        ids.push_back(response.id);
        EXPECT_EQ(forecasts.size(), response.id - 1) << "a short run is not worth a word";
    });
    QObject::connect(&engine, &Engine::foreseen, &engine,
                     [&](const Forecast& forecast) { forecasts.push_back(forecast); });
    engine.request(requestOf(1, kSentence));
    ASSERT_TRUE(waitFor([&] { return ids.size() == 1; }));
    Request longRun = requestOf(2, words(100));
    ModelConfig config = longRun.model->config;
    config.layers = 10;
    config.width = 512;
    config.feedForwardWidth = 2048;
    longRun.model = *makeSeededModel(config, 1, longRun.model->tokenizer);
    engine.request(longRun);
    ASSERT_TRUE(waitFor([&] { return ids.size() == 2; }));
    ASSERT_EQ(forecasts.size(), 1U);
    EXPECT_EQ(forecasts[0].id, 2U);
    EXPECT_EQ(forecasts[0].needs.tokens, 100);
    EXPECT_GT(forecasts[0].seconds, 0.0);
}

TEST(Engine, SaysWhyThereIsNoTrace)
{
    Engine engine;
    std::vector<Response> responses;
    QObject::connect(&engine, &Engine::responded, &engine,
                     [&](const Response& response) { responses.push_back(response); });
    engine.request(requestOf(1, "   "));
    ASSERT_TRUE(waitFor([&] { return !responses.empty(); }));
    ASSERT_TRUE(responses.front().error);
    EXPECT_EQ(responses.front().error->code, ErrorCode::EmptyInput);
}

TEST(Engine, MeasuresTheEffectAgainstABaselineOfTheSameTokensOnly)
{
    Engine engine;
    std::vector<Response> responses;
    QObject::connect(&engine, &Engine::responded, &engine,
                     [&](const Response& response) { responses.push_back(response); });
    Request request = requestOf(1, kSentence);
    request.baseline = traceOf(kSentence);
    request.experiment.temperature = 4.0F;
    engine.request(request);
    ASSERT_TRUE(waitFor([&] { return responses.size() == 1; }));
    ASSERT_TRUE(responses[0].effect);
    EXPECT_GT(responses[0].effect->onHead.entropyAfter, responses[0].effect->onHead.entropyBefore);
    EXPECT_GT(responses[0].effect->most.largest, 0.0F);

    request.id = 2;
    request.text = "Dog bites man";
    engine.request(request);
    ASSERT_TRUE(waitFor([&] { return responses.size() == 2; }));
    EXPECT_FALSE(responses[1].effect);
}

TEST(Engine, IsDestroyedWhileBusyWithoutHanging)
{
    const QDeadlineTimer deadline(20'000);
    for (int i = 0; i < 20; ++i) {
        Engine engine;
        engine.request(requestOf(1, words(600)));
        if (i % 2 == 0) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
        }
    }
    EXPECT_FALSE(deadline.hasExpired());
}

}  // namespace
}  // namespace headlight::ui::test

int main(int argc, char** argv)
{
    testing::InitGoogleTest(&argc, argv);
    const QCoreApplication application(argc, argv);
    return RUN_ALL_TESTS();
}
