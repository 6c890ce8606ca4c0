#include "sio/json/scanner.hpp"

#include <algorithm>
#include <array>
#include <memory_resource>
#include <span>
#include <vector>

#include "number.hpp"
#include "sio/base/utf8.hpp"
#include "text.hpp"

namespace sio::json {

namespace {

using detail::is_digit;
using detail::peek;

// Which of the open containers are objects, innermost last. One bit each, so that a megabyte of `[` costs 128 KiB.
class ContainerStack {
 public:
  bool empty() const { return depth_ == 0; }
  std::size_t depth() const { return depth_; }
  bool top_is_object() const { return (top_ & 1U) != 0; }

  void push(bool is_object) {
    if (depth_ != 0 && depth_ % 64 == 0) below_.push_back(top_);
    top_ = top_ << 1 | (is_object ? 1U : 0U);
    ++depth_;
  }
  void pop() {
    top_ >>= 1;
    --depth_;
    if (depth_ != 0 && depth_ % 64 == 0) {
      top_ = below_.back();
      below_.pop_back();
    }
  }

 private:
  std::uint64_t top_ = 0;  // the innermost 1 to 64, the innermost of all in the lowest bit
  std::vector<std::uint64_t> below_;
  std::size_t depth_ = 0;
};

// Keys of the open objects, unescaped; the innermost object's are the last. A few keys live in the inline buffer.
class OpenKeys {
 public:
  void open_object() {
    if (keys_.capacity() == 0) keys_.reserve(kKeysInline);
    keys_.push_back(kObjectBegins);
  }

  void add(std::string_view raw, bool escaped) {
    if (escaped) {
      auto* copy = static_cast<char*>(pool_.allocate(raw.size(), 1));
      raw = {copy, detail::unescape(raw, copy)};
    }
    keys_.push_back(raw);
  }

  // True if the object had a key twice. Sorting bounds the work where comparing all pairs would be quadratic, and
  // unlike a hash table it has no bad case that a sender could aim at.
  bool close_object() {
    constexpr std::size_t kPairsMax = 12;
    auto begin = keys_.end();
    while ((begin - 1)->data() != nullptr) --begin;
    bool duplicate = false;
    if (static_cast<std::size_t>(keys_.end() - begin) <= kPairsMax) {
      for (auto key = begin; key != keys_.end() && !duplicate; ++key) duplicate = std::find(begin, key, *key) != key;
    } else {
      std::sort(begin, keys_.end());
      duplicate = std::adjacent_find(begin, keys_.end()) != keys_.end();
    }
    keys_.erase(begin - 1, keys_.end());
    return duplicate;
  }

 private:
  static constexpr std::string_view kObjectBegins{};  // no key has a null pointer, not even ""
  static constexpr std::size_t kKeysInline = 32;

  alignas(std::string_view) std::array<std::byte, 2 * kKeysInline * sizeof(std::string_view)> inline_;
  std::pmr::monotonic_buffer_resource pool_{inline_.data(), inline_.size()};
  std::pmr::vector<std::string_view> keys_{&pool_};
};

// The steps return false at the first byte that is not JSON. A broken limit is noted and the scan goes on, for the
// grammar alone: the keys are not kept any more then.
class Scanner {
 public:
  Scanner(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Error run() {
    if (!value()) return Error::syntax;
    while (!open_.empty()) {
      if (!member_or_end()) return Error::syntax;
    }
    skip_space();
    return at_ == text_.size() ? error_ : Error::syntax;
  }

 private:
  bool value() {
    skip_space();
    switch (peek(text_, at_)) {
      case '"':
        return string();
      case '{':
        return open(true);
      case '[':
        return open(false);
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool open(bool is_object) {
    ++at_;
    open_.push(is_object);
    just_opened_ = true;
    if (open_.depth() > limits_.depth_max) broken(Error::depth);
    if (is_object && error_ == Error::none) keys_.open_object();
    return true;
  }

  // What stands in the innermost container: its end, or one more element or member.
  bool member_or_end() {
    skip_space();
    const bool in_object = open_.top_is_object();
    const bool first = just_opened_;
    just_opened_ = false;
    if (peek(text_, at_) == (in_object ? '}' : ']')) {
      ++at_;
      if (in_object && error_ == Error::none && keys_.close_object()) broken(Error::duplicate_key);
      open_.pop();
      return true;
    }
    if (!first && !take(',')) return false;
    if (++members_ > limits_.members_max) broken(Error::members);
    return (!in_object || key()) && value();
  }

  bool key() {
    skip_space();
    if (peek(text_, at_) != '"') return false;
    const std::size_t begin = at_ + 1;
    if (!string()) return false;
    const std::string_view raw = text_.substr(begin, at_ - 1 - begin);
    if (error_ == Error::none) keys_.add(raw, string_escaped_);
    skip_space();
    return take(':');
  }

  bool string() {
    ++at_;
    string_escaped_ = false;
    for (;;) {
      bool non_ascii = false;
      const std::size_t end = detail::find_special(text_, at_, non_ascii);
      // A run ends before an ASCII character, so that no sequence can be split by its end.
      if (non_ascii && !is_utf8(text_.substr(at_, end - at_))) return false;
      at_ = end;
      if (take('"')) return true;
      if (!take('\\')) return false;
      string_escaped_ = true;
      if (!escape()) return false;
    }
  }

  bool escape() {
    switch (peek(text_, at_)) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        ++at_;
        return true;
      case 'u':
        break;
      default:
        return false;
    }
    const int unit = detail::hex_unit(text_, at_ + 1);
    if (unit < 0) return false;
    at_ += 5;
    if (detail::is_low_surrogate(unit)) broken(Error::lone_surrogate);
    if (!detail::is_high_surrogate(unit)) return true;
    const bool paired = peek(text_, at_) == '\\' && peek(text_, at_ + 1) == 'u' &&
                        detail::is_low_surrogate(detail::hex_unit(text_, at_ + 2));
    if (paired) {
      at_ += 6;
    } else {
      broken(Error::lone_surrogate);  // what follows is judged by itself
    }
    return true;
  }

  bool number() {
    constexpr std::size_t kFiniteDigits = 308;  // 10^308 − 1 and below are finite
    const std::size_t begin = at_;
    take('-');
    const bool leading_zero = peek(text_, at_) == '0';
    const std::size_t whole_digits = digits();
    if (whole_digits == 0 || (leading_zero && whole_digits > 1)) return false;
    if (take('.') && digits() == 0) return false;
    const bool has_exponent = take('e') || take('E');
    if (has_exponent) {
      if (!take('+')) take('-');
      if (digits() == 0) return false;
    }
    if ((has_exponent || whole_digits > kFiniteDigits) && error_ == Error::none &&
        !detail::to_double(text_.substr(begin, at_ - begin))) {
      broken(Error::number_range);
    }
    return true;
  }

  bool literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (is_digit(peek(text_, at_))) ++at_;
    return at_ - begin;
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() { at_ = detail::skip_space(text_, at_); }

  void broken(Error limit) {
    if (error_ == Error::none) error_ = limit;
  }

  const std::string_view text_;
  const Limits limits_;
  std::size_t at_ = 0;
  std::size_t members_ = 0;
  Error error_ = Error::none;    // the first limit broken
  bool just_opened_ = false;     // nothing stands in the innermost container yet
  bool string_escaped_ = false;  // the last string had an escape
  ContainerStack open_;
  OpenKeys keys_;
};

}  // namespace

Error scan(std::string_view text, const Limits& limits) { return Scanner(text, limits).run(); }

}  // namespace sio::json
