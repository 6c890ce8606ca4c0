// A strict HTTP/1.1 request parser: Beast's for heads, between gates that refuse what Beast 1.81 lets through and a
// server must not (H1–H5), and an own decoder for bodies. Sans-IO: bytes in, a request or an error out.
// Holds one request at a time, and no memory between requests. Does not decompress, and refuses trailers.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "sio/http/message.hpp"

namespace sio::http {

// What a request may measure; the status that answers more.
struct ParserLimits {
  std::size_t fields_max = 100;                 // more: 431 (H4)
  std::size_t head_bytes_max = 8 * 1024;        // more: 431
  std::size_t target_bytes_max = 4 * 1024;      // more: 414
  std::size_t chunk_extension_bytes_max = 256;  // of all chunks of a body; more: 400 (H2)
};

// How far a request is.
enum class ParseState {
  head,      // waiting for (more of) the head; nothing received yet counts too
  body,      // the head is complete: head() may be read, body_limit() set
  complete,  // take() gives the request
  failed,    // error_status() says how to answer; close afterwards, parse no later byte
};

// One for each connection. Not thread-safe.
class RequestParser {
 public:
  // `limits` must live as long as the parser.
  explicit RequestParser(const ParserLimits& limits) noexcept;
  explicit RequestParser(ParserLimits&&) = delete;
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Consumes from the front of `input`; returns how many bytes. Stops at the end of the head (state body) so that the
  // caller can judge the request before its body is received, and at the end of the request (state complete).
  // A request without a body goes from head to body to complete too: call feed() again, also with nothing.
  // Call again with the rest until it returns 0 or the state is complete or failed.
  std::size_t feed(std::string_view input);

  // How far the request is.
  ParseState state() const;
  // True once any byte of a request has been received (for the time limit of heads).
  bool started() const;
  // The request without its body; from state body on, also when the body failed. Before that, an empty request.
  const Request& head() const;
  // Content-Length, or 0 when chunked or absent; from state body on.
  std::size_t declared_body_bytes() const;
  // Whether the body comes in chunks, its length unknown; from state body on.
  bool chunked() const;
  // Bytes of body allowed; default 0. Must be set in state body before more is fed. A declared length above it fails at
  // once with 413, a chunked body as soon as it is exceeded; nothing over the limit is ever kept.
  void set_body_limit(std::size_t bytes);
  // Body bytes received so far.
  std::size_t body_bytes() const;

  // Moves the request out (state complete) and makes the parser ready for the next one.
  Request take();

  // 400, 413 (body over its limit), 414, 431, 501 (CONNECT) or 505 (state failed); 0 otherwise.
  int error_status() const;
  // The raw target of a head that was refused (state failed), so that the answer can have the form of its endpoint;
  // empty if the request line was not whole.
  std::string_view refused_target() const;
  // One short sentence for the log and the error body.
  std::string_view error_text() const;

 private:
  struct Impl;
  const ParserLimits* limits_;
  std::unique_ptr<Impl> impl_;  // only while a request is under way, or after it failed
};

}  // namespace sio::http
