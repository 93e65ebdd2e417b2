#include "ui/pages/ablation_page.h"

#include "core/base/quantity.h"
#include "core/model/requirements.h"
#include "ui/panels/toggle_button.h"
#include "ui/plots/token_label.h"
#include "ui/session/predictions.h"
#include "ui/session/presentation.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <set>

namespace headlight::ui {
namespace {

constexpr int kSlowAfterMs = 150;
constexpr int kProgressSteps = 1000;
constexpr double kOperationsASecond = 2e10;  ///< What one thread does at least, of the products of small models.

/// A row of the second box; what none stands for is left open.
struct Choice
{
    QString name;
    QVariant value = {};
};

QVariant toVariant(HeadAddress head)
{
    return QPoint(static_cast<int>(head.head.value), static_cast<int>(head.layer.value));
}

HeadAddress toHead(const QVariant& value)
{
    return {LayerIndex(value.toPoint().y()), HeadIndex(value.toPoint().x())};
}

QString nameOf(HeadAddress head)
{
    return QStringLiteral("%1.%2").arg(head.layer.value).arg(head.head.value);
}

std::vector<Choice> headChoices(const Model& model, const AblationOptions& options, HeadAddress selected)
{
    std::vector<Choice> choices;
    std::set<HeadAddress> named;
    for (const auto& [relation, head] : model.askedHeads) {
        choices.push_back({QObject::tr("head %1, asked for the %2").arg(nameOf(head), QString::fromStdString(relation)),
                           toVariant(head)});
        named.insert(head);
    }
    if (options.head && named.insert(*options.head).second) {
        choices.push_back({QObject::tr("head %1").arg(nameOf(*options.head)), toVariant(*options.head)});
    }
    if (named.insert(selected).second) {
        choices.push_back({QObject::tr("head %1, selected now").arg(nameOf(selected)), toVariant(selected)});
    }
    return choices;
}

std::vector<Choice> predictionChoices(const Session& session, std::optional<TokenIndex> selected)
{
    const Model& model = session.model();
    const TokenNames names = session.viewOptions().tokens.names;
    const auto nameOfId = [&](std::int32_t id) {
        return tokenLabel(spelt(model.tokenizer->token(id).value_or(Token{}), names));
    };
    std::vector<Choice> choices;
    const std::optional<Predictions> predictions = predict(*session.fullTrace(), model, selected);
    const std::optional<std::int32_t> chosen = session.viewOptions().ablation.id;
    bool isChosenThere = !chosen;
    if (predictions && predictions->site && predictions->top && !predictions->top->empty()) {
        choices.push_back({QObject::tr("the most probable, “%1”").arg(nameOfId(predictions->top->front().id))});
        for (const Prediction& prediction : *predictions->top) {
            choices.push_back(
                {QStringLiteral("“%1” %2\u00a0%")
                     .arg(nameOfId(prediction.id), QString::number(prediction.probability * 100.0, 'f', 1)),
                 prediction.id});
            isChosenThere = isChosenThere || prediction.id == *chosen;
        }
    }
    if (!isChosenThere) {
        choices.push_back({QStringLiteral("“%1”").arg(nameOfId(*chosen)), *chosen});
    }
    return choices;
}

/// Filling a box anew would close it under the mouse.
bool areShown(const std::vector<Choice>& choices, const QComboBox& box)
{
    bool same = static_cast<std::size_t>(box.count()) == choices.size();
    for (int row = 0; same && row < box.count(); ++row) {
        const Choice& choice = choices[static_cast<std::size_t>(row)];
        same = box.itemText(row) == choice.name && box.itemData(row) == choice.value;
    }
    return same;
}

}  // namespace

AblationPage::AblationPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_measure(new QComboBox(this))
    , m_choice(new QComboBox(this))
    , m_live(new ToggleButton(tr("Live"),
                              tr("Run by itself after every change, where model and text are small enough for %1 s")
                                  .arg(kQuickStudySeconds),
                              this))
    , m_run(new QToolButton(this))
    , m_status(makeHeading(this))
    , m_progress(new QProgressBar(this))
    , m_view(new AblationView(this))
    , m_reading(makeHeading(this))
{
    m_heading->setObjectName(QStringLiteral("ablationHeading"));
    m_measure->setObjectName(QStringLiteral("ablationMeasure"));
    m_measure->setAccessibleName(tr("Effect on"));
    m_measure->addItem(tr("the output"), static_cast<int>(AblationMeasure::Output));
    if (session.model().config.outputHead != OutputHead::None) {
        m_measure->addItem(tr("a prediction"), static_cast<int>(AblationMeasure::Prediction));
    }
    m_measure->addItem(tr("an attention weight"), static_cast<int>(AblationMeasure::Attention));
    m_measure->setToolTip(tr(
        "<p>What heads are ranked by, when each is switched off in turn (its output replaced by zeros; Michel et al. "
        "2019):</p>"
        "<p><b>the output</b> y of the selected token: ‖y′ − y‖ / ‖y‖</p>"
        "<p><b>a prediction</b>'s probability p: p′ − p</p>"
        "<p><b>an attention weight</b> w of one head, from the selected query to the selected key or else to the one "
        "that "
        "it looks at most: w′ − w</p>"));
    m_choice->setObjectName(QStringLiteral("ablationChoice"));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_choice->setMinimumContentsLength(16);
    m_live->setObjectName(QStringLiteral("ablationLive"));
    m_run->setObjectName(QStringLiteral("ablationRun"));
    m_status->setObjectName(QStringLiteral("ablationStatus"));
    m_progress->setObjectName(QStringLiteral("ablationProgress"));
    m_progress->setAccessibleName(tr("Share of the study that is done"));
    m_progress->setRange(0, kProgressSteps);
    m_progress->setMaximumWidth(160);
    m_progress->setTextVisible(false);
    m_view->setObjectName(QStringLiteral("ablation"));
    m_view->setAccessibleName(tr("Effect of every head"));
    m_reading->setObjectName(QStringLiteral("ablationReading"));
    m_patience.setSingleShot(true);
    m_patience.setInterval(kSlowAfterMs);

    auto* measureLabel = new QLabel(tr("Effect on"), this);
    measureLabel->setBuddy(m_measure);
    auto* controls = new QHBoxLayout;
    controls->addWidget(measureLabel);
    controls->addWidget(m_measure);
    controls->addWidget(m_choice);
    controls->addStretch(1);
    controls->addWidget(m_live);
    controls->addWidget(m_run);
    auto* news = new QHBoxLayout;
    news->addWidget(m_status, 1);
    news->addWidget(m_progress);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(controls);
    layout->addLayout(news);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_reading);

