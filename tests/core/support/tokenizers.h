// Small tokenizers, each as the tokenizer.json of a well-known family has it.
#pragma once

#include "core/text/tokenizer.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::test {

/// Of byte-pair encoding: all bytes as characters, and what some English merges make.
nlohmann::json byteLevelModel();

/// Of byte-pair encoding: <unk>, <s>, </s>, all bytes as numbers, some characters, and what some English merges make.
nlohmann::json sentencePieceModel();

/// Of word pieces: BERT's marks, letters and some English words.
nlohmann::json wordPieceModel();

/// A tokenizer.json with nothing but a model.
nlohmann::json plainTokenizer(nlohmann::json model);

/// An entry of "added_tokens"; in `flags` what is not as usual.
nlohmann::json addedToken(int id, std::string_view content, const nlohmann::json& flags = nlohmann::json::object());

/// A family's tokenizer.json: "gpt2", "roberta", "llama3", "qwen2", "bloom", "llama2", "mistral", "metaspace" or "bert".
nlohmann::json familyTokenizer(std::string_view family);

/// The names that `familyTokenizer` knows.
std::vector<std::string> tokenizerFamilies();

/// What parseTokenizer makes of it; fails the test where that is nothing.
std::shared_ptr<const Tokenizer> parsed(const nlohmann::json& tokenizer);

/// The pieces of a text with a bar between them: "Ġthe|Ġdog".
std::string pieces(const Tokenizer& tokenizer, const EncodeRequest& request);

/// The texts of the tokens with a bar between them.
std::string texts(const Tokenizer& tokenizer, const EncodeRequest& request);

}  // namespace headlight::test
