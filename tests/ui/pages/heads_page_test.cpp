#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/heads_page.h"
#include "ui/plots/heatmap_picture.h"

#include <QComboBox>
#include <QLabel>
#include <QTableWidget>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

HeadAddress at(Index layer, Index head)
{
    return {LayerIndex(layer), HeadIndex(head)};
}

class HeadsPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 700);
        m_page.show();
        m_session.setText(QString::fromLatin1(kSentence));
        ASSERT_TRUE(settled());
        m_session.select({.head = at(1, 3)});
    }

    bool settled()
    {
        return waitFor([this] { return m_session.trace() && m_session.isUpToDate(); });
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    /// As a person chooses an entry with the keyboard.
    void choose(const char* box, const QString& entry)
    {
        auto* combo = find<QComboBox>(box);
        const int index = combo->findText(entry, Qt::MatchStartsWith);
        ASSERT_GE(index, 0) << entry.toStdString();
        combo->setFocus();
        QTest::keyClick(combo, Qt::Key_Home);
        for (int i = 0; i < index; ++i) {
            QTest::keyClick(combo, Qt::Key_Down);
        }
        ASSERT_EQ(combo->currentIndex(), index);
        ASSERT_TRUE(settled());
    }

    const GalleryPicture& gallery()
    {
        return dynamic_cast<const GalleryPicture&>(*find<GalleryView>("gallery")->picture());
    }
    const GalleryOptions& options() { return m_session.viewOptions().gallery; }

    std::vector<HeadAddress> shown()
    {
        std::vector<HeadAddress> heads;
        for (const HeadGroup& group : gallery().groups()) {
            heads.insert(heads.end(), group.heads.begin(), group.heads.end());
        }
        return heads;
    }

    Session m_session{defaultModel()};
    HeadsPage m_page{m_session};
};

TEST_F(HeadsPageTest, TheTableHasTheMeasuresOfTheSelectedHeadWithFormulas)
{
    auto* table = find<QTableWidget>("measures");
    ASSERT_EQ(table->rowCount(), static_cast<int>(kMeasures));
    const HeadMeasures expected = m_session.analysis()->measured.at(at(1, 3)).measures;
    for (const Measure& measure : measures()) {
        const int row = static_cast<int>(measure.id);
        EXPECT_EQ(table->item(row, 0)->text(), text(measure.title));
        EXPECT_EQ(table->item(row, 1)->text(), valueText(measure.id, expected[measure.id]));
        EXPECT_TRUE(table->item(row, 1)->toolTip().contains(text(measure.formula).toHtmlEscaped()));
    }
    const QString before = table->item(0, 1)->text();
    m_session.point(Selection{.head = at(3, 7)});
    EXPECT_EQ(table->item(0, 1)->text(),
              valueText(MeasureId::Entropy, m_session.analysis()->measured.at(at(3, 7)).measures[MeasureId::Entropy]))
        << "pointing previews it";
    m_session.point(std::nullopt);
    EXPECT_EQ(table->item(0, 1)->text(), before);
}

TEST_F(HeadsPageTest, MeasuresFollowTyping)
{
    const QString before = find<QTableWidget>("measures")->item(0, 1)->text();
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    EXPECT_NE(find<QTableWidget>("measures")->item(0, 1)->text(), before);
    m_session.setText(QString());
    ASSERT_TRUE(waitFor([this] { return m_session.state() == SessionState::Empty; }));
    EXPECT_TRUE(find<QTableWidget>("measures")->item(0, 1)->text().isEmpty());
    EXPECT_TRUE(find<QLabel>("headBadges")->text().isEmpty());
}

