#include "ui/learn/lesson_map.h"

#include "ui/plots/picture_view.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMessageBox>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kNodeColumn = 26;
constexpr qreal kNode = 6.0;  ///< Its radius.

bool isNumbered(const CurriculumEntry& entry)
{
    return entry.shortName.front().isDigit();
}

/// "10", or the title of what has no number.
QString nameOf(const CurriculumEntry& entry)
{
    return isNumbered(entry) ? entry.shortName : entry.lesson.title;
}

}  // namespace

LessonState stateOf(const CurriculumEntry& entry, const LearningProgress& progress)
{
    const Score score = progress.scoreOf(entry);
    if (score.answered == score.questions) {
        return LessonState::Done;
    }
    if (score.answered > 0) {
        return LessonState::Begun;
    }
    return progress.missingBefore(entry).empty() ? LessonState::Open : LessonState::Locked;
}

LessonButton::LessonButton(const CurriculumEntry& entry, Place place, QWidget* parent)
    : QAbstractButton(parent)
    , m_entry(entry)
    , m_place(place)
{
    setObjectName(QStringLiteral("lesson-") + entry.shortName);
    setText(isNumbered(entry) ? QStringLiteral("%1  %2").arg(entry.shortName, entry.lesson.title) : entry.lesson.title);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void LessonButton::show(const LearningProgress& progress)
{
    m_state = stateOf(m_entry, progress);
    const Score score = progress.scoreOf(m_entry);
    const QString length = tr("%1 min").arg(m_entry.lesson.minutes);
    QStringList before;
    for (const CurriculumEntry* missing : progress.missingBefore(m_entry)) {
        before.append(nameOf(*missing));
    }
    switch (m_state) {
    case LessonState::Locked:
        m_detail = tr("after %1").arg(before.join(QStringLiteral(", ")));
        break;
    case LessonState::Open:
        m_detail = length;
        break;
    case LessonState::Begun:
    case LessonState::Done:
        m_detail = tr("%1 of %2 right").arg(score.right).arg(score.questions);
        break;
    }
    const QString state = m_state == LessonState::Done     ? tr("done")
                          : m_state == LessonState::Begun  ? tr("begun")
                          : m_state == LessonState::Locked ? tr("locked")
                                                           : tr("open");
    setAccessibleName(QStringLiteral("%1: %2, %3").arg(text(), state, m_detail));
    QString tip = tr("%1, about %2 minutes.").arg(m_entry.lesson.title).arg(m_entry.lesson.minutes);
    if (!m_entry.after.isEmpty()) {
        QStringList names;
        for (const QString& name : m_entry.after) {
            names.append(nameOf(*curriculumEntry(name)));
        }
        tip += tr(" Builds on %1.").arg(names.join(QStringLiteral(", ")));
    }
    setToolTip(tip);
    update();
}

QSize LessonButton::sizeHint() const
{
    return {240, fontMetrics().height() + 12};
}

void LessonButton::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = themeOf(*this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() || hasFocus()) {
        painter.setPen(hasFocus() ? QPen(theme.accent) : QPen(Qt::NoPen));
        painter.setBrush(theme.panel);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4.0, 4.0);
    }
    const QPointF node(kNodeColumn / 2.0, height() / 2.0);
    painter.setPen(QPen(theme.line, 2.0));
    if (m_place != Place::First) {
        painter.drawLine(QPointF(node.x(), 0.0), node - QPointF(0.0, kNode));
    }
    if (m_place != Place::Last) {
        painter.drawLine(node + QPointF(0.0, kNode), QPointF(node.x(), height()));
    }
    const bool isLocked = m_state == LessonState::Locked;
    painter.setPen(QPen(isLocked ? theme.line : theme.accent, 2.0));
    painter.setBrush(m_state == LessonState::Done ? QBrush(theme.accent) : QBrush(theme.paper));
    painter.drawEllipse(node, kNode, kNode);
    if (m_state == LessonState::Begun) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawPie(QRectF(node.x() - kNode, node.y() - kNode, 2.0 * kNode, 2.0 * kNode), 90 * 16, -180 * 16);
    }
    constexpr qreal kGap = 8.0;
    const QRectF room(kNodeColumn, 0.0, width() - kNodeColumn - 4.0, height());
    const auto draw = [&](const QString& words, Qt::Alignment side, const QColor& colour, qreal width) {
        painter.setPen(colour);
        painter.drawText(room, side | Qt::AlignVCenter,
                         fontMetrics().elidedText(words, Qt::ElideRight, static_cast<int>(width)));
    };
    // The title has the right of way, up to the room that a short detail needs.
    const qreal detail = fontMetrics().horizontalAdvance(m_detail) + 1.0;
    const qreal least = std::min(detail, room.width() / 3.0);
    const qreal title = std::min<qreal>(fontMetrics().horizontalAdvance(text()) + 1.0, room.width() - least - kGap);
    draw(text(), Qt::AlignLeft, isLocked ? theme.mutedText : theme.text, title);
    draw(m_detail, Qt::AlignRight, theme.mutedText, std::min(detail, room.width() - title - kGap));
}

