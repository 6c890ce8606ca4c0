#include "parley/domain/validation.hpp"

#include <algorithm>

#include "lower.hpp"
#include "parley/domain/user.hpp"
#include "sio/base/utf8.hpp"

namespace parley::domain {
namespace {

constexpr std::size_t kEmailLocalBytesMax = 64;  // RFC 5321 4.5.3.1
constexpr std::size_t kDomainLabelBytesMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The code point at the front of valid UTF-8 that is not empty; `length` is set to its bytes.
char32_t front_code_point(std::string_view text, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = byte(0);
  length = std::min<std::size_t>(text.size(), lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
  char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(i) & 0x3FU);
  return point;
}

// Unicode's property White_Space, all 25 of them (PropList, unchanged since 6.3).
bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// C0, DEL and C1.
bool has_control_character(std::string_view utf8) {
  while (!utf8.empty()) {
    std::size_t length = 0;
    const char32_t point = front_code_point(utf8, length);
    if (point < 0x20 || (point >= 0x7F && point <= 0x9F)) return true;
    utf8.remove_prefix(length);
  }
  return false;
}

// What HTML's <input type=email> takes before the @, with dots only between others.
bool is_email_local(std::string_view local) {
  constexpr std::string_view kSigns = "!#$%&'*+/=?^_`{|}~-.";
  if (local.empty() || local.size() > kEmailLocalBytesMax) return false;
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return false;
  return std::all_of(local.begin(), local.end(),
                     [&](char c) { return is_letter(c) || is_digit(c) || kSigns.find(c) != std::string_view::npos; });
}

bool is_domain_label(std::string_view label) {
  if (label.empty() || label.size() > kDomainLabelBytesMax || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

// Labels and dots. A single label (`localhost`) is a name that a company's own network may use.
bool is_email_domain(std::string_view domain) {
  while (true) {
    const std::size_t dot = domain.find('.');
    if (!is_domain_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string_view to_sentence(Flaw flaw) {
  switch (flaw) {
    case Flaw::none:
      return "";
    case Flaw::empty:
      return "must not be empty";
    case Flaw::too_short:
      return "is too short";
    case Flaw::too_long:
      return "is too long";
    case Flaw::not_text:
      return "contains characters that are not allowed";
    case Flaw::not_an_address:
      return "is not a valid e-mail address";
    case Flaw::too_common:
      return "is among the most common passwords";
    case Flaw::not_a_role:
      return "must be admin or user";
    case Flaw::not_printable:
      return "must be 1 to 64 printable ASCII characters";
  }
  return "is not valid";
}

bool is_only_white_space(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = 0;
    if (!is_white_space(front_code_point(text, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

Flaw check_name(std::string_view name) {
  if (!sio::is_utf8(name)) return Flaw::not_text;
  if (is_only_white_space(name)) return Flaw::empty;
  if (sio::count_code_points(name) > kNameCodePointsMax) return Flaw::too_long;
  return has_control_character(name) ? Flaw::not_text : Flaw::none;
}

Flaw check_email(std::string_view email) {
  if (email.empty()) return Flaw::empty;
  if (email.size() > kEmailBytesMax) return Flaw::too_long;
  const std::size_t at = email.find('@');
  if (at == std::string_view::npos) return Flaw::not_an_address;
  const bool good = is_email_local(email.substr(0, at)) && is_email_domain(email.substr(at + 1));
  return good ? Flaw::none : Flaw::not_an_address;
}

Flaw check_password(std::string_view password) {
  if (password.empty()) return Flaw::empty;
  if (password.size() < kPasswordBytesMin) return Flaw::too_short;
  if (password.size() > kPasswordBytesMax) return Flaw::too_long;
  if (!sio::is_utf8(password) || password.find('\0') != std::string_view::npos) return Flaw::not_text;
  return is_common_password(password) ? Flaw::too_common : Flaw::none;
}

Flaw check_role(std::string_view role) { return parse_role(role) ? Flaw::none : Flaw::not_a_role; }

Flaw check_content(std::string_view content) {
  // A code point has at most 4 bytes: what is longer need not be looked at.
  if (content.size() > 4 * kContentCodePointsMax) return Flaw::too_long;
  if (!sio::is_utf8(content) || content.find('\0') != std::string_view::npos) return Flaw::not_text;
  if (is_only_white_space(content)) return Flaw::empty;
  // Only what has more bytes than that can have more code points.
  const bool may_be_long = content.size() > kContentCodePointsMax;
  return may_be_long && sio::count_code_points(content) > kContentCodePointsMax ? Flaw::too_long : Flaw::none;
}

Flaw check_client_id(std::string_view client_id) {
  if (client_id.empty()) return Flaw::empty;
  if (client_id.size() > kClientIdBytesMax) return Flaw::too_long;
  const bool printable = std::all_of(client_id.begin(), client_id.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return printable ? Flaw::none : Flaw::not_printable;
}

std::string normal_email(std::string_view email) { return lower_ascii(email); }

}  // namespace parley::domain
