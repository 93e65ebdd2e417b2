#include "ui/learn/learning_progress.h"

#include <QSettings>

#include <algorithm>

namespace headlight::ui {
namespace {

const QString kGroup = QStringLiteral("learn/answers");

QString keyOf(const QString& lessonId, std::size_t step)
{
    return QStringLiteral("%1/%2/%3").arg(kGroup, lessonId).arg(step);
}

template <typename Choose>
Score sumOf(const LearningProgress& progress, Choose choose)
{
    Score sum;
    for (const CurriculumEntry& entry : curriculum()) {
        if (choose(entry)) {
            sum += progress.scoreOf(entry);
        }
    }
    return sum;
}

}  // namespace

Score& Score::operator+=(const Score& other)
{
    right += other.right;
    answered += other.answered;
    questions += other.questions;
    return *this;
}

void LearningProgress::setAnswer(const QString& lessonId, std::size_t step, bool isRight)
{
    QSettings().setValue(keyOf(lessonId, step), isRight);
    emit changed();
}

std::optional<bool> LearningProgress::answer(const QString& lessonId, std::size_t step) const
{
    const QVariant stored = QSettings().value(keyOf(lessonId, step));
    return stored.isValid() ? std::optional(stored.toBool()) : std::nullopt;
}

Score LearningProgress::scoreOf(const CurriculumEntry& entry) const
{
    Score score;
    for (std::size_t step = 0; step < entry.lesson.steps.size(); ++step) {
        if (!entry.lesson.steps[step].question) {
            continue;
        }
        ++score.questions;
        if (const std::optional<bool> isRight = answer(entry.id, step)) {
            ++score.answered;
            score.right += *isRight ? 1 : 0;
        }
    }
    return score;
}

Score LearningProgress::scoreOfBlock(const QString& block) const
{
    return sumOf(*this, [&](const CurriculumEntry& entry) { return entry.block == block; });
}

Score LearningProgress::total() const
{
    return sumOf(*this, [](const CurriculumEntry&) { return true; });
}

bool LearningProgress::isDone(const CurriculumEntry& entry) const
{
    const Score score = scoreOf(entry);
    return score.answered == score.questions;
}

std::vector<const CurriculumEntry*> LearningProgress::missingBefore(const CurriculumEntry& entry) const
{
    std::vector<const CurriculumEntry*> missing;
    for (const QString& name : entry.after) {
        if (const CurriculumEntry* before = curriculumEntry(name); before != nullptr && !isDone(*before)) {
            missing.push_back(before);
        }
    }
    return missing;
}

const CurriculumEntry* LearningProgress::next() const
{
    const auto found = std::ranges::find_if(
        curriculum(), [this](const CurriculumEntry& entry) { return !isDone(entry) && missingBefore(entry).empty(); });
    return found == curriculum().end() ? nullptr : &*found;
}

void LearningProgress::reset()
{
    QSettings().remove(kGroup);
    emit changed();
}

}  // namespace headlight::ui
