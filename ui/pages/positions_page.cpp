#include "ui/pages/positions_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr std::array kPositionSchemes = {PositionScheme::None, PositionScheme::Sinusoidal, PositionScheme::Learned,
                                         PositionScheme::Rotary, PositionScheme::Alibi};

QString schemeName(PositionScheme scheme)
{
    if (scheme == PositionScheme::Alibi) {
        return QStringLiteral("ALiBi");
    }
    const std::string_view name = positionSchemeName(scheme);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

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
    , m_heading(new QLabel(this))
    , m_scheme(new QComboBox(this))
    , m_widthLabel(new QLabel(this))
    , m_width(new InUseSpinBox(this))
    , m_length(new InUseSpinBox(this))
    , m_dimensionsLabel(new QLabel(this))
    , m_dimensions(new QLineEdit(this))
    , m_complaint(new QLabel(this))
    , m_view(new PositionsView(this))
{
    m_heading->setObjectName(QStringLiteral("positionsHeading"));
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_scheme->setObjectName(QStringLiteral("positionScheme"));
    m_scheme->setToolTip(tr("Looking at another scheme does not change the model; the Experiment panel does"));
    m_scheme->addItem(QString());  // named in showOptions
    for (const PositionScheme scheme : kPositionSchemes) {
        if (scheme != PositionScheme::Learned || session.model().weights.positionEmbedding.rows() > 0) {
            m_scheme->addItem(schemeName(scheme), static_cast<int>(scheme));
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
    m_view->setObjectName(QStringLiteral("positions"));
    m_view->setAccessibleName(tr("Positions"));

    auto* schemeLabel = new QLabel(tr("Positions"), this);
    schemeLabel->setBuddy(m_scheme);
    m_widthLabel->setBuddy(m_width);
    auto* lengthLabel = new QLabel(tr("Length"), this);
    lengthLabel->setBuddy(m_length);
    m_dimensionsLabel->setBuddy(m_dimensions);
    auto* controls = new QHBoxLayout;
    controls->addWidget(schemeLabel);
    controls->addWidget(m_scheme);
    controls->addSpacing(8);
    controls->addWidget(m_widthLabel);
    controls->addWidget(m_width);
    controls->addSpacing(8);
    controls->addWidget(lengthLabel);
    controls->addWidget(m_length);
    controls->addSpacing(8);
    controls->addWidget(m_dimensionsLabel);
    controls->addWidget(m_dimensions);
    controls->addWidget(m_complaint);
    controls->addStretch(1);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(controls);
    layout->addWidget(m_view, 1);

    connect(m_scheme, &QComboBox::activated, this, [this](int index) {
        // Another scheme's width and columns mean something else.
        PositionOptions options{.scheme = {}, .width = {}, .length = this->session().viewOptions().positions.length};
        if (index > 0) {
            options.scheme = static_cast<PositionScheme>(m_scheme->itemData(index).toInt());
        }
        setOptions(options);
    });
    connect(m_width, &InUseSpinBox::numberChanged, this, [this](std::optional<Index> width) {
        PositionOptions options = this->session().viewOptions().positions;
        options.width = width;
        setOptions(options);
    });
    connect(m_length, &InUseSpinBox::numberChanged, this, [this](std::optional<Index> length) {
        PositionOptions options = this->session().viewOptions().positions;
        options.length = length;
        setOptions(options);
    });
    connect(m_dimensions, &QLineEdit::textEdited, this, &PositionsPage::setDimensions);

    const auto at = [this](const PositionCell& cell) {
        const std::shared_ptr<const Trace>& trace = this->session().trace();
        return selectionAt(cell, m_view->positions()->request(), this->session().document().selection.head,
                           trace ? trace->tokens() : 0);
    };
    connect(m_view, &PositionsView::pointed, this, [this, at](std::optional<PositionCell> cell) {
        this->session().point(cell ? std::optional(at(*cell)) : std::nullopt);
    });
    connect(m_view, &PositionsView::clicked, this, [this, at](PositionCell cell) { this->session().select(at(cell)); });
    connect(m_view, &PositionsView::freed, this,
            [this] { this->session().select({.head = this->session().document().selection.head}); });
}

PositionsInUse PositionsPage::inUse() const
{
    const std::shared_ptr<const Trace>& trace = session().trace();
    return {session().model(), session().document().experiment, trace ? trace->tokens() : 0};
}

void PositionsPage::setOptions(const PositionOptions& options)
{
    ViewOptions all = session().viewOptions();
    all.positions = options;
    session().setViewOptions(all);
}

void PositionsPage::setDimensions(const QString& text)
{
    const Index width = m_view->positions()->request().width;
    const auto dimensions = parseDimensions(text, width);
    m_complaint->setText(dimensions ? QString() : tr("0 to %1, at most %2").arg(width - 1).arg(kMostWaves));
    if (dimensions) {
        PositionOptions options = session().viewOptions().positions;
        options.dimensions = *dimensions;
        setOptions(options);
    }
}

void PositionsPage::showOptions(const PositionsPicture& picture)
{
    const PositionOptions& options = session().viewOptions().positions;
    const PositionRequest& request = picture.request();
    const bool alibi = request.scheme == PositionScheme::Alibi;
    m_scheme->setItemText(0, tr("in use: %1").arg(schemeName(inUse().scheme())));
    m_scheme->setCurrentIndex(options.scheme ? m_scheme->findData(static_cast<int>(*options.scheme)) : 0);

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
    m_dimensions->setPlaceholderText(joined(picture.columns()));
    if (!m_dimensions->hasFocus()) {
        m_dimensions->setText(joined(options.dimensions));
        m_complaint->clear();
    }
    QPalette complaint = palette();
    complaint.setColor(QPalette::WindowText, themeOf(*this).accent);
    m_complaint->setPalette(complaint);
}

void PositionsPage::refresh()
{
    auto picture = std::make_unique<PositionsPicture>(inUse(), session().viewOptions().positions, session().shown());
    showOptions(*picture);
    m_heading->setText(picture->title());
    m_heading->setToolTip(picture->title());
    m_view->setPicture(std::move(picture));
}

}  // namespace headlight::ui
