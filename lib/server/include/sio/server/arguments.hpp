// The argument list of an event or an acknowledgement: JSON text and attachments. Built value by value, or taken over
// as received, unchanged. A value like any other: no thread, no lifetime but its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sio/base/shared_bytes.hpp"
#include "sio/server/convert.hpp"

namespace sio {

class Arguments {
 public:
  Arguments() = default;
  // One argument of each value, in order; which types: convert.hpp.
  template <Writable... T>
  static Arguments of(const T&... values) {
    Arguments arguments;
    (arguments.add(values), ...);
    return arguments;
  }
  // `list`: the inner text of an argument list, "1,{}", as received. Its placeholders must be good for `attachments`.
  static Arguments received(std::string_view list, std::vector<SharedBytes> attachments) {
    Arguments arguments;
    arguments.list_ = list;
    arguments.attachments_ = std::move(attachments);
    return arguments;
  }

  // Appends one argument.
  template <Writable T>
  Arguments& add(const T& value) {
    if (!list_.empty()) list_.push_back(',');
    if constexpr (std::same_as<T, Json>) {
      list_.append(value.text);
    } else if constexpr (detail::HasToJson<T>) {
      const std::size_t before = list_.size();
      Output(list_, attachments_).value(value);
      SIO_CHECK(list_.size() > before);  // a to_json() that writes nothing would make the list invalid
    } else if constexpr (std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>) {
      json::append_string(list_, std::string_view(value));
    } else {
      Output(list_, attachments_).value(value);
    }
    return *this;
  }

  // The inner text of the list, "1,{}"; empty without arguments.
  const std::string& list() const { return list_; }
  // Binary data, in the order of the numbers of its placeholders.
  const std::vector<SharedBytes>& attachments() const { return attachments_; }

 private:
  std::string list_;
  std::vector<SharedBytes> attachments_;
};

}  // namespace sio
