#include "sio/server/http_router.hpp"

#include <algorithm>

namespace sio {

namespace {

// Next segment of a path ("/a/b" → "a"), taken off its front.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

bool matches(std::string_view pattern, std::string_view path, Parameters& parameters) {
  parameters.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view found = take_segment(path);
    if (wanted.size() >= 2 && wanted.front() == '{' && wanted.back() == '}') {
      if (found.empty()) return false;
      parameters.emplace_back(wanted.substr(1, wanted.size() - 2), found);
    } else if (wanted != found) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

std::string allow_list(std::vector<std::string> methods) {
  if (std::find(methods.begin(), methods.end(), "GET") != methods.end()) methods.emplace_back("HEAD");
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  std::string list;
  for (const std::string& method : methods) list.append(list.empty() ? "" : ", ").append(method);
  return list;
}

}  // namespace

std::string_view RouteRequest::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters) {
    if (known == name) return value;
  }
  return {};
}

void HttpRouter::add(Route route) { routes_.push_back(std::move(route)); }

HttpRouter::Match HttpRouter::match(std::string_view method, std::string_view path) const {
  Match result;
  if (!path.starts_with('/')) return result;
  const std::string_view wanted = method == "HEAD" ? std::string_view("GET") : method;
  std::vector<std::string> other_methods;
  for (const Route& route : routes_) {
    if (!matches(route.pattern, path, result.parameters)) continue;
    if (route.method == wanted) {
      result.route = &route;
      result.status = 200;
      return result;
    }
    other_methods.push_back(route.method);
  }
  result.parameters.clear();
  if (!other_methods.empty()) {
    result.status = 405;
    result.allow = allow_list(std::move(other_methods));
  } else if (fallback_ && wanted == "GET") {
    result.fallback = true;
    result.status = 200;
  }
  return result;
}

http::Response HttpRouter::error(int status, const RouteRequest* request) const {
  if (render_error_) return render_error_(status, request);
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::to_string(status) + " " + std::string(http::reason_phrase(status)) + "\n";
  return response;
}

void HttpRouter::filter(const RouteRequest& request, http::Response& response) const {
  if (filter_) filter_(request, response);
}

}  // namespace sio
