// Any bytes: what scan() accepts can be read whole, written again and read the same; limits never change what is JSON.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/check.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/json/writer.hpp"

namespace {

using namespace sio::json;

// Recursive, as a program under test may not be: depth is limited where it is called.
void copy(Value value, Writer& writer) {
  switch (value.kind()) {
    case Kind::array:
      writer.begin_array();
      for (const Value element : value.elements()) copy(element, writer);
      writer.end_array();
      return;
    case Kind::object:
      writer.begin_object();
      for (const Member member : value.members()) {
        SIO_CHECK(member.key_is(member.key()));
        writer.key(member.key());
        copy(member.value, writer);
      }
      writer.end_object();
      return;
    case Kind::string:
      writer.string(*value.as_string());
      return;
    case Kind::boolean:
      writer.boolean(*value.as_bool());
      return;
    case Kind::null:
      writer.null();
      return;
    case Kind::number:
      SIO_CHECK(value.as_double().has_value());
      writer.raw(value.text());
      return;
  }
}

std::string copied(std::string_view text) {
  std::string out;
  Writer writer(out);
  copy(Value(text), writer);
  return out;
}

// A text that breaks a limit may be looked into all the same.
void look_into(Value value) {
  std::string buffer;
  value.as_string(buffer);
  value.as_double();
  for (const Value element : value.elements()) element.as_string(buffer);
  for (const Member member : value.members()) SIO_CHECK(value.find(member.key()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Error error = scan(text);
  const Error wide = scan(text, {.depth_max = UINT32_MAX, .members_max = UINT32_MAX});
  const Error narrow = scan(text, {.depth_max = 1, .members_max = 2});
  SIO_CHECK(is_not_json(error) == is_not_json(wide) && is_not_json(error) == is_not_json(narrow));
  SIO_CHECK(error != Error::none || wide == Error::none);
  SIO_CHECK(narrow != Error::none || error == Error::none);
  if (error == Error::none) {
    const std::string once = copied(text);
    SIO_CHECK(scan(once) == Error::none);
    SIO_CHECK(copied(once) == once);
  } else if (!is_not_json(error)) {
    look_into(Value(text));
  }
  return 0;
}
