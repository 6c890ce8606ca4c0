// The scanner against a second reader of the grammar, as plain and slow as can be, over all short texts.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "sio/json/scanner.hpp"

namespace sio::json {
namespace {

// RFC 8259, rule by rule; each step takes its rule from the front of the text. ASCII, and no `\u` escapes.
class Grammar {
 public:
  static bool takes(std::string_view text) {
    Grammar grammar{text};
    return grammar.value() && grammar.rest_.empty();
  }

 private:
  explicit Grammar(std::string_view text) : rest_(text) {}

  bool value() {
    space();
    const bool ok = take("null") || take("true") || list('[', ']', false) || list('{', '}', true) ||
                    (next() == '"' ? string() : number());
    space();
    return ok;
  }

  bool list(char opening, char closing, bool members) {
    if (!take({&opening, 1})) return false;
    space();
    if (take({&closing, 1})) return true;
    do {
      space();
      if (members) {
        if (!string()) return poison();
        space();
        if (!take(":")) return poison();
      }
      if (!value()) return poison();
    } while (take(","));
    return take({&closing, 1}) || poison();
  }

  bool string() {
    if (!take("\"")) return false;
    while (!rest_.empty() && next() != '"') {
      if (take("\\")) {
        if (std::string_view("\"\\/bfnrt").find(next()) == std::string_view::npos) return poison();
      } else if (next() < 0x20) {
        return poison();
      }
      rest_.remove_prefix(1);
    }
    return take("\"") || poison();
  }

  bool number() {
    take("-");
    if (!take("0") && digits() == 0) return false;
    if (take(".") && digits() == 0) return false;
    if (take("e")) {
      if (!take("+")) take("-");
      if (digits() == 0) return false;
    }
    return true;
  }

  std::size_t digits() {
    std::size_t count = 0;
    for (; next() >= '0' && next() <= '9'; ++count) rest_.remove_prefix(1);
    return count;
  }

  // A rule that has begun can only be completed: nothing else may be tried instead.
  bool poison() {
    rest_ = "\x01";
    return false;
  }

  void space() {
    while (take(" ") || take("\n")) {
    }
  }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(std::string_view piece) {
    if (rest_.substr(0, piece.size()) != piece) return false;
    rest_.remove_prefix(piece.size());
    return true;
  }

  std::string_view rest_;
};

void expect_agreement(std::string_view alphabet, std::size_t length_max) {
  std::size_t accepted = 0;
  for (std::size_t length = 0; length <= length_max; ++length) {
    std::string text(length, alphabet.front());
    std::string places(length, '\0');
    for (bool more = true; more;) {
      const bool json = scan(text) != Error::syntax;
      ASSERT_EQ(json, Grammar::takes(text)) << testing::PrintToString(text);
      accepted += json ? 1U : 0U;
      more = false;
      for (std::size_t i = 0; i < length && !more; ++i) {  // count up
        more = static_cast<std::size_t>(++places[i]) < alphabet.size();
        if (!more) places[i] = 0;
        text[i] = alphabet[static_cast<std::size_t>(places[i])];
      }
    }
  }
  EXPECT_GT(accepted, 100U);
}

TEST(ScannerGrammar, AgreesOnAllShortStructures) { expect_agreement("[]{},:\"1 ", 6); }
TEST(ScannerGrammar, AgreesOnAllShortNumbers) { expect_agreement("-+.e012", 7); }
TEST(ScannerGrammar, AgreesOnAllShortStrings) { expect_agreement("\"\\/nx\n\x1F", 7); }

}  // namespace
}  // namespace sio::json
