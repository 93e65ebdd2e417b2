#include "ui/session/examples.h"

#include <QFile>

#include <algorithm>

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

HeadAddress firstHead(const Model& model)
{
    const auto antecedent = std::ranges::find(model.askedHeads, "antecedent", &AskedHead::relation);
    return antecedent == model.askedHeads.end() ? HeadAddress{} : antecedent->head;
}

}  // namespace headlight::ui
