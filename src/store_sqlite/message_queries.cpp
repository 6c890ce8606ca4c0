#include "message_queries.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "parley/domain/timestamp.hpp"

namespace parley::store {
namespace {

constexpr std::size_t kBytesPerMessage = 160;
// A step over one message of the tail costs about a tenth of a look into one conversation.
constexpr std::size_t kTailStepsPerConversation = 10;

// Columns: id, sender_id, receiver_id, content, timestamp, read_status, client_id.
domain::Message message_of(const Statement& row) {
  domain::Message message;
  message.id = domain::MessageId(row.integer(0));
  message.sender = domain::UserId(row.integer(1));
  message.receiver = domain::UserId(row.integer(2));
  message.content = row.text(3);
  message.timestamp_unix_us = domain::parse_timestamp(row.text(4));
  message.read = row.integer(5) != 0;  // NULL is unread
  message.client_id = row.text(6);
  return message;
}

// Turns what was read with one more than the limit into a page, oldest first.
template <class T>
service::Page<T> page_of(std::vector<T> items, std::uint32_t limit, bool downwards) {
  service::Page<T> page{std::move(items), false};
  page.more = page.items.size() > limit;
  if (page.more) page.items.pop_back();
  if (downwards) std::reverse(page.items.begin(), page.items.end());
  return page;
}

std::int64_t bound_of(const service::PageQuery& query) {
  return query.after ? *query.after : query.before.value_or(std::numeric_limits<std::int64_t>::max());
}

}  // namespace

MessageQueries::MessageQueries(Connection& connection)
    : conversation_up_(connection,
                       "SELECT id, sender_id, receiver_id, content, timestamp, read_status, client_id FROM chat"
                       " WHERE min(sender_id, receiver_id) = min(?1, ?2) AND max(sender_id, receiver_id) = max(?1, ?2)"
                       " AND id > ?3 ORDER BY id LIMIT ?4"),
      conversation_down_(
          connection,
          "SELECT id, sender_id, receiver_id, content, timestamp, read_status, client_id FROM chat"
          " WHERE min(sender_id, receiver_id) = min(?1, ?2) AND max(sender_id, receiver_id) = max(?1, ?2)"
          " AND id < ?3 ORDER BY id DESC LIMIT ?4"),
      tail_(connection,
            "SELECT id FROM chat NOT INDEXED WHERE id > ?2 AND ?1 IN (sender_id, receiver_id) ORDER BY id LIMIT ?3"),
      partners_(connection, "SELECT partner_id FROM conversation WHERE user_id = ?1 LIMIT ?2"),
      by_id_(connection,
             "SELECT id, sender_id, receiver_id, content, timestamp, read_status, client_id FROM chat WHERE id = ?1"),
      position_(connection,
                "SELECT last_message_id, commits,"
                " EXISTS (SELECT 1 FROM id_gap WHERE after_id < ?1 AND up_to_id > ?1) FROM log_position WHERE id = 1"),
      marks_(connection,
             "SELECT mine.partner_id, mine.read_up_to, mine.read_at, theirs.read_up_to, theirs.read_at"
             " FROM conversation AS mine LEFT JOIN conversation AS theirs"
             " ON theirs.user_id = mine.partner_id AND theirs.partner_id = mine.user_id"
             " WHERE mine.user_id = ?1"),
      user_log_(connection),
      conversation_list_(connection) {}

service::Page<domain::Message> MessageQueries::conversation(domain::UserId me, domain::UserId partner,
                                                            const service::PageQuery& query) {
  Statement& rows = query.after ? conversation_up_ : conversation_down_;
  rows.bind(me.value, partner.value, bound_of(query), std::int64_t{query.limit} + 1);
  std::vector<domain::Message> messages;
  while (rows.step()) messages.push_back(message_of(rows));
  return page_of(std::move(messages), query.limit, !query.after);
}

service::Page<domain::Message> MessageQueries::all_of(domain::UserId me, const service::PageQuery& query) {
  const auto direction = query.after ? UserLog::Direction::up : UserLog::Direction::down;
  const auto partners = partners_of(me, std::numeric_limits<std::uint32_t>::max());
  auto ids = page_of(user_log_.ids(me, partners, direction, bound_of(query), std::size_t{query.limit} + 1), query.limit,
                     !query.after);
  service::Page<domain::Message> page;
  page.more = ids.more;
  page.items.reserve(ids.items.size());
  for (const std::int64_t id : ids.items) page.items.push_back(load(id));
  return page;
}

service::Page<service::Conversation> MessageQueries::conversations(domain::UserId me,
                                                                   const service::ConversationQuery& query) {
  auto page = conversation_list_.page(me, query);
  for (service::Conversation& each : page.items) each.last_message = load(each.last_message.id.value);
  return page;
}

service::CatchUp MessageQueries::catch_up(domain::UserId me, const service::CatchUpQuery& query) {
  service::CatchUp page;
  bool skipped = false;
  if (position_.bind(query.after.value).step()) {
    page.newest_id = domain::MessageId(position_.integer(0));
    page.commit = static_cast<std::uint64_t>(position_.integer(1));
    skipped = position_.integer(2) != 0;
    position_.reset();
  }
  page.reset = skipped || query.after > page.newest_id;
  if (page.reset) return page;
  const auto ids = missed_ids(me, query.after.value, page.newest_id.value, std::size_t{query.messages_max} + 1);
  std::size_t bytes = 0;
  for (const std::int64_t id : ids) {
    page.more = page.messages.size() == query.messages_max;
    if (page.more) break;
    domain::Message message = load(id);
    bytes += message.content.size() + message.client_id.size() + kBytesPerMessage;
    page.more = bytes > query.bytes_max && !page.messages.empty();
    if (page.more) break;
    page.messages.push_back(std::move(message));
  }
  if (!page.more || query.reads_after == query.after) page.reads = reads_since(me, query.reads_after.value);
  return page;
}

std::vector<std::int64_t> MessageQueries::missed_ids(domain::UserId me, std::int64_t after, std::int64_t newest,
                                                     std::size_t limit) {
  if (after == newest) return {};
  const std::size_t tail = static_cast<std::size_t>(newest - after);
  const std::size_t partners_worth = tail / kTailStepsPerConversation;
  const auto partners = partners_of(me, partners_worth + 1);
  if (partners.size() <= partners_worth) return user_log_.ids(me, partners, UserLog::Direction::up, after, limit);
  std::vector<std::int64_t> ids;
  tail_.bind(me.value, after, static_cast<std::int64_t>(limit));
  while (tail_.step()) ids.push_back(tail_.integer(0));
  return ids;
}

std::vector<std::int64_t> MessageQueries::partners_of(domain::UserId me, std::size_t most) {
  std::vector<std::int64_t> partners;
  partners_.bind(me.value, static_cast<std::int64_t>(most));
  while (partners_.step()) partners.push_back(partners_.integer(0));
  return partners;
}

domain::Message MessageQueries::load(std::int64_t id) {
  if (!by_id_.bind(id).step()) return {};
  domain::Message message = message_of(by_id_);
  by_id_.reset();
  return message;
}

std::vector<service::ReadState> MessageQueries::reads_since(domain::UserId me, std::int64_t after) {
  std::vector<service::ReadState> reads;
  marks_.bind(me.value);
  while (marks_.step()) {
    const domain::UserId partner(marks_.integer(0));
    const bool mine = marks_.integer(2) >= after;
    const bool theirs = !marks_.is_null(4) && marks_.integer(4) >= after && partner != me;
    if (mine) reads.push_back({partner, me, domain::MessageId(marks_.integer(1))});
    if (theirs) reads.push_back({me, partner, domain::MessageId(marks_.integer(3))});
  }
  return reads;
}

}  // namespace parley::store
