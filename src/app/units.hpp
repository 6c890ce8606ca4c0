// Values with units, as they stand in flags, environment and configuration file: "24h", "500ms", "64KiB", "5/s".
// A number without its unit is refused (0 apart): nobody should have to guess.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::app {

// ms, s, m, h, d. None for anything else, fractions and what does not fit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// B, KiB, MiB, GiB.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

// "<number>/s", "/m" or "/h", the number may have a fraction; over 0. Per second.
std::optional<double> parse_rate(std::string_view text);

// A plain whole number within the bounds.
std::optional<std::uint32_t> parse_count(std::string_view text, std::uint32_t min, std::uint32_t max);

// on, true, yes, 1 / off, false, no, 0.
std::optional<bool> parse_switch(std::string_view text);

}  // namespace parley::app
