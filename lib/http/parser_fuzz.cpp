// The request parser under arbitrary bytes: however they are cut, the same requests and errors come out; and what comes
// out holds the limits and cannot be read in another way. The first byte of an input chooses the cuts.
#include <cstdint>

#include "parser_cases.hpp"
#include "sio/base/ascii.hpp"
#include "sio/base/check.hpp"

namespace {

using sio::http::testing::Outcome;
using sio::http::testing::Parsed;

constexpr std::size_t kBodyBytesMax = 100;

void check_request(const Parsed& request) {
  SIO_CHECK(!request.method.empty() && !request.path.empty());
  SIO_CHECK(request.path.front() == '/' || request.path == "*");
  SIO_CHECK(request.path.find('\0') == std::string::npos);
  SIO_CHECK(request.target.size() <= 4096 && request.headers.size() <= 101);  // one more: Host by an absolute target
  SIO_CHECK(request.body.size() <= kBodyBytesMax);
  std::size_t hosts = 0;
  std::size_t framings = 0;
  for (const auto& [name, value] : request.headers) {
    SIO_CHECK(!name.empty() && name.find_first_of(" \t\r\n:") == std::string::npos);
    SIO_CHECK(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    hosts += sio::equals_ignore_case(name, "host") ? 1U : 0U;
    const bool framing =
        sio::equals_ignore_case(name, "content-length") || sio::equals_ignore_case(name, "transfer-encoding");
    framings += framing ? 1U : 0U;
  }
  SIO_CHECK(hosts <= 1 && framings <= 1);
  SIO_CHECK(request.body.empty() || framings == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece_bytes = 2U + data[0] % 64U;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const sio::http::ParserLimits limits;

  const Outcome whole = sio::http::testing::run(bytes, limits, kBodyBytesMax, bytes.size());
  SIO_CHECK(whole == sio::http::testing::run(bytes, limits, kBodyBytesMax, 1));
  SIO_CHECK(whole == sio::http::testing::run(bytes, limits, kBodyBytesMax, piece_bytes));
  for (const Parsed& request : whole.requests) {
    if (request.error == 0) {
      check_request(request);
    } else {
      SIO_CHECK(&request == &whole.requests.back() && request.error >= 400 && request.error <= 505);
    }
  }
  return 0;
}
