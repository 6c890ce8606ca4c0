#include "parley/rest/static_files.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "parley/rest/problem.hpp"

namespace parley::rest {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `each` with the trimmed elements of a comma-separated header until it returns true; whether it did.
template <class Each>
bool any_element(std::string_view list, Each&& each) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (each(trim(list.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

// "q=0", "q=0.", "q=0.000": not acceptable. Any other weight counts as acceptable: we prefer by size, not by weight.
bool refuses(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return false;
  const std::string_view weight = trim(parameters.substr(at + 2));
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

// Whether Accept-Encoding allows `coding`; a named coding wins over "*".
bool accepts_coding(std::string_view header, std::string_view coding) {
  std::optional<bool> named;
  std::optional<bool> any;
  any_element(header, [&](std::string_view element) {
    const std::size_t semicolon = element.find(';');
    const std::string_view name = trim(element.substr(0, semicolon));
    const bool allowed = semicolon == std::string_view::npos || !refuses(element.substr(semicolon + 1));
    if (sio::http::equals_ignore_case(name, coding)) named = allowed;
    if (name == "*") any = allowed;
    return false;
  });
  return named.value_or(any.value_or(false));
}

bool accepts_html(std::string_view header) {
  return any_element(header, [](std::string_view element) {
    return sio::http::equals_ignore_case(trim(element.substr(0, element.find(';'))), "text/html");
  });
}

// If-None-Match compares weakly (RFC 9110 13.1.2).
bool matches_etag(std::string_view header, std::string_view etag) {
  if (trim(header) == "*") return true;
  return any_element(header, [etag](std::string_view element) {
    return (element.starts_with("W/") ? element.substr(2) : element) == etag;
  });
}

// An address within the app is nobody's file: it has no extension, and no part of the API begins so.
bool may_be_page(std::string_view path) {
  for (const std::string_view prefix : {"/assets/", "/auth/", "/chat/", "/admin/", "/socket.io/", "/engine.io/"}) {
    if (path.starts_with(prefix)) return false;
  }
  return path.find('.', path.rfind('/')) == std::string_view::npos;
}

}  // namespace

StaticFiles::StaticFiles(std::span<const web::Asset> assets) {
  for (const web::Asset& asset : assets) {
    File file{asset.content_type, asset.immutable, {}};
    if (!asset.brotli.empty()) file.variants.push_back({"br", asset.etag_brotli, sio::SharedBytes(asset.brotli)});
    if (!asset.gzip.empty()) file.variants.push_back({"gzip", asset.etag_gzip, sio::SharedBytes(asset.gzip)});
    file.variants.push_back({"", asset.etag_identity, sio::SharedBytes(asset.identity)});
    files_.emplace(asset.path, std::move(file));
  }
}

const StaticFiles::File* StaticFiles::find(const sio::http::Request& request) const {
  const auto exact = files_.find(request.path == "/" ? std::string_view("/index.html") : request.path);
  if (exact != files_.end()) return &exact->second;
  if (!may_be_page(request.path) || !accepts_html(request.headers.joined("accept"))) return nullptr;
  const auto page = files_.find("/index.html");
  return page == files_.end() ? nullptr : &page->second;
}

sio::http::Response StaticFiles::serve(const sio::http::Request& request) const {
  const File* file = find(request);
  if (file == nullptr) return render_problem(Problem::not_found);
  const std::string accept = request.headers.joined("accept-encoding");
  const auto variant = std::find_if(file->variants.begin(), file->variants.end(), [&accept](const Variant& each) {
    return each.coding.empty() || accepts_coding(accept, each.coding);
  });
  sio::http::Response response;
  response.headers.add("ETag", std::string(variant->etag));
  response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers.contains("if-none-match") &&
      matches_etag(request.headers.joined("if-none-match"), variant->etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", std::string(file->content_type));
  if (!variant->coding.empty()) response.headers.add("Content-Encoding", std::string(variant->coding));
  response.shared_body = variant->bytes;
  return response;
}

}  // namespace parley::rest
