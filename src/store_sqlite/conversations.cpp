#include "conversations.hpp"

namespace parley::store {

Conversations::Conversations(Connection& connection)
    : insert_(connection, "INSERT OR IGNORE INTO conversation (user_id, partner_id) VALUES (?1, ?2)"),
      select_(connection, "SELECT read_up_to FROM conversation WHERE user_id = ?1 AND partner_id = ?2"),
      update_(connection,
              "UPDATE conversation SET read_up_to = ?3, read_at = ?4 WHERE user_id = ?1 AND partner_id = ?2") {}

void Conversations::ensure(domain::UserId a, domain::UserId b) {
  // Both rows are made together: one that is known vouches for the other.
  if (read_up_to_.contains({a.value, b.value})) return;
  insert_.bind(a.value, b.value).run();
  insert_.bind(b.value, a.value).run();
  read_up_to(a, b);
}

std::optional<std::int64_t> Conversations::read_up_to(domain::UserId reader, domain::UserId partner) {
  const Key key{reader.value, partner.value};
  const auto found = read_up_to_.find(key);
  if (found != read_up_to_.end()) return found->second;
  if (!select_.bind(reader.value, partner.value).step()) return std::nullopt;
  const std::int64_t up_to = select_.integer(0);
  select_.reset();
  remember(key, up_to);
  return up_to;
}

void Conversations::mark(domain::UserId reader, domain::UserId partner, std::int64_t up_to, std::int64_t newest) {
  update_.bind(reader.value, partner.value, up_to, newest).run();
  remember({reader.value, partner.value}, up_to);
}

void Conversations::note_nothing_unread(domain::UserId reader, domain::UserId partner, std::int64_t up_to) {
  remember({reader.value, partner.value}, up_to);
}

void Conversations::remember(Key key, std::int64_t up_to) {
  if (read_up_to_.size() >= kKnownMax) read_up_to_.clear();
  read_up_to_[key] = up_to;
}

}  // namespace parley::store
