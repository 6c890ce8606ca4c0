// The log of the process: text for people on a terminal, else one JSON object a line. Whatever a value holds, a line
// stays a line: control characters are escaped, bytes that are no UTF-8 replaced. Written by a thread of its own; when
// that cannot keep up, the oldest lines are dropped and nobody waits. Never log secrets, tokens or message contents.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace parley::ops {

enum class LogFormat : std::uint8_t { automatic, text, json };
enum class LogLevel : std::uint8_t { debug, info, warning, error };

std::optional<LogFormat> parse_log_format(std::string_view text);  // auto, text, json
std::optional<LogLevel> parse_log_level(std::string_view text);    // debug, info, warning, error

// One named value of a line.
struct Field {
  std::string_view key;  // ours: letters and underscores
  std::string value;     // anybody's
  bool is_number = false;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)), is_number(true) {}
  Field(std::string_view k, int v) : key(k), value(std::to_string(v)), is_number(true) {}
};

// Once, at start; lines go to standard error. automatic: text if that is a terminal.
void start_logging(LogFormat format, LogLevel level);
// Writes what is queued and ends the thread. Lines logged later are lost.
void stop_logging();

// Before start_logging() nothing is written. From any thread.
void log(LogLevel level, std::string_view message, std::initializer_list<Field> fields = {});
bool is_logged(LogLevel level);

// The payload of a line: `message key=value key="two words"`, or `"msg":"message","key":"value"`.
std::string render_text(std::string_view message, std::initializer_list<Field> fields);
std::string render_json(std::string_view message, std::initializer_list<Field> fields);

}  // namespace parley::ops
