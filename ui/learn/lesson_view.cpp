#include "ui/learn/lesson_view.h"

#include "ui/learn/flowing_text.h"
#include "ui/learn/question_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QShortcut>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace headlight::ui {
namespace {}  // namespace

LessonView::LessonView(Session& session, LearningProgress& progress, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_progress(progress)
    , m_title(new QLabel(this))
    , m_place(new QLabel(this))
    , m_scroll(new QScrollArea(this))
    , m_body(nullptr)
    , m_before(makeText("lessonText"))
    , m_prompt(makeText("prompt"))
    , m_feedback(makeText("feedback"))
    , m_after(makeText("lessonAfter"))
    , m_note(new QLabel(this))
    , m_back(new QPushButton(tr("Back"), this))
    , m_check(new QPushButton(tr("Check"), this))
    , m_again(new QPushButton(tr("Try again"), this))
    , m_next(new QPushButton(tr("Next"), this))
{
    m_title->setObjectName(QStringLiteral("lessonTitle"));
    m_title->setWordWrap(true);
    m_title->setTextFormat(Qt::RichText);  // whose sizes are relative, so that it grows with the application's type
    m_place->setObjectName(QStringLiteral("lessonPlace"));
    m_note->setObjectName(QStringLiteral("lessonNote"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_prompt->setAccessibleName(tr("Question"));
    m_feedback->setAccessibleName(tr("Feedback"));

    auto* content = new QWidget;
    m_body = new QVBoxLayout(content);
    m_body->setContentsMargins(10, 8, 10, 8);
    m_body->setSpacing(8);
    for (QWidget* widget :
         {static_cast<QWidget*>(m_note), static_cast<QWidget*>(m_before), static_cast<QWidget*>(m_prompt),
          static_cast<QWidget*>(m_feedback), static_cast<QWidget*>(m_after)}) {
        m_body->addWidget(widget);
    }
    m_body->addStretch(1);
    content->setAutoFillBackground(true);
    content->setBackgroundRole(QPalette::AlternateBase);
    m_scroll->setWidget(content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFrameShape(QFrame::StyledPanel);
    m_scroll->setFocusPolicy(Qt::NoFocus);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(makeHeader());
    layout->addWidget(m_scroll, 1);
    layout->addWidget(makeButtons());

    connect(&session, &Session::textChanged, this, [this] {
        // A step on the person's own text goes with it, until it is answered.
        if (hasLesson() && !current().scene.text && !m_answers.contains(m_step)) {
            prepareStep();
        }
    });
}

QWidget* LessonView::makeHeader()
{
    auto* header = new QWidget(this);
    auto* leave = new QToolButton(header);
    leave->setObjectName(QStringLiteral("leaveLesson"));
    leave->setText(tr("‹ Lessons"));
    leave->setToolTip(tr("Back to the map of lessons"));
    leave->setFocusPolicy(Qt::StrongFocus);
    connect(leave, &QToolButton::clicked, this, &LessonView::leaveWanted);
    auto* row = new QHBoxLayout;
    row->addWidget(leave);
    row->addStretch(1);
    row->addWidget(m_place);
    auto* layout = new QVBoxLayout(header);
    layout->setContentsMargins({});
    layout->addLayout(row);
    layout->addWidget(m_title);
    return header;
}

QWidget* LessonView::makeButtons()
{
    m_back->setObjectName(QStringLiteral("lessonBack"));
    m_back->setToolTip(tr("The step before (Ctrl+Shift+Return)"));
    m_check->setObjectName(QStringLiteral("check"));
    m_check->setToolTip(tr("Is that so? (Ctrl+Return)"));
    m_again->setObjectName(QStringLiteral("again"));
    m_again->setToolTip(tr("Answer this question anew"));
    m_next->setObjectName(QStringLiteral("lessonNext"));
    m_next->setToolTip(tr("Go on (Ctrl+Return)"));
    for (QPushButton* button : {m_back, m_check, m_again, m_next}) {
        button->setAutoDefault(true);
    }
    connect(m_back, &QPushButton::clicked, this, [this] { goTo(m_step - 1); });
    connect(m_check, &QPushButton::clicked, this, &LessonView::check);
    connect(m_again, &QPushButton::clicked, this, &LessonView::askAgain);
    connect(m_next, &QPushButton::clicked, this, &LessonView::goOn);
    auto* onward = new QShortcut(this);
    onward->setKeys({QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
    connect(onward, &QShortcut::activated, this, [this] {
        if (isWaiting()) {
            check();
        } else {
            goOn();
        }
    });
    connect(new QShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return), this), &QShortcut::activated, this,
            [this] {
                if (m_back->isEnabled()) {
                    goTo(m_step - 1);
                }
            });
    auto* buttons = new QWidget(this);
    auto* row = new QHBoxLayout(buttons);
    row->setContentsMargins({});
    row->addWidget(m_back);
    row->addStretch(1);
    row->addWidget(m_again);
    row->addWidget(m_check);
    row->addWidget(m_next);
    return buttons;
}

FlowingText* LessonView::makeText(const char* name)
{
    auto* text = new FlowingText(this);
    text->setObjectName(QString::fromLatin1(name));
    connect(text, &FlowingText::termWanted, this, &LessonView::termWanted);
    connect(text, &FlowingText::linesWanted, this, &LessonView::linesWanted);
    return text;
}

void LessonView::begin(const Lesson& lesson, const QString& id, std::size_t step)
{
    m_lesson = lesson;
    m_id = id;
    m_answers.clear();
    goTo(step);
}

void LessonView::end()
{
    m_task.cancel();
    m_isPreparing = false;
    m_lesson = {};
    m_id.clear();
    delete std::exchange(m_question, nullptr);
    m_prepared.reset();
    m_failure.clear();
    emit coverWanted(false);
}

void LessonView::goTo(std::size_t step)
{
    m_step = std::min(step, m_lesson.steps.size() - 1);
    m_title->setText(QStringLiteral("<span style='font-size:large; font-weight:bold'>%1</span>")
                         .arg(current().title.toHtmlEscaped()));
    m_place->setText(tr("%1 · %2 of %3").arg(m_lesson.title).arg(m_step + 1).arg(m_lesson.steps.size()));
    emit coverWanted(isWaiting());
    prepareStep();
}

bool LessonView::isWaiting() const
{
    return hasLesson() && current().question && !m_answers.contains(m_step);
}

QString LessonView::feedback() const
{
    return m_feedback->markdown();
}

void LessonView::prepareStep()
{
    m_isPreparing = true;
    showButtons();
    m_task.run([this, step = current(), document = m_session.document(),
                open = m_session.sharedModel()](const Progress& progress) -> BackgroundTask::Finish {
        Result<std::shared_ptr<const Model>> model = modelOf(step.scene, open);
        Result<PreparedStep> prepared = model ? prepare(step, document, *model, progress.stop)
                                              : Result<PreparedStep>(tl::unexpected(model.error()));
        return [this, prepared = std::make_shared<Result<PreparedStep>>(std::move(prepared))] {
            receive(std::move(*prepared));
        };
    });
}

void LessonView::receive(Result<PreparedStep> prepared)
{
    m_isPreparing = false;
    delete std::exchange(m_question, nullptr);
    m_prepared.reset();
    m_failure.clear();
    if (prepared) {
        m_prepared = std::make_unique<PreparedStep>(std::move(*prepared));
        emit sceneWanted(current().scene);
    } else {
        m_failure = QString::fromStdString(prepared.error().message);
    }
    showPrepared();
    emit stepChanged();
}

void LessonView::showPrepared()
{
    delete std::exchange(m_question, nullptr);
    m_prompt->show({});
    m_feedback->show({});
    m_after->show({});
    m_note->setVisible(!m_prepared || !m_prepared->brokenClaims.isEmpty());
    if (!m_prepared) {
        m_note->setText(tr("This step cannot be shown: %1").arg(m_failure));
        m_before->show({});
        emit coverWanted(false);
        showButtons();
        return;
    }
    m_note->setText(tr("With this model it is not as the step says: %1").arg(m_prepared->brokenClaims.join(u'\n')));
    m_before->show(m_prepared->before);
    if (m_prepared->question) {
        m_prompt->show(QStringLiteral("**%1** %2").arg(tr("Predict:"), m_prepared->question->question.prompt));
        m_question = QuestionView::make(*m_prepared->question, m_scroll->widget());
        m_question->setObjectName(QStringLiteral("question"));
        m_body->insertWidget(m_body->indexOf(m_feedback), m_question);
        m_question->show();
        connect(m_question, &QuestionView::answerChanged, this, &LessonView::showButtons);
        if (const auto given = m_answers.find(m_step); given != m_answers.end()) {
            m_question->setAnswer(given->second);
            showOutcome(given->second);
        }
    } else {
        m_after->show(m_prepared->after);
    }
    m_scroll->verticalScrollBar()->setValue(0);
    showButtons();
}

void LessonView::check()
{
    const std::optional<Answer> answer = m_question == nullptr ? std::nullopt : m_question->answer();
    if (!answer || !isWaiting() || m_isPreparing) {
        return;
    }
    m_answers.insert_or_assign(m_step, *answer);
    if (!m_id.isEmpty()) {
        m_progress.setAnswer(m_id, m_step, judge(*m_prepared->question, *answer).isRight);
    }
    if (m_session.document() != m_prepared->document) {
        emit sceneWanted(current().scene);
    }
    showOutcome(*answer);
    emit coverWanted(false);
    emit stepChanged();
}

void LessonView::showOutcome(const Answer& answer)
{
    const Outcome outcome = judge(*m_prepared->question, answer);
    m_question->reveal();
    m_feedback->show(
        QStringLiteral("**%1** %2").arg(outcome.isRight ? tr("✓ Right.") : tr("✗ Not so."), outcome.feedback));
    m_after->show(m_prepared->after);
    showButtons();
    m_next->setFocus();
    // Once the new texts have their height.
    QTimer::singleShot(0, m_feedback, [this] { m_scroll->ensureWidgetVisible(m_feedback, 0, 40); });
}

void LessonView::askAgain()
{
    m_answers.erase(m_step);
    emit coverWanted(true);
    showPrepared();
    m_question->setFocus();
    emit stepChanged();
}

void LessonView::goOn()
{
    if (m_step + 1 < m_lesson.steps.size()) {
        goTo(m_step + 1);
    } else {
        emit leaveWanted();
    }
}

void LessonView::showButtons()
{
    const bool isLast = m_step + 1 >= m_lesson.steps.size();
    m_back->setEnabled(m_step > 0);
    m_check->setVisible(isWaiting());
    m_check->setEnabled(m_question != nullptr && !m_isPreparing && m_question->answer().has_value());
    m_again->setVisible(hasLesson() && current().question && !isWaiting());
    m_next->setText(isWaiting() ? tr("Skip") : isLast ? tr("Finish") : tr("Next"));
}

}  // namespace headlight::ui
