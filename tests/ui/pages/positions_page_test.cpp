#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/positions_page.h"
#include "ui/plots/position_shift_picture.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QSpinBox>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class PositionsPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1280, 800);
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

    const PositionsPicture& picture() { return *find<PositionsView>("positions")->positions(); }
    const PositionOptions& options() { return m_session.viewOptions().positions; }

    void choose(PositionScheme scheme)
    {
        auto* box = find<QComboBox>("positionScheme");
        const int index = box->findData(static_cast<int>(scheme));
        ASSERT_GE(index, 0);
        box->setCurrentIndex(index);
        emit box->activated(index);
    }

    Session m_session{defaultModel()};
    PositionsPage m_page{m_session};
};

TEST_F(PositionsPageTest, StartsOnWhatIsInUse)
{
    EXPECT_EQ(find<QComboBox>("positionScheme")->currentText(), QStringLiteral("in use: sinusoidal"));
    EXPECT_EQ(find<InUseSpinBox>("positionWidth")->text(), QStringLiteral("128 (in use)"));
    EXPECT_EQ(find<InUseSpinBox>("positionLength")->text(), QStringLiteral("64 (in use)"));
    EXPECT_TRUE(find<QLabel>("positionsHeading")->text().contains(QStringLiteral("in use by")));
    EXPECT_EQ(options(), PositionOptions{});
}

TEST_F(PositionsPageTest, FollowsTheExperiment)
{
    Experiment experiment;
    experiment.positions = PositionScheme::Rotary;
    m_session.setExperiment(experiment);
    ASSERT_TRUE(waitFor([this] { return m_session.trace()->info().experiment.positions == PositionScheme::Rotary; }));
    EXPECT_EQ(picture().request().scheme, PositionScheme::Rotary);
    EXPECT_EQ(find<QComboBox>("positionScheme")->currentText(), QStringLiteral("in use: rotary"));
    EXPECT_EQ(find<InUseSpinBox>("positionWidth")->text(), QStringLiteral("16 (in use)"));
}

TEST_F(PositionsPageTest, AnotherSchemeIsShownWithItsOwnWidth)
{
    find<InUseSpinBox>("positionWidth")->setValue(33);
    EXPECT_EQ(options().width, Index{33});
    choose(PositionScheme::Rotary);
    EXPECT_FALSE(options().width);
    EXPECT_EQ(picture().request().width, 16);
    choose(PositionScheme::Alibi);
    EXPECT_EQ(picture().request().width, 8);
    choose(PositionScheme::None);
    EXPECT_EQ(picture().encoding(), nullptr);
    EXPECT_FALSE(find<InUseSpinBox>("positionWidth")->isEnabled());
    EXPECT_EQ(find<QComboBox>("positionScheme")->findData(static_cast<int>(PositionScheme::Learned)), -1)
        << "this model has none";
}

TEST_F(PositionsPageTest, WidthAndLengthCanBeSetAndGivenBack)
{
    auto* width = find<InUseSpinBox>("positionWidth");
    width->stepBy(1);
    EXPECT_EQ(options().width, Index{129}) << "from the number in use";
    width->setValue(0);
    EXPECT_FALSE(options().width);
    auto* length = find<InUseSpinBox>("positionLength");
    length->setValue(200);
    EXPECT_EQ(picture().request().positions, 200);
    length->setValue(5000);
    EXPECT_EQ(picture().request().positions, kMostPositions);
}

TEST_F(PositionsPageTest, DimensionsAreTypedAndWrongOnesAnswered)
{
    auto* dimensions = find<QLineEdit>("positionDimensions");
    QTest::keyClicks(dimensions, QStringLiteral("0, 6"));
    EXPECT_EQ(options().dimensions, (std::vector<Index>{0, 6}));
    EXPECT_EQ(picture().columns(), (std::vector<Index>{0, 6}));
    QTest::keyClicks(dimensions, QStringLiteral(", 128"));
    EXPECT_EQ(options().dimensions, (std::vector<Index>{0, 6, 12})) << "the last that were right";
    EXPECT_EQ(find<QLabel>("positionComplaint")->text(), QStringLiteral("0 to 127, at most 12"));
    dimensions->selectAll();
    QTest::keyClick(dimensions, Qt::Key_Delete);
    EXPECT_TRUE(options().dimensions.empty());
    EXPECT_TRUE(find<QLabel>("positionComplaint")->text().isEmpty());
}

