#include "ui/panels/model_button.h"

#include "ui/session/recording.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QMenu>

namespace headlight::ui {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ModelButton", text);
}

constexpr std::string_view kUntrained = "untrained";

QString factsOf(const Model& model)
{
    QStringList facts{
        QString::fromStdString(model.name) + QLatin1Char('.'),
        tr("%1 layers × %2 heads, width %3.").arg(model.config.layers).arg(model.config.heads).arg(model.config.width)};
    if (!model.askedHeads.empty()) {
        QStringList asked;
        for (const AskedHead& head : model.askedHeads) {
            asked.append(tr("%1 %2.%3")
                             .arg(QString::fromStdString(head.relation))
                             .arg(head.head.layer.value)
                             .arg(head.head.head.value));
        }
        facts.append(
            tr("These heads (layer.head) were told in training which question to answer, not where to look: %1. "
               "The others were told nothing.")
                .arg(asked.join(QStringLiteral(", "))));
    } else if (isRecorded(model)) {
        facts.append(tr("A recorded trace: what a model did elsewhere, without the model."));
    } else if (model.note == kUntrained) {
        facts.append(tr("Its weights are random: its heads look somewhere, but mean nothing yet."));
    } else {
        facts.append(tr("No head of it was asked for anything."));
    }
    return facts.join(QLatin1Char(' '));
}

}  // namespace

ModelButton::ModelButton(QWidget* parent) : QToolButton(parent)
{
    setObjectName(QStringLiteral("model"));
    setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    auto* models = new QActionGroup(menu);
    models->setExclusionPolicy(QActionGroup::ExclusionPolicy::ExclusiveOptional);
    for (const ModelChoice& choice : modelChoices()) {
        QAction* action = menu->addAction(choice.title, this, [this, choice] { emit chosen(choice); });
        action->setToolTip(choice.help);
        action->setCheckable(true);
        models->addAction(action);
        m_choices.emplace_back(choice, action);
    }
    menu->addSeparator();
    menu->addAction(tr("Open folder …"), this, &ModelButton::folderWanted)
        ->setToolTip(tr("A model that “headlight train” made; its folder can also be dropped on the window"));
    setMenu(menu);
}

void ModelButton::show(const Model& model)
{
    QString name = QString::fromStdString(model.name);
    if (!model.note.empty()) {
        name += tr(" (%1)").arg(QString::fromStdString(model.note));
    }
    for (const auto& [choice, action] : m_choices) {
        action->setChecked(choice.isOf(model));
        if (action->isChecked()) {
            name = choice.title;
        }
    }
    setText((isRecorded(model) ? tr("Trace: %1") : tr("Model: %1")).arg(name));
    setToolTip(QStringLiteral("<p>%1</p>").arg(factsOf(model).toHtmlEscaped()));
}

}  // namespace headlight::ui
