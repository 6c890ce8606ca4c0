// What people may enter: names, addresses, passwords, messages (contract 3 and 4). Pure, linear, no allocation but
// where text is returned. Text comes in as valid UTF-8 (the JSON scanner has seen to it); anything else is a flaw here
// too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::domain {

inline constexpr std::size_t kNameCodePointsMax = 100;
inline constexpr std::size_t kEmailBytesMax = 100;
inline constexpr std::size_t kPasswordBytesMin = 8;
inline constexpr std::size_t kPasswordBytesMax = 128;
inline constexpr std::size_t kContentCodePointsMax = 16'384;
inline constexpr std::size_t kClientIdBytesMax = 64;

enum class Flaw : std::uint8_t {
  none,
  empty,           // nothing, or only white space
  too_short,       // a password under 8 bytes
  too_long,        // over the limit of its kind
  not_text,        // not UTF-8, or with U+0000 (names: any control character)
  not_an_address,  // an e-mail address that cannot be one
  too_common,      // a password that everybody tries first
  not_a_role,      // neither `admin` nor `user`
  not_printable,   // a client_id outside printable ASCII
};
// For the person who typed it: "must not be empty", …; empty for none.
std::string_view to_sentence(Flaw flaw);

Flaw check_name(std::string_view name);
Flaw check_email(std::string_view email);
Flaw check_password(std::string_view password);
Flaw check_role(std::string_view role);
Flaw check_content(std::string_view content);
Flaw check_client_id(std::string_view client_id);  // 1–64 printable ASCII characters, space included

// The form in which addresses are compared and counted: ASCII letters in lower case.
std::string normal_email(std::string_view email);

// Among the passwords that are guessed first, compared without case.
bool is_common_password(std::string_view password);

// Whether the text has nothing but Unicode White_Space. Empty text has nothing else.
bool is_only_white_space(std::string_view text);

}  // namespace parley::domain
