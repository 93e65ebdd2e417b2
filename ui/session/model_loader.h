// The worker thread that opens models.
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/model/model.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

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

/// Opens one model at a time on a thread of its own: a newer one cancels the one before. Never uses Qt's global pool, which
/// painting needs. Destroying it while it is busy cancels, and waits for what `read` does until it looks at its stop token.
/// For the thread that owns it.
class ModelLoader : public QObject
{
    Q_OBJECT

public:
    explicit ModelLoader(QObject* parent = nullptr);
    ~ModelLoader() override;

    /// Returns at once; `opened` or `failed` follows, unless it is cancelled.
    void open(ModelSource source);

    /// Nothing will follow. Without effect while nothing is opened.
    void cancel();

    /// What is being opened; null while nothing is.
    const ModelSource* current() const noexcept { return m_current ? &*m_current : nullptr; }

    /// Of what is being opened, from 0 to 1.
    float shareDone() const noexcept { return m_shareDone; }

signals:
    /// Something began, went on or ended.
    void progressed();
    void opened(const std::shared_ptr<const headlight::Model>& model, const headlight::ui::ModelSource& source);

    /// @param message what was wrong, for people
    void failed(const QString& message, const headlight::ui::ModelSource& source);

    /// Between the threads only.
    void newsStored();

private:
    struct Order
    {
        std::uint64_t id = 0;
        ModelSource source;
        std::stop_token stop;
    };

    /// What the worker did for the order `id` since the last hand-over.
    struct News
    {
        std::uint64_t id = 0;
        float shareDone = 0.0F;
        std::optional<Result<std::shared_ptr<const Model>>> result = {};
    };

    void work(const std::stop_token& stop);
    void store(News news);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Order> m_pending;
    std::optional<News> m_news;
    bool m_deliveryPosted = false;

    // From here on of the owner's thread alone.
    std::optional<ModelSource> m_current;
    std::stop_source m_stop;  ///< Of what is being opened.
    std::uint64_t m_id = 0;
    float m_shareDone = 0.0F;

    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
