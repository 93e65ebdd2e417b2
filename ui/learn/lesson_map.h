// The map of lessons: what there is, what is done, what builds on what.
#pragma once

#include "ui/learn/learning_progress.h"

#include <QAbstractButton>
#include <QScrollArea>

#include <vector>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace headlight::ui {

/// How a lesson stands on the map.
enum class LessonState {
    Locked,  ///< It builds on lessons that are not done.
    Open,
    Begun,
    Done,
};

LessonState stateOf(const CurriculumEntry& entry, const LearningProgress& progress);

/// One lesson: a node on the line that joins those of its block, filled when it is done, with its title, its length and what it waits for.
class LessonButton final : public QAbstractButton
{
    Q_OBJECT

public:
    enum class Place { First, Middle, Last };  ///< In its block.

    LessonButton(const CurriculumEntry& entry, Place place, QWidget* parent);

    void show(const LearningProgress& progress);
    using QAbstractButton::show;

    QSize sizeHint() const override;
    const CurriculumEntry& entry() const noexcept { return m_entry; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const CurriculumEntry& m_entry;
    Place m_place;
    LessonState m_state = LessonState::Open;
    QString m_detail;
};

/// Shares of right, wrong and open answers as one bar.
class ScoreBar final : public QWidget
{
    Q_OBJECT

public:
    explicit ScoreBar(QWidget* parent);

    void show(const Score& score);
    using QWidget::show;

    QSize sizeHint() const override { return {80, 8}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Score m_score;
};

/// All blocks with their lessons and scores. Lessons that are locked open too, after a second word.
class LessonMap final : public QScrollArea
{
    Q_OBJECT

public:
    explicit LessonMap(LearningProgress& progress, QWidget* parent = nullptr);

    /// The way to a lesson that is not locked, or that a person wants all the same.
    void choose(const CurriculumEntry& entry);

    /// Puts the keys on what comes next.
    void focusNext();

signals:
    void chosen(const QString& id);
    void fileWanted();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void addBlock(const QString& block);
    QWidget* makeTop();
    void refresh();
    void askToReset();

    LearningProgress& m_progress;
    QVBoxLayout* m_layout;
    QLabel* m_total;
    QPushButton* m_next;
    QLabel* m_note;
    std::vector<LessonButton*> m_buttons;
    std::vector<std::pair<QString, std::pair<QLabel*, ScoreBar*>>> m_scores;  ///< By block.
};

}  // namespace headlight::ui
