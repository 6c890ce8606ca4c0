#include <algorithm>
#include <charconv>
#include <iterator>

#include "sio/base/check.hpp"
#include "sio/http/message.hpp"

namespace sio::http {

namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr Reason kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

void append_number(std::string& out, std::size_t number) {
  char digits[20];  // of 2^64 − 1
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

bool is_token(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view value) {
  return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  SIO_CHECK(is_token(name) && is_value(value));
  out.append(name).append(": ").append(value).append("\r\n");
}

// Headers that say where the message ends and what becomes of the connection: never the application's to decide.
bool is_framing(std::string_view name) {
  return equals_ignore_case(name, "content-length") || equals_ignore_case(name, "transfer-encoding") ||
         equals_ignore_case(name, "connection");
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto* const found = std::find_if(std::begin(kReasons), std::end(kReasons),
                                         [status](const Reason& reason) { return reason.status == status; });
  return found == std::end(kReasons) ? "Unknown" : found->phrase;
}

std::string serialize(const Response& response, bool keep_alive, bool head_only) {
  SIO_CHECK(response.status >= 100 && response.status <= 999);
  const bool interim = response.status < 200;
  const bool bodiless = interim || response.status == 204 || response.status == 304;
  const std::string_view content = response.content();

  std::size_t size = 128 + (bodiless || head_only ? 0 : content.size());
  for (const Header& header : response.headers.items()) size += header.name.size() + header.value.size() + 4;
  std::string out;
  out.reserve(size);

  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  for (const Header& header : response.headers.items()) {
    const bool own_length = bodiless && equals_ignore_case(header.name, "content-length");
    if (interim || own_length || !is_framing(header.name)) append_header(out, header.name, header.value);
  }
  if (!bodiless) {
    out.append("Content-Length: ");
    append_number(out, content.size());
    out.append("\r\n");
  }
  if (!interim) append_header(out, "Connection", keep_alive && !response.close ? "keep-alive" : "close");
  out.append("\r\n");
  if (!bodiless && !head_only) out.append(content);
  return out;
}

}  // namespace sio::http
