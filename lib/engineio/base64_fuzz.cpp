// Base64: exactly what the encoder writes is decoded (canonical), and all bytes come back.

// libFuzzer: -max_len=128

#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/check.hpp"
#include "sio/engineio/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string bytes = "what was there before";
  if (sio::eio::base64_decode_into(input, bytes)) {
    std::string text;
    sio::eio::base64_append(text, bytes);
    SIO_CHECK(text == input);
  }
  const sio::eio::Packet packet{sio::SharedBytes{input}, true};
  std::string text;
  sio::eio::append_polling(text, packet);
  SIO_CHECK(text.size() == sio::eio::polling_size(packet));
  SIO_CHECK(sio::eio::base64_decode(std::string_view(text).substr(1)) == input);
  return 0;
}
