// A widget that shows one picture and lets subclasses make it answer to mouse and keyboard.
#pragma once

#include "ui/plots/picture.h"
#include "ui/session/background_task.h"

#include <QWidget>

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace headlight::ui {

/// The theme that a widget's palette belongs to.
const Theme& themeOf(const QWidget& widget);

/// Never waits for a picture's slow parts: they are worked out in the background, one after another, and painted as they come.
///
/// Paints a picture over its whole area on the theme's paper, dimmed while a newer one is computed. Without a picture it
/// shows a hint instead.
class PictureView : public QWidget
{
    Q_OBJECT

public:
    explicit PictureView(QWidget* parent = nullptr);

    /// Takes the picture to show; null shows the hint.
    void setPicture(std::unique_ptr<const Picture> picture);
    const Picture* picture() const noexcept { return m_picture.get(); }

    /// What to do while there is no picture.
    void setHint(const QString& hint);

    void setDimmed(bool dimmed);

    /// Where the picture is drawn.
    QRectF pictureArea() const;

    /// Whether all parts of the picture are there, or no more of them will be.
    bool isComplete() const;

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

    /// Draws the picture, which is there, into pictureArea; for subclasses that keep parts of it.
    virtual void paintPicture(QPainter& painter, const Theme& theme);

private:
    static constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

    std::vector<std::function<void()>> slowParts() const;
    void workOut(const std::vector<std::function<void()>>& parts);

    std::unique_ptr<const Picture> m_picture;
    std::unique_ptr<BackgroundTask> m_task;  ///< Null before it is needed.
    std::size_t m_partsLeft = kAnyNumber;    ///< To be worked out for this picture at this size.
    QString m_hint;
    bool m_dimmed = false;
};

}  // namespace headlight::ui
