#include "app/commands.h"
#include "app/options.h"
#include "core/io/model_folder.h"
#include "core/text/word_piece_tokenizer.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <limits>
#include <memory>

namespace headlight::app {
namespace {

struct TokensOptions
{
    CommonOptions common;
    bool json = false;
};

void printJson(const std::vector<Token>& tokens)
{
    nlohmann::ordered_json line = {
        {"tokens", nlohmann::json::array()}, {"ids", nlohmann::json::array()}, {"spans", nlohmann::json::array()}};
    for (const Token& token : tokens) {
        line["tokens"].push_back(token.piece);
        line["ids"].push_back(token.id);
        line["spans"].push_back({token.span.begin, token.span.end});
    }
    std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void printTable(const std::vector<Token>& tokens)
{
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::cout << i << '\t' << tokens[i].id << '\t' << tokens[i].span.begin << '-' << tokens[i].span.end << '\t'
                  << tokens[i].piece << '\n';
    }
}

/// Whatever the text's length, as no run limits it.
Result<std::shared_ptr<const Model>> openWithoutWeights(const CommonOptions& options)
{
    auto model = std::make_shared<Model>();
    model->config.maxTokens = std::numeric_limits<Index>::max();
    model->tokenizer = defaultTokenizer();
    if (options.model) {
        Result<std::shared_ptr<const Tokenizer>> tokenizer = readTokenizerFolder(*options.model);
        if (!tokenizer) {
            return tl::unexpected(tokenizer.error());
        }
        model->tokenizer = std::move(*tokenizer);
    }
    return model;
}

Result<void> printTokens(const TokensOptions& options)
{
    const Result<std::shared_ptr<const Model>> model = openWithoutWeights(options.common);
    if (!model) {
        return tl::unexpected(model.error());
    }
    const Result<EncodedText> text = readText(options.common, **model);
    if (!text && text.error().code != ErrorCode::EmptyInput) {
        return tl::unexpected(text.error());
    }
    const std::vector<Token> tokens = text ? text->tokens : std::vector<Token>();
    options.json ? printJson(tokens) : printTable(tokens);
    return {};
}

}  // namespace

void addTokensCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<TokensOptions>();
    CLI::App* command = program.add_subcommand("tokens", "Show how the text is cut into tokens");
    command->add_flag("--json", options->json, "One JSON object: tokens, ids and byte spans");
    addTextOptions(*command, options->common);
    command->add_option("--model", options->common.model,
                        "A folder with a tokenizer's files, which need no weights; without it, the bundled model's");
    command->callback([options, &status] {
        const Result<void> done = printTokens(*options);
        status = done ? 0 : report(done.error());
    });
}

}  // namespace headlight::app
