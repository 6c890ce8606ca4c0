// The pairs that ever wrote to each other, and how far each has read the other. Writer's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "parley/domain/ids.hpp"
#include "sqlite.hpp"

namespace parley::store {

class Conversations {
 public:
  explicit Conversations(Connection& connection);

  // Makes both rows if they are not there.
  void ensure(domain::UserId a, domain::UserId b);
  // Up to which id `reader` has nothing unread of `partner`; none: they never wrote.
  std::optional<std::int64_t> read_up_to(domain::UserId reader, domain::UserId partner);
  // Writes a mark: read up to there, said when `newest` was the newest id.
  void mark(domain::UserId reader, domain::UserId partner, std::int64_t up_to, std::int64_t newest);
  // Remembers only: there is nothing unread up to there, so that the next mark need not look again.
  void note_nothing_unread(domain::UserId reader, domain::UserId partner, std::int64_t up_to);

  void forget_all() { read_up_to_.clear(); }

 private:
  struct Key {
    std::int64_t reader;
    std::int64_t partner;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return static_cast<std::size_t>(static_cast<std::uint64_t>(key.reader) * 0x9E37'79B9'7F4A'7C15U ^
                                      static_cast<std::uint64_t>(key.partner));
    }
  };
  static constexpr std::size_t kKnownMax = 400'000;
  void remember(Key key, std::int64_t up_to);

  Statement insert_;
  Statement select_;
  Statement update_;
  std::unordered_map<Key, std::int64_t, KeyHash> read_up_to_;  // of rows that are there
};

}  // namespace parley::store
