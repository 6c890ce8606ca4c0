#include "head_rules.hpp"

#include <algorithm>
#include <charconv>

#include "percent.hpp"

namespace sio::http {

namespace {

struct FieldsOfInterest {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  std::string_view host;
  std::string_view length;
  std::string_view encoding;
  bool close = false;
  bool keep_alive = false;
  bool upgrade = false;
};

void note(FieldsOfInterest& fields, const Header& header) {
  switch (header.name.size()) {  // spares most comparisons
    case 4:
      if (!equals_ignore_case(header.name, "host")) return;
      ++fields.hosts;
      fields.host = header.value;
      return;
    case 10:
      if (!equals_ignore_case(header.name, "connection")) return;
      fields.close = fields.close || list_has_token(header.value, "close");
      fields.keep_alive = fields.keep_alive || list_has_token(header.value, "keep-alive");
      fields.upgrade = fields.upgrade || list_has_token(header.value, "upgrade");
      return;
    case 14:
      if (!equals_ignore_case(header.name, "content-length")) return;
      ++fields.lengths;
      fields.length = header.value;
      return;
    case 17:
      if (!equals_ignore_case(header.name, "transfer-encoding")) return;
      ++fields.encodings;
      fields.encoding = header.value;
      return;
    default:
      return;
  }
}

// uri-host [":" port] by its characters; commas are left out, so that no two hosts pass for one.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~%!$&'()*+;=:[]").find(c) != std::string_view::npos;
  });
}

// H1: where the body ends must be beyond doubt. Anything that two parsers could read in two ways is refused.
ParseError read_framing(const FieldsOfInterest& fields, bool http_1_1, Framing& framing) {
  if (fields.encodings > 0) {
    if (fields.lengths > 0) return {400, "Content-Length with Transfer-Encoding"};
    if (!http_1_1) return {400, "Transfer-Encoding in HTTP/1.0"};
    if (fields.encodings > 1 || fields.encoding != "chunked") return {400, "Transfer-Encoding other than chunked"};
    framing.chunked = true;
    return {};
  }
  if (fields.lengths == 0) return {};
  if (fields.lengths > 1) return {400, "more than one Content-Length"};
  const char* const begin = fields.length.data();
  const char* const end = begin + fields.length.size();
  const auto [rest, error] = std::from_chars(begin, end, framing.content_length);
  if (error != std::errc{} || rest != end) return {400, "bad Content-Length"};  // a sign or a list is no digit either
  return {};
}

ParseError read_path(std::string_view path_and_query, Request& request) {
  const std::size_t question = path_and_query.find('?');
  const std::string_view path = path_and_query.substr(0, question);
  if (!percent_decode_path(path.empty() ? "/" : path, request.path)) return {400, "bad escape in the path"};
  if (question != std::string_view::npos) request.query = Query::parse(path_and_query.substr(question + 1));
  return {};
}

// RFC 9112 3.2.2: the authority of an absolute target counts, whatever Host says.
ParseError read_absolute_target(std::string_view rest, Request& request) {
  const std::size_t end = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, end);
  if (authority.empty() || !is_host(authority)) return {400, "bad authority in the target"};
  request.headers.set("Host", std::string(authority));
  return read_path(end == std::string_view::npos ? std::string_view{} : rest.substr(end), request);
}

ParseError read_target(Request& request) {
  const std::string_view target = request.target;
  if (request.method == "CONNECT") return {501, "CONNECT is not supported"};
  const bool clean = std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
  if (!clean) return {400, "bad character in the target"};
  if (target.front() == '/') return read_path(target, request);
  if (target == "*" && request.method == "OPTIONS") {
    request.path = "*";
    return {};
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equals_ignore_case(target.substr(0, scheme.size()), scheme)) {
      return read_absolute_target(target.substr(scheme.size()), request);
    }
  }
  return {400, "bad target"};
}

}  // namespace

ParseError apply_head_rules(Request& request, bool http_1_1, Framing& framing) {
  FieldsOfInterest fields;
  for (const Header& header : request.headers.items()) note(fields, header);
  if (const ParseError error = read_framing(fields, http_1_1, framing)) return error;
  if (fields.hosts > 1) return {400, "more than one Host"};
  if (fields.hosts == 0 && http_1_1) return {400, "no Host"};
  if (!is_host(fields.host)) return {400, "bad Host"};
  request.keep_alive = http_1_1 ? !fields.close : fields.keep_alive && !fields.close;
  request.upgrade = fields.upgrade;
  return read_target(request);
}

}  // namespace sio::http
