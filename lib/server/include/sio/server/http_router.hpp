// Routes for an application's own HTTP: exact path patterns with named parts, one handler each, run where it says.
// Knows the rules that hold for every route (404, 405 with Allow, HEAD as GET, body limits); the application renders
// its error bodies through ErrorRenderer.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/http/message.hpp"

namespace sio {

// What a handler sees of one request. `parameters` holds the named parts of the path, in order.
struct RouteRequest {
  // The request itself, valid during the call.
  const http::Request& http;
  std::string request_id;  // for the log and X-Request-Id
  // The named parts of the path, in order.
  std::vector<std::pair<std::string, std::string>> parameters;
  // A named part of the path; empty if there is none of that name.
  std::string_view parameter(std::string_view name) const;
};

// Where a handler runs. On a shard it must not block (no file, SQL, hash, wait); the pools are threads where it may.
enum class RunOn : unsigned char {
  shard,  // the connection's event loop
  pool,   // blocking pool: reads and writes of the store
  hash,   // small bounded pool for password hashing; full: 503
};

// Answers one request, where RunOn says. May throw: 500.
using RouteHandler = std::function<http::Response(const RouteRequest&)>;
// Renders errors of the server itself (404, 405, 408, 413, 415, 431, 500, 503, …) and may add headers to every answer.
using ErrorRenderer = std::function<http::Response(int status, const RouteRequest*)>;
// Looks at every answer of a route before it is sent, and may add headers.
using ResponseFilter = std::function<void(const RouteRequest&, http::Response&)>;

// One method of one path, and who answers it.
struct Route {
  // Upper case. HEAD is answered by GET's handler.
  std::string method;
  std::string pattern;  // "/chat/messages/{id}": a named part is one whole segment, and never an empty one
  // Which thread calls the handler.
  RunOn run_on = RunOn::shard;
  // Of the request; more: 413, before the handler.
  std::size_t body_bytes_max = 128 * 1024;
  // Called by several threads at once.
  RouteHandler handler;
};

class HttpRouter {
 public:
  // A method and pattern that are there already, or a pattern with a broken or repeated name: our mistake (CHECK).
  void add(Route route);
  // Called for GET and HEAD when no pattern matches (a web app's files). Runs on the shard.
  void set_fallback(RouteHandler handler) { fallback_ = std::move(handler); }
  // How errors look; by default plain text.
  void set_error_renderer(ErrorRenderer renderer) { render_error_ = std::move(renderer); }
  // What every answer of a route gets; by default nothing.
  void set_response_filter(ResponseFilter filter) { filter_ = std::move(filter); }

  // What becomes of a request.
  struct Match {
    const Route* route = nullptr;  // none: `status` says why (404, 405), unless `fallback`
    int status = 404;              // 200 with a route or the fallback
    std::string allow;             // for 405: "GET, HEAD, POST"
    // The named parts of the path, in order.
    std::vector<std::pair<std::string, std::string>> parameters;
    // No pattern fits, and the fallback is to answer.
    bool fallback = false;
  };
  // `path` is decoded. Of several patterns that fit, the one that is literal for longer wins. HEAD finds a GET route if
  // it has none of its own. OPTIONS is a method like any other. 405 where other methods have a route, and everywhere
  // for methods that HTTP's common clients do not have (H8).
  Match match(std::string_view method, std::string_view path) const;

  // What set_fallback() was given; empty if nothing.
  const RouteHandler& fallback() const { return fallback_; }
  // Calls a handler; one that throws gives 500, or 503 if it was for lack of memory (R6).
  http::Response run(const RouteHandler& handler, const RouteRequest& request) const;
  // Without a renderer, and where it throws: the status as plain text.
  http::Response error(int status, const RouteRequest* request) const;
  // Calls the response filter, if there is one.
  void filter(const RouteRequest& request, http::Response& response) const;
  // All routes, in the order added.
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  RouteHandler fallback_;
  ErrorRenderer render_error_;
  ResponseFilter filter_;
};

}  // namespace sio
