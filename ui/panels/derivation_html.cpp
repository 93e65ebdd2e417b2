#include "ui/panels/derivation_html.h"

#include "core/analysis/derivation/text.h"
#include "ui/plots/token_label.h"

#include <QUrlQuery>

namespace headlight::ui {
namespace {

const QString kScheme = QStringLiteral("cell");
const QString kHead = QStringLiteral("head");
const QString kRow = QStringLiteral("row");
const QString kColumn = QStringLiteral("column");

QString escaped(const std::string& text)
{
    return withVisibleControls(QString::fromStdString(text)).toHtmlEscaped();
}

QString muted(const QString& html, const Theme& theme)
{
    return QStringLiteral("<span style='color:%1'>%2</span>").arg(theme.mutedText.name(), html);
}

QString written(const Expression& expression, Writing writing, const Theme& theme)
{
    const std::string style = "' style='text-decoration:none;color:" + theme.accent.name().toStdString() + "'>";
    const auto link = [&style](const Expression& operand, std::string text) {
        const std::string shown = QString::fromStdString(text).toHtmlEscaped().toStdString();
        if (!operand.cell) {
            return shown;
        }
        const QString href = QString::fromLatin1(linkTo(*operand.cell).toEncoded()).toHtmlEscaped();
        return "<a href='" + href.toStdString() + style + shown + "</a>";
    };
    return QString::fromStdString(writtenOut(expression, writing, link));
}

QString number(double value)
{
    return QString::fromStdString(numberText(value));
}

/// The terms of a long sum, a row each.
QString termTable(const Expression& sum, TermChoice choice, const Theme& theme)
{
    const QString cell = QStringLiteral("<td style='white-space:pre;font-size:12px'>");
    const QString row = QStringLiteral("<tr><td>%1  </td><td>= %2  </td><td align='right'>%3</td><td>%4</td></tr>");
    const Terms terms = termsOf(sum, choice);
    QString html = QStringLiteral("<table cellspacing='0' cellpadding='1' style='margin-left:14px'>");
    for (const Expression* term : terms.shown) {
        const QString note = term->note.empty() ? QString() : QStringLiteral("  ") + escaped(term->note);
        const QString numbers = term->op == Operator::Operand ? QString() : written(*term, Writing::Numbers, theme);
        html +=
            row.arg(written(*term, Writing::Symbols, theme), numbers, number(term->number.value), muted(note, theme));
    }
    if (terms.others > 0) {
        html += row.arg(QString::fromStdString(othersText(terms)), QString(), number(terms.rest), QString());
    }
    return html + QStringLiteral("</table>");
}

QString stepHtml(const DerivationStep& step, std::size_t ordinal, TermChoice choice, const Theme& theme)
{
    QString html = QStringLiteral("<p style='margin-top:10px;margin-bottom:2px'><b>%1.</b> %2</p>")
                       .arg(ordinal)
                       .arg(escaped(step.label));
    const QString line = QStringLiteral("<p style='margin:0 0 2px 14px'>%1</p>");
    const QString symbol = escaped(step.symbol);
    html += line.arg(symbol + QStringLiteral(" = ") + written(step.value, Writing::Symbols, theme));
    for (const Expression* sum : longSums(step.value)) {
        html += termTable(*sum, choice, theme);
    }
    const QString numbers = written(step.value, Writing::Numbers, theme);
    const QString result = number(step.value.number.value);
    if (numbers != result && step.value.op != Operator::Operand) {
        html += line.arg(symbol + QStringLiteral(" = ") + numbers);
    }
    return html + line.arg(symbol + QStringLiteral(" = <b>") + result + QStringLiteral("</b>"));
}

}  // namespace

QString derivationHtml(const Derivation& derivation, TermChoice choice, const Theme& theme)
{
    QString html = QStringLiteral("<style>td { white-space: pre; font-size: 12px }</style>");
    html += QStringLiteral(
                "<div style='color:%4'><p style='margin-bottom:2px'><b>%1</b></p><p style='margin:0'>%2<br/>%3</p>")
                .arg(escaped(derivation.title), escaped(derivation.row), escaped(derivation.column), theme.text.name());
    html += QStringLiteral("<p style='margin-top:4px;margin-bottom:0'>%1</p>")
                .arg(muted(escaped(derivation.formula), theme));
    std::size_t ordinal = 0;
    for (const DerivationStep& step : derivation.steps) {
        html += stepHtml(step, ++ordinal, choice, theme);
    }
    return html +
           QStringLiteral("<p style='margin-top:12px'>%1</p></div>").arg(muted(escaped(checkText(derivation)), theme));
}

QUrl linkTo(const CellAddress& cell)
{
    QUrlQuery query;
    query.addQueryItem(kHead, QString::number(cell.head.value));
    query.addQueryItem(kRow, QString::number(cell.row));
    query.addQueryItem(kColumn, QString::number(cell.column));
    QUrl link;
    link.setScheme(kScheme);
    link.setPath(QString::fromStdString(tensorName(cell.stage)));
    link.setQuery(query);
    return link;
}

std::optional<CellAddress> cellOf(const QUrl& link)
{
    const Result<StageKey> stage = parseTensorName(link.path().toStdString());
    if (link.scheme() != kScheme || !stage) {
        return std::nullopt;
    }
    const QUrlQuery query(link);
    return CellAddress{.stage = *stage,
                       .head = HeadIndex(query.queryItemValue(kHead).toLongLong()),
                       .row = query.queryItemValue(kRow).toLongLong(),
                       .column = query.queryItemValue(kColumn).toLongLong()};
}

}  // namespace headlight::ui
