// From a key event to the painted frame: a letter is typed, the pass runs on its thread, everything that is worked out from it is, and
// the page is painted. No display is needed, and none is measured.
#include "core/attention/softmax.h"
#include "core/base/memory.h"
#include "core/io/bundled_models.h"
#include "core/io/safetensors.h"
#include "tests/bench/gpt2_shape.h"
#include "ui/main_window.h"
#include "ui/plots/gallery_picture.h"
#include "ui/plots/picture_view.h"
#include "ui/session/presentation.h"

#include <benchmark/benchmark.h>

#include <QApplication>
#include <QEventLoop>
#include <QImage>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPlainTextEdit>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QWheelEvent>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace headlight::bench {
namespace {

using namespace headlight::ui;

void waitUntilPainted(MainWindow& window)
{
    while (!window.isUpToDate()) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    QApplication::processEvents();  // the paint events that the last change asked for
}

void press(QWidget* widget, Qt::Key key, const QString& text)
{
    QKeyEvent pressed(QEvent::KeyPress, key, Qt::NoModifier, text);
    QApplication::sendEvent(widget, &pressed);
}

/// How long each of many frames took, of which the slowest matter.
class Frames
{
public:
    template <typename Frame>
    void time(const Frame& frame)
    {
        const auto begin = std::chrono::steady_clock::now();
        frame();
        m_ms.push_back(1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }

    /// The time that 99 of 100 frames do not exceed.
    void report(benchmark::State& state)
    {
        std::ranges::sort(m_ms);
        state.counters["p99"] = m_ms[std::min(m_ms.size() - 1, m_ms.size() * 99 / 100)];
    }

private:
    std::vector<double> m_ms;
};

/// Memory of the whole process, in bytes.
double residentMemory()
{
    std::ifstream status("/proc/self/statm");
    double pages = 0.0;
    status >> pages >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// A letter is typed at the end of so many tokens and taken away again, in turn.
void typing(benchmark::State& state, const std::shared_ptr<const Model>& model, const QString& page)
{
    Session session(model);
    session.setText(QString::fromStdString(textOf(state.range(0))));
    MainWindow window(session);
    window.resize(1280, 800);
    window.showPage(page);
    window.show();
    waitUntilPainted(window);
    auto* text = window.findChild<QPlainTextEdit*>(QStringLiteral("text"));
    text->moveCursor(QTextCursor::End);
    bool isLonger = false;
    Frames frames;
    for ([[maybe_unused]] const auto step : state) {
        frames.time([&] {
            press(text, isLonger ? Qt::Key_Backspace : Qt::Key_A, isLonger ? QString() : QStringLiteral("a"));
            isLonger = !isLonger;
            waitUntilPainted(window);
        });
    }
    frames.report(state);
}

std::string fileOf(const std::string& name)
{
    static const QTemporaryDir folder;
    return folder.filePath(QString::fromStdString(name)).toStdString();
}

void written(const Result<void>& file)
{
    if (!file) {
        throw std::runtime_error(file.error().message);
    }
}

/// Queries and keys of 16 heads of GPT-2's width, causal and in half precision: what is looked at is worked out from them.
std::string longTraceFile(Index tokens)
{
    constexpr Index kHeads = 16;
    constexpr Index kWidth = 64;
    const std::string file = fileOf("long" + std::to_string(tokens));
    if (!std::filesystem::exists(file)) {
        Tensor keys({kHeads, tokens, kWidth});
        Tensor queries({kHeads, tokens, kWidth});
        for (Index head = 0; head < kHeads; ++head) {
            keys.matrix(head) = Matrix::Random(tokens, kWidth);
            // Every query looks at the token before it.
            queries.matrix(head).bottomRows(tokens - 1) = 6.0F * keys.matrix(head).topRows(tokens - 1);
        }
        const std::vector<NamedTensor> tensors = {
            {"layers.0.attention.query", std::make_shared<const Tensor>(std::move(queries))},
            {"layers.0.attention.key", std::make_shared<const Tensor>(std::move(keys))}};
        written(writeSafetensors(file, tensors, {{"mask", R"({"direction":"causal"})"}}, DType::F16));
    }
    return file;
}

/// The weights of 12 layers of 12 heads, as people have them from PyTorch.
std::string weightsFile(Index tokens)
{
    const std::string file = fileOf("weights" + std::to_string(tokens));
    if (!std::filesystem::exists(file)) {
        std::vector<NamedTensor> tensors;
        for (Index layer = 0; layer < 12; ++layer) {
            Tensor weights({12, tokens, tokens});
            for (Index head = 0; head < 12; ++head) {
                weights.matrix(head) = softmaxRows(4.0F * Matrix::Random(tokens, tokens));
            }
            tensors.push_back({"layers." + std::to_string(layer) + ".attention.weights",
                               std::make_shared<const Tensor>(std::move(weights))});
        }
        written(writeSafetensors(file, tensors));
    }
    return file;
}

constexpr std::size_t kParts = 16;  ///< In which the heatmap of a long text is worked out.

/// A window on a page, with a recorded trace.
struct RecordedWindow
{
    RecordedWindow(const std::shared_ptr<const Model>& model, const QString& page) : session(model), window(session)
    {
        window.resize(1280, 800);
        window.showPage(page);
        window.show();
        QApplication::processEvents();
    }

    void open(const std::string& file)
    {
        window.open(QString::fromStdString(file));
        waitUntilPainted(window);
    }

    PictureView& view(const char* name) { return *window.findChild<PictureView*>(QString::fromLatin1(name)); }

    Session session;
    MainWindow window;
};

/// From a file's name to its whole picture, and to the first part of it that can be seen.
void opening(benchmark::State& state, const std::shared_ptr<const Model>& model, const QString& page,
             const std::string& file)
{
    RecordedWindow recorded(model, page);
    std::vector<double> first;
    for ([[maybe_unused]] const auto step : state) {
        const auto begin = std::chrono::steady_clock::now();
        recorded.window.open(QString::fromStdString(file));
        const auto isBegun = [&] {
            const PictureView& view = recorded.view(page == QStringLiteral("heads") ? "gallery" : "heatmap");
            const bool hasPicture = recorded.session.trace() && view.picture() != nullptr;
            return recorded.window.isUpToDate() ||
                   (hasPicture && view.picture()->slowParts(view.pictureArea(), 1.0).size() < kParts);
        };
        while (!isBegun()) {
            QApplication::processEvents(QEventLoop::WaitForMoreEvents);
        }
        QApplication::processEvents();
        first.push_back(1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        waitUntilPainted(recorded.window);
    }
    std::ranges::sort(first);
    state.counters["first"] = first[first.size() / 2];
    state.counters["resident"] = residentMemory();
}

/// Frames of the heatmap of a long trace while the wheel turns, in and out, and the mouse drags; none waits for exact cells.
void panAndZoom(benchmark::State& state, const std::shared_ptr<const Model>& model, const std::string& file)
{
    constexpr int kTurns = 40;
    RecordedWindow recorded(model, QStringLiteral("heatmap"));
    recorded.open(file);
    PictureView& view = recorded.view("heatmap");
    const QPointF middle(0.55 * view.width(), 0.5 * view.height());
    const auto turn = [&](int notches) {
        QWheelEvent event(middle, view.mapToGlobal(middle), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&view, &event);
    };
    const auto mouse = [&](QEvent::Type type, QPointF point) {
        QMouseEvent event(type, point, view.mapToGlobal(point), Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&view, &event);
    };
    Frames frames;
    const auto frame = [&](const auto& change) {
        frames.time([&] {
            change();
            view.repaint();
        });
        QApplication::processEvents();
    };
    for ([[maybe_unused]] const auto step : state) {
        for (const int notches : {1, -1}) {
            for (int i = 0; i < kTurns; ++i) {
                frame([&] { turn(notches); });
                if (i == kTurns / 2) {
                    mouse(QEvent::MouseButtonPress, middle);
                    for (int x = 0; x < kTurns; ++x) {
                        frame([&] { mouse(QEvent::MouseMove, middle + QPointF(5.0 * x, 3.0 * x)); });
                    }
                    mouse(QEvent::MouseButtonRelease, middle);
                }
            }
        }
    }
    frames.report(state);
    while (!recorded.window.isUpToDate()) {
        QApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    state.counters["resident"] = residentMemory();
}

/// The mouse moves over the thumbnails of all heads: highlighted everywhere.
void hovering(benchmark::State& state, const std::shared_ptr<const Model>& model, const std::string& file)
{
    RecordedWindow recorded(model, QStringLiteral("heads"));
    recorded.open(file);
    PictureView& view = recorded.view("gallery");
    Frames frames;
    double x = 0.0;
    for ([[maybe_unused]] const auto step : state) {
        x = std::fmod(x + 13.0, 400.0);
        const QPointF point(100.0 + x, 60.0 + x / 2.0);
        frames.time([&] {
            QMouseEvent event(QEvent::MouseMove, point, view.mapToGlobal(point), Qt::NoButton, Qt::NoButton,
                              Qt::NoModifier);
            QApplication::sendEvent(&view, &event);
            waitUntilPainted(recorded.window);
        });
    }
    frames.report(state);
}

/// A new trace's heads as thumbnails, at the size that the window gives them.
void galleryFrame(benchmark::State& state, const std::shared_ptr<const Model>& model)
{
    const EncodedText text = encode(*model, textOf(state.range(0))).value();
    const std::shared_ptr<const Trace> trace = forward(model, text).value();
    const std::shared_ptr<const Analysis> analysis = presentAnalysed(trace, {}, {}).value().analysis;
    QImage frame(640, 520, QImage::Format_RGB32);
    for ([[maybe_unused]] const auto step : state) {
        QPainter painter(&frame);
        GalleryPicture(trace, {}, ColourMap::named(QStringLiteral("viridis")), {}, analysis)
            .paint(painter, QRectF(frame.rect()), Theme::of(Brightness::Light));
    }
}

void addBenchmarks()
{
    const std::shared_ptr<const Model> bundled = readBundledModel(BundledModel::Small).value();
    const auto shape = [] {
        static const std::shared_ptr<const Model> model = gpt2Shape();
        return model;
    };
    for (const QString& page : {QStringLiteral("heatmap"), QStringLiteral("heads")}) {
        const std::string name = page.toStdString();
        benchmark::RegisterBenchmark(("typing/bundled/" + name).c_str(),
                                     [=](benchmark::State& state) { typing(state, bundled, page); })
            ->Arg(16)
            ->Arg(64)
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark(("typing/gpt2_shape/" + name).c_str(),
                                     [=](benchmark::State& state) { typing(state, shape(), page); })
            ->Arg(256)
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
    }
    const auto recorded = [](const std::string& name, const auto& work, const auto& fileOfTokens, Index tokens) {
        benchmark::RegisterBenchmark((name + "/" + std::to_string(tokens)).c_str(),
                                     [=](benchmark::State& state) { work(state, fileOfTokens(tokens)); })
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
    };
    for (const Index tokens : {1024, 32'768}) {
        recorded(
            "opening/vectors/heatmap", [=](auto& state, const auto& file) { opening(state, bundled, "heatmap", file); },
            longTraceFile, tokens);
        recorded(
            "panAndZoom", [=](auto& state, const auto& file) { panAndZoom(state, bundled, file); }, longTraceFile,
            tokens);
    }
    for (const Index tokens : {16, 512}) {
        recorded(
            "opening/weights/heads", [=](auto& state, const auto& file) { opening(state, bundled, "heads", file); },
            weightsFile, tokens);
        recorded(
            "hovering", [=](auto& state, const auto& file) { hovering(state, bundled, file); }, weightsFile, tokens);
    }
    benchmark::RegisterBenchmark("galleryFrame/gpt2_shape",
                                 [=](benchmark::State& state) { galleryFrame(state, shape()); })
        ->Arg(256)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace headlight::bench

int main(int argc, char** argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    const QApplication application(argc, argv);
    headlight::keepFreedMemory();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    headlight::bench::addBenchmarks();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