    connect(m_measure, &QComboBox::activated, this, [this](int row) {
        AblationOptions options = this->session().viewOptions().ablation;
        options.measure = static_cast<AblationMeasure>(m_measure->itemData(row).toInt());
        setOptions(options);
    });
    connect(m_choice, &QComboBox::activated, this, &AblationPage::choose);
    connect(m_live, &QToolButton::toggled, this, [this](bool isLive) {
        AblationOptions options = this->session().viewOptions().ablation;
        options.start = isLive ? StudyStart::WhenQuick : StudyStart::WhenAsked;
        setOptions(options);
    });
    connect(m_run, &QToolButton::clicked, this, &AblationPage::runOrCancel);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_isSlow = m_runner.current() != nullptr;
        invalidate();
    });
    connect(&m_runner, &AblationRunner::progressed, this, [this] {
        if (m_runner.current() == nullptr) {
            m_patience.stop();
            m_isSlow = false;
        } else if (!m_isSlow && !m_patience.isActive()) {
            m_patience.start();
        }
        invalidate();
    });

    connect(m_view, &AblationView::pointed, this, [this](std::optional<HeadAddress> head) {
        if (!head) {
            this->session().point(std::nullopt);
            return;
        }
        Selection shown = this->session().locked();
        shown.head = *head;
        this->session().point(shown);
    });
    connect(m_view, &AblationView::clicked, &session, &Session::selectHead);
}

