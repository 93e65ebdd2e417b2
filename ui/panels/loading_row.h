// A model on its way.
#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace headlight::ui {

class ModelLoader;

/// "Opening gpt2 … 45 %" and a button that cancels. Hidden while nothing is opened, and for the first moment, in which a
/// small model is there already.
class LoadingRow final : public QWidget
{
    Q_OBJECT

public:
    /// @param loader outlives the row
    explicit LoadingRow(ModelLoader& loader, QWidget* parent = nullptr);

private:
    void refresh();

    ModelLoader& m_loader;
    QLabel* m_text;
    QToolButton* m_cancel;
    QTimer m_patience;
};

}  // namespace headlight::ui
