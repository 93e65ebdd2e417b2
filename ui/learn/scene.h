// What a step of a lesson shows: a state of the window. No widget in it.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "ui/learn/token_name.h"
#include "ui/session/document.h"
#include "ui/session/toy_history.h"
#include "ui/session/view_options.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace headlight::ui {

/// The model of a scene that takes whatever is open.
inline const QString kOpenModel = QStringLiteral("open");

/// A value: what the window shows.
struct Scene
{
    std::optional<QString> text = {};  ///< Nothing: the one that is there.
    QString pair = {};
    QString model = QStringLiteral("small");  ///< The name of one of the program's own, or kOpenModel.
    QString page = QStringLiteral("heatmap");
    std::optional<HeadAddress> head = {};  ///< Nothing: the one that is selected.
    std::optional<TokenName> query = {};
    std::optional<TokenName> key = {};
    Experiment experiment = {};
    ViewOptions view = {};  ///< But for colours and names of tokens, which stay as the person has them.
    std::optional<ToySetup> toy = {};

    bool operator==(const Scene&) const = default;
};

/// Sets one line of a scene, as "page" and "heatmap"; an empty value sets it back to what it is in a new one. resources/lessons/README.md
/// lists them.
///
/// @return Malformed, which names what is known
Result<void> setLine(Scene& scene, const QString& name, const QString& value);

/// Sets lines as a link has them: "page=heads;head=3.0".
Result<void> setLines(Scene& scene, const QString& lines);

/// The document that a scene is.
///
/// @param current what the person has, for what the scene leaves as it is
/// @return NotFound for a token that the text has not, InvalidArgument for a head that the model has not or an experiment that does not
/// fit it, or what `encode` refuses
Result<Document> documentOf(const Scene& scene, const Document& current, const Model& model);

/// How the scene is shown, for a person who has `current`.
ViewOptions viewOf(const Scene& scene, const ViewOptions& current);

/// The scene that the window shows now, with lines changed as setLines does; tokens that are selected go with their text.
Result<Scene> changedScene(const Document& document, const ViewOptions& view, const QString& page,
                           const QString& lines);

}  // namespace headlight::ui
