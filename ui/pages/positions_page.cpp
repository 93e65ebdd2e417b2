#include "ui/pages/positions_page.h"

#include "ui/panels/toggle_button.h"
#include "ui/plots/position_picture.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

QString joined(const std::vector<Index>& numbers)
{
    QStringList texts;
    for (const Index number : numbers) {
        texts.append(QString::number(number));
    }
    return texts.join(QStringLiteral(", "));
}

}  // namespace

std::optional<std::vector<Index>> parseDimensions(const QString& text, Index width)
{
    std::vector<Index> dimensions;
    if (text.trimmed().isEmpty()) {
        return dimensions;
    }
    for (const QString& part : text.split(QLatin1Char(','))) {
        bool isNumber = false;
        const Index dimension = part.trimmed().toLongLong(&isNumber);
        if (!isNumber || dimension < 0 || dimension >= width || dimensions.size() == kMostWaves) {
            return std::nullopt;
        }
        dimensions.push_back(dimension);
    }
    return dimensions;
}

PositionsPage::PositionsPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_show(new QButtonGroup(this))
    , m_scheme(new QComboBox(this))
    , m_use(new QPushButton(tr("Use in model"), this))
    , m_widthLabel(new QLabel(this))
    , m_width(new InUseSpinBox(this))
    , m_lengthLabel(new QLabel(tr("Length"), this))
    , m_length(new InUseSpinBox(this))
    , m_dimensionsLabel(new QLabel(this))
    , m_dimensions(new QLineEdit(this))
    , m_complaint(new QLabel(this))
    , m_shiftRow(new QWidget(this))
    , m_shiftSlider(new QSlider(Qt::Horizontal, m_shiftRow))
    , m_shift(new QSpinBox(m_shiftRow))
    , m_views(new QStackedWidget(this))
    , m_view(new PositionsView(this))
    , m_sideView(new PointableView(this))
{
    m_heading->setObjectName(QStringLiteral("positionsHeading"));
    m_view->setObjectName(QStringLiteral("positions"));
    m_view->setAccessibleName(tr("Positions"));
    m_sideView->setObjectName(QStringLiteral("positionSide"));
    m_sideView->setAccessibleName(tr("Effect of positions"));
    m_views->addWidget(m_view);
    m_views->addWidget(m_sideView);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(makeChooser());
    layout->addLayout(makeControls());
    m_shiftRow->setLayout(makeShift());
    layout->addWidget(m_shiftRow);
    layout->addWidget(m_views, 1);
    connectControls();
    connectViews();
}

QLayout* PositionsPage::makeChooser()
{
    struct Choice
    {
        PositionShow show;
        const char* name;
        const char* label;
        const char* tip;
    };
    static constexpr Choice kChoices[] = {
        {PositionShow::Encoding, "showEncoding", QT_TR_NOOP("Encoding"),
         QT_TR_NOOP("Waves, every number, and how alike two positions are")},
        {PositionShow::Distance, "showDistance", QT_TR_NOOP("Distance"),
         QT_TR_NOOP("What positions do to the selected head's scores as the distance grows")},
        {PositionShow::Wavelengths, "showWavelengths", QT_TR_NOOP("Wavelengths"),
         QT_TR_NOOP("Which pairs of dimensions turn within the text, and which hardly do")},
        {PositionShow::Shift, "showShift", QT_TR_NOOP("Shift"),
         QT_TR_NOOP("PE(p + k) is a linear function of PE(p), the same for every p")},
    };
    m_use->setObjectName(QStringLiteral("usePositions"));
    m_use->setToolTip(tr("Run the model with the positions shown here, as the Experiment panel can"));
    auto* row = new QHBoxLayout;
    for (const Choice& choice : kChoices) {
        auto* button = new ToggleButton(tr(choice.label), tr(choice.tip), this);
        button->setObjectName(QString::fromLatin1(choice.name));
        m_show->addButton(button, static_cast<int>(choice.show));
        row->addWidget(button);
    }
    row->addStretch(1);
    row->addWidget(m_use);
    return row;
}

