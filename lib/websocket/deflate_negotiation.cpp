#include <algorithm>

#include "sio/base/ascii.hpp"
#include "sio/websocket/deflate.hpp"

namespace sio::ws {

namespace {

constexpr std::string_view kExtension = "permessage-deflate";
constexpr std::uint8_t kLargestWindowBits = 15;
constexpr std::uint8_t kSmallestServerWindowBits = 9;  // zlib's deflate makes no raw stream with 8

constexpr bool is_token_char(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

// Reads the list from its front. Every function returns false for what the grammar does not know.
class OfferReader {
 public:
  explicit OfferReader(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }
  bool take(char mark) {
    skip_blanks();
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_token(std::string& token) {
    skip_blanks();
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
    token.assign(rest_.begin(), end);
    rest_.remove_prefix(token.size());
    return !token.empty();
  }
  // A quoted value must be a token once its quotes and backslashes are gone.
  bool take_value(std::string& value) {
    if (!take('"')) return take_token(value);
    value.clear();
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return !value.empty();
      if (c == '\\') {
        if (rest_.empty()) return false;
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      if (!is_token_char(c)) return false;
      value.push_back(c);
    }
    return false;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  std::string_view rest_;
};

// One offer of permessage-deflate, as far as it was read.
class Offer {
 public:
  void add(std::string_view name, const std::optional<std::string>& value) {
    if (name == "server_no_context_takeover") return set_flag(server_no_takeover_, value);
    if (name == "client_no_context_takeover") return set_flag(client_no_takeover_, value);
    if (name == "server_max_window_bits" && value) return set_bits(server_bits_, value);
    if (name == "client_max_window_bits") return set_bits(client_bits_, value);
    good_ = false;
  }

  std::optional<DeflateTerms> accept(const DeflateOptions& options) const {
    if (!good_ || server_bits_.value_or(kLargestWindowBits) < kSmallestServerWindowBits) return std::nullopt;
    const auto ours = static_cast<std::uint8_t>(options.window_bits);
    DeflateTerms terms;
    terms.server_takeover = options.context_takeover && !server_no_takeover_;
    terms.client_takeover = options.context_takeover && !client_no_takeover_;
    terms.server_window_bits = std::min(server_bits_.value_or(kLargestWindowBits), ours);
    terms.name_server_window = server_bits_.has_value() || ours < kLargestWindowBits;
    if (client_bits_) {  // else the client would not understand a bound
      terms.client_window_bits = std::min(*client_bits_, ours);
      terms.name_client_window = terms.client_window_bits < kLargestWindowBits;
    }
    return terms;
  }

 private:
  void set_flag(bool& flag, const std::optional<std::string>& value) {
    if (flag || value) good_ = false;
    flag = true;
  }
  void set_bits(std::optional<std::uint8_t>& bits, const std::optional<std::string>& value) {
    if (bits || (value && !is_window_bits(*value))) {
      good_ = false;
      return;
    }
    bits = value ? window_bits_of(*value) : kLargestWindowBits;
  }
  // 8 to 15, without leading zeros (RFC 7692 7.1.2).
  static bool is_window_bits(std::string_view text) {
    return (text.size() == 1 && (text[0] == '8' || text[0] == '9')) ||
           (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5');
  }
  static std::uint8_t window_bits_of(std::string_view text) {
    return static_cast<std::uint8_t>(text.size() == 1 ? text[0] - '0' : 10 + (text[1] - '0'));
  }

  bool good_ = true;
  bool server_no_takeover_ = false;
  bool client_no_takeover_ = false;
  std::optional<std::uint8_t> server_bits_;
  std::optional<std::uint8_t> client_bits_;
};

}  // namespace

Result<std::optional<DeflateTerms>, ExtensionError> negotiate_deflate(std::string_view offers,
                                                                      const DeflateOptions& options) {
  OfferReader reader(offers);
  std::optional<DeflateTerms> agreed;
  std::string extension;
  std::string name;
  while (!reader.at_end()) {
    if (reader.take(',')) continue;  // empty members of a list do no harm (RFC 9110 5.6.1)
    if (!reader.take_token(extension)) return fail(ExtensionError::malformed);
    Offer offer;
    while (reader.take(';')) {
      std::optional<std::string> value;
      if (!reader.take_token(name)) return fail(ExtensionError::malformed);
      if (reader.take('=') && !reader.take_value(value.emplace())) return fail(ExtensionError::malformed);
      offer.add(name, value);
    }
    if (!reader.at_end() && !reader.take(',')) return fail(ExtensionError::malformed);
    if (!agreed && extension == kExtension) agreed = offer.accept(options);
  }
  return agreed;
}

std::string deflate_answer(const DeflateTerms& terms) {
  std::string answer(kExtension);
  if (!terms.server_takeover) answer += "; server_no_context_takeover";
  if (!terms.client_takeover) answer += "; client_no_context_takeover";
  if (terms.name_server_window) answer += "; server_max_window_bits=" + std::to_string(terms.server_window_bits);
  if (terms.name_client_window) answer += "; client_max_window_bits=" + std::to_string(terms.client_window_bits);
  return answer;
}

}  // namespace sio::ws
