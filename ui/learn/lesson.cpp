#include "ui/learn/lesson.h"

#include "core/io/text_file.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <QStringList>

#include <algorithm>
#include <utility>

namespace headlight::ui {
namespace {

/// What a question's block holds: lines of text, answers that begin with "- ", and named values. What begins with two spaces goes on with
/// what stands before.
struct Field
{
    QString name;  ///< "right"; "-" of an answer; empty of text.
    QString value;
    int line = 0;
};

tl::unexpected<Error> at(int line, const QString& message)
{
    return failure(ErrorCode::Malformed, QStringLiteral("line %1: %2").arg(line).arg(message).toStdString());
}

tl::unexpected<Error> at(int line, const Error& error)
{
    return at(line, QString::fromStdString(error.message));
}

/// "name: value"; nothing where a line has no name.
std::optional<Field> namedField(const QString& line, int number)
{
    static const QRegularExpression kNamed(QStringLiteral("^([a-z]+(?: \\S+)?):\\s*(.*)$"));
    const auto match = kNamed.match(line);
    return match.hasMatch() ? std::optional(Field{match.captured(1), match.captured(2).trimmed(), number})
                            : std::nullopt;
}

const QStringList& fieldNames()
{
    static const QStringList names{QStringLiteral("answer"), QStringLiteral("tolerance"), QStringLiteral("right"),
                                   QStringLiteral("wrong"),  QStringLiteral("range"),     QStringLiteral("unit"),
                                   QStringLiteral("low"),    QStringLiteral("high")};
    return names;
}

std::vector<Field> fieldsOf(const QStringList& lines, int first)
{
    std::vector<Field> fields;
    int number = first;
    for (const QString& line : lines) {
        std::optional<Field> named = namedField(line, number);
        if (named && !fieldNames().contains(named->name.section(u' ', 0, 0))) {
            named.reset();
        }
        if (line.startsWith(QLatin1String("- "))) {
            fields.push_back({QStringLiteral("-"), line.mid(2).trimmed(), number});
        } else if (line.startsWith(QLatin1String("  :"))) {
            fields.push_back({QStringLiteral(":"), line.trimmed().mid(1).trimmed(), number});
        } else if (named) {
            fields.push_back(std::move(*named));
        } else if (!fields.empty() && line.startsWith(QLatin1String("  "))) {
            fields.back().value += QLatin1Char(' ') + line.trimmed();
        } else if (!fields.empty() && fields.back().name.isEmpty()) {
            fields.back().value += QLatin1Char('\n') + line;
        } else if (!line.trimmed().isEmpty()) {
            fields.push_back({QString(), line, number});
        }
        ++number;
    }
    return fields;
}

/// The texts of a lesson may have inline numbers, which are checked as it is read.
Result<void> checkText(const QString& text, int line)
{
    if (const auto numbers = inlineNumbers(text); !numbers) {
        return at(line, numbers.error());
    }
    return {};
}

/// Where the brackets close with which an option begins; −1 where it begins with none.
qsizetype boxEnd(const QString& text)
{
    int depth = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        depth += text[i] == u'[' ? 1 : text[i] == u']' ? -1 : 0;
        if (depth == 0) {
            return i == 0 ? -1 : i;
        }
    }
    return -1;
}

/// One question's block, as it is read field by field.
class QuestionReader
{
public:
    QuestionReader(const QString& kind, const QStringList& lines, int line)
        : m_kind(kind)
        , m_fields(fieldsOf(lines, line + 1))
        , m_line(line)
    {}

