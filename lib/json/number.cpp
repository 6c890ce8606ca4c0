#include "number.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

#include "text.hpp"

namespace sio::json::detail {

namespace {

// Whether a number that no double can hold is too large rather than too small. from_chars does not tell.
bool is_large(std::string_view number) {
  constexpr std::int64_t kFarBeyond = 1'000'000'000'000;  // no text has that many digits to make up for it
  std::int64_t magnitude = 0;                             // decimal exponent of the first digit that is not 0, plus 1
  bool after_point = false;
  bool significant = false;
  std::size_t at = 0;
  for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
    if (number[at] == '.') after_point = true;
    if (!is_digit(number[at])) continue;
    significant = significant || number[at] != '0';
    if (significant && !after_point) ++magnitude;
    if (!significant && after_point) --magnitude;
  }
  if (at == number.size()) return magnitude > 0;

  ++at;
  const bool negative = peek(number, at) == '-';
  if (peek(number, at) == '+') ++at;
  std::int64_t exponent = 0;
  const auto parsed = std::from_chars(number.data() + at, number.data() + number.size(), exponent);
  if (parsed.ec != std::errc{} || exponent > kFarBeyond || exponent < -kFarBeyond) return !negative;
  return magnitude + exponent > 0;
}

}  // namespace

std::optional<double> to_double(std::string_view number) {
  double value = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
  if (parsed.ec == std::errc{}) return value;
  if (parsed.ec == std::errc::result_out_of_range && !is_large(number)) return peek(number, 0) == '-' ? -0.0 : 0.0;
  return std::nullopt;
}

}  // namespace sio::json::detail
