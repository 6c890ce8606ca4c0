#include "user_log.hpp"

#include <algorithm>

namespace parley::store {
namespace {

// Ids that are read ahead from one conversation: one look costs about as much as ten steps.
constexpr std::size_t kReadAheadMax = 64;

}  // namespace

UserLog::UserLog(Connection& connection)
    : up_(connection,
          "SELECT id FROM chat"
          " WHERE min(sender_id, receiver_id) = min(?1, ?2) AND max(sender_id, receiver_id) = max(?1, ?2)"
          " AND id > ?3 ORDER BY id LIMIT ?4"),
      down_(connection,
            "SELECT id FROM chat"
            " WHERE min(sender_id, receiver_id) = min(?1, ?2) AND max(sender_id, receiver_id) = max(?1, ?2)"
            " AND id < ?3 ORDER BY id DESC LIMIT ?4") {}

void UserLog::refill(Cursor& cursor, domain::UserId me, Direction direction, std::int64_t bound, std::size_t count) {
  Statement& rows = direction == Direction::up ? up_ : down_;
  rows.bind(me.value, cursor.partner, bound, static_cast<std::int64_t>(count));
  while (rows.step()) cursor.ahead.push_back(rows.integer(0));
  cursor.ended = cursor.ahead.size() < count;
  std::reverse(cursor.ahead.begin(), cursor.ahead.end());
}

std::vector<std::int64_t> UserLog::ids(domain::UserId me, std::span<const std::int64_t> partners, Direction direction,
                                       std::int64_t bound, std::size_t limit) {
  const std::size_t read_ahead =
      std::clamp<std::size_t>(partners.empty() ? 1 : limit / partners.size(), 1, kReadAheadMax);
  std::vector<Cursor> cursors;
  cursors.reserve(partners.size());
  for (const std::int64_t partner : partners) {
    Cursor& cursor = cursors.emplace_back(Cursor{partner, {}, false});
    refill(cursor, me, direction, bound, read_ahead);
    if (cursor.ahead.empty()) cursors.pop_back();
  }
  // The heap's top is the cursor with the nearest id.
  const auto farther = [direction](const Cursor& a, const Cursor& b) {
    return direction == Direction::up ? a.ahead.back() > b.ahead.back() : a.ahead.back() < b.ahead.back();
  };
  std::make_heap(cursors.begin(), cursors.end(), farther);
  std::vector<std::int64_t> ids;
  while (!cursors.empty() && ids.size() < limit) {
    std::pop_heap(cursors.begin(), cursors.end(), farther);
    Cursor& nearest = cursors.back();
    const std::int64_t id = nearest.ahead.back();
    ids.push_back(id);
    nearest.ahead.pop_back();
    if (nearest.ahead.empty() && !nearest.ended) refill(nearest, me, direction, id, kReadAheadMax);
    if (nearest.ahead.empty()) {
      cursors.pop_back();
    } else {
      std::push_heap(cursors.begin(), cursors.end(), farther);
    }
  }
  return ids;
}

}  // namespace parley::store
