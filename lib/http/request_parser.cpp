#include <algorithm>
#include <limits>
#include <utility>

#include "beast_head.hpp"
#include "body_decoder.hpp"
#include "head_rules.hpp"
#include "head_scanner.hpp"
#include "sio/base/check.hpp"
#include "sio/http/parser.hpp"

namespace sio::http {

struct RequestParser::Impl {
  explicit Impl(const ParserLimits& parser_limits) : limits(&parser_limits), scanner(parser_limits) {}

  std::size_t feed_head(std::string_view input);
  std::size_t feed_body(std::string_view input);
  void parse_head(std::string_view head);
  void fail(const ParseError& why);
  void note_target(std::string_view head);

  const ParserLimits* limits;
  ParseState state = ParseState::head;
  ParseError error;
  HeadScanner scanner;
  std::string head_bytes;  // of a head that comes in pieces
  std::string refused_target;
  Request request;
  Framing framing;
  BodyDecoder decoder;
  std::size_t body_bytes_max = 0;
};

void RequestParser::Impl::fail(const ParseError& why) {
  state = ParseState::failed;
  error = why;
  request.body = {};
  head_bytes = {};
}

// The second word of the first line, if that line is whole.
void RequestParser::Impl::note_target(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::size_t begin = line.find(' ');
  const std::size_t end = begin == std::string_view::npos ? begin : line.find(' ', begin + 1);
  if (end != std::string_view::npos && line.size() < head.size())
    refused_target = line.substr(begin + 1, end - begin - 1);
}

std::size_t RequestParser::Impl::feed_head(std::string_view input) {
  const HeadScanner::Result scanned = scanner.scan(input);
  const std::string_view piece = input.substr(0, scanned.consumed);
  if (scanned.error) {
    head_bytes.append(piece);
    note_target(std::string_view(head_bytes).substr(std::min(scanner.leading_bytes(), head_bytes.size())));
    fail(scanned.error);
  } else if (!scanned.complete) {
    head_bytes.append(piece);
  } else if (head_bytes.empty()) {
    parse_head(piece.substr(scanner.leading_bytes()));
  } else {
    head_bytes.append(piece);
    parse_head(std::string_view(head_bytes).substr(scanner.leading_bytes()));
    head_bytes = {};
  }
  return scanned.consumed;
}

void RequestParser::Impl::parse_head(std::string_view head) {
  request.headers.reserve(scanner.fields());
  const HeadGrammar grammar = parse_head_grammar(head, request);
  ParseError why = grammar.error;
  if (!why) why = apply_head_rules(request, grammar.http_1_1, framing);
  if (why) {
    request = {};
    note_target(head);
    return fail(why);
  }
  decoder = BodyDecoder(framing, limits->chunk_extension_bytes_max);
  state = ParseState::body;
}

std::size_t RequestParser::Impl::feed_body(std::string_view input) {
  const BodyDecoder::Result decoded = decoder.feed(input, body_bytes_max, request.body);
  if (decoded.error) fail(decoded.error);
  if (decoded.complete) state = ParseState::complete;
  return decoded.consumed;
}

RequestParser::RequestParser(const ParserLimits& limits) noexcept : limits_(&limits) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

std::size_t RequestParser::feed(std::string_view input) {
  if (impl_ == nullptr) {
    if (input.empty()) return 0;
    impl_ = std::make_unique<Impl>(*limits_);
  }
  if (impl_->state == ParseState::head) return impl_->feed_head(input);
  if (impl_->state == ParseState::body) return impl_->feed_body(input);
  return 0;
}

ParseState RequestParser::state() const { return impl_ == nullptr ? ParseState::head : impl_->state; }

bool RequestParser::started() const { return impl_ != nullptr; }

const Request& RequestParser::head() const {
  static const Request kNone;
  return impl_ == nullptr ? kNone : impl_->request;
}

std::size_t RequestParser::declared_body_bytes() const {
  if (impl_ == nullptr) return 0;
  return static_cast<std::size_t>(
      std::min<std::uint64_t>(impl_->framing.content_length, std::numeric_limits<std::size_t>::max()));
}

bool RequestParser::chunked() const { return impl_ != nullptr && impl_->framing.chunked; }

void RequestParser::set_body_limit(std::size_t bytes) {
  SIO_CHECK(state() == ParseState::body);
  impl_->body_bytes_max = bytes;
  if (impl_->framing.content_length > bytes) impl_->fail({413, "body too large"});
}

std::size_t RequestParser::body_bytes() const { return impl_ == nullptr ? 0 : impl_->request.body.size(); }

Request RequestParser::take() {
  SIO_CHECK(state() == ParseState::complete);
  Request request = std::move(impl_->request);
  impl_.reset();
  return request;
}

std::string_view RequestParser::refused_target() const {
  return impl_ ? std::string_view(impl_->refused_target) : std::string_view();
}

int RequestParser::error_status() const { return impl_ == nullptr ? 0 : impl_->error.status; }

std::string_view RequestParser::error_text() const { return impl_ == nullptr ? std::string_view{} : impl_->error.text; }

}  // namespace sio::http
