#include "ui/panels/explain_panel.h"

#include "core/analysis/derivation/latex.h"
#include "core/analysis/derivation/text.h"
#include "core/analysis/stage_matrix.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/panels/derivation_html.h"
#include "ui/panels/toggle_button.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QRegularExpression>
#include <QTest>
#include <QTextBrowser>
#include <QToolButton>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

/// How one looks at another.
constexpr CellAddress kWeight{.stage = {StageId::Weights, LayerIndex(1)}, .head = HeadIndex(2), .row = 9, .column = 2};

class ExplainPanelTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_session.setText(QString::fromLatin1(kSentence));
        ASSERT_TRUE(settled());
        m_panel.resize(420, 700);
        m_panel.show();
    }

    bool settled()
    {
        return waitFor([this] { return m_session.isUpToDate(); });
    }

    QTextBrowser& browser() { return *m_panel.findChild<QTextBrowser*>(); }
    QString text() { return browser().toPlainText(); }
    QString note() { return m_panel.findChild<QLabel*>(QStringLiteral("explainNote"))->text(); }
    QToolButton& button(const char* name) { return *m_panel.findChild<QToolButton*>(QString::fromLatin1(name)); }
    void follow(const CellAddress& cell) { emit browser().anchorClicked(linkTo(cell)); }

    /// The cells that the derivation links to.
    std::vector<CellAddress> links()
    {
        std::vector<CellAddress> cells;
        const QRegularExpression anchor(QStringLiteral("<a href=\"([^\"]*)\""));
        for (auto found = anchor.globalMatch(browser().toHtml()); found.hasNext();) {
            const QString href = found.next().captured(1).replace(QStringLiteral("&amp;"), QStringLiteral("&"));
            const std::optional<CellAddress> cell = cellOf(QUrl(href));
            EXPECT_TRUE(cell) << href.toStdString();
            cells.push_back(cell.value_or(CellAddress{}));
        }
        return cells;
    }

    Session m_session{defaultModel()};
    ExplainPanel m_panel{m_session};
};

TEST_F(ExplainPanelTest, SaysHowToBeginUntilACellIsAskedFor)
{
    EXPECT_TRUE(note().contains(QStringLiteral("press X"))) << note().toStdString();
    EXPECT_TRUE(text().isEmpty());
    EXPECT_FALSE(button("explainCopyText").isEnabled());
    EXPECT_FALSE(button("explainBack").isEnabled());
}

TEST_F(ExplainPanelTest, ShowsEveryStepWithTheNumbersOfTheTrace)
{
    m_session.explain(kWeight);
    const Derivation derivation = derive(m_session.model(), *m_session.fullTrace(), kWeight).value();
    EXPECT_TRUE(text().contains(QStringLiteral("attention weights of layer 1, head 2")));
    EXPECT_TRUE(text().contains(QString::fromStdString(derivation.row)));
    for (const DerivationStep& step : derivation.steps) {
        EXPECT_TRUE(text().contains(QString::fromStdString(step.label))) << step.label;
        EXPECT_TRUE(text().contains(QString::fromStdString(step.symbol + " = " + numberText(step.value.number.value))))
            << step.label;
    }
    EXPECT_TRUE(note().isEmpty()) << note().toStdString();
}

TEST_F(ExplainPanelTest, FollowsTheTextThatIsTyped)
{
    m_session.explain(kWeight);
    const QString before = text();
    m_session.setText(QStringLiteral("The animal didn't cross the street because it was too wide."));
    ASSERT_TRUE(settled());
    EXPECT_NE(text(), before);
    const Derivation derivation = derive(m_session.model(), *m_session.fullTrace(), kWeight).value();
    EXPECT_TRUE(text().contains(QString::fromStdString(checkText(derivation))));
    m_session.setText(QStringLiteral("Short"));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(text().isEmpty()) << "the cell is gone";
}

TEST_F(ExplainPanelTest, EveryOperandOfAStageLinksToACellThatIsThere)
{
    m_session.explain(kWeight);
    std::vector<CellAddress> cells = links();
    const auto of = [&cells](StageId id) {
        return std::ranges::count_if(cells, [id](const CellAddress& cell) { return cell.stage.id == id; });
    };
    EXPECT_GT(of(StageId::Query), 0);
    EXPECT_GT(of(StageId::Key), 0);
    EXPECT_GT(of(StageId::Scores), 0);
    for (const CellAddress& cell : cells) {
        EXPECT_TRUE(hasCell(*m_session.fullTrace(), cell)) << tensorName(cell.stage);
    }
}

