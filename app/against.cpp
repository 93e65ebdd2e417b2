#include "app/against.h"

#include "core/io/model_folder.h"
#include "core/model/seeded_model.h"
#include "core/text/word_piece_tokenizer.h"
#include "ui/session/view_names.h"

namespace headlight::app {
namespace {

constexpr std::string_view kModel = "model";
constexpr std::string_view kSeed = "seed";

/// "head:2.1" is what and which.
struct Named
{
    std::string_view what;
    std::string_view which;
};

Named split(std::string_view against)
{
    const std::size_t colon = against.find(':');
    return colon == std::string_view::npos ? Named{against, {}}
                                           : Named{against.substr(0, colon), against.substr(colon + 1)};
}

/// The other model, where there is one.
Result<std::shared_ptr<const Model>> otherModel(std::string_view against)
{
    const auto [what, which] = split(against);
    if (what == kModel) {
        return readModelFolder(std::string(which));
    }
    if (what == kSeed) {
        const std::shared_ptr<const Tokenizer> tokenizer = defaultTokenizer();
        return makeSeededModel(seededModelConfig(*tokenizer), static_cast<std::uint64_t>(*wholeNumber(which)),
                               tokenizer);
    }
    return nullptr;
}

/// A text that the same model reads again is the same tokens, also where they were given as ids.
Result<EncodedText> encodedFor(const ui::OtherSide& other, const Run& run)
{
    const TraceInfo& info = run.trace->info();
    if (other.model == run.model && other.text == info.text && other.pair == info.pair) {
        return EncodedText{.text = info.text, .tokens = info.tokens, .pair = info.pair};
    }
    return encode(*other.model, other.text, other.pair);
}

}  // namespace

void addAgainstOptions(CLI::App& command, AgainstOptions& options)
{
    command
        .add_option(
            "--against", options.against,
            "compare: default (the model without the experiment), text:T, head:L.H, layer:N, model:FOLDER or seed:N "
            "(an untrained model)")
        ->capture_default_str();
    command.add_option("--align", options.align, "compare: which tokens stand in one row: best-match or position")
        ->capture_default_str();
    command.add_flag("--swap", options.swap, "compare: A and B change places");
}

Result<ui::CompareOptions> compareOptions(const AgainstOptions& options)
{
    if (options.align != "best-match" && options.align != "position") {
        return failure(ErrorCode::InvalidArgument,
                       "--align is one of best-match, position, not \"" + options.align + "\".");
    }
    const auto set = [&options](ui::CompareOptions compare) {
        compare.order = options.swap ? ui::SideOrder::Swapped : ui::SideOrder::AsChosen;
        compare.numbers.alignment = options.align == "position" ? Alignment::ByPosition : Alignment::BestMatch;
        return compare;
    };
    if (const std::optional<ui::CompareOptions> compare = ui::comparedWith(options.against)) {
        return set(*compare);
    }
    const auto [what, which] = split(options.against);
    if ((what == kModel && !which.empty()) || (what == kSeed && wholeNumber(which).value_or(-1) >= 0)) {
        return set({.kind = ui::ComparisonKind::Models});
    }
    return failure(ErrorCode::InvalidArgument, "--against is one of default, text:T, head:L.H, layer:N, model:FOLDER, "
                                               "seed:N (L, H and N are numbers), not \"" +
                                                   options.against + "\".");
}

Result<std::shared_ptr<const ui::ShownComparison>> compareRun(const AgainstOptions& options, const Run& run,
                                                              const ui::Presentation& presentation, HeadAddress head,
                                                              std::optional<TokenIndex> selected,
                                                              const ui::ViewOptions& view)
{
    const ComparisonSide given{.model = run.model,
                               .trace = presentation.full,
                               .shown = presentation.shown,
                               .head = head,
                               .selected = selected};
    const Result<std::shared_ptr<const Model>> model = otherModel(options.against);
    if (!model) {
        return tl::unexpected(model.error());
    }
    const ui::OtherSide wanted = otherSide(view.compare, given, *model);
    ComparisonSide other{.model = wanted.model, .trace = given.trace, .shown = given.shown, .head = wanted.head};
    if (!wanted.isSamePass) {
        const Result<EncodedText> text = encodedFor(wanted, run);
        if (!text) {
            return tl::unexpected(text.error());
        }
        const Result<std::shared_ptr<const Trace>> trace = forward(wanted.model, *text, wanted.experiment);
        if (!trace) {
            return tl::unexpected(trace.error());
        }
        const ui::Presentation shown = *ui::present(*trace, view.tokens);
        other.trace = shown.full;
        other.shown = shown.shown;
    }
    const bool isGivenFirst = givenOrder(view.compare) == ui::SideOrder::AsChosen;
    Result<Comparison> comparison =
        compare(isGivenFirst ? given : other, isGivenFirst ? other : given, comparableNumbers(view));
    if (!comparison) {
        return failure(ErrorCode::InvalidArgument, "--against: " + comparison.error().message);
    }
    ui::ShownComparison shown{.kind = view.compare.kind,
                              .numbers = std::make_shared<const Comparison>(std::move(*comparison))};
    shown.notes = notesOf(shown.kind, *shown.numbers);
    return std::make_shared<const ui::ShownComparison>(std::move(shown));
}

}  // namespace headlight::app
