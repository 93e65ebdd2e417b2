// Asks where a figure goes and how it looks.
#pragma once

#include "ui/export/figure.h"

#include <QDialog>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;

namespace headlight::ui {

/// Writes the file itself when accepted, and stays open with the reason if that fails.
class ExportDialog final : public QDialog
{
    Q_OBJECT

public:
    explicit ExportDialog(Figure figure, QWidget* parent = nullptr);

    /// Where the figure went; empty before it was written.
    QString writtenPath() const { return m_writtenPath; }

    void accept() override;

private:
    void browse();
    void showFacts();

    Figure m_figure;
    QString m_writtenPath;
    QLineEdit* m_path;
    QDoubleSpinBox* m_scale;
    QComboBox* m_brightness;
    QLabel* m_facts;
    QLabel* m_problem;
};

}  // namespace headlight::ui