TEST_F(HeadsPageTest, BoxesOrderFilterAndGroupTheGalleryByKeyboard)
{
    choose("headOrder", QStringLiteral("entropy"));
    EXPECT_EQ(options().order, HeadOrder(MeasureId::Entropy));
    const auto entropy = [this](HeadAddress head) {
        return std::round(100.0 * *m_session.analysis()->measured.at(head).measures[MeasureId::Entropy]);
    };
    ASSERT_EQ(shown().size(), 32U);
    EXPECT_TRUE(std::ranges::is_sorted(shown(), std::ranges::greater(), entropy));
    QTest::mouseClick(find<QToolButton>("lowestFirst"), Qt::LeftButton);
    EXPECT_TRUE(std::ranges::is_sorted(shown(), std::ranges::less(), entropy));

    choose("headGrouping", QStringLiteral("By layer"));
    EXPECT_EQ(gallery().groups().size(), 4U);
    choose("headGrouping", QStringLiteral("No groups"));

    choose("headBadge", QStringLiteral("broad"));
    std::size_t broad = 0;
    for (const MeasuredHead& head : m_session.analysis()->measured.all) {
        broad += head.has(BadgeId::Broad) ? 1U : 0U;
    }
    EXPECT_EQ(shown().size(), broad);
    choose("headBadge", QStringLiteral("separator"));
    EXPECT_TRUE(shown().empty()) << "the sentence has none";
    EXPECT_FALSE(find<GalleryView>("gallery")->grab().isNull());
    choose("headBadge", QStringLiteral("All heads"));
    choose("headOrder", QStringLiteral("Layer and head"));
    EXPECT_TRUE(isGrid(options()));
    EXPECT_FALSE(find<QToolButton>("lowestFirst")->isEnabled());
}

TEST_F(HeadsPageTest, FindsHeadsSimilarToTheSelectedOneAndStaysWithItWhenAnotherIsSelected)
{
    choose("headOrder", QStringLiteral("similarity"));
    EXPECT_EQ(options().order, HeadOrder(at(1, 3)));
    EXPECT_EQ(shown().front(), at(1, 3));
    EXPECT_EQ(orderValue(*m_session.analysis(), options().order, at(1, 3)), 1.0);
    const std::vector<HeadAddress> before = shown();
    m_session.selectHead(before.at(5));
    EXPECT_EQ(shown(), before) << "nothing moves under the mouse";
    EXPECT_TRUE(find<QComboBox>("headOrder")->currentText().contains(QStringLiteral("layer 1 · head 3")));
}

TEST_F(HeadsPageTest, ArrowKeysFollowThePlacesOfASortedGallery)
{
    choose("headOrder", QStringLiteral("mean distance"));
    auto* view = find<GalleryView>("gallery");
    m_session.selectHead(shown().front());
    QTest::keyClick(view, Qt::Key_Right);
    EXPECT_EQ(m_session.locked().head, shown().at(1));
    QTest::keyClick(view, Qt::Key_Down);
    const QRectF first = gallery().thumbnailRect(shown().at(1), view->pictureArea());
    const QRectF below = gallery().thumbnailRect(m_session.locked().head, view->pictureArea());
    EXPECT_EQ(below.left(), first.left());
    EXPECT_GT(below.top(), first.top());
    QTest::keyClick(view, Qt::Key_Up);
    EXPECT_EQ(m_session.locked().head, shown().at(1));
}

TEST_F(HeadsPageTest, ASortedGalleryStillPreviewsSelectsAndSwitches)
{
    choose("headOrder", QStringLiteral("symmetry"));
    auto* view = find<GalleryView>("gallery");
    const HeadAddress head = shown().at(7);
    QCoreApplication::processEvents();  // lays out
    const QPoint centre = gallery().thumbnailRect(head, view->pictureArea()).center().toPoint();
    const QPoint corner = gallery().switchRect(head, view->pictureArea()).center().toPoint();
    QTest::mouseMove(view, centre);
    ASSERT_TRUE(QTest::qWaitFor([&] { return m_session.shown().head == head; }, 2'000));
    QTest::mouseClick(view, Qt::LeftButton, {}, centre);
    EXPECT_EQ(m_session.locked().head, head);
    QTest::mouseClick(view, Qt::LeftButton, {}, corner);
    EXPECT_TRUE(m_session.document().experiment.ablatedHeads.contains(head));
}

TEST_F(HeadsPageTest, FitsANarrowWindow)
{
    EXPECT_LE(m_page.minimumSizeHint().width(), 560) << "the window is 760 wide, the panel beside it 190";
}

TEST_F(HeadsPageTest, WordsHaveMeasuresOfTheirOwn)
{
    ViewOptions view = m_session.viewOptions();
    view.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(view);
    ASSERT_TRUE(settled());
    const auto map = m_session.trace()->map(StageId::Weights, at(1, 3)).value();
    EXPECT_EQ(m_session.analysis()->measured.at(at(1, 3)).measures,
              measure(map->cells(), m_session.trace()->info().tokens));
}

}  // namespace
}  // namespace headlight::ui::test
