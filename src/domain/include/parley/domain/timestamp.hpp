// Instants as text. In memory an instant is microseconds since 1970 (UTC); years 0001 to 9999 have a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::domain {

inline constexpr std::int64_t kTimestampUnixUsMin = -62'135'596'800'000'000;  // 0001-01-01T00:00:00
inline constexpr std::int64_t kTimestampUnixUsMax = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999

// `2024-11-27T12:00:00.123456`, without the fraction when that is zero. Out of range is clamped.
std::string to_iso_8601(std::int64_t unix_us);

// `2024-11-27 12:00:00.123456`, always with the fraction: SQLAlchemy's form of a DateTime in SQLite.
std::string to_sql_text(std::int64_t unix_us);

// Reads both forms, with or without a fraction of 1 to 6 digits; none for anything else.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

}  // namespace parley::domain