    Result<Question> read()
    {
        Question question{.prompt = {}, .kind = ChoiceQuestion{}, .line = m_line};
        if (m_fields.empty() || !m_fields.front().name.isEmpty()) {
            return at(m_line, QStringLiteral("A question begins with what it asks."));
        }
        question.prompt = m_fields.front().value;
        for (const Field& field : m_fields) {
            if (field.name.isEmpty() && &field != &m_fields.front()) {
                return at(field.line, QStringLiteral("A line here is an answer, as \"- …\", or has a name, as "
                                                     "\"right: …\"; what goes on begins with two spaces."));
            }
            if (Result<void> checked = checkText(field.value, field.line); !checked) {
                return tl::unexpected(checked.error());
            }
        }
        Result<void> done = readKind(question);
        if (!done) {
            return tl::unexpected(done.error());
        }
        return question;
    }

private:
    Result<void> readKind(Question& question)
    {
        if (m_kind == QLatin1String("choice")) {
            return readChoice(question.kind.emplace<ChoiceQuestion>());
        }
        if (m_kind == QLatin1String("token")) {
            return readToken(question.kind.emplace<TokenQuestion>());
        }
        if (m_kind == QLatin1String("draw")) {
            return readDraw(question.kind.emplace<DrawQuestion>());
        }
        if (m_kind == QLatin1String("order")) {
            return readOrder(question.kind.emplace<OrderQuestion>());
        }
        if (m_kind == QLatin1String("slider")) {
            return readSlider(question.kind.emplace<SliderQuestion>());
        }
        return at(m_line,
                  QStringLiteral("A question is one of choice, token, draw, order, slider, not \"%1\".").arg(m_kind));
    }

