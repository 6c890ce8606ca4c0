// A message as it is stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "parley/domain/ids.hpp"

namespace parley::domain {

struct Message {
  MessageId id;
  UserId sender;
  UserId receiver;
  std::string content;                            // byte for byte as it was sent
  std::optional<std::int64_t> timestamp_unix_us;  // none: a row of the original application without one
  bool read = false;
  std::string client_id;  // empty: sent without
};

}  // namespace parley::domain
