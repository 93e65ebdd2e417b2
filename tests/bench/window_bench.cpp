// From a key event to the painted frame: a letter is typed, the pass runs on its thread, everything that is worked out from it is, and
// the page is painted. No display is needed, and none is measured.
#include "core/base/memory.h"
#include "core/io/bundled_models.h"
#include "tests/bench/gpt2_shape.h"
#include "ui/main_window.h"
#include "ui/plots/gallery_picture.h"
#include "ui/session/presentation.h"

#include <benchmark/benchmark.h>

#include <QApplication>
#include <QEventLoop>
#include <QImage>
#include <QKeyEvent>
#include <QPainter>
#include <QPlainTextEdit>
#include <QStandardPaths>

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
    for ([[maybe_unused]] const auto step : state) {
        press(text, isLonger ? Qt::Key_Backspace : Qt::Key_A, isLonger ? QString() : QStringLiteral("a"));
        isLonger = !isLonger;
        waitUntilPainted(window);
    }
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
