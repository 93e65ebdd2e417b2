// What working out every head's measures costs beside the pass that it follows: 256 tokens, 12 layers × 12 heads, as in BERT base
// and GPT-2 small.
#include "core/analysis/head_measures.h"
#include "core/analysis/head_similarity.h"
#include "core/analysis/norm_weighted.h"
#include "core/analysis/rollout.h"
#include "core/base/memory.h"
#include "core/model/seeded_model.h"
#include "core/model/transformer.h"
#include "core/tensor/matmul.h"
#include "core/text/word_piece_tokenizer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

namespace {

using namespace headlight;

constexpr Index kTokens = 256;
constexpr int kRuns = 9;

/// The median of several runs after one to warm up.
template <typename Work>
double medianMs(const Work& work)
{
    std::vector<double> times;
    for (int i = 0; i <= kRuns; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    times.erase(times.begin());
    std::ranges::nth_element(times, times.begin() + kRuns / 2);
    return times[kRuns / 2];
}

}  // namespace

int main()
{
    keepFreedMemory();
    setProductThreads(static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U)));
    const std::shared_ptr<const Tokenizer> tokenizer = defaultTokenizer();
    ModelConfig config = seededModelConfig(*tokenizer);
    config.width = 768;
    config.layers = 12;
    config.heads = 12;
    config.feedForwardWidth = 3072;
    const std::shared_ptr<const Model> model = makeSeededModel(config, 1, tokenizer).value();
    std::string text;
    for (Index i = 0; i < kTokens; ++i) {
        text += i % 3 == 0 ? "the " : i % 3 == 1 ? "dog " : "street ";
    }
    const EncodedText encoded = encode(*model, text).value();
    const std::shared_ptr<const Trace> trace = forward(*model, encoded).value();
    const double pass = medianMs([&] { return forward(*model, encoded).value(); });
    nlohmann::ordered_json figures = {{"tokens", trace->tokens()}, {"heads", 144}, {"pass_ms", pass}};
    const auto add = [&](const std::string& name, double ms) {
        figures[name + "_ms"] = ms;
        figures[name + "_share_of_pass"] = ms / pass;
    };
    add("measures", medianMs([&] { return measureHeads(*trace).value(); }));
    add("similarity", medianMs([&] { return similarHeads(*trace, {}).value(); }));
    add("rollout", medianMs([&] { return attentionRollout(*trace).value(); }));
    add("norm_weighted_head", medianMs([&] { return normWeightedAttention(*trace, *model, {}).value(); }));
    std::cout << figures.dump(2) << '\n';
    return 0;
}
