#include "core/io/tokenizer_files.h"

#include "core/io/file_descriptor.h"
#include "core/io/older_tokenizer_files.h"
#include "core/io/text_file.h"

#include <algorithm>
#include <array>

namespace headlight {
namespace {

constexpr auto kTokenizerFile = "tokenizer.json";

constexpr auto kSentencePieceFiles =
    std::to_array<std::string_view>({"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"});

/// The id of a piece, be it an added token or the model's.
std::optional<std::int32_t> idOf(const TokenizerParts& parts, const std::string& piece)
{
    const auto added = std::ranges::find(parts.addedTokens, piece, &AddedToken::content);
    return added != parts.addedTokens.end() ? std::optional(added->id) : vocabularyOf(parts.model).find(piece);
}

/// A template's part for the token of a role, as "bos_token"; nothing where the folder names none that there is.
std::optional<TemplatePart> partOf(const TokenizerParts& parts, SideFiles& files, const char* role)
{
    const std::optional<AddedToken> token = readRole(files, role);
    const std::optional<std::int32_t> id = token ? idOf(parts, token->content) : std::nullopt;
    return id ? std::optional(TemplatePart{.kind = TemplatePart::Kind::Special, .id = *id}) : std::nullopt;
}

/// What tokenizer_config.json knows beyond tokenizer.json: the mask, and marks around a text where that says nothing of them.
void complete(TokenizerDescription& description, SideFiles& files)
{
    TokenizerParts& parts = description.parts;
    if (const std::optional<AddedToken> mask = readRole(files, "mask_token"); mask && idOf(parts, mask->content)) {
        parts.mask = mask->content;
    }
    if (!description.hasTemplates) {
        parts.templates =
            beginAndEndTemplates(files, partOf(parts, files, "bos_token"), partOf(parts, files, "eos_token"));
    }
}

Result<std::shared_ptr<const Tokenizer>> readTokenizerJson(const std::filesystem::path& path, SideFiles& files)
{
    const Result<std::string> text = readRegularFile(path, kMaxTokenizerBytes);
    if (!text) {
        return tl::unexpected(text.error());
    }
    Result<TokenizerDescription> description = parseTokenizerDescription(*text, quoted(path));
    if (!description) {
        return tl::unexpected(description.error());
    }
    complete(*description, files);
    if (const Result<void> checked = files.check(); !checked) {
        return tl::unexpected(checked.error());
    }
    return makeTokenizer(std::move(description->parts), quoted(path));
}

tl::unexpected<Error> noTokenizer(const std::filesystem::path& folder)
{
    for (const std::string_view name : kSentencePieceFiles) {
        if (isThere(folder / name)) {
            return failure(ErrorCode::Malformed,
                           quoted(folder / name) + " is a SentencePiece model, which is not read; a tokenizer.json " +
                               "is: load the folder with transformers' AutoTokenizer (the fast one) and save it " +
                               "there with save_pretrained.");
        }
    }
    const bool hasHalf = isThere(folder / "vocab.json");
    return failure(ErrorCode::NotFound, quoted(folder) + " has no tokenizer: " +
                                            (hasHalf ? "merges.txt is missing beside vocab.json."
                                                     : "there is no tokenizer.json, no vocab.json with merges.txt, "
                                                       "and no vocab.txt."));
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> readTokenizer(const std::filesystem::path& folder)
{
    const bool hasTokenizerJson = isThere(folder / kTokenizerFile);
    if (!hasTokenizerJson && !hasOlderTokenizer(folder)) {
        return noTokenizer(folder);
    }
    Result<SideFiles> files = SideFiles::read(folder);
    if (!files) {
        return tl::unexpected(files.error());
    }
    return hasTokenizerJson ? readTokenizerJson(folder / kTokenizerFile, *files) : readOlderTokenizer(folder, *files);
}

}  // namespace headlight
