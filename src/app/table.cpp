#include "table.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"

namespace parley::app {
namespace {

std::string harmless(const std::string& cell) {
  if (!sio::is_utf8(cell)) return "?";
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const auto byte = static_cast<unsigned char>(cell[i]);
    if (byte < 0x20 || byte == 0x7F) {
      out.push_back('?');
    } else if (byte == 0xC2 && i + 1 < cell.size() && static_cast<unsigned char>(cell[i + 1]) < 0xA0) {
      out.push_back('?');
      ++i;
    } else {
      out.push_back(cell[i]);
    }
  }
  return out;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  SIO_CHECK(rows_.empty() || cells.size() == rows_.front().size());
  for (std::string& cell : cells) cell = harmless(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], sio::count_code_points(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - sio::count_code_points(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace parley::app
