#include "ui/learn/learn_dock.h"

#include "ui/learn/glossary_view.h"
#include "ui/learn/lesson_map.h"
#include "ui/learn/question_view.h"
#include "ui/panels/toggle_button.h"

#include <QButtonGroup>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace headlight::ui {

LearnDock::LearnDock(Session& session, QWidget* parent)
    : QDockWidget(tr("Learn"), parent)
    , m_lessons(new ToggleButton(tr("Lessons"), tr("The map of lessons, or the one that is open (Ctrl+L)"), this))
    , m_terms(new ToggleButton(tr("Glossary"), tr("Every term in a sentence, with its formula (Ctrl+G)"), this))
    , m_stack(new QStackedWidget)
    , m_map(new LessonMap(m_progress))
    , m_lesson(new LessonView(session, m_progress))
    , m_glossary(new GlossaryView(Glossary::bundled()))
{
    setObjectName(QStringLiteral("learn"));
    setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
    m_lessons->setObjectName(QStringLiteral("showLessons"));
    m_terms->setObjectName(QStringLiteral("showGlossary"));
    auto* choice = new QButtonGroup(this);
    auto* top = new QHBoxLayout;
    for (ToggleButton* button : {m_lessons, m_terms}) {
        button->setFocusPolicy(Qt::StrongFocus);
        choice->addButton(button);
        top->addWidget(button);
    }
    top->addStretch(1);
    for (QWidget* widget :
         {static_cast<QWidget*>(m_map), static_cast<QWidget*>(m_lesson), static_cast<QWidget*>(m_glossary)}) {
        m_stack->addWidget(widget);
    }
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(m_stack, 1);
    content->setMinimumWidth(320);
    setWidget(content);
    showMap();

    connect(m_lessons, &QToolButton::clicked, this,
            [this] { m_lesson->hasLesson() ? showWidget(m_lesson) : showMap(); });
    connect(m_terms, &QToolButton::clicked, this, &LearnDock::showGlossary);
    connect(m_map, &LessonMap::chosen, this, [this](const QString& id) { (void)openLesson(id); });
    connect(m_map, &LessonMap::fileWanted, this, &LearnDock::openLessonFile);
    connect(m_lesson, &LessonView::sceneWanted, this, &LearnDock::sceneWanted);
    connect(m_lesson, &LessonView::linesWanted, this, &LearnDock::linesWanted);
    connect(m_lesson, &LessonView::coverWanted, this,
            [this](bool isCovered) { emit coverWanted(isCovered && !isHidden()); });
    connect(m_lesson, &LessonView::termWanted, this, &LearnDock::showTerm);
    connect(m_lesson, &LessonView::leaveWanted, this, &LearnDock::leaveLesson);
    connect(m_glossary, &GlossaryView::linesWanted, this, &LearnDock::linesWanted);
    // A picture waits only while one sees what for.
    connect(this, &QDockWidget::visibilityChanged, this,
            [this] { emit coverWanted(m_lesson->isWaiting() && !isHidden()); });
}

Result<void> LearnDock::openLesson(const QString& name, std::size_t step)
{
    if (name.isEmpty()) {
        show();
        showMap();
        return {};
    }
    if (const CurriculumEntry* entry = curriculumEntry(name)) {
        m_file.clear();
        show();
        showWidget(m_lesson);
        m_lesson->begin(entry->lesson, entry->id, step);
        return {};
    }
    if (!QFileInfo::exists(name)) {
        QStringList known;
        for (const CurriculumEntry& entry : curriculum()) {
            known.append(entry.shortName);
        }
        return failure(ErrorCode::NotFound, "There is no lesson and no file \"" + name.toStdString() +
                                                "\"; the lessons are " +
                                                known.join(QStringLiteral(", ")).toStdString() + ".");
    }
    const Result<Lesson> lesson = readLesson(name);
    if (!lesson) {
        return tl::unexpected(lesson.error());
    }
    m_file = QFileInfo(name).absoluteFilePath();
    show();
    showWidget(m_lesson);
    m_lesson->begin(*lesson, QString(), step);
    return {};
}

void LearnDock::showWidget(QWidget* widget)
{
    m_stack->setCurrentWidget(widget);
    (widget == m_glossary ? m_terms : m_lessons)->setChecked(true);
}

void LearnDock::showMap()
{
    showWidget(m_map);
    m_map->focusNext();
}

void LearnDock::showGlossary()
{
    showWidget(m_glossary);
    m_glossary->setFocus();
}

void LearnDock::showTerm(const QString& name)
{
    showGlossary();
    m_glossary->showTerm(name);
}

void LearnDock::leaveLesson()
{
    m_lesson->end();
    showMap();
}

void LearnDock::answerRightly()
{
    if (m_lesson->isWaiting() && m_lesson->prepared() != nullptr) {
        m_lesson->question()->setAnswer(rightAnswer(*m_lesson->prepared()->question));
        m_lesson->check();
    }
}

QString LearnDock::command() const
{
    if (!m_lesson->hasLesson()) {
        return {};
    }
    const CurriculumEntry* entry = curriculumEntry(m_lesson->lessonId());
    QString name = entry == nullptr ? m_file : entry->shortName;
    if (name.contains(u' ')) {
        name = QLatin1Char('\'') + name.replace(u'\'', QLatin1String("'\\''")) + QLatin1Char('\'');
    }
    return QStringLiteral("headlight lesson %1 --step %2").arg(name).arg(m_lesson->step() + 1);
}

void LearnDock::openLessonFile()
{
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open lesson"), QString(), tr("Lessons (*.md);;All files (*)"));
    if (path.isEmpty()) {
        return;
    }
    if (const Result<void> opened = openLesson(path); !opened) {
        QMessageBox box(QMessageBox::Warning, tr("Open lesson"), QString::fromStdString(opened.error().message),
                        QMessageBox::Ok, this);
        box.setTextFormat(Qt::PlainText);
        box.exec();
    }
}

}  // namespace headlight::ui
