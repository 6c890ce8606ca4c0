// The built web app inside the executable, as a table of files. Holds bytes and what HTTP needs to know of them;
// refuses to serve: routes, negotiation and headers are the caller's.
#pragma once

#include <span>
#include <string_view>

namespace parley::web {

// Everything views static memory and lives as long as the process.
struct Asset {
  std::string_view path;          // absolute, percent-encoding never needed: "/index.html", "/assets/index-1a2b3c4d.js"
  std::string_view content_type;  // ready for the header, charset included
  // The same file in three encodings. `identity` is always there; a compressed variant that would save less than 5 % is
  // empty, and so is its tag.
  std::string_view identity;
  std::string_view gzip;
  std::string_view brotli;
  // Strong entity tags with their quotes, one for each encoding, from a hash of exactly those bytes.
  std::string_view etag_identity;
  std::string_view etag_gzip;
  std::string_view etag_brotli;
  bool immutable;  // the name carries a hash of the content: may be cached for a year
};

// Sorted by path (bytewise). Has "/index.html" unless the build left the app out (-DPARLEY_WEB=OFF): then empty.
std::span<const Asset> assets();

}  // namespace parley::web
