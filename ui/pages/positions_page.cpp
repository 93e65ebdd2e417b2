#include "ui/pages/positions_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr int kInUse = -1;  ///< The scheme of model and experiment.

void setLabelled(QHBoxLayout* row, const QString& text, QWidget* field)
{
    auto* label = new QLabel(text);
    label->setBuddy(field);
    row->addWidget(label);
    row->addWidget(field);
    row->addSpacing(8);
}

}  // namespace

PositionsPage::PositionsPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(new QLabel(this))
    , m_scheme(new QComboBox(this))
    , m_width(new QSpinBox(this))
    , m_length(new QSpinBox(this))
    , m_dimensions(new QLineEdit(this))
    , m_view(new PositionsView(this))
    , m_value(new QLabel(this))
{
    m_view->setObjectName(QStringLiteral("positionsView"));
    m_view->setAccessibleName(tr("Positional encoding"));
    m_view->setHint(emptyHint());
    m_scheme->setObjectName(QStringLiteral("positionScheme"));
    m_scheme->addItem(tr("in use"), kInUse);
    m_scheme->addItem(tr("none"), static_cast<int>(PositionScheme::None));
    m_scheme->addItem(tr("sinusoidal"), static_cast<int>(PositionScheme::Sinusoidal));
    if (session.model().config.positions == PositionScheme::Learned) {
        m_scheme->addItem(tr("learned"), static_cast<int>(PositionScheme::Learned));
    }
    m_scheme->addItem(tr("rotary"), static_cast<int>(PositionScheme::Rotary));
    m_scheme->addItem(tr("ALiBi"), static_cast<int>(PositionScheme::Alibi));
    // The lowest value stands for what is in use.
    m_width->setObjectName(QStringLiteral("positionWidth"));
    m_width->setRange(0, static_cast<int>(kMostDimensions));
    m_width->setSpecialValueText(tr("in use"));
    m_width->setKeyboardTracking(false);
    m_length->setObjectName(QStringLiteral("positionLength"));
    m_length->setRange(0, static_cast<int>(kMostPositions));
    m_length->setSpecialValueText(tr("in use"));
    m_length->setKeyboardTracking(false);
    m_dimensions->setObjectName(QStringLiteral("positionDimensions"));
    m_dimensions->setPlaceholderText(tr("a few"));
    m_dimensions->setToolTip(tr("Dimensions whose waves are drawn, counted from 0 and separated by commas"));
    m_dimensions->setValidator(new QRegularExpressionValidator(
        QRegularExpression(QStringLiteral("\\s*(\\d{1,4}\\s*(,\\s*\\d{1,4}\\s*)*,?\\s*)?")), m_dimensions));
    m_dimensions->setMaximumWidth(160);
    m_value->setObjectName(QStringLiteral("positionValue"));
    m_value->setTextFormat(Qt::PlainText);

    auto* controls = new QHBoxLayout;
    setLabelled(controls, tr("Sche&me"), m_scheme);
    setLabelled(controls, tr("&Width"), m_width);
    setLabelled(controls, tr("&Length"), m_length);
    setLabelled(controls, tr("Wa&ves of"), m_dimensions);
    controls->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_heading);
    layout->addLayout(controls);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_value);

    const auto changeOptions = [this](auto change) {
        ViewOptions options = this->session().viewOptions();
        change(options.positions);
        this->session().setViewOptions(options);
    };
    connect(m_scheme, &QComboBox::currentIndexChanged, this, [this, changeOptions] {
        const int scheme = m_scheme->currentData().toInt();
        changeOptions([scheme](PositionOptions& options) {
            options.scheme = scheme == kInUse ? std::nullopt : std::optional(static_cast<PositionScheme>(scheme));
        });
    });
    connect(m_width, &QSpinBox::valueChanged, this, [changeOptions](int value) {
        changeOptions([value](PositionOptions& options) {
            options.width = value > 0 ? std::optional<Index>(value) : std::nullopt;
        });
    });
    connect(m_length, &QSpinBox::valueChanged, this, [changeOptions](int value) {
        changeOptions([value](PositionOptions& options) {
            options.length = value > 0 ? std::optional<Index>(value) : std::nullopt;
        });
    });
    connect(m_dimensions, &QLineEdit::textEdited, this, &PositionsPage::readDimensions);
    connect(m_view, &PositionsView::pointed, m_value, &QLabel::setText);
}

void PositionsPage::readDimensions()
{
    ViewOptions options = session().viewOptions();
    options.positions.dimensions.clear();
    for (const QString& part : m_dimensions->text().split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        bool isNumber = false;
        const int dimension = part.trimmed().toInt(&isNumber);
        if (isNumber) {
            options.positions.dimensions.push_back(dimension);
        }
    }
    session().setViewOptions(options);
}

void PositionsPage::refresh()
{
    const PositionOptions& options = session().viewOptions().positions;
    const QSignalBlocker blockScheme(m_scheme);
    const QSignalBlocker blockWidth(m_width);
    const QSignalBlocker blockLength(m_length);
    m_scheme->setCurrentIndex(m_scheme->findData(options.scheme ? static_cast<int>(*options.scheme) : kInUse));
    m_width->setValue(static_cast<int>(options.width.value_or(0)));
    m_length->setValue(static_cast<int>(options.length.value_or(0)));

    m_view->setDimmed(session().state() == SessionState::Busy);
    if (!session().trace()) {
        m_heading->clear();
        m_view->setPicture(nullptr);
        return;
    }
    const Trace& trace = *session().trace();
    auto picture = std::make_unique<PositionsPicture>(
        PositionsInUse{session().model(), trace.info().experiment, trace.tokens()}, options, session().shown());
    m_heading->setText(picture->title());
    m_view->setPicture(std::move(picture));
}

}  // namespace headlight::ui
