// Widgets one after another, in as many lines as they need.
#pragma once

#include <QLayout>

#include <vector>

namespace headlight::ui {

/// Lays its items out as words of a text. Owns them.
class FlowLayout final : public QLayout
{
public:
    explicit FlowLayout(QWidget* parent);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override { m_items.push_back(item); }
    int count() const override { return static_cast<int>(m_items.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return place({0, 0, width, 0}, Placing::Measure); }
    void setGeometry(const QRect& area) override;
    QSize sizeHint() const override { return minimumSize(); }
    QSize minimumSize() const override;

private:
    enum class Placing { Measure, Move };

    int place(const QRect& area, Placing placing) const;

    std::vector<QLayoutItem*> m_items;
};

}  // namespace headlight::ui
