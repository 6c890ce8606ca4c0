// The reader of polling bodies: gives every byte once, counts right, never looks beyond the body; and what it read,
// written again as packets, is the same body.

// libFuzzer: -max_len=256

#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/check.hpp"
#include "sio/engineio/packet.hpp"

namespace {

using namespace sio::eio;

// The packet as the session would queue it for the other direction.
Packet as_packet(std::string_view raw) {
  if (raw.starts_with('b')) {
    if (const auto bytes = base64_decode(raw.substr(1))) return {sio::SharedBytes{*bytes}, true};
  }
  return {sio::SharedBytes{raw}, false};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  PayloadReader reader(body);
  const std::size_t expected = PayloadReader::count(body);
  SIO_CHECK(reader.left() == expected && expected >= 1);
  std::string joined;
  std::string written;
  std::size_t packets = 0;
  while (const auto raw = reader.next()) {
    if (packets++ > 0) {
      joined.push_back(kRecordSeparator);
      written.push_back(kRecordSeparator);
    }
    SIO_CHECK(raw->find(kRecordSeparator) == std::string_view::npos);
    SIO_CHECK(reader.left() == expected - packets);
    joined.append(*raw);
    const Packet packet = as_packet(*raw);
    const std::size_t before = written.size();
    append_polling(written, packet);
    SIO_CHECK(written.size() - before == polling_size(packet));
  }
  SIO_CHECK(packets == expected && !reader.next());
  SIO_CHECK(joined == body && written == body);
  return 0;
}
