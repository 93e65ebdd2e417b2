// Tool tips that explain the field's terms wherever they stand in the window.
#pragma once

#include "ui/learn/glossary.h"

#include <QObject>

class QHelpEvent;
class QWidget;

namespace headlight::ui {

/// Widgets whose words are the text's, not the field's, have this property: no term of theirs is explained.
inline constexpr const char* kShowsTokens = "showsTokens";

/// Adds, to the tool tip of whatever is pointed at, the sentences of the terms that it names: labels, buttons, tabs, menus, and what
/// pictures have painted. Watches the whole application as long as it lives.
class GlossaryTips final : public QObject
{
    Q_OBJECT

public:
    /// Of the program's own glossary, which is read when it is first needed.
    explicit GlossaryTips(QObject* parent = nullptr);

    /// The tool tip at a point of the widget: its own and the terms'; empty where no term is named.
    QString tipAt(QWidget& widget, QPoint point) const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

}  // namespace headlight::ui
