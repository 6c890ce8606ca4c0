// The argument list of an event or an acknowledgement: JSON text and attachments. Built value by value, or taken over
// as received, unchanged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sio/base/shared_bytes.hpp"
#include "sio/json/writer.hpp"

namespace sio {

// A JSON text that is passed on as it is. Must be valid, without raw control characters.
struct Json {
  std::string_view text;
};

class Arguments {
 public:
  Arguments() = default;
  template <class... T>
  static Arguments of(const T&... values) {
    Arguments arguments;
    (arguments.add(values), ...);
    return arguments;
  }
  // `list`: the inner text of an argument list, "1,{}", as received.
  static Arguments received(std::string_view list, std::vector<SharedBytes> attachments) {
    Arguments arguments;
    arguments.list_ = list;
    arguments.attachments_ = std::move(attachments);
    return arguments;
  }

  template <class T>
  Arguments& add(const T& value) {
    if (!list_.empty()) list_.push_back(',');
    if constexpr (std::is_same_v<T, bool>) {
      list_.append(value ? "true" : "false");
    } else if constexpr (std::is_integral_v<T>) {
      list_.append(std::to_string(value));
    } else if constexpr (std::is_same_v<T, Json>) {
      list_.append(value.text);
    } else if constexpr (std::is_same_v<T, std::nullptr_t>) {
      list_.append("null");
    } else if constexpr (std::is_same_v<T, SharedBytes>) {
      list_.append(R"({"_placeholder":true,"num":)").append(std::to_string(attachments_.size())).push_back('}');
      attachments_.push_back(value);
    } else {
      json::append_string(list_, std::string_view(value));
    }
    return *this;
  }

  const std::string& list() const { return list_; }
  const std::vector<SharedBytes>& attachments() const { return attachments_; }

 private:
  std::string list_;
  std::vector<SharedBytes> attachments_;
};

}  // namespace sio
