// Two sides and their difference: before and after, texts, heads, layers, models, moments of training.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/cell_view.h"
#include "ui/plots/comparison_picture.h"
#include "ui/session/comparer.h"

#include <array>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSlider;
class QSpinBox;
class QToolButton;

namespace headlight::ui {

class ModelButton;

class ComparePage final : public Page
{
    Q_OBJECT

public:
    explicit ComparePage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override;
    bool isUpToDate() const override;

protected:
    void refresh() override;
    void showEvent(QShowEvent* event) override;

private:
    /// The controls of one of two moments of a training.
    struct MomentRow
    {
        QWidget* row;
        QComboBox* training;
        QSlider* slider;
        QLabel* step;
    };

    QLayout* makeTitleRow();
    QLayout* makeChoiceRow();
    QLayout* makeHeadRow();
    QWidget* makeTextRow();
    QWidget* makeModelRow();
    QWidget* makeToyRows();
    void makeMomentRow(std::size_t side, QWidget* parent, QLayout& rows);
    void connectControls();
    void connectView();

    const CompareOptions& options() const { return session().viewOptions().compare; }
    template <typename Change>
    void changeOptions(Change change);
    void chooseHead(HeadAddress head);
    void chooseMoment(std::size_t side, std::size_t history, int snapshot);
    void openOtherModel();

    void showControls();
    void showHeads();
    void showMoments();
    void showPicture();
    MarkedLines marked() const;

    QLabel* m_heading;
    QCheckBox* m_numbers;
    QCheckBox* m_fit;
    QComboBox* m_kind;
    QComboBox* m_quantity;
    QComboBox* m_alignment;
    QToolButton* m_swap;
    QLabel* m_headLabel;
    QSpinBox* m_layer;
    QSpinBox* m_head;
    QLabel* m_otherHeadLabel;
    QSpinBox* m_otherLayer;
    QSpinBox* m_otherHead;
    QWidget* m_textRow;
    QLineEdit* m_text;
    QWidget* m_modelRow;
    ModelButton* m_model;
    QLabel* m_modelProblem;
    QWidget* m_toyRows;
    QLineEdit* m_sentence;
    std::array<MomentRow, 2> m_moments;
    CellView* m_view;

    /// Where the mouse points on this page, and what is locked of a training, in rows of the comparison.
    std::optional<Cell> m_pointed;
    std::optional<Cell> m_lockedMoment;
    Comparer m_comparer;  ///< Last, so that it ends before what it tells.
};

}  // namespace headlight::ui
