#include "units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace parley::app {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest product that we let any value have: far from overflow in every type it may be turned into.
constexpr std::uint64_t kMax = std::uint64_t{1} << 53U;

template <std::size_t N>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<Unit, N>& units) {
  if (text == "0") return 0;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > kMax / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<Unit, 5> kUnits{
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  const auto value = parse_with_unit(text, kUnits);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr std::array<Unit, 4> kUnits{
      {{"B", 1}, {"KiB", 1ULL << 10U}, {"MiB", 1ULL << 20U}, {"GiB", 1ULL << 30U}}};
  return parse_with_unit(text, kUnits);
}

std::optional<double> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + slash, number, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + slash) return std::nullopt;
  const std::string_view unit = text.substr(slash + 1);
  double seconds = 0;
  if (unit == "s") seconds = 1;
  if (unit == "m") seconds = 60;
  if (unit == "h") seconds = 3'600;
  if (seconds == 0 || !std::isfinite(number) || number < 0.001 || number > 1e6) return std::nullopt;
  return number / seconds;
}

std::optional<std::uint32_t> parse_count(std::string_view text, std::uint32_t min, std::uint32_t max) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max) return std::nullopt;
  return number;
}

std::optional<bool> parse_switch(std::string_view text) {
  for (const std::string_view on : {"on", "true", "yes", "1"}) {
    if (text == on) return true;
  }
  for (const std::string_view off : {"off", "false", "no", "0"}) {
    if (text == off) return false;
  }
  return std::nullopt;
}

}  // namespace parley::app