TEST_F(PositionsPageTest, PointingAtAPositionPointsAtItsToken)
{
    auto* view = find<PositionsView>("positions");
    const QRectF rect = picture().panelRect(PositionPanel::Similarity, view->pictureArea());
    const auto at = [&](Index p, Index q) {
        return QPointF(rect.left() + (static_cast<qreal>(p) + 0.5) * rect.width() / 64.0,
                       rect.top() + (static_cast<qreal>(q) + 0.5) * rect.height() / 64.0)
            .toPoint();
    };
    QTest::mouseMove(view, at(4, 9));
    EXPECT_EQ(m_session.shown().query, TokenIndex(4));
    EXPECT_EQ(m_session.shown().key, TokenIndex(9));
    QTest::mouseMove(view, at(40, 9));
    EXPECT_FALSE(m_session.shown().query) << "no token there";
    QTest::mouseClick(view, Qt::LeftButton, {}, at(3, 2));
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(3));
    QTest::keyClick(view, Qt::Key_Escape);
    EXPECT_FALSE(m_session.document().selection.query);
}

TEST_F(PositionsPageTest, EachSideOffersWhatItDependsOn)
{
    const auto visible = [this](const char* name) { return find<QWidget>(name)->isVisible(); };
    find<QAbstractButton>("showDistance")->click();
    EXPECT_EQ(options().show, PositionShow::Distance);
    EXPECT_TRUE(find<QLabel>("positionsHeading")->text().contains(QStringLiteral("scores over distance")));
    EXPECT_TRUE(visible("positionLength"));
    EXPECT_FALSE(visible("positionWidth"));
    EXPECT_FALSE(visible("shift"));
    find<QAbstractButton>("showWavelengths")->click();
    EXPECT_TRUE(visible("positionWidth"));
    EXPECT_FALSE(visible("positionLength"));
    find<QAbstractButton>("showShift")->click();
    find<QSpinBox>("shift")->setValue(7);
    EXPECT_EQ(options().shift, 7);
    EXPECT_EQ(find<QSlider>("shiftSlider")->value(), 7);
    find<QSlider>("shiftSlider")->setValue(9);
    EXPECT_EQ(options().shift, 9);
    choose(PositionScheme::Rotary);
    EXPECT_EQ(options().show, PositionShow::Shift) << "another scheme is seen from the same side";
    find<QAbstractButton>("showEncoding")->click();
    EXPECT_EQ(picture().request().scheme, PositionScheme::Rotary);
    EXPECT_FALSE(visible("shift"));
}

TEST_F(PositionsPageTest, TheSchemeShownCanBeUsedInTheModel)
{
    auto* use = find<QAbstractButton>("usePositions");
    EXPECT_FALSE(use->isEnabled()) << "it is in use";
    choose(PositionScheme::Alibi);
    ASSERT_TRUE(use->isEnabled());
    use->click();
    EXPECT_EQ(m_session.document().experiment.positions, PositionScheme::Alibi);
    EXPECT_FALSE(options().scheme);
    EXPECT_EQ(find<QComboBox>("positionScheme")->currentText(), QStringLiteral("in use: ALiBi"));
    EXPECT_FALSE(use->isEnabled());
}

TEST_F(PositionsPageTest, EverySideFollowsWhatIsPointedAtElsewhere)
{
    find<QAbstractButton>("showShift")->click();
    m_session.point(Selection{.head = {}, .query = TokenIndex(5)});
    const auto* shift = dynamic_cast<const PositionShiftPicture*>(find<PointableView>("positionSide")->pointable());
    ASSERT_NE(shift, nullptr);
    EXPECT_EQ(shift->position(), 5);
}

TEST_F(PositionsPageTest, FitsANarrowWindow)
{
    for (const char* side : {"showEncoding", "showDistance", "showWavelengths", "showShift"}) {
        find<QAbstractButton>(side)->click();
        EXPECT_LE(m_page.minimumSizeHint().width(), 760) << side;
    }
}

TEST(ParseDimensions, TakesNumbersWithinTheWidth)
{
    struct Case
    {
        const char* text;
        std::optional<std::vector<Index>> expected;
    };
    const Case cases[] = {
        {"", std::vector<Index>{}},
        {"  ", std::vector<Index>{}},
        {"0", std::vector<Index>{0}},
        {" 0 ,1,  7 ", std::vector<Index>{0, 1, 7}},
        {"8", std::nullopt},
        {"-1", std::nullopt},
        {"1,", std::nullopt},
        {"1;2", std::nullopt},
        {"one", std::nullopt},
        {"99999999999999999999", std::nullopt},
        {"0,1,2,3,4,5,6,7,0,1,2,3", std::vector<Index>{0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3}},
        {"0,1,2,3,4,5,6,7,0,1,2,3,4", std::nullopt},
    };
    for (const Case& test : cases) {
        EXPECT_EQ(parseDimensions(QString::fromLatin1(test.text), 8), test.expected) << test.text;
    }
}

}  // namespace
}  // namespace headlight::ui::test