TEST_F(ExplainPanelTest, AnOperandIsExplainedAndSelectedAndBackLeadsBack)
{
    const CellAddress key{.stage = {StageId::Key, LayerIndex(1)}, .head = HeadIndex(2), .row = 2, .column = 5};
    m_session.explain(kWeight);
    follow(key);
    EXPECT_EQ(m_session.explained(), key);
    EXPECT_EQ(m_session.locked().head, (HeadAddress{LayerIndex(1), HeadIndex(2)}));
    EXPECT_EQ(m_session.locked().key, TokenIndex(2));
    EXPECT_TRUE(text().contains(QStringLiteral("keys of layer 1, head 2")));
    const CellAddress input{.stage = {StageId::AttentionNorm, LayerIndex(1)}, .row = 2, .column = 7};
    follow(input);
    EXPECT_EQ(m_session.locked().query, TokenIndex(2));
    button("explainBack").click();
    button("explainBack").click();
    EXPECT_EQ(m_session.explained(), kWeight);
    EXPECT_EQ(m_session.locked().query, TokenIndex(9));
    EXPECT_EQ(m_session.locked().key, TokenIndex(2));
    EXPECT_FALSE(button("explainBack").isEnabled());
    button("explainForward").click();
    EXPECT_EQ(m_session.explained(), key);
    follow(kWeight);
    EXPECT_FALSE(button("explainForward").isEnabled()) << "another way was taken";
}

TEST_F(ExplainPanelTest, CopiesTextAndLatexWithTheTermsThatAreShown)
{
    m_session.explain(kWeight);
    const Derivation derivation = derive(m_session.model(), *m_session.fullTrace(), kWeight).value();
    EXPECT_TRUE(text().contains(QStringLiteral("more terms")));
    button("explainCopyText").click();
    EXPECT_EQ(QApplication::clipboard()->text().toStdString(), toText(derivation));
    button("explainCopyLatex").click();
    EXPECT_EQ(QApplication::clipboard()->text().toStdString(), toLatex(derivation));
    button("explainAll").click();
    EXPECT_FALSE(text().contains(QStringLiteral("more terms")));
    button("explainCopyText").click();
    EXPECT_EQ(QApplication::clipboard()->text().toStdString(), toText(derivation, TermChoice::All));
}

TEST_F(ExplainPanelTest, SaysThatWordsAreExplainedByTheirFirstToken)
{
    m_session.explain(kWeight);
    ViewOptions options = m_session.viewOptions();
    options.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    EXPECT_TRUE(note().contains(QStringLiteral("first"))) << note().toStdString();
    EXPECT_TRUE(text().contains(QStringLiteral("attention weights of layer 1, head 2")));
}

TEST_F(ExplainPanelTest, ExplainsEveryStageByKeyboardAlone)
{
    for (const Stage& stage : stages()) {
        const CellAddress cell{.stage = {stage.id, LayerIndex(0)}};
        if (!hasCell(*m_session.fullTrace(), cell)) {
            continue;
        }
        EXPECT_EQ(cellOf(linkTo(cell)), cell) << stage.name;
        m_session.explain(cell);
        EXPECT_TRUE(text().contains(QString::fromUtf8(stage.title.data(), static_cast<qsizetype>(stage.title.size()))))
            << stage.name;
    }
    m_session.explain(kWeight);
    m_panel.activateWindow();
    browser().setFocus();
    ASSERT_TRUE(QTest::qWaitFor([this] { return browser().hasFocus(); }, 5000));
    QTest::keyClick(&browser(), Qt::Key_Tab);
    QTest::keyClick(&browser(), Qt::Key_Return);
    EXPECT_NE(m_session.explained(), kWeight) << "Tab and Return follow the first link";
}

TEST(DerivationHtml, EscapesWhateverATokenIs)
{
    Derivation derivation{.title = "t", .formula = "a < b", .row = "token 0 “<b>&\u202E”", .column = "c"};
    derivation.steps.push_back({.label = "<i>", .symbol = "x", .value = operand("<u>", {1.0, 0.0})});
    const QString html = derivationHtml(derivation, TermChoice::Largest, Theme::of(Brightness::Light));
    for (const char* raw : {"“<b>", "<i>", "<u>", "a < b", "\u202E"}) {
        EXPECT_FALSE(html.contains(QString::fromUtf8(raw))) << raw;
    }
    EXPECT_TRUE(html.contains(QStringLiteral("&lt;b&gt;&amp;")));
}

}  // namespace
}  // namespace headlight::ui::test
