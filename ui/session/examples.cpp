#include "ui/session/examples.h"

#include <QFile>

namespace headlight::ui {

QStringList exampleSentences()
{
    QFile file(QStringLiteral(":/examples.txt"));
    [[maybe_unused]] const bool opened = file.open(QIODevice::ReadOnly);
    Q_ASSERT(opened);
    QStringList sentences;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (!line.isEmpty() && !line.startsWith('#')) {
            sentences.append(QString::fromUtf8(line));
        }
    }
    return sentences;
}

}  // namespace headlight::ui
