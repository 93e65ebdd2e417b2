// What one head does, in numbers.
#pragma once

#include "core/analysis/head_measures.h"

#include <QWidget>

class QLabel;
class QTableWidget;

namespace headlight::ui {

/// A head's measures, each with its value and a bar from 0 to the largest that there can be, on which a tick marks where a badge
/// begins; below them the badges that the head has, with their thresholds. A measure's tooltip has its formula and source.
class MeasureTable final : public QWidget
{
    Q_OBJECT

public:
    explicit MeasureTable(QWidget* parent = nullptr);

    /// @param head null shows nothing  @param tokens of its text
    void show(const MeasuredHead* head, Index tokens);

private:
    QTableWidget* m_table;
    QLabel* m_badges;
};

}  // namespace headlight::ui