    /// Answers and why each of them is right or wrong, which every one must say.
    Result<std::vector<OrderItem>> answers(std::vector<int>& lines)
    {
        std::vector<OrderItem> items;
        for (const Field& field : m_fields) {
            if (field.name == QLatin1String("-")) {
                items.push_back({field.value, {}});
                lines.push_back(field.line);
            } else if (field.name == QLatin1String(":") && !items.empty() && items.back().because.isEmpty()) {
                items.back().because = field.value;
            } else if (!field.name.isEmpty()) {
                return at(field.line, QStringLiteral("This question has answers, \"- …\", each followed by why, "
                                                     "\"  : …\"; no \"%1\".")
                                          .arg(field.name));
            }
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].because.isEmpty()) {
                return at(lines[i], QStringLiteral("Behind an answer stands why it is right or wrong: \"  : …\"."));
            }
        }
        if (items.size() < 2) {
            return at(m_line, QStringLiteral("A question has at least two answers."));
        }
        return items;
    }

    Result<void> readChoice(ChoiceQuestion& question)
    {
        std::vector<int> lines;
        Result<std::vector<OrderItem>> items = answers(lines);
        if (!items) {
            return tl::unexpected(items.error());
        }
        int right = 0;
        bool hasConditions = false;
        for (std::size_t i = 0; i < items->size(); ++i) {
            const QString& text = (*items)[i].text;
            const qsizetype end = boxEnd(text);
            if (end < 0) {
                return at(lines[i], QStringLiteral("An option begins with [x], [ ] or a claim in brackets."));
            }
            const QString box = text.mid(1, end - 1).trimmed();
            ChoiceOption option{.text = text.mid(end + 1).trimmed(), .because = (*items)[i].because};
            option.isRight = box == QLatin1String("x");
            if (!option.isRight && !box.isEmpty()) {
                Result<Claim> claim = parseClaim(box);
                if (!claim) {
                    return at(lines[i], claim.error());
                }
                option.condition = std::move(*claim);
                hasConditions = true;
            }
            right += option.isRight ? 1 : 0;
            question.options.push_back(std::move(option));
        }
        if (right > 1 || (right == 0 && !hasConditions)) {
            return at(m_line, QStringLiteral("Exactly one option is right; %1 are.").arg(right));
        }
        return {};
    }

    Result<void> readOrder(OrderQuestion& question)
    {
        std::vector<int> lines;
        Result<std::vector<OrderItem>> items = answers(lines);
        if (!items) {
            return tl::unexpected(items.error());
        }
        question.items = std::move(*items);
        return {};
    }

    Result<void> readToken(TokenQuestion& question)
    {
        if (Result<void> known =
                allowOnly({QStringLiteral("answer"), QStringLiteral("right"), QStringLiteral("wrong")});
            !known) {
            return known;
        }
        if (Result<void> read = readMeasurement(question.answer); !read) {
            return read;
        }
        for (const Field& field : m_fields) {
            if (field.name.startsWith(QLatin1String("wrong "))) {
                question.wrong.insert(field.name.section(u' ', 1).toLower(), field.value);
            }
        }
        return readTexts({{QStringLiteral("right"), &question.right}, {QStringLiteral("wrong"), &question.otherwise}});
    }

    Result<void> readDraw(DrawQuestion& question)
    {
        if (Result<void> known = allowOnly({QStringLiteral("answer"), QStringLiteral("right"), QStringLiteral("wrong"),
                                            QStringLiteral("tolerance")});
            !known) {
            return known;
        }
        const Field* answer = find(QStringLiteral("answer"));
        QStringList words = answer == nullptr ? QStringList() : answer->value.split(u' ', Qt::SkipEmptyParts);
        if (words.size() != 3 || words.takeFirst() != QLatin1String("weights")) {
            return at(answer == nullptr ? m_line : answer->line,
                      QStringLiteral("answer: is \"weights HEAD QUERY\" for this question."));
        }
        question.row = words;
        if (Result<void> read = readNumber(QStringLiteral("tolerance"), question.tolerance); !read) {
            return read;
        }
        return readTexts({{QStringLiteral("right"), &question.right}, {QStringLiteral("wrong"), &question.wrong}});
    }

    Result<void> readSlider(SliderQuestion& question)
    {
        if (Result<void> known = allowOnly({QStringLiteral("answer"), QStringLiteral("right"), QStringLiteral("low"),
                                            QStringLiteral("high"), QStringLiteral("tolerance"),
                                            QStringLiteral("range"), QStringLiteral("unit")});
            !known) {
            return known;
        }
        if (Result<void> read = readMeasurement(question.answer); !read) {
            return read;
        }
        const Field* range = find(QStringLiteral("range"));
        const QStringList numbers = range == nullptr ? QStringList() : range->value.split(u' ', Qt::SkipEmptyParts);
        std::array<bool, 3> isNumber{};
        if (numbers.size() == 3) {
            question.lowest = numbers[0].toDouble(isNumber.data());
            question.highest = numbers[1].toDouble(&isNumber[1]);
            question.step = numbers[2].toDouble(&isNumber[2]);
        }
        if (std::ranges::find(isNumber, false) != isNumber.end() || !(question.lowest < question.highest) ||
            !(question.step > 0.0) || (question.highest - question.lowest) / question.step > kMostSliderSteps) {
            return at(range == nullptr ? m_line : range->line,
                      QStringLiteral("range: is the lowest and the highest number and the step between, as 0 4 0.1."));
        }
        if (Result<void> read = readNumber(QStringLiteral("tolerance"), question.tolerance); !read) {
            return read;
        }
        if (const Field* unit = find(QStringLiteral("unit"))) {
            question.unit = unit->value;
        }
        return readTexts({{QStringLiteral("right"), &question.right},
                          {QStringLiteral("low"), &question.low},
                          {QStringLiteral("high"), &question.high}});
    }

    const Field* find(const QString& name) const
    {
        const auto found = std::ranges::find(m_fields, name, &Field::name);
        return found == m_fields.end() ? nullptr : &*found;
    }

    Result<void> allowOnly(const QStringList& names) const
    {
        for (const Field& field : m_fields) {
            if (!field.name.isEmpty() && !names.contains(field.name.section(u' ', 0, 0))) {
                return at(field.line, QStringLiteral("This question has the lines %1, no \"%2\".")
                                          .arg(names.join(QStringLiteral(", ")), field.name));
            }
        }
        return {};
    }

    Result<void> readMeasurement(Measurement& measurement) const
    {
        const Field* answer = find(QStringLiteral("answer"));
        if (answer == nullptr) {
            return at(m_line, QStringLiteral("This question needs a line answer:"));
        }
        Result<Measurement> read = parseMeasurement(answer->value);
        if (!read) {
            return at(answer->line, read.error());
        }
        measurement = std::move(*read);
        return {};
    }

    Result<void> readNumber(const QString& name, double& number) const
    {
        const Field* field = find(name);
        if (field == nullptr) {
            return {};
        }
        bool isNumber = false;
        number = field->value.toDouble(&isNumber);
        if (!isNumber || !(number >= 0.0)) {
            return at(field->line, QStringLiteral("%1: is a number, not \"%2\".").arg(name, field->value));
        }
        return {};
    }

    /// All of these must be said.
    Result<void> readTexts(const std::vector<std::pair<QString, QString*>>& texts) const
    {
        for (const auto& [name, text] : texts) {
            const Field* field = find(name);
            if (field == nullptr || field->value.isEmpty()) {
                return at(m_line, QStringLiteral("This question needs a line %1:, which says why.").arg(name));
            }
            *text = field->value;
        }
        return {};
    }

    static constexpr double kMostSliderSteps = 100'000.0;

    QString m_kind;
    std::vector<Field> m_fields;
    int m_line;
};

