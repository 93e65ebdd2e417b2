#include "ui/panels/loading_row.h"

#include "ui/plots/token_label.h"
#include "ui/session/model_loader.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace headlight::ui {
namespace {

constexpr int kShownAfterMs = 100;
constexpr int kWidestTitle = 200;
constexpr int kNarrowest = 60;

}  // namespace

LoadingRow::LoadingRow(ModelLoader& loader, QWidget* parent)
    : QWidget(parent)
    , m_loader(loader)
    , m_text(new QLabel(this))
    , m_cancel(new QToolButton(this))
{
    m_text->setObjectName(QStringLiteral("loading"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    m_text->setMinimumWidth(kNarrowest);  // rather cut than widening the window
    m_cancel->setObjectName(QStringLiteral("cancelLoading"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setToolTip(tr("Keep the model that is open"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_cancel);
    hide();
    m_patience.setSingleShot(true);
    m_patience.setInterval(kShownAfterMs);
    connect(&m_patience, &QTimer::timeout, this, [this] { setVisible(m_loader.current() != nullptr); });
    connect(m_cancel, &QToolButton::clicked, &loader, &ModelLoader::cancel);
    connect(&loader, &ModelLoader::progressed, this, &LoadingRow::refresh);
}

void LoadingRow::refresh()
{
    const ModelSource* source = m_loader.current();
    if (source == nullptr) {
        m_patience.stop();
        hide();
        return;
    }
    const QString title =
        m_text->fontMetrics().elidedText(withVisibleControls(source->title), Qt::ElideMiddle, kWidestTitle);
    m_text->setText(tr("Opening %1 … %2 %").arg(title).arg(static_cast<int>(m_loader.shareDone() * 100.0F)));
    if (!isVisible() && !m_patience.isActive()) {
        m_patience.start();
    }
}

}  // namespace headlight::ui