QLayout* PositionsPage::makeControls()
{
    m_scheme->setObjectName(QStringLiteral("positionScheme"));
    m_scheme->setToolTip(tr("Looking at another scheme does not change the model; the Experiment panel does"));
    m_scheme->addItem(QString());  // named in showOptions
    for (const PositionScheme scheme : kPositionSchemes) {
        if (scheme != PositionScheme::Learned || session().model().weights.positionEmbedding.rows() > 0) {
            m_scheme->addItem(positionSchemeTitle(scheme), static_cast<int>(scheme));
        }
    }
    m_width->setObjectName(QStringLiteral("positionWidth"));
    m_width->setToolTip(tr("How many numbers a position has; 0 for as many as the model"));
    m_length->setObjectName(QStringLiteral("positionLength"));
    m_length->setToolTip(tr("How many positions are shown; 0 for those of the text, at least 64"));
    m_dimensions->setObjectName(QStringLiteral("positionDimensions"));
    m_dimensions->setToolTip(tr("Whose waves are drawn, as 0, 1, 8; empty for a few that show what the scheme does"));
    m_dimensions->setMaximumWidth(220);
    m_complaint->setObjectName(QStringLiteral("positionComplaint"));

    auto* schemeLabel = new QLabel(tr("Positions"), this);
    schemeLabel->setBuddy(m_scheme);
    m_widthLabel->setBuddy(m_width);
    m_lengthLabel->setBuddy(m_length);
    m_dimensionsLabel->setBuddy(m_dimensions);
    auto* controls = new QHBoxLayout;
    controls->addWidget(schemeLabel);
    controls->addWidget(m_scheme);
    controls->addSpacing(8);
    controls->addWidget(m_widthLabel);
    controls->addWidget(m_width);
    controls->addSpacing(8);
    controls->addWidget(m_lengthLabel);
    controls->addWidget(m_length);
    controls->addSpacing(8);
    controls->addWidget(m_dimensionsLabel);
    controls->addWidget(m_dimensions);
    controls->addWidget(m_complaint);
    controls->addStretch(1);
    return controls;
}

QLayout* PositionsPage::makeShift()
{
    const QString tip = tr("How many positions later; p is the query that is pointed at or selected");
    m_shiftSlider->setObjectName(QStringLiteral("shiftSlider"));
    m_shiftSlider->setAccessibleName(tr("Shift k"));
    m_shiftSlider->setToolTip(tip);
    m_shiftSlider->setRange(0, 64);
    m_shift->setObjectName(QStringLiteral("shift"));
    m_shift->setAccessibleName(tr("Shift k"));
    m_shift->setToolTip(tip);
    m_shift->setRange(0, static_cast<int>(kMostShift));
    auto* label = new QLabel(tr("Shift k"), m_shiftRow);
    label->setBuddy(m_shiftSlider);
    auto* row = new QHBoxLayout;
    row->setContentsMargins({});
    row->addWidget(label);
    row->addWidget(m_shiftSlider, 1);
    row->addWidget(m_shift);
    return row;
}

void PositionsPage::connectControls()
{
    connect(m_show, &QButtonGroup::idClicked, this, [this](int id) {
        changeOptions([id](PositionOptions& options) { options.show = static_cast<PositionShow>(id); });
    });
    connect(m_use, &QPushButton::clicked, this, [this] {
        Experiment experiment = session().document().experiment;
        experiment.positions = session().viewOptions().positions.scheme;
        session().setExperiment(experiment);
        changeOptions([](PositionOptions& options) { options.scheme.reset(); });
    });
    connect(m_scheme, &QComboBox::activated, this, [this](int index) {
        changeOptions([&](PositionOptions& options) {
            options.scheme.reset();
            if (index > 0) {
                options.scheme = static_cast<PositionScheme>(m_scheme->itemData(index).toInt());
            }
            // Another scheme's width and columns mean something else.
            options.width.reset();
            options.dimensions.clear();
        });
    });
    connect(m_width, &InUseSpinBox::numberChanged, this, [this](std::optional<Index> width) {
        changeOptions([&](PositionOptions& options) { options.width = width; });
    });
    connect(m_length, &InUseSpinBox::numberChanged, this, [this](std::optional<Index> length) {
        changeOptions([&](PositionOptions& options) { options.length = length; });
    });
    connect(m_dimensions, &QLineEdit::textEdited, this, &PositionsPage::setDimensions);
    const auto setShift = [this](int shift) {
        changeOptions([shift](PositionOptions& options) { options.shift = shift; });
    };
    connect(m_shiftSlider, &QSlider::valueChanged, this, setShift);
    connect(m_shift, &QSpinBox::valueChanged, this, setShift);
}

void PositionsPage::connectViews()
{
    const auto at = [this](const PositionCell& cell) {
        const std::shared_ptr<const Trace>& trace = session().fullTrace();
        return session().toRows(selectionAt(cell, m_view->positions()->request(), session().document().selection.head,
                                            trace ? trace->tokens() : 0));
    };
    connect(m_view, &PositionsView::pointed, this, [this, at](std::optional<PositionCell> cell) {
        session().point(cell ? std::optional(at(*cell)) : std::nullopt);
    });
    connect(m_view, &PositionsView::clicked, this, [this, at](PositionCell cell) { session().select(at(cell)); });

    const auto rows = [this](Selection tokens) {
        if (!tokens.query && !tokens.key) {  // a head alone
            tokens.query = session().document().selection.query;
            tokens.key = session().document().selection.key;
        }
        return session().toRows(tokens);
    };
    connect(m_sideView, &PointableView::pointed, this, [this, rows](const std::optional<Selection>& selection) {
        session().point(selection ? std::optional(rows(*selection)) : std::nullopt);
    });
    connect(m_sideView, &PointableView::clicked, this,
            [this, rows](const Selection& selection) { session().select(rows(selection)); });
    const auto free = [this] { session().select({.head = session().document().selection.head}); };
    connect(m_view, &PositionsView::freed, this, free);
    connect(m_sideView, &PointableView::freed, this, free);
}

