#include "core/io/trace_file.h"

#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/printing.h"
#include "tests/core/support/temporary_folder.h"
#include "tests/core/support/traces.h"

#include <deque>
#include <gtest/gtest.h>
#include <ostream>

namespace headlight::test {
namespace {

/// A trace of a small model, with every kind of metadata.
std::shared_ptr<const Trace> someTrace()
{
    Random random;
    ModelConfig config = smallConfig();
    config.mask = {Direction::Causal, MaskPattern::Window, 2};
    Model model = randomModel(config, random);
    model.name = "small \"model\"";
    model.note = "untrained";
    model.askedHeads = {{"subject", {LayerIndex(1), HeadIndex(3)}}};
    EncodedText text = randomText(config, 5, random);
    text.text = "Dog, \"bites\" man\n👍🏽";
    const std::vector<std::string> names = {"Dog", ",", "\"", "\n", "👍🏽"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        text.tokens[i].text = names[i];
    }
    return run(model, text,
               {.temperature = 0.7F,
                .mask = MaskChoice::Strided,
                .maskReach = 3,
                .ablatedHeads = {{LayerIndex(1), HeadIndex(2)}}});
}

std::vector<std::string> tokenTexts(const Trace& trace)
{
    std::vector<std::string> texts;
    for (const Token& token : trace.info().tokens) {
        texts.push_back(token.text);
    }
    return texts;
}

TEST(TraceFile, ComesBackTheSame)
{
    const TemporaryFolder folder;
    const auto trace = someTrace();
    ASSERT_TRUE(writeTrace(folder / "trace", *trace));
    const auto read = readTrace(folder / "trace");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(isIdentical(**read, *trace));
    const TraceInfo& info = (*read)->info();
    EXPECT_EQ(info.text, trace->info().text);
    EXPECT_EQ(tokenTexts(**read), tokenTexts(*trace));
    EXPECT_EQ(info.modelName, "small \"model\"");
    EXPECT_EQ(info.modelNote, "untrained");
    EXPECT_EQ(info.experiment, trace->info().experiment);
    EXPECT_EQ(info.mask, trace->info().mask);
    EXPECT_EQ(info.layers, trace->info().layers);
    EXPECT_EQ(info.heads, trace->info().heads);
    EXPECT_EQ(info.askedHeads, trace->info().askedHeads);
    EXPECT_EQ(info.relationOf({LayerIndex(1), HeadIndex(3)}), "subject");
    EXPECT_EQ(info.relationOf({LayerIndex(0), HeadIndex(3)}), "");
}

TEST(TraceFile, HasTheMetadataOfTheFormat)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(writeTrace(folder / "trace", *someTrace()));
    const auto file = SafetensorsFile::open(folder / "trace");
    ASSERT_TRUE(file);
    EXPECT_EQ(
        file->contents().metadata,
        (StringMap{{"format", "headlight-trace"},
                   {"version", "1"},
                   {"tokens", R"(["Dog",",","\"","\n","👍🏽"])"},
                   {"text", "Dog, \"bites\" man\n👍🏽"},
                   {"pair", ""},
                   {"model", "small \"model\""},
                   {"model_note", "untrained"},
                   {"experiment",
                    R"({"ablated_heads":[[1,2]],"global_tokens":0,"head_sharing":"none","hidden_cells":[],)"
                    R"("kernel":"softmax","mask":"strided","mask_reach":3,"positions":"own",)"
                    R"("scaling":true,"temperature":0.7,"values":"own","zeroed_values":[]})"},
                   {"mask", R"({"direction":"causal","global_tokens":0,"hidden":[],"pattern":"strided","reach":3})"},
                   {"asked_heads", R"({"subject":[1,3]})"},
                   {"scoring", R"({"alibi":false,"scales":[0.5,0.5]})"}}));
}

std::vector<std::string> writtenNames(const std::vector<std::string>& stages)
{
    const TemporaryFolder folder;
    EXPECT_TRUE(writeTrace(folder / "trace", *someTrace(), {.stages = stages}));
    const auto file = SafetensorsFile::open(folder / "trace");
    std::vector<std::string> names;
    for (const auto& [name, stored] : file->contents().tensors) {
        names.push_back(name);
    }
    return names;
}

