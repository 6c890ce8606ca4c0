// Answers: whatever an application puts into one (within what serialize() allows), a reader of the wire finds exactly
// one head with exactly these fields, one true length, and the body. Input: flags, a status, then header lines; an
// empty line begins the body.

// libFuzzer: -max_len=256

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz_input.hpp"
#include "sio/base/ascii.hpp"
#include "sio/base/check.hpp"
#include "sio/http/message.hpp"

namespace {

using sio::equals_ignore_case;
using sio::http::Response;
using Fields = std::vector<std::pair<std::string, std::string>>;

bool is_token(std::string_view name) {
  constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(kToken) == std::string_view::npos;
}

bool is_framing(std::string_view name) {
  return equals_ignore_case(name, "Content-Length") || equals_ignore_case(name, "Transfer-Encoding") ||
         equals_ignore_case(name, "Connection");
}

// A strict reader of one head: its fields in order, `wire` moved behind it. CHECKs the form.
Fields read_head(std::string_view& wire, int status) {
  const std::size_t end = wire.find("\r\n\r\n");
  SIO_CHECK(end != std::string_view::npos);
  std::string_view head = wire.substr(0, end + 2);
  wire.remove_prefix(end + 4);
  const std::string_view line = head.substr(0, head.find("\r\n"));
  SIO_CHECK(line.starts_with("HTTP/1.1 " + std::to_string(status) + ' ') && line.size() > 13);
  SIO_CHECK(line.substr(13) == sio::http::reason_phrase(status));
  head.remove_prefix(line.size() + 2);
  Fields fields;
  while (!head.empty()) {
    const std::string_view field = head.substr(0, head.find("\r\n"));
    SIO_CHECK(field.find_first_of("\r\n") == std::string_view::npos);
    const std::size_t colon = field.find(": ");
    SIO_CHECK(colon != std::string_view::npos);
    fields.emplace_back(field.substr(0, colon), field.substr(colon + 2));
    head.remove_prefix(field.size() + 2);
  }
  return fields;
}

void check_wire(const Response& response, bool keep_alive, bool head_only, const std::string& text) {
  std::string_view wire = text;
  const Fields found = read_head(wire, response.status);
  const bool interim = response.status < 200;
  const bool bodiless = interim || response.status == 204 || response.status == 304;
  Fields expected;
  for (const auto& header : response.headers.items()) {
    const bool own_length = bodiless && equals_ignore_case(header.name, "content-length");
    if (interim || own_length || !is_framing(header.name)) expected.emplace_back(header.name, header.value);
  }
  if (!bodiless) expected.emplace_back("Content-Length", std::to_string(response.content().size()));
  if (!interim) expected.emplace_back("Connection", keep_alive && !response.close ? "keep-alive" : "close");
  SIO_CHECK(found == expected);
  SIO_CHECK(wire == (bodiless || head_only ? std::string_view{} : response.content()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  const unsigned flags = input.byte();
  Response response;
  response.status = 100 + static_cast<int>(input.number(2) % 900);
  response.close = (flags & 1U) != 0;
  for (std::string_view line = input.until('\n'); !line.empty(); line = input.until('\n')) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (!is_token(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) continue;
    if ((flags & 2U) != 0) {
      response.headers.set(name, std::string(value));
      SIO_CHECK(response.headers.joined(name) == value);
    } else {
      response.headers.add(std::string(name), std::string(value));
    }
    SIO_CHECK(response.headers.contains(name));
  }
  if ((flags & 16U) != 0) response.headers.remove_if_not([](std::string_view name) { return name.size() != 1; });
  if ((flags & 4U) != 0) {
    response.shared_body = sio::SharedBytes{input.rest()};
    response.body = "hidden by the shared one, unless that is empty";
  } else {
    response.body = input.rest();
  }
  const bool keep_alive = (flags & 8U) != 0;
  const bool head_only = (flags & 32U) != 0;
  check_wire(response, keep_alive, head_only, sio::http::serialize(response, keep_alive, head_only));
  return 0;
}
