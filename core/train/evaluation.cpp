#include "core/train/evaluation.h"

#include "core/tensor/matmul.h"
#include "core/text/utf8.h"
#include "core/train/batch_pass.h"

#include <algorithm>
#include <array>

namespace headlight {
namespace {

constexpr std::size_t kBatchSentences = 64;

struct Found
{
    bool right;
    float weight;
};

/// A token whose read-out must name a word.
struct NamedWord
{
    Index row;
    std::int32_t answer;
    std::size_t outcome;
};

/// Where the pieces of a word look on average.
Found look(const Matrix& weights, const TokenizedSentence::Pieces& from, const TokenizedSentence::Pieces& to)
{
    const RowVector mean = weights.middleRows(from.first, from.count).colwise().mean();
    Index at = 0;
    mean.maxCoeff(&at);
    return {at >= to.first && at < to.first + to.count, mean.segment(to.first, to.count).maxCoeff()};
}

/// Neighbours are links between tokens.
std::vector<Link> neighbourLinks(const TokenizedSentence& sentence)
{
    std::vector<Link> links;
    const auto tokens = static_cast<Index>(sentence.ids.size());
    for (Index i = 0; i < tokens; ++i) {
        if (i > 0) {
            links.push_back({Role::Previous, i, i - 1});
        }
        if (i + 1 < tokens) {
            links.push_back({Role::Next, i, i + 1});
        }
    }
    return links;
}

}  // namespace

HeadScores::HeadScores(const ModelConfig& config, const TrainedWeights& weights,
                       std::span<const TokenizedSentence> sentences, Scaling scaling)
    : m_heads(config.heads)
    , m_layers(config.layers)
{
    for (std::size_t begin = 0; begin < sentences.size(); begin += kBatchSentences) {
        const auto part = sentences.subspan(begin, std::min(kBatchSentences, sentences.size() - begin));
        Batch batch;
        for (const TokenizedSentence& sentence : part) {
            batch.append(sentence.ids);
        }
        const Activations activations = forwardBatch(config, weights.model, batch, scaling);
        std::array<std::vector<NamedWord>, kLinkRoleCount> asked;  // Together, as one product is much faster than many.
        for (std::size_t s = 0; s < part.size(); ++s) {
            std::vector<Link> links = part[s].links;
            std::ranges::copy(neighbourLinks(part[s]), std::back_inserter(links));
            for (const Link& link : links) {
                const auto piecesOf = [&](Index place) {
                    return isLink(link.role) ? part[s].words[static_cast<std::size_t>(place)]
                                             : TokenizedSentence::Pieces{place, 1};
                };
                Outcome outcome{.sentence = begin + s, .link = link, .right = {}, .weight = {}};
                for (const BlockActivations& block : activations.blocks) {
                    for (Index head = 0; head < config.heads; ++head) {
                        const Matrix& map =
                            block.weights[s * static_cast<std::size_t>(config.heads) + static_cast<std::size_t>(head)];
                        const Found found = look(map, piecesOf(link.from), piecesOf(link.to));
                        outcome.right.push_back(found.right);
                        outcome.weight.push_back(found.weight);
                    }
                }
                if (!weights.readOuts.outputs.empty() && isLink(link.role)) {
                    asked[static_cast<std::size_t>(link.role)].push_back(
                        {.row = batch.starts[s] + piecesOf(link.from).first,
                         .answer = part[s].ids[static_cast<std::size_t>(piecesOf(link.to).first)],
                         .outcome = m_outcomes.size()});
                }
                m_outcomes.push_back(std::move(outcome));
            }
        }
        for (std::size_t role = 0; role < kLinkRoleCount; ++role) {
            if (asked[role].empty()) {
                continue;
            }
            Matrix finals(static_cast<Index>(asked[role].size()), config.width);
            for (std::size_t i = 0; i < asked[role].size(); ++i) {
                finals.row(static_cast<Index>(i)) = activations.final.row(asked[role][i].row);
            }
            const Matrix logits =
                multiplyTransposed(linear(finals, weights.readOuts.outputs[role]), weights.model.tokenEmbedding);
            for (std::size_t i = 0; i < asked[role].size(); ++i) {
                Index named = 0;
                logits.row(static_cast<Index>(i)).maxCoeff(&named);
                m_outcomes[asked[role][i].outcome].named = named == asked[role][i].answer;
            }
        }
    }
}

HeadScore HeadScores::score(Role role, HeadAddress head, const Filter& filter) const
{
    HeadScore score{.head = head};
    const auto index = static_cast<std::size_t>(head.layer.value * m_heads + head.head.value);
    for (const Outcome& outcome : m_outcomes) {
        if (outcome.link.role != role || (filter && !filter(outcome.sentence, outcome.link))) {
            continue;
        }
        ++score.links;
        score.rightShare += outcome.right[index] ? 1.0 : 0.0;
        score.meanWeight += static_cast<double>(outcome.weight[index]);
        score.namedShare += outcome.named ? 1.0 : 0.0;
    }
    if (score.links > 0) {
        const auto links = static_cast<double>(score.links);
        score.rightShare /= links;
        score.meanWeight /= links;
        score.namedShare /= links;
    }
    return score;
}

HeadScore HeadScores::best(Role role, const Filter& filter) const
{
    HeadScore best{.rightShare = -1.0};
    for (Index layer = 0; layer < m_layers; ++layer) {
        for (Index head = 0; head < m_heads; ++head) {
            const HeadScore next = score(role, {LayerIndex(layer), HeadIndex(head)}, filter);
            if (next.rightShare > best.rightShare) {
                best = next;
            }
        }
    }
    return best;
}

bool HeadScores::isRight(Role role, HeadAddress head, std::size_t sentence) const
{
    const auto index = static_cast<std::size_t>(head.layer.value * m_heads + head.head.value);
    bool any = false;
    // Not equal_range, whose result clang 14 cannot make with GCC 12's library.
    for (auto outcome = std::ranges::lower_bound(m_outcomes, sentence, {}, &Outcome::sentence);
         outcome != m_outcomes.end() && outcome->sentence == sentence; ++outcome) {
        if (outcome->link.role == role) {
            any = true;
            if (!outcome->right[index]) {
                return false;
            }
        }
    }
    return any;
}

namespace {

/// The words that the tokens make, in the text's spelling.
std::vector<std::string> groupWords(const std::vector<Token>& tokens, const Tokenizer& tokenizer,
                                    TokenizedSentence& sentence)
{
    std::vector<std::string> words;
    for (const Token& token : tokens) {
        const Result<Token> entry = tokenizer.token(token.id);
        if (entry && entry->piece.size() > 2 && entry->piece.starts_with("##") && !words.empty()) {
            words.back() += token.text;
            ++sentence.words.back().count;
        } else {
            words.push_back(token.text);
            sentence.words.push_back({static_cast<Index>(sentence.ids.size()), 1});
        }
        sentence.ids.push_back(token.id);
    }
    return words;
}

/// "dog" or "dog#2": the place of that word.
std::optional<Index> placeOf(std::string_view name, const std::vector<std::string>& words)
{
    std::size_t wanted = 1;
    if (const std::size_t mark = name.rfind('#'); mark != std::string_view::npos && mark + 1 < name.size()) {
        wanted = static_cast<std::size_t>(name[mark + 1] - '0');
        name = name.substr(0, mark);
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == name && --wanted == 0) {
            return static_cast<Index>(i);
        }
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<TokenizedSentence>> readAnnotatedText(std::string_view text, const Tokenizer& tokenizer)
{
    std::vector<TokenizedSentence> sentences;
    std::vector<std::string> words;
    std::size_t number = 0;
    const auto malformed = [&](std::string_view what, std::string_view found) {
        return failure(ErrorCode::Malformed, "Line " + std::to_string(number) + " has " + std::string(what) + ": \"" +
                                                 std::string(found) + "\".");
    };
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        ++number;
        if (line.empty() || line.front() == '#') {
            continue;
        }
        if (line.front() != ' ') {
            const Result<std::vector<Token>> tokens = tokenizer.tokensOf(line);
            if (!tokens) {
                return tl::unexpected(tokens.error());
            }
            sentences.emplace_back();
            words = groupWords(*tokens, tokenizer, sentences.back());
            continue;
        }
        const std::size_t colon = line.find(':');
        const std::string_view name = line.substr(2, colon == std::string_view::npos ? 0 : colon - 2);
        const auto role = std::ranges::find(kRoles, name, roleName);
        if (role == kRoles.end() || sentences.empty()) {
            return malformed("no relation", line);
        }
        std::string_view pairs = line.substr(colon + 1);
        while (!pairs.empty()) {
            const std::string_view pair = pairs.substr(0, pairs.find(' '));
            pairs.remove_prefix(std::min(pair.size() + 1, pairs.size()));
            const std::size_t arrow = pair.find('>');
            if (pair.empty()) {
                continue;
            }
            const auto from = placeOf(pair.substr(0, arrow), words);
            const auto to = placeOf(arrow == std::string_view::npos ? "" : pair.substr(arrow + 1), words);
            if (!from || !to) {
                return malformed("a word that the sentence has not", pair);
            }
            sentences.back().links.push_back({*role, *from, *to});
        }
    }
    return sentences;
}

}  // namespace headlight