TEST(TraceFile, HoldsOnlyTheStagesAskedFor)
{
    EXPECT_EQ(writtenNames({"attention.weights"}),
              (std::vector<std::string>{"layers.0.attention.weights", "layers.1.attention.weights"}));
    EXPECT_EQ(writtenNames({"logits", "layers.1.attention.scores", "logits"}),
              (std::vector<std::string>{"layers.1.attention.scores", "logits"}));
    EXPECT_EQ(writtenNames({"output", "layers.0.output"}),
              (std::vector<std::string>{"layers.0.output", "layers.1.output"}));
    EXPECT_EQ(writtenNames({}).size(), tensorsOf(*someTrace()).size());
}

TEST(TraceFile, ListsTheStagesThereAreForOneThatIsNot)
{
    const TemporaryFolder folder;
    for (const std::string missing : {"attention.wights", "embedding.type", "layers.2.attention.weights", ""}) {
        const auto written = writeTrace(folder / "trace", *someTrace(), {.stages = {"logits", missing}});
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code, ErrorCode::NotFound);
        EXPECT_EQ(
            written.error().message,
            "The trace holds no \"" + missing +
                "\"; it holds embedding.token, embedding.output, input, attention.norm, attention.query, "
                "attention.key, attention.value, attention.scores, attention.weights, attention.heads, "
                "attention.concat, attention.output, attention.residual, feed_forward.norm, feed_forward.hidden, "
                "feed_forward.activation, feed_forward.output, output, final.norm, logits (or, of one layer alone, "
                "a name such as layers.0.attention.weights).");
    }
    EXPECT_TRUE(folder.names().empty());
}

TEST(TraceFile, NamesAnUnwritablePath)
{
    const TemporaryFolder folder;
    EXPECT_EQ(writeTrace(folder.path(), *someTrace()).error(),
              (Error{ErrorCode::Unwritable, "Cannot write \"" + folder.path().string() + "\": it is a folder."}));
}

/// One entry of a header, of zeros.
struct Entry
{
    std::string name;
    std::string shape;
    std::size_t bytes;
    std::string dtype = "F32";
};

/// A file of such entries, with metadata as JSON ("" for none).
std::string traceBytes(const std::vector<Entry>& entries, const std::string& metadata = "")
{
    std::string header = metadata.empty() ? "" : "\"__metadata__\":" + metadata;
    std::size_t offset = 0;
    for (const Entry& entry : entries) {
        header += (header.empty() ? "\"" : ",\"") + entry.name + R"(":{"dtype":")" + entry.dtype + R"(","shape":)" +
                  entry.shape + R"(,"data_offsets":[)" + std::to_string(offset) + "," +
                  std::to_string(offset + entry.bytes) + "]}";
        offset += entry.bytes;
    }
    return safetensorsBytes("{" + header + "}", std::string(offset, '\0'));
}

/// @param bytes kept to the end, for the trace reads from them
Result<std::shared_ptr<const Trace>> traceFrom(std::string bytes)
{
    static std::deque<std::string> kept;
    const auto contents = parsed(kept.emplace_back(std::move(bytes)));
    EXPECT_TRUE(contents) << contents.error().message;
    return contents ? makeTrace(*contents) : tl::unexpected(contents.error());
}

const Entry kWeights{"layers.0.attention.weights", "[2,3,3]", 72};

TEST(MakeTrace, NeedsNothingButAttentionWeights)
{
    const auto trace = traceFrom(traceBytes({kWeights}));
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(tensorsOf(**trace).size(), 1U);
    EXPECT_EQ((*trace)->info().layers, 1);
    EXPECT_EQ((*trace)->info().heads, 2);
    EXPECT_EQ((*trace)->info().tokens,
              (std::vector<Token>{{kNoTokenId, "0", {}}, {kNoTokenId, "1", {}}, {kNoTokenId, "2", {}}}));
    EXPECT_EQ((*trace)->info().text, "");
    EXPECT_EQ((*trace)->info().experiment, Experiment{});
    EXPECT_EQ((*trace)->info().mask, Mask{});
    EXPECT_TRUE((*trace)->map(StageId::Weights, {LayerIndex(0), HeadIndex(1)}));
}

