// What the model expects next, or behind a mask.
#pragma once

#include "ui/session/session.h"

#include <QWidget>

#include <vector>

class QLabel;

namespace headlight::ui {

/// One line of the most probable tokens, the most probable first, as many as fit; a click writes one into the text. Follows
/// the session; hidden while there is nothing that a model could expect, or where the model has no logits.
class PredictionRow final : public QWidget
{
    Q_OBJECT

public:
    explicit PredictionRow(Session& session, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Chip;

    void refresh();
    void showChip(Chip& chip, const Prediction& prediction);
    QString place() const;
    void placeChips();

    Session& m_session;
    QLabel* m_place;
    std::vector<Chip*> m_chips;
    std::size_t m_used = 0;  ///< Chips that have a token.
};

}  // namespace headlight::ui
