// What one head does, in numbers.
#pragma once

#include "core/analysis/head_measures.h"

#include <QWidget>

class QLabel;
class QTableWidget;

namespace headlight::ui {

/// A head's badges, each with the threshold that gave it, and its measures: value, and a bar from 0 to the largest that there can
/// be. A measure's tooltip has its formula and source.
class MeasureTable final : public QWidget
{
    Q_OBJECT

public:
    explicit MeasureTable(QWidget* parent = nullptr);

    /// @param head null shows nothing  @param tokens of its text
    void show(const MeasuredHead* head, Index tokens);

private:
    QLabel* m_badges;
    QTableWidget* m_table;
};

}  // namespace headlight::ui
