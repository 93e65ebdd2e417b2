#include "app/ablation_target.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace headlight::app {
namespace {

tl::unexpected<Error> unreadable(const std::string& target)
{
    return failure(ErrorCode::InvalidArgument,
                   "A target is output:TOKEN, prediction:TOKEN, prediction:TOKEN:ID-OR-TEXT or "
                   "attention:QUERY:KEY, not \"" +
                       target + "\".");
}

/// What stands before the first colon, which it takes off `text` with it.
std::string_view takePart(std::string_view& text)
{
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
    return part;
}

template <typename Number>
std::optional<Number> readNumber(std::string_view text)
{
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The id of a text that is one token, whether it stands alone or after a space.
Result<std::int32_t> idOf(std::string_view text, const Model& model)
{
    for (const std::string& spelling : {std::string(text), ' ' + std::string(text)}) {
        const Result<Encoding> encoding =
            model.tokenizer->encode({.text = spelling, .specialTokens = SpecialTokens::None});
        if (encoding && encoding->tokens.size() == 1) {
            return encoding->tokens.front().id;
        }
    }
    return failure(ErrorCode::InvalidArgument,
                   "\"" + std::string(text) + "\" is not one token of " + model.name + "; give its id instead.");
}

Result<ui::AblationOptions> readOptions(const std::string& target, const Model& model, HeadAddress head)
{
    ui::AblationOptions options;
    if (target.empty()) {
        return options;
    }
    std::string_view rest = target;
    const std::string_view measure = takePart(rest);
    const std::optional<Index> token = readNumber<Index>(takePart(rest));
    if (!token) {
        return unreadable(target);
    }
    options.token = TokenIndex(*token);
    if (measure == "output" && rest.empty()) {
        return options;
    }
    if (measure == "prediction") {
        options.measure = ui::AblationMeasure::Prediction;
        if (!rest.empty()) {
            const std::optional<std::int32_t> id = readNumber<std::int32_t>(rest);
            const Result<std::int32_t> found = id ? Result<std::int32_t>(*id) : idOf(rest, model);
            if (!found) {
                return tl::unexpected(found.error());
            }
            options.id = *found;
        }
        return options;
    }
    const std::optional<Index> key = readNumber<Index>(rest);
    if (measure != "attention" || !key) {
        return unreadable(target);
    }
    options.measure = ui::AblationMeasure::Attention;
    options.head = head;
    options.key = TokenIndex(*key);
    return options;
}

}  // namespace

Result<std::shared_ptr<const ui::AblationAnswer>> answerTo(const std::string& target,
                                                           const std::shared_ptr<const Model>& model,
                                                           const Trace& trace, const ui::Selection& selection)
{
    const Result<ui::AblationOptions> options = readOptions(target, *model, selection.head);
    if (!options) {
        return tl::unexpected(options.error());
    }
    const Result<AblationTarget> asked = ui::ablationTarget(*options, *model, trace, selection);
    if (!asked) {
        return tl::unexpected(asked.error());
    }
    return ui::answer({model, trace.info(), *asked});
}

}  // namespace headlight::app
