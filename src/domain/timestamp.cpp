#include "parley/domain/timestamp.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace parley::domain {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kUsPerSecond = 1'000'000;

// Writes `number` with leading zeros up to `end`.
void put_digits(const char* begin, char* end, std::int64_t number) {
  while (end != begin) {
    *--end = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

// `YYYY-MM-DD?HH:MM:SS.ffffff`
std::array<char, 26> digits_of(std::int64_t unix_us, char separator) {
  const microseconds at{std::clamp(unix_us, kTimestampUnixUsMin, kTimestampUnixUsMax)};
  const sys_days day{floor<days>(at)};
  const year_month_day date{day};
  const std::int64_t of_day_us = (at - day.time_since_epoch()).count();
  const std::int64_t second = of_day_us / kUsPerSecond;
  std::array<char, 26> text{};
  char* const out = text.data();
  put_digits(out, out + 4, static_cast<int>(date.year()));
  out[4] = '-';
  put_digits(out + 5, out + 7, static_cast<unsigned>(date.month()));
  out[7] = '-';
  put_digits(out + 8, out + 10, static_cast<unsigned>(date.day()));
  out[10] = separator;
  put_digits(out + 11, out + 13, second / 3'600);
  out[13] = ':';
  put_digits(out + 14, out + 16, second / 60 % 60);
  out[16] = ':';
  put_digits(out + 17, out + 19, second % 60);
  out[19] = '.';
  put_digits(out + 20, out + 26, of_day_us % kUsPerSecond);
  return text;
}

// Reads exactly `count` digits at `at` into `number`.
bool take_digits(std::string_view text, std::size_t at, std::size_t count, int& number) {
  if (at + count > text.size()) return false;
  number = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return true;
}

// ".1" to ".123456" as microseconds; nothing is zero.
bool take_fraction(std::string_view text, int& fraction_us) {
  fraction_us = 0;
  if (text.empty()) return true;
  const std::size_t digits = text.size() - 1;
  if (text[0] != '.' || digits < 1 || digits > 6 || !take_digits(text, 1, digits, fraction_us)) return false;
  for (std::size_t i = digits; i < 6; ++i) fraction_us *= 10;
  return true;
}

}  // namespace

std::string to_iso_8601(std::int64_t unix_us) {
  const auto digits = digits_of(unix_us, 'T');
  const std::string_view text(digits.data(), digits.size());
  return std::string(text.ends_with(".000000") ? text.substr(0, 19) : text);
}

std::string to_sql_text(std::int64_t unix_us) {
  const auto digits = digits_of(unix_us, ' ');
  return {digits.data(), digits.size()};
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int fraction_us = 0;
  const bool well_formed = text.size() >= 19 && take_digits(text, 0, 4, year) && text[4] == '-' &&
                           take_digits(text, 5, 2, month) && text[7] == '-' && take_digits(text, 8, 2, day) &&
                           (text[10] == ' ' || text[10] == 'T') && take_digits(text, 11, 2, hour) && text[13] == ':' &&
                           take_digits(text, 14, 2, minute) && text[16] == ':' && take_digits(text, 17, 2, second) &&
                           take_fraction(text.substr(19), fraction_us);
  if (!well_formed) return std::nullopt;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || year < 1 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t day_s = std::chrono::seconds(sys_days{date}.time_since_epoch()).count();
  return (day_s + hour * 3'600 + minute * 60 + second) * kUsPerSecond + fraction_us;
}

}  // namespace parley::domain
