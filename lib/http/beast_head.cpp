#include "beast_head.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstdint>

namespace sio::http {

namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

std::string text(string_view view) { return {view.data(), view.size()}; }

// Takes the tokens of a head; bodies never get here.
class Collector final : public beast_http::basic_parser<true> {
 public:
  Collector(Request& request, std::size_t head_bytes) : request_(&request) {
    skip(true);
    header_limit(static_cast<std::uint32_t>(head_bytes + 1));  // the scanner has held the limit
  }
  bool http_1_1() const { return http_1_1_; }

 private:
  void on_request_impl(beast_http::verb, string_view method, string_view target, int version, error_code&) override {
    request_->method = text(method);
    request_->target = text(target);
    http_1_1_ = version >= 11;
  }
  void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
    request_->headers.add(text(name), text(value));
  }
  void on_header_impl(error_code&) override {}
  void on_finish_impl(error_code&) override {}
  // Never called for a request whose body is skipped.
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }

  Request* request_;
  bool http_1_1_ = true;
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether the request line ends with a well-formed version, so that it is only one we do not speak.
bool names_a_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::size_t space = line.rfind(' ');
  if (line.find(' ', line.find(' ') + 1) != space) return false;  // more than two: the version is not what is wrong
  const std::string_view version = line.substr(space + 1);
  return version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
         is_digit(version[7]);
}

ParseError to_parse_error(const error_code& code, std::string_view head) {
  using beast_http::error;
  if (code == error::bad_version && names_a_version(head)) return {505, "HTTP version not supported"};
  if (code == error::bad_version || code == error::bad_method || code == error::bad_target) {
    return {400, "malformed request line"};
  }
  if (code == error::bad_content_length || code == error::multiple_content_length) return {400, "bad Content-Length"};
  if (code == error::bad_transfer_encoding) return {400, "bad Transfer-Encoding"};
  return {400, "malformed header field"};
}

}  // namespace

HeadGrammar parse_head_grammar(std::string_view head, Request& request) {
  Collector collector(request, head.size());
  error_code code;
  const std::size_t consumed = collector.put({head.data(), head.size()}, code);
  if (code) return {to_parse_error(code, head), true};
  if (consumed != head.size() || !collector.is_header_done()) return {{400, "malformed head"}, true};
  return {{}, collector.http_1_1()};
}

}  // namespace sio::http