class LessonReader
{
public:
    explicit LessonReader(const QString& text) : m_lines(QString(text).remove(u'\r').split(u'\n')) {}

    Result<Lesson> read()
    {
        for (; m_next < m_lines.size(); ++m_next) {
            if (Result<void> done = readLine(m_lines[m_next]); !done) {
                return tl::unexpected(done.error());
            }
        }
        if (m_lesson.title.isEmpty()) {
            return at(1, QStringLiteral("A lesson begins with its title: \"# …\"."));
        }
        if (m_lesson.steps.empty()) {
            return at(static_cast<int>(m_lines.size()), QStringLiteral("A lesson has at least one step: \"## …\"."));
        }
        if (m_lesson.minutes <= 0.0) {
            return at(1, QStringLiteral("Under its title a lesson says how long it takes: \"minutes: 5\"."));
        }
        if (Result<void> done = endStep(); !done) {
            return tl::unexpected(done.error());
        }
        return std::move(m_lesson);
    }

private:
    int number() const { return static_cast<int>(m_next) + 1; }

    Result<void> readLine(const QString& line)
    {
        if (line.startsWith(QLatin1String("## "))) {
            if (Result<void> done = endStep(); !done) {
                return done;
            }
            const Scene scene = m_lesson.steps.empty() ? Scene{} : m_lesson.steps.back().scene;
            m_lesson.steps.push_back({.title = line.mid(3).trimmed(), .line = number(), .before = {}, .scene = scene});
            m_hasScene = false;
            return {};
        }
        if (m_lesson.steps.empty()) {
            return readHeader(line);
        }
        static const QRegularExpression kFence(QStringLiteral("^```\\s*([a-z]*)\\s*(\\S*)\\s*$"));
        const auto fence = kFence.match(line);
        if (!fence.hasMatch()) {
            text() += line + QLatin1Char('\n');
            return {};
        }
        return readBlock(fence.captured(1), fence.captured(2));
    }

    Result<void> readHeader(const QString& line)
    {
        if (line.startsWith(QLatin1String("# ")) && m_lesson.title.isEmpty()) {
            m_lesson.title = line.mid(2).trimmed();
            return {};
        }
        const std::optional<Field> field = namedField(line, number());
        if (field && field->name == QLatin1String("minutes")) {
            bool isNumber = false;
            m_lesson.minutes = field->value.toDouble(&isNumber);
            if (!isNumber || !(m_lesson.minutes > 0.0)) {
                return at(number(), QStringLiteral("minutes: is a number, not \"%1\".").arg(field->value));
            }
            return {};
        }
        if (line.trimmed().isEmpty()) {
            return {};
        }
        return at(number(), QStringLiteral("Before the first step, \"## …\", there is the title, \"# …\", and "
                                           "\"minutes: …\" alone."));
    }

