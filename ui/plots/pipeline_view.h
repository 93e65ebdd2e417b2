// The pipeline as a widget: hover, click, keyboard.
#pragma once

#include "ui/plots/picture_view.h"
#include "ui/plots/pipeline_picture.h"

#include <QPixmap>

namespace headlight::ui {

/// Points at the row under the mouse and opens a matrix on a click, or with Return the one that the arrow keys have chosen. As high
/// as its picture needs at its width, for a scroll area.
class PipelineView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const PipelinePicture> picture);
    const PipelinePicture* pipeline() const noexcept { return m_pipeline; }

signals:
    /// The matrix and cell under the mouse, or nothing.
    void pointed(std::optional<headlight::ui::PipelinePlace> place);

    /// A label left of a line.
    void pointedToken(headlight::TokenIndex token);
    void clickedToken(headlight::TokenIndex token);

    /// A matrix was clicked, or chosen with Return.
    void opened(headlight::ui::PipelinePlace place);

    /// Up or down: another token.
    void moved(int rows);
    void freed();

protected:
    bool event(QEvent* event) override;
    void paintPicture(QPainter& painter, const Theme& theme) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// What the picture behind selection and pointer was drawn from.
    struct Backdrop
    {
        std::shared_ptr<const PipelineContent> content;
        std::optional<Index> step;
        const ColourMap* colourMap = nullptr;
        Brightness brightness = Brightness::Light;
        QSizeF size;

        bool operator==(const Backdrop&) const = default;
    };
    void fitHeight();

    const PipelinePicture* m_pipeline = nullptr;
    Backdrop m_drawn;
    QPixmap m_pixels;
};

}  // namespace headlight::ui