ScoreBar::ScoreBar(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ScoreBar::show(const Score& score)
{
    m_score = score;
    setToolTip(tr("%1 right, %2 not, %3 open")
                   .arg(score.right)
                   .arg(score.answered - score.right)
                   .arg(score.questions - score.answered));
    setAccessibleName(toolTip());
    update();
}

void ScoreBar::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = themeOf(*this);
    QPainter painter(this);
    painter.fillRect(rect(), theme.line);
    const double questions = std::max(1, m_score.questions);
    painter.fillRect(QRectF(0.0, 0.0, width() * m_score.answered / questions, height()), theme.mutedText);
    painter.fillRect(QRectF(0.0, 0.0, width() * m_score.right / questions, height()), theme.accent);
}

LessonMap::LessonMap(LearningProgress& progress, QWidget* parent)
    : QScrollArea(parent)
    , m_progress(progress)
    , m_layout(nullptr)
    , m_total(new QLabel(this))
    , m_next(new QPushButton(this))
    , m_note(new QLabel(this))
{
    setObjectName(QStringLiteral("lessonMap"));
    setAccessibleName(tr("Map of lessons"));
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget;
    content->setAutoFillBackground(true);
    content->setBackgroundRole(QPalette::AlternateBase);
    m_layout = new QVBoxLayout(content);
    m_layout->setContentsMargins(10, 8, 10, 8);
    m_layout->setSpacing(0);
    m_layout->addWidget(makeTop());
    for (const QString& block : curriculumBlocks()) {
        addBlock(block);
    }
    m_layout->addSpacing(10);
    auto* bottom = new QHBoxLayout;
    auto* file = new QPushButton(tr("Open lesson …"), content);
    file->setObjectName(QStringLiteral("openLesson"));
    file->setToolTip(tr("A lesson of your own: a Markdown file"));
    connect(file, &QPushButton::clicked, this, &LessonMap::fileWanted);
    auto* reset = new QPushButton(tr("Reset progress …"), content);
    reset->setObjectName(QStringLiteral("resetProgress"));
    reset->setToolTip(tr("Forget all answers"));
    connect(reset, &QPushButton::clicked, this, &LessonMap::askToReset);
    bottom->addWidget(file);
    bottom->addStretch(1);
    bottom->addWidget(reset);
    m_layout->addLayout(bottom);
    m_layout->addStretch(1);
    setWidget(content);
    connect(&progress, &LearningProgress::changed, this, &LessonMap::refresh);
    refresh();
}

QWidget* LessonMap::makeTop()
{
    auto* top = new QWidget(this);
    m_total->setObjectName(QStringLiteral("totalScore"));
    m_next->setObjectName(QStringLiteral("nextLesson"));
    m_note->setObjectName(QStringLiteral("lockedNote"));
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::LinksAccessibleByKeyboard | Qt::LinksAccessibleByMouse);
    m_note->hide();
    connect(m_note, &QLabel::linkActivated, this, &LessonMap::chosen);
    connect(m_next, &QPushButton::clicked, this, [this] {
        if (const CurriculumEntry* next = m_progress.next()) {
            emit chosen(next->id);
        }
    });
    auto* layout = new QVBoxLayout(top);
    layout->setContentsMargins({});
    layout->addWidget(m_total);
    layout->addWidget(m_next);
    layout->addWidget(m_note);
    return top;
}

