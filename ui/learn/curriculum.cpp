#include "ui/learn/curriculum.h"

#include <QFile>

#include <algorithm>

namespace headlight::ui {
namespace {

QString resource(const QString& name)
{
    QFile file(QStringLiteral(":/lessons/") + name);
    const bool isOpen = file.open(QIODevice::ReadOnly);
    if (!isOpen) {
        qFatal("There is no lesson %s in the program.", qPrintable(name));
    }
    return QString::fromUtf8(file.readAll());
}

/// "10" of "10-it-was-too-tired", "quiz-1" of "quiz-1".
QString shortNameOf(const QString& id)
{
    bool isNumber = false;
    const int number = id.section(u'-', 0, 0).toInt(&isNumber);
    return isNumber ? QString::number(number) : id.section(u'-', 0, 1);
}

std::vector<CurriculumEntry> readCurriculum()
{
    std::vector<CurriculumEntry> entries;
    QString block;
    for (const QString& line : resource(QStringLiteral("map.txt")).split(u'\n', Qt::SkipEmptyParts)) {
        if (line.startsWith(u';')) {
            continue;
        }
        if (line.startsWith(QLatin1String("# "))) {
            block = line.mid(2).trimmed();
            continue;
        }
        QStringList words = line.split(u' ', Qt::SkipEmptyParts);
        const QString id = words.takeFirst();
        words.removeAll(QStringLiteral("after"));
        Result<Lesson> lesson = parseLesson(resource(id + QStringLiteral(".md")));
        if (!lesson) {
            qFatal("%s.md, %s", qPrintable(id), lesson.error().message.c_str());
        }
        entries.push_back(
            {.id = id, .shortName = shortNameOf(id), .block = block, .after = words, .lesson = std::move(*lesson)});
    }
    return entries;
}

}  // namespace

const std::vector<CurriculumEntry>& curriculum()
{
    static const std::vector<CurriculumEntry> entries = readCurriculum();
    return entries;
}

const CurriculumEntry* curriculumEntry(const QString& name)
{
    const auto found = std::ranges::find_if(curriculum(), [&](const CurriculumEntry& entry) {
        return name == entry.id || name == entry.shortName || name == entry.id + QStringLiteral(".md");
    });
    return found == curriculum().end() ? nullptr : &*found;
}

QStringList curriculumBlocks()
{
    QStringList blocks;
    for (const CurriculumEntry& entry : curriculum()) {
        if (!blocks.contains(entry.block)) {
            blocks.append(entry.block);
        }
    }
    return blocks;
}

}  // namespace headlight::ui
