#include "core/io/bundled_models.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/window.h"
#include "ui/learn/flowing_text.h"
#include "ui/learn/glossary.h"
#include "ui/learn/glossary_tips.h"
#include "ui/learn/glossary_view.h"
#include "ui/learn/painted_text.h"
#include "ui/main_window.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/heatmap_view.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTest>
#include <QTextBrowser>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QString kTwoTerms = QStringLiteral(R"(# Glossary

## query
also: queries
What a token looks for.
formula: Q = X·W_Q
do: page=pipeline

## self-attention
Attention of a text to itself.
formula: softmax(Q·Kᵀ/√d)·V
do: page=heatmap
)");

TEST(Glossary, IsReadTermByTerm)
{
    const Glossary glossary = Glossary::parse(kTwoTerms).value();
    ASSERT_EQ(glossary.terms().size(), 2u);
    const GlossaryTerm* query = glossary.find(QStringLiteral("Queries"));
    ASSERT_NE(query, nullptr);
    EXPECT_EQ(query->name, QStringLiteral("query"));
    EXPECT_EQ(query->sentence, QStringLiteral("What a token looks for."));
    EXPECT_EQ(query->formula, QStringLiteral("Q = X·W_Q"));
    EXPECT_EQ(query->place, QStringLiteral("page=pipeline"));
    EXPECT_EQ(glossary.find(QStringLiteral("key")), nullptr);
}

TEST(Glossary, WhatIsWrongIsSaidWithItsLine)
{
    const auto message = [](QString text) { return Glossary::parse(text).error().message; };
    EXPECT_EQ(message(QStringLiteral("nothing")).find("line 1: There is no term"), 0u);
    QString broken = kTwoTerms;
    EXPECT_EQ(message(broken.replace(QStringLiteral("page=heatmap"), QStringLiteral("page=nowhere")))
                  .find("line 9: page: is one of"),
              0u);
    broken = kTwoTerms;
    EXPECT_EQ(message(broken.remove(QStringLiteral("formula: Q = X·W_Q\n"))).find("line 3: The term \"query\" needs"),
              0u);
    broken = kTwoTerms;
    EXPECT_EQ(message(broken.replace(QStringLiteral("looks for."), QStringLiteral("looks for.\nAnd more.")))
                  .find("line 6: A term has one sentence"),
              0u);
    broken = kTwoTerms;
    EXPECT_NE(message(broken.replace(QStringLiteral("## self-attention"), QStringLiteral("## queries")))
                  .find("written twice"),
              std::string::npos);
}

TEST(Glossary, FindsWholeWordsAndTheLongestTerm)
{
    const Glossary glossary = Glossary::parse(kTwoTerms).value();
    const auto mentions = glossary.mentions(QStringLiteral("A query, unqueryable; Self-attention has queries."));
    ASSERT_EQ(mentions.size(), 3u);
    EXPECT_EQ(mentions[0].begin, 2);
    EXPECT_EQ(mentions[1].term->name, QStringLiteral("self-attention"));
    EXPECT_EQ(mentions[2].length, 7);
}

TEST(Glossary, OfTheProgramHasFortyTermsInASentenceEach)
{
    const Glossary& glossary = Glossary::bundled();
    EXPECT_GE(glossary.terms().size(), 40u);
    for (const char* name :
         {"self-attention", "query", "key", "value", "head", "softmax", "logits", "residual connection", "LayerNorm",
          "positional encoding", "mask", "entropy", "token", "embedding"}) {
        EXPECT_NE(glossary.find(QString::fromLatin1(name)), nullptr) << name;
    }
    for (const GlossaryTerm& term : glossary.terms()) {
        EXPECT_TRUE(term.sentence.endsWith(u'.')) << term.name.toStdString();
        EXPECT_LE(term.sentence.split(u' ').size(), 35) << term.name.toStdString();
        EXPECT_LE(term.formula.size(), 80) << term.name.toStdString();
    }
}

TEST(PaintedText, IsFoundWhereItStands)
{
    const auto trace = traceOf(kSentence);
    const HeatmapPicture picture(trace, {}, {}, ColourMap::named(QStringLiteral("viridis")));
    const QRectF area(0.0, 0.0, 700.0, 600.0);
    bool hasQuery = false;
    for (qreal y = 2.0; y < area.height() && !hasQuery; y += 3.0) {
        for (qreal x = 2.0; x < 60.0 && !hasQuery; x += 3.0) {
            hasQuery = paintedTextAt(picture, area, {x, y}).startsWith(QLatin1String("query"));
        }
    }
    EXPECT_TRUE(hasQuery);
    EXPECT_TRUE(paintedTextAt(picture, area, {-5.0, -5.0}).isEmpty());
}

class GlossaryInTheWindow : public testing::Test
{
protected:
    void SetUp() override
    {
        m_window.resize(1280, 800);
        m_window.show();
        m_session.openOnExample();
        ASSERT_TRUE(settled());
    }

    bool settled() { return settles(m_window, m_session); }

