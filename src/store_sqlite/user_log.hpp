// The messages of one user in order of their ids, merged from the user's conversations. There is no index by user: it
// would cost every insert two more pages, and this costs a read one look into each conversation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "parley/domain/ids.hpp"
#include "sqlite.hpp"

namespace parley::store {

class UserLog {
 public:
  enum class Direction : std::uint8_t { up, down };

  explicit UserLog(Connection& connection);
  // At most `limit` ids beyond `bound`, nearest first. All within one read transaction.
  std::vector<std::int64_t> ids(domain::UserId me, std::span<const std::int64_t> partners, Direction direction,
                                std::int64_t bound, std::size_t limit);

 private:
  struct Cursor {
    std::int64_t partner;
    std::vector<std::int64_t> ahead;  // ids read and not yet given, the nearest last
    bool ended = false;               // nothing lies behind those
  };
  // Reads up to `count` ids beyond `bound`.
  void refill(Cursor& cursor, domain::UserId me, Direction direction, std::int64_t bound, std::size_t count);

  Statement up_;
  Statement down_;
};

}  // namespace parley::store