std::optional<Figure> AblationPage::figure() const
{
    if (!m_runner.lastAnswer()) {
        return std::nullopt;
    }
    const AblationQuestion& question = m_runner.lastAnswer()->question;
    return toFigure({.view = View::Ablation,
                     .trace = std::make_shared<const Trace>(question.about, Trace::Tensors{}),
                     .model = question.model,
                     .selection = session().locked(),
                     .options = session().viewOptions(),
                     .ablation = m_runner.lastAnswer()});
}

bool AblationPage::isUpToDate() const
{
    return Page::isUpToDate() && m_runner.current() == nullptr;
}

void AblationPage::setOptions(const AblationOptions& options)
{
    ViewOptions all = session().viewOptions();
    all.ablation = options;
    session().setViewOptions(all);
}

void AblationPage::choose(int row)
{
    AblationOptions options = session().viewOptions().ablation;
    const QVariant value = m_choice->itemData(row);
    if (options.measure == AblationMeasure::Attention) {
        options.head = toHead(value);
    } else {
        options.id = value.isValid() ? std::optional(value.toInt()) : std::nullopt;
    }
    setOptions(options);
}

void AblationPage::runOrCancel()
{
    if (m_isSlow) {
        m_runner.cancel();
    } else if (Result<AblationQuestion> asked = question()) {
        start(std::move(*asked));
    }
}

void AblationPage::start(AblationQuestion question)
{
    m_asked = question;
    m_runner.run(std::move(question));
}

Result<AblationQuestion> AblationPage::question() const
{
    const std::shared_ptr<const Trace>& trace = session().fullTrace();
    if (!trace) {
        return failure(ErrorCode::EmptyInput, emptyHint().toStdString());
    }
    const Result<AblationTarget> target = ablationTarget(session().viewOptions().ablation, session().model(), *trace,
                                                         session().toTokens(session().locked()));
    if (!target) {
        return tl::unexpected(target.error());
    }
    return AblationQuestion{session().sharedModel(), trace->info(), *target};
}

/// By the sizes alone: what the last pass took says little where it was the first, or others use the machine.
bool AblationPage::isQuick() const
{
    const ModelConfig& config = session().model().config;
    const double pass = runRequirements(config, session().fullTrace()->tokens()).operations / kOperationsASecond;
    return estimatedStudySeconds(config, pass) < kQuickStudySeconds;
}

void AblationPage::refresh()
{
    const Result<AblationQuestion> asked = question();
    const bool isNew = asked && !(m_asked && m_asked->isSameAs(*asked));
    const bool isLive = session().viewOptions().ablation.start == StudyStart::WhenQuick;
    if (isNew && isLive && isQuick() && session().isUpToDate() && session().state() == SessionState::Ready) {
        start(*asked);  // which comes back here
        return;
    }
    showOptions();
    showAnswer(asked);
}

void AblationPage::showOptions()
{
    const AblationOptions& options = session().viewOptions().ablation;
    const QSignalBlocker blockLive(m_live);
    m_measure->setCurrentIndex(m_measure->findData(static_cast<int>(options.measure)));
    m_live->setChecked(options.start == StudyStart::WhenQuick);
    showChoices();
}

