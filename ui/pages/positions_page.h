// What the model knows of order: waves, encoding and similarity of positions, in use or of any scheme.
#pragma once

#include "ui/pages/page.h"
#include "ui/panels/in_use_spin_box.h"
#include "ui/plots/positions_view.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace headlight::ui {

class PositionsPage final : public Page
{
    Q_OBJECT

public:
    explicit PositionsPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override { return figureOf(View::Positions); }

protected:
    void refresh() override;

private:
    PositionsInUse inUse() const;
    void setOptions(const PositionOptions& options);
    void setDimensions(const QString& text);
    void showOptions(const PositionsPicture& picture);

    QLabel* m_heading;
    QComboBox* m_scheme;
    QLabel* m_widthLabel;
    InUseSpinBox* m_width;
    InUseSpinBox* m_length;
    QLabel* m_dimensionsLabel;
    QLineEdit* m_dimensions;
    QLabel* m_complaint;
    PositionsView* m_view;
};

/// "0, 1, 8" as positions in a row of `width`; nothing where a number is missing, too large, or there are more than
/// kMostWaves. An empty text is an empty list.
std::optional<std::vector<Index>> parseDimensions(const QString& text, Index width);

}  // namespace headlight::ui
