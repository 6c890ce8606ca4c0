// Who is here, and since when those who are not are gone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "parley/domain/user.hpp"

namespace parley::service {

// A person as lists show them.
struct Person {
  domain::User user;
  std::optional<std::int64_t> last_seen_unix_us;  // when their last connection ended; none: never
};

// Of somebody, now.
struct Presence {
  bool online = false;
  std::optional<std::int64_t> last_seen_unix_us;  // of who went so lately that it may not be kept yet
};

struct Seen {
  domain::UserId user;
  std::int64_t unix_us = 0;
};

// The port through which it is kept when people were last here. Worth less than a message: nobody waits for it, and a
// crash may forget it.
class SeenLog {
 public:
  virtual ~SeenLog() = default;
  // From any thread; never waits. False: the queue takes nothing now.
  virtual bool try_note(std::vector<Seen> seen) noexcept = 0;
};

}  // namespace parley::service
