// Tables as comma-separated values. May use base/ only.
#pragma once

#include "core/base/indices.h"

#include <string>
#include <variant>
#include <vector>

namespace headlight {

/// A text, a number as computed, or a count or position.
using CsvCell = std::variant<std::string, float, double, Index>;

struct CsvTable
{
    std::vector<std::string> header;
    std::vector<std::vector<CsvCell>> rows;  ///< Each as long as the header.
};

/// The table as RFC 4180 has it: lines end in CR LF, and a text with a comma, a quotation mark or a line end stands in
/// quotation marks. A number is the shortest decimal that reads back to the same bits, with a point whatever the locale;
/// "inf", "-inf" and "nan" where it is none.
std::string toCsv(const CsvTable& table);

}  // namespace headlight
