// A model and traces for the window's tests.
#pragma once

#include "core/model/seeded_model.h"
#include "core/model/transformer.h"
#include "core/text/word_piece_tokenizer.h"

#include <memory>
#include <string>

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
    return forward(*defaultModel(), encoded, experiment).value();
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