void LessonMap::addBlock(const QString& block)
{
    auto* title = new QLabel(QStringLiteral("<b>%1</b>").arg(block.toHtmlEscaped()), this);
    auto* score = new QLabel(this);
    auto* bar = new ScoreBar(this);
    auto* heading = new QHBoxLayout;
    heading->addWidget(title);
    heading->addStretch(1);
    heading->addWidget(score);
    m_layout->addSpacing(12);
    m_layout->addLayout(heading);
    m_layout->addSpacing(3);
    m_layout->addWidget(bar);
    m_layout->addSpacing(3);
    m_scores.emplace_back(block, std::pair(score, bar));
    std::vector<const CurriculumEntry*> entries;
    for (const CurriculumEntry& entry : curriculum()) {
        if (entry.block == block) {
            entries.push_back(&entry);
        }
    }
    for (const CurriculumEntry* entry : entries) {
        const auto place = entry == entries.front()  ? LessonButton::Place::First
                           : entry == entries.back() ? LessonButton::Place::Last
                                                     : LessonButton::Place::Middle;
        auto* button = new LessonButton(*entry, place, this);
        m_layout->addWidget(button);
        connect(button, &QAbstractButton::clicked, this, [this, entry] { choose(*entry); });
        m_buttons.push_back(button);
    }
}

void LessonMap::choose(const CurriculumEntry& entry)
{
    if (stateOf(entry, m_progress) != LessonState::Locked) {
        m_note->hide();
        emit chosen(entry.id);
        return;
    }
    QStringList titles;
    for (const CurriculumEntry* missing : m_progress.missingBefore(entry)) {
        titles.append(QStringLiteral("<a href='%1'>%2</a>").arg(missing->id, missing->lesson.title.toHtmlEscaped()));
    }
    m_note->setText(tr("“%1” builds on %2. <a href='%3'>Open it all the same</a>")
                        .arg(entry.lesson.title.toHtmlEscaped(), titles.join(QStringLiteral(", ")), entry.id));
    m_note->show();
    ensureVisible(0, 0);
    m_note->setFocus();
}

void LessonMap::focusNext()
{
    (m_next->isVisible() ? static_cast<QWidget*>(m_next) : m_buttons.front())->setFocus();
}

void LessonMap::refresh()
{
    const Score total = m_progress.total();
    m_total->setText(
        tr("%1 of %2 questions answered, %3 right").arg(total.answered).arg(total.questions).arg(total.right));
    const CurriculumEntry* next = m_progress.next();
    m_next->setVisible(next != nullptr);
    if (next != nullptr) {
        m_next->setText(total.answered == 0 ? tr("Begin: %1").arg(next->lesson.title)
                                            : tr("Go on: %1").arg(next->lesson.title));
    }
    for (LessonButton* button : m_buttons) {
        button->show(m_progress);
    }
    for (const auto& [block, widgets] : m_scores) {
        const Score score = m_progress.scoreOfBlock(block);
        widgets.first->setText(tr("%1 of %2 right").arg(score.right).arg(score.questions));
        widgets.second->show(score);
    }
}

void LessonMap::askToReset()
{
    QMessageBox box(
        QMessageBox::Question, tr("Reset progress"),
        tr("Forget all %1 answers that you have given? This cannot be undone.").arg(m_progress.total().answered),
        QMessageBox::Yes | QMessageBox::Cancel, this);
    box.setDefaultButton(QMessageBox::Cancel);
    if (box.exec() == QMessageBox::Yes) {
        m_progress.reset();
    }
}

void LessonMap::keyPressEvent(QKeyEvent* event)
{
    const auto focused = std::ranges::find_if(m_buttons, [](const LessonButton* button) { return button->hasFocus(); });
    const bool isUp = event->key() == Qt::Key_Up;
    if (focused == m_buttons.end() || (!isUp && event->key() != Qt::Key_Down)) {
        QScrollArea::keyPressEvent(event);
        return;
    }
    const auto place = focused - m_buttons.begin() + (isUp ? -1 : 1);
    if (place >= 0 && place < static_cast<std::ptrdiff_t>(m_buttons.size())) {
        LessonButton* button = m_buttons[static_cast<std::size_t>(place)];
        button->setFocus();
        ensureWidgetVisible(button);
    }
}

}  // namespace headlight::ui
