#include "parley/ops/logging.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <memory>

#include "sio/base/utf8.hpp"
#include "sio/json/writer.hpp"

namespace parley::ops {
namespace {

constexpr std::size_t kQueuedLinesMax = 8'192;
constexpr const char* kName = "parley";

std::atomic<bool> started{false};
std::atomic<bool> as_json{false};
std::atomic<LogLevel> least{LogLevel::info};
// The thread that writes. Ours and not the registry's, so that it ends before what it uses does.
std::shared_ptr<spdlog::details::thread_pool> writer;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Valid UTF-8 made of anything: bytes that are none become U+FFFD, one each.
std::string clean(std::string_view text) {
  if (sio::is_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < 4 && length < text.size() && !sio::is_utf8(text.substr(0, length))) ++length;
    if (sio::is_utf8(text.substr(0, length))) {
      out.append(text.substr(0, length));
    } else {
      length = 1;
      out.append("\xEF\xBF\xBD");
    }
    text.remove_prefix(length);
  }
  return out;
}

// U+0080 to U+009F steer terminals as their 7-bit forms do; DEL and the line separators of Unicode are no better.
void append_escaped(std::string& out, std::string_view text) {
  std::string json;
  sio::json::append_string(json, clean(text));
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    if (byte == 0x7F) {
      out.append("\\u007f");
    } else if (byte == 0xC2 && i + 1 < json.size() && static_cast<unsigned char>(json[i + 1]) < 0xA0) {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto low = static_cast<unsigned char>(json[++i]);
      out.append("\\u00").append(1, kHex[low >> 4U]).append(1, kHex[low & 15U]);
    } else if (json.compare(i, 3, "\xE2\x80\xA8") == 0 || json.compare(i, 3, "\xE2\x80\xA9") == 0) {
      out.append(json.compare(i, 3, "\xE2\x80\xA8") == 0 ? "\\u2028" : "\\u2029");
      i += 2;
    } else {
      out.push_back(json[i]);
    }
  }
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7F || c == '"' || c == '=' || c == '\\') return false;
  }
  return true;
}

}  // namespace

std::optional<LogFormat> parse_log_format(std::string_view text) {
  if (text == "auto") return LogFormat::automatic;
  if (text == "text") return LogFormat::text;
  if (text == "json") return LogFormat::json;
  return std::nullopt;
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  if (text == "debug") return LogLevel::debug;
  if (text == "info") return LogLevel::info;
  if (text == "warning" || text == "warn") return LogLevel::warning;
  if (text == "error") return LogLevel::error;
  return std::nullopt;
}

std::string render_json(std::string_view message, std::initializer_list<Field> fields) {
  std::string out = "\"msg\":";
  append_escaped(out, message);
  for (const Field& field : fields) {
    out.append(",\"").append(field.key).append("\":");
    if (field.is_number) {
      out.append(field.value);
    } else {
      append_escaped(out, field.value);
    }
  }
  return out;
}

std::string render_text(std::string_view message, std::initializer_list<Field> fields) {
  std::string quoted;
  append_escaped(quoted, message);
  std::string out = quoted.substr(1, quoted.size() - 2);
  for (const Field& field : fields) {
    out.append(" ").append(field.key).append("=");
    if (is_plain(field.value)) {
      out.append(field.value);
    } else {
      append_escaped(out, field.value);
    }
  }
  return out;
}

void start_logging(LogFormat format, LogLevel level) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  as_json = format == LogFormat::json || (format == LogFormat::automatic && !terminal);
  least = level;
  spdlog::sink_ptr sink;
  if (terminal && !as_json) {
    sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  writer = std::make_shared<spdlog::details::thread_pool>(kQueuedLinesMax, 1);
  auto logger = std::make_shared<spdlog::async_logger>(kName, std::move(sink), writer,
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_level(to_spdlog(level));
  logger->flush_on(spdlog::level::info);
  if (as_json) {
    logger->set_pattern("{\"time\":\"%Y-%m-%dT%H:%M:%S.%fZ\",\"level\":\"%l\",%v}", spdlog::pattern_time_type::utc);
  } else {
    logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
  }
  spdlog::set_default_logger(std::move(logger));
  started = true;
}

void stop_logging() {
  started = false;
  writer.reset();  // writes what is queued
  spdlog::shutdown();
}

bool is_logged(LogLevel level) { return started && level >= least.load(); }

void log(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
  if (!is_logged(level)) return;
  const std::string payload = as_json ? render_json(message, fields) : render_text(message, fields);
  spdlog::default_logger_raw()->log(to_spdlog(level), spdlog::string_view_t(payload.data(), payload.size()));
}

}  // namespace parley::ops
