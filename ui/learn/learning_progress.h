// What a learner has answered, kept from one start of the program to the next. Nothing is sent anywhere.
#pragma once

#include "ui/learn/curriculum.h"

#include <QObject>
#include <QString>

#include <optional>

namespace headlight::ui {

/// How a lesson stands, or several together.
struct Score
{
    int right = 0;
    int answered = 0;
    int questions = 0;

    Score& operator+=(const Score& other);
    bool operator==(const Score&) const = default;
};

/// Of the program's own lessons; those from elsewhere are not kept. Stored in the settings as answers come. For the GUI thread.
class LearningProgress final : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Keeps the latest answer to the question of a step, counted from 0.
    void setAnswer(const QString& lessonId, std::size_t step, bool isRight);

    /// What was answered last; nothing where nothing was.
    std::optional<bool> answer(const QString& lessonId, std::size_t step) const;

    Score scoreOf(const CurriculumEntry& entry) const;
    Score scoreOfBlock(const QString& block) const;
    Score total() const;

    /// Whether every question is answered, right or wrong.
    bool isDone(const CurriculumEntry& entry) const;

    /// The lessons that it builds on and that are not done.
    std::vector<const CurriculumEntry*> missingBefore(const CurriculumEntry& entry) const;

    /// The first lesson that is neither done nor builds on one that is not; null where all are done.
    const CurriculumEntry* next() const;

    /// Forgets all answers.
    void reset();

signals:
    void changed();
};

}  // namespace headlight::ui
