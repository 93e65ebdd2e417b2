// A model and traces for the window's tests.
#pragma once

#include "core/model/seeded_model.h"
#include "core/model/transformer.h"
#include "core/text/word_piece_tokenizer.h"
#include "ui/session/comparison.h"
#include "ui/session/presentation.h"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace headlight::ui::test {

inline constexpr const char* kSentence = "The animal didn't cross the street because it was too tired.";

/// The model that the program starts with.
inline std::shared_ptr<const Model> defaultModel()
{
    static const std::shared_ptr<const Model> model =
        makeSeededModel(seededModelConfig(*defaultTokenizer()), 1, defaultTokenizer()).value();
    return model;
}

inline std::shared_ptr<const Trace> traceOf(const std::string& text, const Experiment& experiment = {})
{
    const EncodedText encoded = encode(*defaultModel(), text).value();
    return forward(defaultModel(), encoded, experiment).value();
}

/// What the window works out from a trace.
inline std::shared_ptr<const Analysis> analysisOf(const std::shared_ptr<const Trace>& trace,
                                                  const ViewOptions& options = {})
{
    return presentAnalysed(trace, {}, analysisFor(options)).value().analysis;
}

/// The same, but it may not look ahead, so that it predicts what comes next.
inline std::shared_ptr<const Model> causalModel()
{
    ModelConfig config = seededModelConfig(*defaultTokenizer());
    config.mask.direction = Direction::Causal;
    return makeSeededModel(config, 1, defaultTokenizer()).value();
}

/// Reads two texts: a mark, the tokens of the first, a mark, the tokens of the second.
class PairTokenizer final : public Tokenizer
{
public:
    Index vocabularySize() const override { return defaultTokenizer()->vocabularySize(); }
    Result<Token> token(std::int32_t id) const override { return defaultTokenizer()->token(id); }
    std::optional<std::int32_t> maskToken() const override { return defaultTokenizer()->maskToken(); }
    bool takesPairs() const override { return true; }

    Result<Encoding> encode(const EncodeRequest& request) const override
    {
        Encoding encoding;
        const std::array texts = {request.text, request.pair.value_or("")};
        for (std::size_t source = 0; source < texts.size(); ++source) {
            if (source > 0 && texts[source].empty()) {
                break;
            }
            encoding.tokens.push_back({.id = 0, .text = "[CLS]", .span = {}, .piece = "[CLS]", .isSpecial = true});
            std::vector<Token> tokens = defaultTokenizer()->tokensOf(texts[source]).value();
            for (Token& token : tokens) {
                token.source = static_cast<Index>(source);
                encoding.tokens.push_back(std::move(token));
            }
        }
        return encoding;
    }
};

inline std::shared_ptr<const Model> pairModel()
{
    const auto tokenizer = std::make_shared<const PairTokenizer>();
    return makeSeededModel(seededModelConfig(*tokenizer), 1, tokenizer).value();
}

/// What the window compares where nothing else is chosen.
inline std::shared_ptr<const ShownComparison> beforeAndAfter(const std::shared_ptr<const Trace>& after,
                                                             HeadAddress head)
{
    const std::shared_ptr<const Trace> before = traceOf(after->info().text);
    const auto side = [head](const std::shared_ptr<const Trace>& trace, std::optional<TokenIndex> selected) {
        return ComparisonSide{
            .model = defaultModel(), .trace = trace, .shown = trace, .head = head, .selected = selected};
    };
    const auto numbers =
        std::make_shared<const Comparison>(compare(side(before, {}), side(after, TokenIndex(8))).value());
    return std::make_shared<const ShownComparison>(
        ShownComparison{ComparisonKind::BeforeAfter, numbers, notesOf(ComparisonKind::BeforeAfter, *numbers)});
}

/// `count` words of the vocabulary.
inline std::string words(int count)
{
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += i % 2 == 0 ? "animal " : "street ";
    }
    return text;
}

}  // namespace headlight::ui::test
