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

    /// Where the picture is drawn, in its own coordinates, as are the points of all mouse events that subclasses get: those of the widget divided by
    /// the magnification.
    QRectF pictureArea() const;

    /// Whether all parts of the picture are there, or no more of them will be.
    bool isComplete() const;

    QSize sizeHint() const override;

    /// How much larger than in a file all views show their pictures, type and all; 1 unless something else is set.
    static void setMagnification(qreal factor);
    static qreal magnification();

    /// A rectangle of the picture as one of the widget.
    static QRectF onWidget(const QRectF& area);

    /// Whether an event in the picture's coordinates is being handled.
    bool isMapping() const noexcept { return m_isMapping; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
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
    bool m_isMapping = false;
};

}  // namespace headlight::ui
