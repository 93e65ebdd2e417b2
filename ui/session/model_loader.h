// The worker thread that opens models.
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "ui/session/background_task.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace headlight::ui {

/// A model not yet read.
struct ModelSource
{
    QString title;   ///< For people: what is being opened.
    QString folder;  ///< Its path; empty for the program's own models.
    std::function<Result<std::shared_ptr<const Model>>(const Progress&)> read;  ///< Called in the loader's thread.
};

/// A model's folder; titled by its last part.
ModelSource folderSource(const QString& path);

/// Opens one model at a time in the background: a newer one cancels the one before. Destroying it while it is busy waits for what
/// `read` does until it looks at its stop token. For the thread that owns it.
class ModelLoader : public QObject
{
    Q_OBJECT

public:
    explicit ModelLoader(QObject* parent = nullptr);

    /// Returns at once; `opened` or `failed` follows, unless it is cancelled.
    void open(ModelSource source);

    /// Nothing will follow. Without effect while nothing is opened.
    void cancel();

    /// What is being opened; null while nothing is.
    const ModelSource* current() const noexcept { return m_current ? &*m_current : nullptr; }

    /// Of what is being opened, from 0 to 1.
    float shareDone() const noexcept { return m_task.shareDone(); }

signals:
    /// Something began, went on or ended.
    void progressed();
    void opened(const std::shared_ptr<const headlight::Model>& model, const headlight::ui::ModelSource& source);

    /// @param message what was wrong, for people
    void failed(const QString& message, const headlight::ui::ModelSource& source);

private:
    void finish(const Result<std::shared_ptr<const Model>>& model);

    std::optional<ModelSource> m_current;
    BackgroundTask m_task;
};

}  // namespace headlight::ui
