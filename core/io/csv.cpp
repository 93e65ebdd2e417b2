#include "core/io/csv.h"

#include <array>
#include <cassert>
#include <charconv>
#include <string_view>

namespace headlight {
namespace {

void appendCell(std::string& csv, const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        csv += text;
        return;
    }
    csv += '"';
    for (const char c : text) {
        csv += c;
        if (c == '"') {
            csv += c;
        }
    }
    csv += '"';
}

template <typename Number>
void appendCell(std::string& csv, Number number)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    csv.append(buffer.data(), end);
}

void appendRow(std::string& csv, const auto& cells, const auto& appendOne)
{
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) {
            csv += ',';
        }
        appendOne(cells[i]);
    }
    csv += "\r\n";
}

}  // namespace

std::string toCsv(const CsvTable& table)
{
    std::string csv;
    appendRow(csv, table.header, [&](const std::string& name) { appendCell(csv, name); });
    for (const std::vector<CsvCell>& row : table.rows) {
        assert(row.size() == table.header.size());
        appendRow(csv, row,
                  [&](const CsvCell& cell) { std::visit([&](const auto& value) { appendCell(csv, value); }, cell); });
    }
    return csv;
}

}  // namespace headlight
