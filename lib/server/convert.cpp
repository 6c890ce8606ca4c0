#include "sio/server/convert.hpp"

#include <array>

namespace sio {

bool Input::read_text(std::string_view& out) const {
  std::string unescaped;
  const auto text = value_.as_string(unescaped);
  if (!text) return false;
  out = unescaped.empty() ? *text : std::string_view(texts_->emplace_front(std::move(unescaped)));
  return true;
}

bool Input::read_bytes(SharedBytes& out) const {
  const auto marked = value_.find("_placeholder");
  const auto number = marked && marked->as_bool() == true ? value_.find("num") : std::nullopt;
  const auto index = number ? number->as_int64() : std::nullopt;
  if (!index || *index < 0 || static_cast<std::uint64_t>(*index) >= attachments_.size()) return false;
  out = attachments_[static_cast<std::size_t>(*index)];
  return true;
}

void Output::write_number(double number) {
  if (!std::isfinite(number)) {
    writer_.null();
    return;
  }
  std::array<char, 32> digits;  // the shortest that reads back the same: at most 24
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  writer_.raw(std::string_view(digits.data(), written.ptr));
}

void Output::write_bytes(const SharedBytes& bytes) {
  writer_.begin_object().member("_placeholder", true);
  writer_.member("num", static_cast<std::int64_t>(attachments_.size())).end_object();
  attachments_.push_back(bytes);
}

}  // namespace sio
