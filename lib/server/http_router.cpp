#include "sio/server/http_router.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <set>

#include "guard.hpp"
#include "sio/base/check.hpp"

namespace sio {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<std::string_view, 7> kCommonMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

// Takes the first segment, with its leading slash, off `path`; the segment without the slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool is_name(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

std::string_view name_of(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

bool fits(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (is_name(wanted) ? given.empty() : wanted != given) return false;
  }
  return pattern.empty() && path.empty();
}

Parameters parameters_of(std::string_view pattern, std::string_view path) {
  Parameters parameters;
  while (!pattern.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (is_name(wanted)) parameters.emplace_back(name_of(wanted), given);
  }
  return parameters;
}

// Both fit the same path: is `a` literal where the two first differ?
bool is_more_literal(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const bool a_named = is_name(take_segment(a));
    const bool b_named = is_name(take_segment(b));
    if (a_named != b_named) return b_named;
  }
  return false;
}

bool is_well_formed(std::string_view pattern) {
  if (!pattern.starts_with('/')) return false;
  std::set<std::string_view> names;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    if (is_name(segment)) {
      const std::string_view name = name_of(segment);
      if (name.find_first_of("{}") != std::string_view::npos || !names.insert(name).second) return false;
    } else if (segment.find_first_of("{}") != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string join(const std::set<std::string_view>& methods) {
  std::string list;
  for (const std::string_view method : methods) {
    if (!list.empty()) list += ", ";
    list += method;
  }
  return list;
}

}  // namespace

std::string_view RouteRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

void HttpRouter::add(Route route) {
  SIO_CHECK(is_well_formed(route.pattern) && !route.method.empty() && route.handler);
  SIO_CHECK(std::none_of(routes_.begin(), routes_.end(), [&](const Route& other) {
    return other.method == route.method && other.pattern == route.pattern;
  }));
  routes_.push_back(std::move(route));
}

HttpRouter::Match HttpRouter::match(std::string_view method, std::string_view path) const {
  const auto rank = [method](const Route& route) {  // 0: another method; HEAD by itself before HEAD as GET
    if (route.method == method) return 2;
    return method == "HEAD" && route.method == "GET" ? 1 : 0;
  };
  Match match;
  std::set<std::string_view> methods;
  for (const Route& route : routes_) {
    if (!path.starts_with('/') || !fits(route.pattern, path)) continue;
    methods.insert(route.method);
    if (route.method == "GET") methods.insert("HEAD");
    if (rank(route) == 0) continue;
    const bool better = match.route == nullptr || is_more_literal(route.pattern, match.route->pattern) ||
                        (rank(route) > rank(*match.route) && !is_more_literal(match.route->pattern, route.pattern));
    if (better) match.route = &route;
  }
  if (match.route != nullptr) {
    match.status = 200;
    match.parameters = parameters_of(match.route->pattern, path);
    return match;
  }
  const bool reads = method == "GET" || method == "HEAD";
  if (methods.empty() && reads && fallback_) {
    match.status = 200;
    match.fallback = true;
    return match;
  }
  const bool common = std::find(kCommonMethods.begin(), kCommonMethods.end(), method) != kCommonMethods.end();
  if (methods.empty() && common) return match;  // 404
  if (methods.empty() && fallback_) methods = {"GET", "HEAD"};
  match.status = 405;
  match.allow = join(methods);
  return match;
}

http::Response HttpRouter::error(int status, const RouteRequest* request) const {
  http::Response response;
  if (render_error_ && call_guarded([&] { response = render_error_(status, request); })) return response;
  response = {};
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::string(http::reason_phrase(status)) + "\n";
  return response;
}

void HttpRouter::filter(const RouteRequest& request, http::Response& response) const {
  if (filter_) call_guarded(filter_, request, response);
}

http::Response HttpRouter::run(const RouteHandler& handler, const RouteRequest& request) const {
  http::Response response;
  int status = 500;
  const auto run_handler = [&] {
    try {
      response = handler(request);
    } catch (const std::bad_alloc&) {
      status = 503;
      throw;
    }
  };
  if (call_guarded(run_handler)) return response;
  return error(status, &request);
}

}  // namespace sio
