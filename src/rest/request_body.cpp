#include "request_body.hpp"

#include <cstddef>

#include "page_query.hpp"
#include "sio/json/scanner.hpp"

namespace parley::rest {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// application/json, with no parameter or charset=utf-8 alone.
bool is_json_type(std::string_view content_type) {
  const std::size_t semicolon = content_type.find(';');
  if (!sio::http::equals_ignore_case(trim(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trim(content_type.substr(semicolon + 1));
  return parameter.empty() || sio::http::equals_ignore_case(parameter, "charset=utf-8") ||
         sio::http::equals_ignore_case(parameter, "charset=\"utf-8\"");
}

}  // namespace

sio::Result<sio::json::Value, Problem> parse_json_body(const sio::http::Request& request) {
  const std::string_view coding = request.headers.find("content-encoding");
  if (!coding.empty() && !sio::http::equals_ignore_case(coding, "identity")) {
    return sio::fail(Problem::unsupported_media_type);
  }
  if (!is_json_type(request.headers.find("content-type"))) return sio::fail(Problem::unsupported_media_type);
  if (sio::json::scan(request.body) != sio::json::Error::none) return sio::fail(Problem::invalid_json);
  return sio::json::Value(request.body);
}

std::string FieldReader::text(std::string_view name) {
  const auto value = body_.find(name);
  if (!value) {
    fail(name, "is required");
    return {};
  }
  auto text = value->as_string();
  if (!text) {
    fail(name, "must be text");
    return {};
  }
  return std::move(*text);
}

std::string FieldReader::text(std::string_view name, domain::Flaw (*check)(std::string_view)) {
  const std::size_t errors_before = errors_.size();
  std::string value = text(name);
  const domain::Flaw flaw = check(value);
  if (errors_.size() == errors_before && flaw != domain::Flaw::none) fail(name, domain::to_sentence(flaw));
  return value;
}

std::int64_t FieldReader::id(std::string_view name) {
  const auto value = body_.find(name);
  auto id = value ? value->as_int64() : std::nullopt;
  if (const auto text = value ? value->as_string() : std::nullopt) id = parse_decimal_id(*text);
  if (id && *id >= 0) return *id;
  fail(name, value ? "must be an id" : "is required");
  return 0;
}

std::optional<std::string> FieldReader::optional_text(std::string_view name) {
  const auto value = body_.find(name);
  if (!value || value->is_null()) return std::nullopt;
  auto text = value->as_string();
  if (!text) fail(name, "must be text");
  return text;
}

std::optional<bool> FieldReader::optional_bool(std::string_view name) {
  const auto value = body_.find(name);
  if (!value || value->is_null()) return std::nullopt;
  const auto flag = value->as_bool();
  if (!flag) fail(name, "must be true or false");
  return flag;
}

}  // namespace parley::rest