TEST(MakeTrace, TakesWhatPyTorchSavesWithItsBatchAxisAndItsOwnFormat)
{
    const auto trace = traceFrom(
        traceBytes({{"layers.0.attention.weights", "[1,2,3,3]", 36, "F16"}, {"layers.0.output", "[1,3,4]", 24, "BF16"}},
                   R"({"format":"pt","version":"2"})"));
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ((*trace)->find({StageId::Weights})->shape(), (Tensor::Shape{2, 3, 3}));
    EXPECT_EQ((*trace)->find({StageId::LayerOutput})->shape(), (Tensor::Shape{3, 4}));
}

TEST(MakeTrace, KeepsTheBatchAxisWhereItIsTheOnlyHead)
{
    const auto trace = traceFrom(traceBytes({{"layers.0.attention.weights", "[1,3,3]", 36}}));
    ASSERT_TRUE(trace);
    EXPECT_EQ((*trace)->info().heads, 1);
}

TEST(MakeTrace, TakesAnySubsetOfStages)
{
    for (const Entry& entry :
         {Entry{"logits", "[3,7]", 84}, Entry{"layers.5.attention.key", "[1,3,2]", 24},
          Entry{"embedding.type", "[3,2]", 24}, Entry{"layers.1.feed_forward.gate", "[3,2]", 24}}) {
        const auto trace = traceFrom(traceBytes({entry}));
        ASSERT_TRUE(trace) << trace.error().message;
        EXPECT_EQ((*trace)->tokens(), 3);
    }
    EXPECT_EQ((*traceFrom(traceBytes({{"layers.5.attention.key", "[1,3,2]", 24}})))->info().layers, 6);
}