    Result<void> readBlock(const QString& kind, const QString& which)
    {
        const int begin = number();
        QStringList lines;
        for (++m_next; m_next < m_lines.size() && m_lines[m_next].trimmed() != QLatin1String("```"); ++m_next) {
            lines.append(m_lines[m_next]);
        }
        if (m_next == m_lines.size()) {
            return at(begin, QStringLiteral("A block that begins here, ```%1, does not end.").arg(kind));
        }
        if (kind == QLatin1String("scene")) {
            return readScene(lines, begin);
        }
        if (kind == QLatin1String("question")) {
            return readQuestion(which, lines, begin);
        }
        if (!kind.isEmpty()) {
            return at(begin, QStringLiteral("A block is a scene or a question, not \"%1\".").arg(kind));
        }
        text() += QStringLiteral("```\n") + lines.join(u'\n') + QStringLiteral("\n```\n");
        return {};
    }

    Result<void> readScene(const QStringList& lines, int begin)
    {
        if (std::exchange(m_hasScene, true)) {
            return at(begin, QStringLiteral("A step has one scene; this is its second."));
        }
        LessonStep& step = m_lesson.steps.back();
        int line = begin;
        for (const QString& entry : lines) {
            ++line;
            if (entry.trimmed().isEmpty()) {
                continue;
            }
            const std::optional<Field> field = namedField(entry, line);
            if (!field) {
                return at(line, QStringLiteral("A scene's lines are as \"page: heatmap\", not \"%1\".").arg(entry));
            }
            if (field->name == QLatin1String("expect")) {
                Result<Claim> claim = parseClaim(field->value);
                if (!claim) {
                    return at(line, claim.error());
                }
                step.expectations.push_back({std::move(*claim), line});
            } else if (Result<void> set = setLine(step.scene, field->name, field->value); !set) {
                return at(line, set.error());
            }
        }
        return {};
    }

    Result<void> readQuestion(const QString& kind, const QStringList& lines, int begin)
    {
        LessonStep& step = m_lesson.steps.back();
        if (step.question) {
            return at(begin, QStringLiteral("A step has one question; this is its second."));
        }
        Result<Question> question = QuestionReader(kind, lines, begin).read();
        if (!question) {
            return tl::unexpected(question.error());
        }
        step.question = std::move(*question);
        return {};
    }

    Result<void> endStep()
    {
        if (m_lesson.steps.empty()) {
            return {};
        }
        LessonStep& step = m_lesson.steps.back();
        step.before = step.before.trimmed();
        step.after = step.after.trimmed();
        if (Result<void> checked = checkText(step.before, step.line); !checked) {
            return checked;
        }
        return checkText(step.after, step.line);
    }

    QString& text()
    {
        LessonStep& step = m_lesson.steps.back();
        return step.question ? step.after : step.before;
    }

    QStringList m_lines;
    qsizetype m_next = 0;
    Lesson m_lesson;
    bool m_hasScene = false;  ///< Of the last step.
};

}  // namespace

int Lesson::questions() const
{
    return static_cast<int>(
        std::ranges::count_if(steps, [](const LessonStep& step) { return step.question.has_value(); }));
}

Result<Lesson> parseLesson(const QString& text)
{
    return LessonReader(text).read();
}

Result<Lesson> readLesson(const QString& path)
{
    const Result<std::string> text = readRegularFile(path.toStdString());
    if (!text) {
        return tl::unexpected(text.error());
    }
    Result<Lesson> lesson = parseLesson(QString::fromStdString(*text));
    if (!lesson) {
        return failure(lesson.error().code, QFileInfo(path).fileName().toStdString() + ", " + lesson.error().message);
    }
    return lesson;
}

}  // namespace headlight::ui
