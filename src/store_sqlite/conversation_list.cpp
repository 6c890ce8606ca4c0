#include "conversation_list.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "account_rows.hpp"

namespace parley::store {

ConversationList::ConversationList(Connection& connection)
    : entries_(connection,
               "SELECT partner_id, read_up_to,"
               " (SELECT id FROM chat WHERE min(sender_id, receiver_id) = min(user_id, partner_id)"
               "  AND max(sender_id, receiver_id) = max(user_id, partner_id) ORDER BY id DESC LIMIT 1)"
               " FROM conversation WHERE user_id = ?1"),
      partner_(connection, std::string(kSelectPeople) + " WHERE id = ?1 AND disabled = 0"),
      // The inner select must not say who is the sender: SQLite would put the numbers into min() and max(), and find no
      // index for what is left. Newest first, so that the bound leaves out what nobody scrolls back to.
      unread_(connection,
              "SELECT count(*) FROM (SELECT sender_id, receiver_id, read_status FROM chat"
              " WHERE min(sender_id, receiver_id) = min(?1, ?2) AND max(sender_id, receiver_id) = max(?1, ?2)"
              " AND id > ?3 ORDER BY id DESC LIMIT 10000)"
              " WHERE sender_id = ?2 AND receiver_id = ?1 AND read_status IS NOT 1") {}

service::Page<service::Conversation> ConversationList::page(domain::UserId me,
                                                            const service::ConversationQuery& query) {
  std::vector<Entry> oldest_first = entries(me, query.before.value_or(std::numeric_limits<std::int64_t>::max()));
  const auto older = [](const Entry& a, const Entry& b) { return a.last_id < b.last_id; };
  std::make_heap(oldest_first.begin(), oldest_first.end(), older);
  service::Page<service::Conversation> page;
  while (!oldest_first.empty()) {
    std::pop_heap(oldest_first.begin(), oldest_first.end(), older);
    const Entry entry = oldest_first.back();
    oldest_first.pop_back();
    auto partner = load_partner(entry.partner);
    if (!partner) continue;
    page.more = page.items.size() == query.limit;
    if (page.more) break;
    service::Conversation& line = page.items.emplace_back();
    line.partner = std::move(*partner);
    line.last_message.id = domain::MessageId(entry.last_id);
    line.unread = count_unread(me, entry);
  }
  return page;
}

std::vector<ConversationList::Entry> ConversationList::entries(domain::UserId me, std::int64_t before) {
  std::vector<Entry> found;
  entries_.bind(me.value);
  while (entries_.step()) {
    // A conversation without a message has NULL, which reads as 0.
    const Entry entry{entries_.integer(0), entries_.integer(2), entries_.integer(1)};
    if (entry.last_id > 0 && entry.last_id < before) found.push_back(entry);
  }
  return found;
}

std::optional<service::Person> ConversationList::load_partner(std::int64_t id) {
  if (!partner_.bind(id).step()) return std::nullopt;
  service::Person partner = person_of(partner_);
  partner_.reset();
  return partner;
}

std::int64_t ConversationList::count_unread(domain::UserId me, const Entry& entry) {
  if (entry.last_id <= entry.read_up_to || !unread_.bind(me.value, entry.partner, entry.read_up_to).step()) return 0;
  const std::int64_t count = unread_.integer(0);
  unread_.reset();
  return count;
}

}  // namespace parley::store
