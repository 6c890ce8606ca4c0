// Base64: what is decoded is written as it was read (canonical), and all bytes come back.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sio/engineio/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = sio::eio::base64_decode(input)) {
    std::string text;
    sio::eio::base64_append(text, *bytes);
    if (text != input) std::abort();
  }
  const sio::eio::Packet packet{sio::SharedBytes{input}, true};
  std::string text;
  sio::eio::append_polling(text, packet);
  if (text.size() != sio::eio::polling_size(packet)) std::abort();
  if (sio::eio::base64_decode(std::string_view(text).substr(1)) != input) std::abort();
  return 0;
}
