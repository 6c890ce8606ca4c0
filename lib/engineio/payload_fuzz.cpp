// The reader of polling bodies: gives every byte once, counts right, and never looks beyond the body.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sio/engineio/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  sio::eio::PayloadReader reader(body);
  const std::size_t expected = sio::eio::PayloadReader::count(body);
  std::string joined;
  std::size_t packets = 0;
  while (const auto packet = reader.next()) {
    if (packets++ > 0) joined.push_back(sio::eio::kRecordSeparator);
    if (packet->find(sio::eio::kRecordSeparator) != std::string_view::npos) std::abort();
    if (reader.left() != expected - packets) std::abort();
    joined.append(*packet);
  }
  if (joined != body || packets != expected) std::abort();
  return 0;
}