    QString tipOn(QWidget* widget, std::optional<QPoint> point = {})
    {
        EXPECT_NE(widget, nullptr);
        return m_window.findChild<GlossaryTips*>()->tipAt(*widget, point.value_or(widget->rect().center()));
    }

    Session m_session{readBundledModel(BundledModel::Small).value()};
    MainWindow m_window{m_session};
};

TEST_F(GlossaryInTheWindow, ExplainsTheTermsOfControlsTabsAndHeadings)
{
    auto* heading = m_window.findChild<QLabel*>(QStringLiteral("heatmapHeading"));
    EXPECT_TRUE(tipOn(heading).contains(
        Glossary::bundled().find(QStringLiteral("attention weight"))->sentence.toHtmlEscaped()));
    auto* tabs = m_window.findChild<QTabBar*>(QStringLiteral("pages"));
    const QString tip = tipOn(tabs, tabs->tabRect(1).center());
    EXPECT_TRUE(tip.contains(QStringLiteral("<b>head</b>"))) << tip.toStdString();
    EXPECT_TRUE(tip.contains(QStringLiteral("Ctrl+2")));
    for (QCheckBox* box : m_window.findChildren<QCheckBox*>()) {
        if (box->text().remove(u'&') == QLatin1String("Keys used as values")) {
            EXPECT_TRUE(tipOn(box).contains(QStringLiteral("<b>key</b>")));
            EXPECT_TRUE(tipOn(box).contains(QStringLiteral("<b>value</b>")));
        }
    }
    QLabel plain(QStringLiteral("nothing of it"));
    EXPECT_TRUE(tipOn(&plain).isEmpty());
    QPushButton token(QStringLiteral("key"));
    token.setProperty(kShowsTokens, true);
    EXPECT_TRUE(tipOn(&token).isEmpty());
}

TEST_F(GlossaryInTheWindow, ExplainsWhatPicturesHavePainted)
{
    auto* view = m_window.findChild<HeatmapView*>(QStringLiteral("heatmap"));
    ASSERT_NE(view->picture(), nullptr);
    bool isExplained = false;
    for (int x = 2; x < view->width() && !isExplained; x += 4) {  // its axis is named halfway down
        isExplained = tipOn(view, QPoint(x, view->height() * 6 / 10)).contains(QStringLiteral("<b>query</b>"));
    }
    EXPECT_TRUE(isExplained);
}

TEST_F(GlossaryInTheWindow, EveryTermIsSearchedAndShownWhereItIsSeen)
{
    GlossaryView view(Glossary::bundled());
    auto* search = view.findChild<QLineEdit*>();
    auto* list = view.findChild<QTextBrowser*>();
    search->setText(QStringLiteral("xyzzy"));
    EXPECT_TRUE(list->toPlainText().contains(QStringLiteral("No term")));
    search->setText(QStringLiteral("rotary"));
    EXPECT_TRUE(list->toPlainText().contains(QStringLiteral("RoPE")) ||
                list->toPlainText().contains(QStringLiteral("otary")));
    QString lines;
    QObject::connect(&view, &GlossaryView::linesWanted, [&lines](const QString& wanted) { lines = wanted; });
    for (const GlossaryTerm& term : Glossary::bundled().terms()) {
        view.showTerm(term.name);
        emit list->anchorClicked(
            QUrl(QStringLiteral("show:") + QString::fromLatin1(QUrl::toPercentEncoding(term.name))));
        EXPECT_EQ(lines, term.place) << term.name.toStdString();
        const Result<Scene> scene =
            changedScene(m_session.document(), m_session.viewOptions(), QStringLiteral("heatmap"), term.place);
        ASSERT_TRUE(scene) << term.name.toStdString();
        const Result<Document> document = documentOf(*scene, m_session.document(), m_session.model());
        EXPECT_TRUE(document) << term.name.toStdString() << ": " << (document ? "" : document.error().message);
    }
}

TEST_F(GlossaryInTheWindow, TermsOfALessonAreLinksWithTips)
{
    FlowingText text;
    text.show(QStringLiteral("A query meets a **key**, and a query again. [Go](do:page=heads)"));
    const QString html = text.toHtml();
    EXPECT_EQ(html.count(QStringLiteral("term:query")), 1);
    EXPECT_EQ(html.count(QStringLiteral("term:key")), 1);
    QString wanted;
    QObject::connect(&text, &FlowingText::termWanted, [&wanted](const QString& name) { wanted = name; });
    QObject::connect(&text, &FlowingText::linesWanted, [&wanted](const QString& lines) { wanted = lines; });
    emit text.anchorClicked(QUrl(QStringLiteral("term:query")));
    EXPECT_EQ(wanted, QStringLiteral("query"));
    emit text.anchorClicked(QUrl(QStringLiteral("do:page=heads;text=a%20b")));
    EXPECT_EQ(wanted, QStringLiteral("page=heads;text=a%20b"));
}

}  // namespace
}  // namespace headlight::ui::test
