// Groups 6.5 to 6.23 of the Autobahn list, for the unit tests: byte sequences that are UTF-8, and such as are not. The
// same as in tests/conformance/support/autobahn_utf8.mjs. Private.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sio::ws::testing {

struct Utf8Case {
  bool valid = true;
  std::string bytes{};
};
using Utf8Group = std::vector<Utf8Case>;

inline constexpr std::string_view kKosme = "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5";  // five letters

inline Utf8Group all_valid(const std::vector<std::string>& sequences) {
  Utf8Group group;
  for (const std::string& bytes : sequences) group.push_back({true, bytes});
  return group;
}

inline Utf8Group all_invalid(const std::vector<std::string>& sequences) {
  Utf8Group group;
  for (const std::string& bytes : sequences) group.push_back({false, bytes});
  return group;
}

inline std::string byte_range(unsigned from, unsigned to, std::string_view after_each = "") {
  std::string bytes;
  for (unsigned byte = from; byte < to; ++byte) bytes.append(1, static_cast<char>(byte)).append(after_each);
  return bytes;
}

// Every prefix of a word whose letters end after 2, 5, 7, 9 and 11 bytes.
inline Utf8Group prefixes() {
  Utf8Group group;
  for (std::size_t size = 1; size <= kKosme.size(); ++size) {
    const bool valid = size == 2 || size == 5 || size == 7 || size == 9 || size == 11;
    group.push_back({valid, std::string(kKosme.substr(0, size))});
  }
  return group;
}

// The two last code points of each of the 17 planes: no characters, but valid.
inline Utf8Group non_characters() {
  Utf8Group group;
  for (const char* last : {"\xBE", "\xBF"}) group.push_back({true, std::string("\xEF\xBF") + last});
  for (unsigned plane = 1; plane <= 16; ++plane) {
    const unsigned top = plane << 16U | 0xFFFFU;
    const std::string start = {static_cast<char>(0xF0U | top >> 18U), static_cast<char>(0x80U | (top >> 12U & 0x3FU)),
                               '\xBF'};
    for (const char* last : {"\xBE", "\xBF"}) group.push_back({true, start + last});
  }
  return group;
}

inline std::vector<Utf8Group> utf8_groups() {
  const std::vector<std::string> incomplete = {
      "\xC0", "\xE0\x80", "\xF0\x80\x80", "\xF8\x80\x80\x80", "\xFC\x80\x80\x80\x80",
      "\xDF", "\xEF\xBF", "\xF7\xBF\xBF", "\xFB\xBF\xBF\xBF", "\xFD\xBF\xBF\xBF\xBF"};
  std::string all_incomplete;
  for (const std::string& bytes : incomplete) all_incomplete += bytes;
  Utf8Group boundaries = all_valid({"\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"});
  boundaries.push_back({false, "\xF4\x90\x80\x80"});
  return {
      all_valid({"hello$world", "hello\xC2\xA2world", "hello\xE2\x82\xACworld", "hello\xF0\xA4\xAD\xA2world",
                 std::string(kKosme)}),
      prefixes(),
      all_valid({std::string(1, '\0'), "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}),
      all_invalid({"\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80"}),
      all_valid({"\x7F", "\xDF\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}),
      all_invalid({"\xF7\xBF\xBF\xBF", "\xFB\xBF\xBF\xBF\xBF", "\xFD\xBF\xBF\xBF\xBF\xBF"}),
      boundaries,
      all_invalid({"\x80", "\xBF", "\x80\xBF", "\x80\xBF\x80", "\x80\xBF\x80\xBF", "\x80\xBF\x80\xBF\x80",
                   "\x80\xBF\x80\xBF\x80\xBF", byte_range(0x80, 0xBF)}),
      all_invalid({byte_range(0xC0, 0xDF, " "), byte_range(0xE0, 0xEF, " "), byte_range(0xF0, 0xF7, " "),
                   byte_range(0xF8, 0xFB, " "), byte_range(0xFC, 0xFD, " ")}),
      all_invalid(incomplete),
      all_invalid({all_incomplete}),
      all_invalid({"\xFE", "\xFF", "\xFE\xFE\xFF\xFF"}),
      all_invalid({"\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xF8\x80\x80\x80\xAF", "\xFC\x80\x80\x80\x80\xAF"}),
      all_invalid({"\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF8\x87\xBF\xBF\xBF", "\xFC\x83\xBF\xBF\xBF\xBF"}),
      all_invalid({"\xC0\x80", "\xE0\x80\x80", "\xF0\x80\x80\x80", "\xF8\x80\x80\x80\x80", "\xFC\x80\x80\x80\x80\x80"}),
      all_invalid({"\xED\xA0\x80", "\xED\xAD\xBF", "\xED\xAE\x80", "\xED\xAF\xBF", "\xED\xB0\x80", "\xED\xBE\x80",
                   "\xED\xBF\xBF"}),
      all_invalid({"\xED\xA0\x80\xED\xB0\x80", "\xED\xA0\x80\xED\xBF\xBF", "\xED\xAD\xBF\xED\xB0\x80",
                   "\xED\xAD\xBF\xED\xBF\xBF", "\xED\xAE\x80\xED\xB0\x80", "\xED\xAE\x80\xED\xBF\xBF",
                   "\xED\xAF\xBF\xED\xB0\x80", "\xED\xAF\xBF\xED\xBF\xBF"}),
      non_characters(),
      all_valid({"\xEF\xBF\xB9", "\xEF\xBF\xBA", "\xEF\xBF\xBB", "\xEF\xBF\xBC", "\xEF\xBF\xBD", "\xEF\xBF\xBE",
                 "\xEF\xBF\xBF"}),
  };
}

}  // namespace sio::ws::testing
