// What a store may answer instead of data. Details (file, errno, SQL) are the store's and go to the operator's log.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::service {

enum class StoreError : std::uint8_t {
  unavailable,  // cannot write or read: full disk, failed, shutting down, its queue is full
  timeout,      // a read took longer than its limit and was given up
};
std::string_view to_string(StoreError error);

}  // namespace parley::service
