// The web app's files, from memory and by exact name: no path is ever looked up anywhere else (X4). Chooses among the
// encodings made at build time, answers conditional requests, and gives the app's page for addresses within the app.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parley/web/assets.hpp"
#include "sio/base/shared_bytes.hpp"
#include "sio/http/message.hpp"

namespace parley::rest {

class StaticFiles {
 public:
  explicit StaticFiles(std::span<const web::Asset> assets);

  // An answer to GET or HEAD of `request.path`: 200, 304 or a 404 problem. Never blocks.
  sio::http::Response serve(const sio::http::Request& request) const;

 private:
  struct Variant {
    std::string_view coding;  // "br", "gzip", or empty
    std::string_view etag;
    sio::SharedBytes bytes;
  };
  struct File {
    std::string_view content_type;
    bool immutable = false;
    std::vector<Variant> variants;  // best first, identity last
  };
  const File* find(const sio::http::Request& request) const;

  std::unordered_map<std::string_view, File> files_;
};

}  // namespace parley::rest
