#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/variants_page.h"
#include "ui/plots/cost_picture.h"
#include "ui/plots/tiled_picture.h"
#include "ui/plots/variant_picture.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QSpinBox>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class VariantsPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 700);
        m_page.show();
        m_session.setText(QString::fromLatin1(kSentence));
        ASSERT_TRUE(waitFor([this] { return m_session.trace() != nullptr; }));
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    void click(const char* name) { find<QAbstractButton>(name)->click(); }

    template <typename Shown>
    const Shown& picture(const char* view = "variants")
    {
        const auto* shown = dynamic_cast<const Shown*>(find<PictureView>(view)->picture());
        EXPECT_NE(shown, nullptr);
        return *shown;
    }
    const VariantOptions& options() { return m_session.viewOptions().variants; }

    Session m_session{defaultModel()};
    VariantsPage m_page{m_session};
};

TEST_F(VariantsPageTest, ShowsWhatEachVariantMakesOfTheSelectedHead)
{
    EXPECT_EQ(picture<VariantPicture>().comparison()->variant, AttentionVariant::Linear);
    EXPECT_FALSE(find<QComboBox>("sparsePattern")->isVisible());
    m_session.selectHead({LayerIndex(2), HeadIndex(5)});
    EXPECT_TRUE(find<QLabel>("variantsHeading")->text().contains(QStringLiteral("layer 2 · head 5")));
    click("variantSparse");
    EXPECT_EQ(picture<VariantPicture>().comparison()->variant, AttentionVariant::Sparse);
    EXPECT_TRUE(find<QComboBox>("sparsePattern")->isVisible());
    click("variantTiled");
    EXPECT_TRUE(picture<TiledPicture>().frame()->isDone());
    EXPECT_FALSE(find<QComboBox>("sparsePattern")->isVisible());
}

TEST_F(VariantsPageTest, SparseHasThePatternsOfMasks)
{
    click("variantSparse");
    auto* pattern = find<QComboBox>("sparsePattern");
    for (const MaskPattern wanted : {MaskPattern::Strided, MaskPattern::BlockSparse, MaskPattern::Window}) {
        pattern->setCurrentIndex(pattern->findData(static_cast<int>(wanted)));
        emit pattern->activated(pattern->currentIndex());
        find<QSpinBox>("sparseReach")->setValue(2);
        EXPECT_EQ(picture<VariantPicture>().comparison()->mask.pattern, wanted);
        EXPECT_EQ(picture<VariantPicture>().comparison()->mask.reach, 2);
        EXPECT_EQ(find<QSpinBox>("sparseGlobal")->isVisible(), wanted == MaskPattern::BlockSparse);
    }
}

TEST_F(VariantsPageTest, TilesStepForwardsBackwardsAndStartAnew)
{
    click("variantTiled");
    find<QSpinBox>("tileSize")->setValue(7);
    ASSERT_EQ(picture<TiledPicture>().frame()->tiles.size(), 4U);
    const auto done = [this] { return picture<TiledPicture>().frame()->done; };
    EXPECT_EQ(done(), 4);
    EXPECT_FALSE(find<QWidget>("tileNext")->isEnabled());
    click("tileReset");
    EXPECT_EQ(done(), 0);
    EXPECT_FALSE(find<QWidget>("tileBack")->isEnabled());
    click("tileNext");
    click("tileNext");
    EXPECT_EQ(done(), 2);
    click("tileBack");
    EXPECT_EQ(done(), 1);
    click("tileEnd");
    EXPECT_TRUE(picture<TiledPicture>().frame()->isDone());
}

TEST_F(VariantsPageTest, PlayGoesThroughAllTilesAndStops)
{
    click("variantTiled");
    find<QSpinBox>("tileSize")->setValue(7);
    auto* play = find<QAbstractButton>("tilePlay");
    ASSERT_TRUE(play->isEnabled());
    play->click();
    EXPECT_TRUE(play->isChecked());
    EXPECT_EQ(picture<TiledPicture>().frame()->done, 0);
    ASSERT_TRUE(waitFor([&] { return !play->isChecked(); }));
    EXPECT_TRUE(picture<TiledPicture>().frame()->isDone());
}