void AblationPage::showChoices()
{
    const AblationOptions& options = session().viewOptions().ablation;
    const Selection selection = session().toTokens(session().locked());
    std::vector<Choice> choices;
    QVariant current;
    if (options.measure == AblationMeasure::Attention) {
        choices = headChoices(session().model(), options, selection.head);
        if (const Result<AblationQuestion> asked = question()) {
            current = toVariant(std::get<AttentionTarget>(asked->target).head);
        }
    } else if (options.measure == AblationMeasure::Prediction && session().fullTrace()) {
        choices = predictionChoices(session(), selection.query);
        current = options.id ? QVariant(*options.id) : QVariant();
    }
    if (!areShown(choices, *m_choice)) {
        m_choice->clear();
        for (const auto& [name, value] : choices) {
            m_choice->addItem(name, value);
        }
    }
    const int row = current.isValid() ? m_choice->findData(current) : 0;
    m_choice->setCurrentIndex(choices.empty() ? -1 : row);
    m_choice->setVisible(options.measure != AblationMeasure::Output);
    const bool isHead = options.measure == AblationMeasure::Attention;
    m_choice->setAccessibleName(isHead ? tr("Whose attention") : tr("Which prediction"));
    m_choice->setToolTip(isHead ? tr("The head whose weight, from the selected query to the key, is measured")
                                : tr("The token whose probability is measured"));
}

void AblationPage::showAnswer(const Result<AblationQuestion>& question)
{
    const bool isRunning = m_runner.current() != nullptr;
    const auto& answer = m_runner.lastAnswer();
    const bool isStale = answer && !(question && answer->question.isSameAs(*question));
    m_run->setText(m_isSlow ? tr("Cancel") : answer && !isStale ? tr("Run again") : tr("Run"));
    m_run->setToolTip(m_isSlow ? tr("Stop the study; the last one stays")
                               : tr("Switch each head off in turn, in the background"));
    m_run->setEnabled(m_isSlow || question.has_value());
    m_progress->setVisible(m_isSlow);
    m_progress->setValue(static_cast<int>(m_runner.shareDone() * kProgressSteps));
    m_status->setText(statusOf(question));
    m_view->setHint(hintOf(question));
    m_view->setDimmed(isStale && (m_isSlow || !isRunning));
    if (!answer || !session().fullTrace()) {
        m_heading->clear();
        m_reading->clear();
        m_view->setPicture(nullptr);
        return;
    }
    const HeadAddress head = session().shown().head;
    const ViewOptions& options = session().viewOptions();
    auto picture =
        std::make_unique<AblationPicture>(answer, head, options.tokens.names, ColourMap::named(options.colourMap));
    const Trace about(answer->question.about, {});
    m_heading->setText(pageHeading(picture->title(), &about));
    m_heading->setToolTip(m_heading->text());
    m_reading->setText(picture->describe(head));
    m_reading->setToolTip(m_reading->text());
    m_view->setCursor(session().locked().head);
    m_view->setPicture(std::move(picture));
}

QString AblationPage::statusOf(const Result<AblationQuestion>& question) const
{
    if (m_isSlow) {
        const std::optional<double> left = m_runner.secondsLeft();
        return left ? tr("Switching heads off in turn … about %1 left").arg(QString::fromStdString(duration(*left)))
                    : tr("Switching heads off in turn …");
    }
    if (m_runner.current() != nullptr) {
        return m_status->text();
    }
    if (!m_runner.error().isEmpty()) {
        return m_runner.error();
    }
    if (!question) {
        return QString::fromStdString(question.error().message);
    }
    const auto& answer = m_runner.lastAnswer();
    if (!answer) {
        return {};
    }
    const AblationQuestion& answered = answer->question;
    if (answered.about.tokens != question->about.tokens) {
        return tr("This is of an earlier text. Run again for the one at hand.");
    }
    if (answered.about.experiment != question->about.experiment) {
        return tr("This is of an earlier experiment. Run again for the one at hand.");
    }
    if (answered.target != question->target) {
        return tr("This is of another target. Run again for the one at hand.");
    }
    return tr("%L1 heads switched off in turn, in %2")
        .arg(answer->study.effects.size())
        .arg(QString::fromStdString(duration(answer->seconds)));
}

QString AblationPage::hintOf(const Result<AblationQuestion>& question) const
{
    if (!question) {
        return QString::fromStdString(question.error().message);
    }
    const ModelConfig& config = session().model().config;
    return tr("Run switches each of the %L1 heads off in turn and ranks them by what that does.")
        .arg(config.layers * config.heads);
}

}  // namespace headlight::ui
