#include "ui/export/export_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

const QString kFolderKey = QStringLiteral("export/folder");

QString defaultPath(const QString& name)
{
    const QString pictures = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    const QString folder = QSettings().value(kFolderKey, pictures).toString();
    return QDir(QDir(folder).exists() ? folder : QDir::homePath()).filePath(name + QStringLiteral(".png"));
}

}  // namespace

ExportDialog::ExportDialog(Figure figure, QWidget* parent)
    : QDialog(parent)
    , m_figure(std::move(figure))
    , m_path(new QLineEdit(defaultPath(m_figure.name), this))
    , m_scale(new QDoubleSpinBox(this))
    , m_brightness(new QComboBox(this))
    , m_facts(new QLabel(this))
    , m_problem(new QLabel(this))
{
    setWindowTitle(tr("Export figure"));
    m_path->setObjectName(QStringLiteral("exportPath"));
    m_path->setMinimumWidth(420);
    m_scale->setObjectName(QStringLiteral("exportScale"));
    m_scale->setRange(kSmallestScale, kLargestScale);
    m_scale->setSingleStep(0.5);
    m_scale->setValue(2.0);
    m_brightness->addItem(tr("Light"), static_cast<int>(Brightness::Light));
    m_brightness->addItem(tr("Dark"), static_cast<int>(Brightness::Dark));
    m_problem->setObjectName(QStringLiteral("exportProblem"));
    m_problem->setWordWrap(true);
    m_problem->hide();

    auto* browse = new QPushButton(tr("Browse …"), this);
    auto* path = new QHBoxLayout;
    path->addWidget(m_path, 1);
    path->addWidget(browse);
    auto* form = new QFormLayout;
    auto* file = new QLabel(tr("&File"), this);
    file->setBuddy(m_path);
    form->addRow(file, path);
    form->addRow(QString(),
                 new QLabel(tr("Its ending decides: .png, .svg, .pdf, or .csv for the exact numbers"), this));
    form->addRow(tr("&Scale"), m_scale);
    form->addRow(tr("&Colours"), m_brightness);
    form->addRow(QString(), m_facts);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);

    connect(browse, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_scale, &QDoubleSpinBox::valueChanged, this, &ExportDialog::showFacts);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::showFacts);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);
    showFacts();
}

void ExportDialog::browse()
{
    const QString chosen =
        QFileDialog::getSaveFileName(this, tr("Export figure"), m_path->text(), tr("Figures (*.png *.svg *.pdf *.csv)"),
                                     nullptr, QFileDialog::DontConfirmOverwrite);
    if (!chosen.isEmpty()) {
        m_path->setText(chosen);
    }
}

void ExportDialog::showFacts()
{
    const QString extension = QFileInfo(m_path->text()).suffix().toLower();
    const bool isTable = extension == QLatin1String("csv");
    m_scale->setEnabled(!isTable);
    m_brightness->setEnabled(!isTable);
    m_facts->setText(tr("%1, %2").arg(m_figure.picture->title(),
                                      isTable ? tr("exact numbers") : tr("scale %1").arg(m_scale->value())));
}

void ExportDialog::accept()
{
    const QString path = m_path->text();
    if (QFileInfo(path).isFile() &&
        QMessageBox::question(this, windowTitle(), tr("Replace %1?").arg(QDir::toNativeSeparators(path))) !=
            QMessageBox::Yes) {
        return;
    }
    const FigureStyle style{.scale = m_scale->value(),
                            .brightness = static_cast<Brightness>(m_brightness->currentData().toInt())};
    if (const Result<void> written = exportFigure(m_figure, path, style); !written) {
        m_problem->setText(QString::fromStdString(written.error().message));
        m_problem->show();
        return;
    }
    m_writtenPath = path;
    QSettings().setValue(kFolderKey, QFileInfo(path).absolutePath());
    QDialog::accept();
}

}  // namespace headlight::ui