TEST_F(VariantsPageTest, ALongTextHasNoMoreTilesThanCanBeSteppedThrough)
{
    click("variantTiled");
    const std::shared_ptr<const Trace> before = m_session.trace();
    m_session.setText(QString::fromStdString(words(100)));
    ASSERT_TRUE(waitFor([&] { return m_session.trace() != before; }));
    auto* tile = find<QSpinBox>("tileSize");
    EXPECT_EQ(tile->minimum(), 4);
    tile->setValue(1);
    EXPECT_LE(picture<TiledPicture>().frame()->tiles.size(), 1024U);
}

TEST_F(VariantsPageTest, CostsAreCountedAndMeasuredWhenAskedFor)
{
    click("showOperations");
    EXPECT_TRUE(picture<CostPicture>("costs").note().startsWith(QStringLiteral("Theory")));
    click("showTime");
    EXPECT_TRUE(picture<CostPicture>("costs").note().startsWith(QStringLiteral("Not measured yet")));
    click("measureCost");
    EXPECT_TRUE(find<QProgressBar>("measureProgress")->isVisible());
    EXPECT_FALSE(m_page.isUpToDate());
    click("measureCost");
    EXPECT_FALSE(find<QProgressBar>("measureProgress")->isVisible()) << "cancelled";
    EXPECT_TRUE(picture<CostPicture>("costs").note().startsWith(QStringLiteral("Not measured yet")));
    click("measureCost");
    ASSERT_TRUE(QTest::qWaitFor([&] { return m_page.isUpToDate(); }, 60'000));
    EXPECT_TRUE(picture<CostPicture>("costs").note().startsWith(QStringLiteral("Points: measured")));
    const std::optional<Figure> figure = m_page.figure();
    ASSERT_TRUE(figure);
    EXPECT_TRUE(std::holds_alternative<double>(figure->picture->table().rows[0][4]));
}

TEST_F(VariantsPageTest, AChoiceOfVariantLeadsBackFromTheCosts)
{
    click("showMemory");
    EXPECT_FALSE(find<QWidget>("variants")->isVisible());
    click("variantSparse");
    EXPECT_EQ(options().show, VariantShow::Attention);
    EXPECT_TRUE(find<QWidget>("variants")->isVisible());
}

TEST_F(VariantsPageTest, OfMergedWordsItStillShowsTokens)
{
    ViewOptions words = m_session.viewOptions();
    words.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(words);
    ASSERT_TRUE(waitFor([this] { return m_session.trace()->info().unit == TokenUnit::Word; }));
    EXPECT_EQ(picture<VariantPicture>().side(), 13);
    EXPECT_EQ(m_session.trace()->tokens(), 12);
}

TEST_F(VariantsPageTest, ClicksAndKeysMoveTheSelection)
{
    auto* view = find<CellView>("variants");
    const QRectF map = picture<VariantPicture>().mapRect(VariantPanel::Change, view->pictureArea());
    const qreal pitch = map.width() / 13.0;
    QTest::mouseClick(view, Qt::LeftButton, {}, QPointF(map.left() + 7.5 * pitch, map.top() + 8.5 * pitch).toPoint());
    EXPECT_EQ(m_session.locked().query, TokenIndex(8));
    EXPECT_EQ(m_session.locked().key, TokenIndex(7));
    QTest::keyClick(view, Qt::Key_Down);
    EXPECT_EQ(m_session.locked().query, TokenIndex(9));
    QTest::keyClick(view, Qt::Key_Escape);
    EXPECT_FALSE(m_session.locked().query);
}

TEST_F(VariantsPageTest, WithoutATextItSaysWhatToDo)
{
    Session session(defaultModel());
    VariantsPage page(session);
    page.show();
    EXPECT_EQ(page.findChild<PictureView*>(QStringLiteral("variants"))->picture(), nullptr);
    EXPECT_FALSE(page.figure());
}

}  // namespace
}  // namespace headlight::ui::test