PositionsInUse PositionsPage::inUse() const
{
    const std::shared_ptr<const Trace>& trace = session().fullTrace();
    return {session().model(), session().document().experiment, trace ? trace->tokens() : 0, trace.get()};
}

void PositionsPage::changeOptions(const std::function<void(PositionOptions&)>& change)
{
    ViewOptions options = session().viewOptions();
    change(options.positions);
    session().setViewOptions(options);
}

void PositionsPage::setDimensions(const QString& text)
{
    const Index width = positionRequest(inUse(), session().viewOptions().positions, {}).width;
    const auto dimensions = parseDimensions(text, width);
    m_complaint->setText(dimensions ? QString() : tr("0 to %1, at most %2").arg(width - 1).arg(kMostWaves));
    if (dimensions) {
        changeOptions([&](PositionOptions& options) { options.dimensions = *dimensions; });
    }
}

void PositionsPage::showOptions()
{
    const PositionOptions& options = session().viewOptions().positions;
    const PositionRequest request = positionRequest(inUse(), options, {});
    const bool alibi = request.scheme == PositionScheme::Alibi;
    m_show->button(static_cast<int>(options.show))->setChecked(true);
    m_scheme->setItemText(0, tr("in use: %1").arg(positionSchemeTitle(inUse().scheme())));
    m_scheme->setCurrentIndex(options.scheme ? m_scheme->findData(static_cast<int>(*options.scheme)) : 0);
    m_use->setEnabled(options.scheme && *options.scheme != inUse().scheme());

    const PositionRequest own = positionRequest(inUse(), {.scheme = options.scheme, .width = {}, .length = {}}, {});
    const bool widthIsFree = request.scheme != PositionScheme::None && request.scheme != PositionScheme::Learned;
    m_widthLabel->setText(alibi ? tr("Heads") : tr("Width"));
    m_width->setEnabled(widthIsFree);
    m_width->show(widthIsFree ? options.width : std::nullopt, own.width, alibi ? kMaxHeads : kMostDimensions,
                  request.scheme == PositionScheme::Rotary ? 2 : 1);
    m_length->setEnabled(request.scheme != PositionScheme::None);
    m_length->show(options.length, own.positions, longestRequest(inUse(), request.scheme));

    m_dimensionsLabel->setText(alibi ? tr("Lines of heads") : tr("Waves of dimensions"));
    m_dimensions->setEnabled(request.scheme != PositionScheme::None);
    m_dimensions->setPlaceholderText(joined(waveColumns(request, options)));
    if (!m_dimensions->hasFocus()) {
        m_dimensions->setText(joined(options.dimensions));
        m_complaint->clear();
    }
    QPalette complaint = palette();
    complaint.setColor(QPalette::WindowText, themeOf(*this).accent);
    m_complaint->setPalette(complaint);

    const QSignalBlocker blockSlider(m_shiftSlider);
    const QSignalBlocker blockShift(m_shift);
    m_shiftSlider->setValue(static_cast<int>(options.shift));
    m_shift->setValue(static_cast<int>(options.shift));

    // What a side does not depend on is not offered beside it.
    const auto offer = [](std::initializer_list<QWidget*> widgets, bool isOffered) {
        for (QWidget* widget : widgets) {
            widget->setVisible(isOffered);
        }
    };
    using enum PositionShow;
    offer({m_widthLabel, m_width}, options.show != Distance);
    offer({m_lengthLabel, m_length}, options.show == Encoding || options.show == Distance);
    offer({m_dimensionsLabel, m_dimensions, m_complaint}, options.show == Encoding || options.show == Shift);
    offer({m_shiftRow}, options.show == Shift);
}

void PositionsPage::refresh()
{
    showOptions();
    const PositionOptions& options = session().viewOptions().positions;
    const Selection shown = session().toTokens(session().shown());
    QString title;
    if (options.show == PositionShow::Encoding) {
        auto picture = std::make_unique<PositionsPicture>(inUse(), options, shown);
        title = picture->title();
        m_view->setPicture(std::move(picture));
        m_views->setCurrentWidget(m_view);
    } else {
        auto picture = positionSidePicture(inUse(), options, shown);
        title = picture->title();
        m_sideView->setPicture(std::move(picture));
        m_views->setCurrentWidget(m_sideView);
    }
    // Of the sides, the distance alone shows what the model computed.
    const bool isOfTrace = options.show == PositionShow::Distance && session().fullTrace();
    m_sideView->setDimmed(isOfTrace && session().state() == SessionState::Busy);
    m_heading->setText(isOfTrace ? pageHeading(title, session().fullTrace().get()) : title);
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
}

}  // namespace headlight::ui
