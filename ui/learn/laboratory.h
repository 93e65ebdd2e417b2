// Where a lesson's measurements are taken: runs of a scene's model, and of the same with another text or experiment.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/learn/measurement.h"
#include "ui/learn/scene.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <stop_token>
#include <variant>
#include <vector>

namespace headlight::ui {

/// A token of a text.
struct MeasuredToken
{
    TokenIndex place;
    QString name;
};

/// A number, a token of the text, or a word of the vocabulary.
using Measured = std::variant<double, MeasuredToken, QString>;

/// One scene's. Runs the model when a measurement first needs it, and keeps the runs. Not thread-safe; may live in any thread.
class Laboratory
{
public:
    /// @param model not null; the scene's  @param document what the scene is of that model  @param stop looked at by long runs
    Laboratory(std::shared_ptr<const Model> model, Document document, std::stop_token stop = {});

    const Model& model() const noexcept { return *m_model; }
    const std::stop_token& stop() const noexcept { return m_stop; }

    /// The scene's run, or that with another text or experiment.  @return what `forward` refuses
    Result<std::shared_ptr<const Trace>> run(const std::optional<QString>& text = {},
                                             const std::optional<Experiment>& experiment = {}) const;

    /// @return NotFound for a token or stage that is not there, InvalidArgument for a head; what `forward` refuses
    Result<Measured> measure(const Measurement& measurement) const;

    /// What of a claim is not so, each condition with what is found instead: "tokens = 4, but it is 3". None if it holds.
    Result<QStringList> unmet(const Claim& claim) const;

    /// The text with its inline numbers worked out.
    Result<QString> filledIn(const QString& text) const;

private:
    Result<bool> holds(const Condition& condition) const;

    std::shared_ptr<const Model> m_model;
    Document m_document;
    std::stop_token m_stop;
    mutable std::vector<std::shared_ptr<const Trace>> m_runs;
};

/// The model that a scene is shown with: one of the program's own, or the open one.
Result<std::shared_ptr<const Model>> modelOf(const Scene& scene, const std::shared_ptr<const Model>& open);

}  // namespace headlight::ui
