#include "message_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "parley/domain/timestamp.hpp"

namespace parley::store {

using service::Draft;
using service::Outcome;
using service::SendError;

MessageWriter::MessageWriter(Connection& connection, const domain::ChatRules& rules)
    : connection_(connection),
      rules_(rules),
      people_(connection),
      conversations_(connection),
      insert_message_(connection,
                      "INSERT INTO chat (id, sender_id, receiver_id, content, timestamp, read_status, client_id)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)"),
      select_by_client_id_(connection,
                           "SELECT id, receiver_id, content, timestamp FROM chat"
                           " WHERE sender_id = ?1 AND client_id = ?2"),
      mark_messages_(connection,
                     "UPDATE chat SET read_status = 1"
                     " WHERE min(sender_id, receiver_id) = min(?1, ?2) AND max(sender_id, receiver_id) = max(?1, ?2)"
                     " AND id > ?3 AND id <= ?4 AND sender_id = ?2 AND receiver_id = ?1 AND read_status IS NOT 1"),
      update_position_(connection, "UPDATE log_position SET last_message_id = ?1, commits = ?2 WHERE id = 1") {}

void MessageWriter::catch_up_with_file() {
  Statement position(connection_,
                     "SELECT last_message_id, commits, (SELECT max(id) FROM chat), (SELECT max(up_to_id) FROM id_gap),"
                     " (SELECT max(commits) FROM id_gap) FROM log_position WHERE id = 1");
  if (!position.step()) return connection_.set_error(SQLITE_CORRUPT);
  current_ = {position.integer(0), static_cast<std::uint64_t>(position.integer(1))};
  const std::int64_t greatest = position.integer(2);
  const LogPosition skipped{position.integer(3), static_cast<std::uint64_t>(position.integer(4))};
  position.reset();
  committed_ = current_;
  if (greatest > current_.last_id) {
    // The original application was started on this file in between: it knows nothing of our other tables.
    Statement pairs(connection_,
                    "INSERT OR IGNORE INTO conversation (user_id, partner_id)"
                    " SELECT sender_id, receiver_id FROM chat WHERE id > ?1"
                    " UNION SELECT receiver_id, sender_id FROM chat WHERE id > ?1");
    pairs.bind(current_.last_id).run();
    current_.last_id = greatest;
    changed_ = true;
  }
  // A restore was made: what it skipped is never given.
  if (skipped.last_id > current_.last_id || skipped.commit > current_.commit) {
    current_ = {std::max(current_.last_id, skipped.last_id), std::max(current_.commit, skipped.commit)};
    changed_ = true;
  }
}

Outcome MessageWriter::refuse(Draft&& draft, SendError error) {
  return service::SendRefused{draft.sender, std::move(draft.client_id), error, draft.origin};
}

// The first message under this client_id, or that there is another one.
std::optional<Outcome> MessageWriter::find_duplicate(Draft& draft) {
  if (draft.client_id.empty()) return std::nullopt;
  Statement& first = select_by_client_id_.bind(draft.sender.value, draft.client_id);
  if (!first.step()) return std::nullopt;
  std::optional<Outcome> outcome;
  if (first.integer(1) == draft.receiver.value && first.text(2) == draft.content) {
    outcome = service::Duplicate{draft.sender,
                                 draft.receiver,
                                 draft.client_id,
                                 domain::MessageId(first.integer(0)),
                                 domain::parse_timestamp(first.text(3)).value_or(0),
                                 draft.origin};
  } else {
    outcome = refuse(std::move(draft), SendError::client_id_conflict);
  }
  first.reset();
  return outcome;
}

// False: the client_id was used before (or an error).
bool MessageWriter::insert(const Draft& draft, const std::string& timestamp) {
  const auto client_id =
      draft.client_id.empty() ? std::optional<std::string_view>() : std::string_view(draft.client_id);
  bool used_before = false;
  insert_message_.bind(current_.last_id + 1, draft.sender.value, draft.receiver.value, draft.content, timestamp,
                       client_id);
  return insert_message_.run_unless_conflict(used_before);
}

Outcome MessageWriter::send(Draft&& draft, std::int64_t now_unix_us) {
  const auto sender = people_.find(draft.sender);
  const auto receiver = people_.find(draft.receiver);
  const bool sender_good = sender && !sender->disabled;
  const bool allowed = sender_good && receiver && !receiver->disabled &&
                       domain::may_write(draft.sender, sender->role, draft.receiver, receiver->role, rules_);
  if (!allowed) {
    // What was stored once is answered as then, whatever has changed since in rules or roles.
    if (auto duplicate = find_duplicate(draft)) return std::move(*duplicate);
    return refuse(std::move(draft), sender_good ? SendError::receiver_not_found : SendError::sender_disabled);
  }
  if (!insert(draft, domain::to_sql_text(now_unix_us))) {
    if (auto duplicate = find_duplicate(draft)) return std::move(*duplicate);
    return refuse(std::move(draft), SendError::storage_unavailable);
  }
  conversations_.ensure(draft.sender, draft.receiver);
  changed_ = true;
  ++current_.last_id;
  return service::Stored{{domain::MessageId(current_.last_id), draft.sender, draft.receiver, std::move(draft.content),
                          now_unix_us, false, std::move(draft.client_id)},
                         draft.origin};
}

Outcome MessageWriter::mark(const service::ReadMark& mark) {
  // What this transaction adds has been shown to nobody yet.
  const std::int64_t up_to = std::min(mark.up_to.value, committed_.last_id);
  service::Marked outcome{mark.reader, mark.sender, domain::MessageId(up_to), false, mark.origin};
  const auto before = conversations_.read_up_to(mark.reader, mark.sender);
  if (!before || up_to <= *before) return outcome;
  mark_messages_.bind(mark.reader.value, mark.sender.value, *before, up_to).run();
  outcome.changed = connection_.changes() > 0;
  if (outcome.changed) {
    conversations_.mark(mark.reader, mark.sender, up_to, current_.last_id);
    changed_ = true;
  } else {
    conversations_.note_nothing_unread(mark.reader, mark.sender, up_to);
  }
  return outcome;
}

void MessageWriter::finish() {
  if (!changed_) return;
  ++current_.commit;
  changed_ = false;
  update_position_.bind(current_.last_id, static_cast<std::int64_t>(current_.commit)).run();
}

void MessageWriter::rolled_back() {
  current_ = committed_;
  changed_ = false;
  people_.forget_all();
  conversations_.forget_all();
}

}  // namespace parley::store
