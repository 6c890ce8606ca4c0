// Percent-encoding and queries: what is decoded is what a second, byte-wise reading gives, and whatever bytes are
// encoded come back. The first line of an input is a path, the rest a query.

// libFuzzer: -max_len=192

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz_input.hpp"
#include "percent.hpp"
#include "sio/base/check.hpp"
#include "sio/http/message.hpp"

namespace {

using sio::http::Query;
using Items = std::vector<std::pair<std::string, std::string>>;

// The byte that `text` stands for at `at` if an escape stands there.
std::optional<char> escape_at(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return std::nullopt;
  unsigned byte = 0;
  for (std::size_t i = at + 1; i <= at + 2; ++i) {
    const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    byte = byte * 16 + static_cast<unsigned>(digit < 16 ? digit : digit - 6);
  }
  return static_cast<char>(byte);
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = escape_at(text, at);
    out += byte ? *byte : text[at] == '+' ? ' ' : text[at];
    if (byte) at += 2;
  }
  return out;
}

Items items_of(std::string_view query) {
  Items items;
  for (std::size_t begin = 0; begin <= query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string_view item = query.substr(begin, end - begin);
    if (!item.empty()) {
      const std::size_t equals = std::min(item.find('='), item.size());
      const std::string_view value = equals == item.size() ? std::string_view{} : item.substr(equals + 1);
      items.emplace_back(decoded(item.substr(0, equals)), decoded(value));
    }
    begin = end + 1;
  }
  return items;
}

std::string encoded(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out(bytes.size() * 3, '%');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[3 * i + 1] = kHex[byte >> 4U];
    out[3 * i + 2] = kHex[byte & 15U];
  }
  return out;
}

void check_path(std::string_view path) {
  std::string out = "what was there before";
  const bool good = sio::http::percent_decode_path(path, out);
  bool expected = true;
  std::string by_hand;
  for (std::size_t at = 0; at < path.size() && expected; ++at) {
    const auto byte = escape_at(path, at);
    expected = path[at] != '%' || (byte && *byte != '\0');
    by_hand += byte ? *byte : path[at];
    if (byte) at += 2;
  }
  SIO_CHECK(good == expected);
  if (good) SIO_CHECK(out == by_hand);

  std::string back;
  const bool has_nul = path.find('\0') != std::string_view::npos;
  SIO_CHECK(sio::http::percent_decode_path(encoded(path), back) != has_nul);
  if (!has_nul) SIO_CHECK(back == path);
}

void check_query(std::string_view text) {
  const Query query = Query::parse(text);
  SIO_CHECK(query.items() == items_of(text));
  std::string again;
  for (const auto& [name, value] : query.items()) {
    SIO_CHECK(query.contains(name));
    again += "&" + encoded(name) + "=" + encoded(value);
  }
  SIO_CHECK(Query::parse(again).items() == query.items());
  for (std::size_t i = query.items().size(); i-- > 0;) {
    const std::string& name = query.items()[i].first;
    std::size_t first = 0;
    while (query.items()[first].first != name) ++first;
    SIO_CHECK(query.find(name) == query.items()[first].second);
  }
  SIO_CHECK(query.contains("sid") || query.find("sid").empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  check_path(std::string(input.until('\n')));
  check_query(input.rest());
  return 0;
}
