// The program's own lessons: which there are, in what order, and what builds on what.
#pragma once

#include "ui/learn/lesson.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace headlight::ui {

struct CurriculumEntry
{
    QString id;         ///< Of its file: "10-it-was-too-tired"; progress is kept under it.
    QString shortName;  ///< "10", "quiz-1"
    QString block;      ///< The title of the block that it is in.
    QStringList after;  ///< The short names of those that it builds on.
    Lesson lesson;
};

/// All of them, as resources/lessons/map.txt has them. A file that cannot be read is a bug of the program.
const std::vector<CurriculumEntry>& curriculum();

/// By id, short name, or the whole name of its file; null where there is none.
const CurriculumEntry* curriculumEntry(const QString& name);

/// The titles of the blocks, in order.
QStringList curriculumBlocks();

}  // namespace headlight::ui