TEST(MakeTrace, TakesTheExperimentsMaskWhereTheFileNamesNone)
{
    const auto trace = traceFrom(traceBytes({kWeights}, R"({"experiment":"{\"mask\":\"causal\"}"})"));
    ASSERT_TRUE(trace);
    EXPECT_EQ((*trace)->info().mask, (Mask{Direction::Causal, MaskPattern::Full, 0}));
}

struct BadTrace
{
    std::string name;
    std::string bytes;
    std::string message;

    friend std::ostream& operator<<(std::ostream& stream, const BadTrace& self) { return stream << self.name; }
};

class RefusedTrace : public testing::TestWithParam<BadTrace>
{};

TEST_P(RefusedTrace, NamesTheTensorOrMetadataAtFault)
{
    const auto trace = traceFrom(GetParam().bytes);
    ASSERT_FALSE(trace);
    EXPECT_EQ(trace.error(), (Error{ErrorCode::Malformed, GetParam().message}));
}

const std::string kNoStage = "\" is no stage of a trace; expected a name such as layers.0.attention.weights or logits.";

INSTANTIATE_TEST_SUITE_P(
    Tensors, RefusedTrace,
    testing::Values(
        BadTrace{"NoTensor", traceBytes({}),
                 "The file holds no tensor; a trace has at least one, such as layers.0.attention.weights."},
        BadTrace{"MisspeltStage", traceBytes({kWeights, {"layers.0.attention.weight", "[3]", 12}}),
                 "The tensor \"layers.0.attention.weight" + kNoStage},
        BadTrace{"TensorOfAModel", traceBytes({{"h.0.attn.c_attn.weight", "[3]", 12}}),
                 "The tensor \"h.0.attn.c_attn.weight" + kNoStage},
        BadTrace{"NoLayer", traceBytes({{"attention.weights", "[2,3,3]", 72}}),
                 "The tensor \"attention.weights" + kNoStage},
        BadTrace{"NegativeLayer", traceBytes({{"layers.-1.attention.weights", "[2,3,3]", 72}}),
                 "The tensor \"layers.-1.attention.weights" + kNoStage},
        BadTrace{"SecondNameOfTheSameLayer", traceBytes({kWeights, {"layers.00.attention.weights", "[2,3,3]", 72}}),
                 "The tensor \"layers.00.attention.weights" + kNoStage},
        BadTrace{"LayerBeyond64Bits", traceBytes({{"layers.99999999999999999999.output", "[3,2]", 24}}),
                 "The tensor \"layers.99999999999999999999.output" + kNoStage},
        BadTrace{"LayerBeyondAll", traceBytes({{"layers.4096.output", "[3,2]", 24}}),
                 "The tensor \"layers.4096.output\" is of a layer beyond 4095."},
        BadTrace{"Integers", traceBytes({{"logits", "[3,2]", 24, "I32"}}),
                 "The tensor \"logits\" is of type I32; a trace holds F32, F16 or BF16."},
        BadTrace{"DoublePrecision", traceBytes({{"logits", "[3,2]", 48, "F64"}}),
                 "The tensor \"logits\" is of type F64; a trace holds F32, F16 or BF16."},
        BadTrace{"RankTooLow", traceBytes({{"layers.0.attention.weights", "[3,3]", 36}}),
                 "The tensor \"layers.0.attention.weights\" has the shape [3×3]; expected [H,T,S], of one text alone."},
        BadTrace{"BatchOfTwo", traceBytes({{"layers.0.attention.weights", "[2,1,3,3]", 72}}),
                 "The tensor \"layers.0.attention.weights\" has the shape [2×1×3×3]; expected [H,T,S], of one text "
                 "alone."},
        BadTrace{"Scalar", traceBytes({{"logits", "[]", 4}}),
                 "The tensor \"logits\" has the shape []; expected [T,V], of one text alone."},
        BadTrace{"Empty", traceBytes({{"layers.0.attention.weights", "[2,0,0]", 0}}),
                 "The tensor \"layers.0.attention.weights\" of shape [2×0×0] is empty."},
        BadTrace{"KeysUnlikeQueries", traceBytes({{"layers.0.attention.weights", "[2,3,4]", 96}}),
                 "The tensor \"layers.0.attention.weights\" has the shape [2×3×4], where S is 4; after "
                 "\"layers.0.attention.weights\" it should be 3."},
        BadTrace{"OtherTokensThanBefore", traceBytes({kWeights, {"logits", "[4,2]", 32}}),
                 "The tensor \"logits\" has the shape [4×2], where T is 4; after \"layers.0.attention.weights\" it "
                 "should be 3."},
        BadTrace{"OtherHeadsThanBefore", traceBytes({kWeights, {"layers.1.attention.weights", "[3,3,3]", 108}}),
                 "The tensor \"layers.1.attention.weights\" has the shape [3×3×3], where H is 3; after "
                 "\"layers.0.attention.weights\" it should be 2."}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Metadata, RefusedTrace,
    testing::Values(
        BadTrace{"NewerVersion", traceBytes({kWeights}, R"({"format":"headlight-trace","version":"2"})"),
                 "The trace is of version \"2\"; this program reads version 1. A newer program may read it."},
        BadTrace{"NoVersion", traceBytes({kWeights}, R"({"format":"headlight-trace"})"),
                 "The trace is of version \"\"; this program reads version 1. A newer program may read it."},
        BadTrace{"TokensNoJson", traceBytes({kWeights}, R"({"tokens":"Dog bites man"})"),
                 "The metadata entry \"tokens\" is not JSON: it breaks off or goes wrong at byte 1."},
        BadTrace{"TokensNoList", traceBytes({kWeights}, R"({"tokens":"{}"})"),
                 "The metadata entry \"tokens\" must be a JSON list of texts."},
        BadTrace{"TokensNoTexts", traceBytes({kWeights}, R"({"tokens":"[1,2,3]"})"),
                 "The metadata entry \"tokens\" must be a JSON list of texts."},
        BadTrace{"TooFewTokens", traceBytes({kWeights}, R"({"tokens":"[\"a\",\"b\"]"})"),
                 "The metadata entry \"tokens\" names 2 tokens, but the tensors are of 3."},
        BadTrace{
            "BadExperiment", traceBytes({kWeights}, R"({"experiment":"{\"scaling\":1}"})"),
            "The metadata entry \"experiment\": The experiment must have as its \"scaling\" true or false, not 1."},
        BadTrace{"BadMask", traceBytes({kWeights}, R"({"mask":"[]"})"),
                 "The metadata entry \"mask\": The mask must be a JSON object, not a list."}),
    [](const auto& test) { return test.param.name; });

TEST(ReadTrace, NamesThePath)
{
    const TemporaryFolder folder;
    writeBytes(folder / "trace", traceBytes({}));
    EXPECT_EQ(readTrace(folder / "trace").error().message,
              "\"" + (folder / "trace").string() +
                  "\": The file holds no tensor; a trace has at least one, such as layers.0.attention.weights.");
}

}  // namespace
}  // namespace headlight::test
