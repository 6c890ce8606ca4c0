// HTTP/1.1 requests and responses as plain values. No parsing, no I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/ascii.hpp"
#include "sio/base/shared_bytes.hpp"

namespace sio::http {

// One header line.
struct Header {
  std::string name;   // as received or to be sent; compared without case
  std::string value;  // without surrounding white space
};

using sio::equals_ignore_case;

// A list of headers, in order of arrival.
class Headers {
 public:
  // First value of that name; empty view when there is none (see contains()).
  std::string_view find(std::string_view name) const;
  // Whether there is one of that name, even an empty one.
  bool contains(std::string_view name) const;
  // All values of that name joined with ", ".
  std::string joined(std::string_view name) const;
  // Appends one; others of that name stay.
  void add(std::string name, std::string value) { items_.push_back({std::move(name), std::move(value)}); }
  void set(std::string_view name, std::string value);  // replaces all of that name
  // Keeps those for which `keep` is true.
  void remove_if_not(bool (*keep)(std::string_view name));
  // Memory for `count` headers.
  void reserve(std::size_t count) { items_.reserve(count); }
  // All, in their order.
  const std::vector<Header>& items() const { return items_; }
  // Whether there is none.
  bool empty() const { return items_.empty(); }

 private:
  std::vector<Header> items_;
};

// The query of a target, decoded ("+" is a space, %XX is a byte; what is no escape stays as it is). Parameters keep
// their order; empty ones ("&&") are left out.
class Query {
 public:
  // From what stands behind the `?`.
  static Query parse(std::string_view encoded);
  std::string_view find(std::string_view name) const;  // first of that name, or empty
  // Whether there is one of that name, even an empty one.
  bool contains(std::string_view name) const;
  // All, decoded, in their order.
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// A whole request, body included.
struct Request {
  std::string method;  // upper case as received
  std::string target;  // as received, "/path?query"
  std::string path;    // decoded, without query; "/" at least, "*" for `OPTIONS *`. May hold any byte but NUL
  Query query;
  Headers headers;
  std::string body;
  std::string remote_address;  // the TCP peer's, textual, without port ("unix" for a unix socket)
  bool keep_alive = true;      // what the client asked for
  bool upgrade = false;        // carries `Connection: upgrade`
};

// An answer. What is said about the connection (length, keep-alive) is added when it is sent.
struct Response {
  int status = 200;
  Headers headers;  // Content-Length and Connection are added by serialize()
  std::string body;
  SharedBytes shared_body;  // instead of `body` when not empty: bytes that many answers share
  bool close = false;       // close the connection afterwards

  // Whichever body there is.
  std::string_view content() const { return shared_body.empty() ? std::string_view(body) : shared_body.view(); }
};

// "Not Found" for 404, "Unknown" for a status without name.
std::string_view reason_phrase(int status);

// Head and body of an answer, ready for the wire. `head_only`: answer to HEAD (length given, no body).
// Content-Length, Transfer-Encoding and Connection of the response are replaced by what is true. 204 and 304 carry no
// body and no length of ours (one that the response names itself stays); 101 only its own headers.
// No Date is added (RFC 9110 6.6.1: a server without a clock must not): this code reads no clock.
// Header names that are no token and values with CR, LF or NUL are refused (CHECK): nobody may inject a header.
std::string serialize(const Response& response, bool keep_alive, bool head_only);

}  // namespace sio::http
