#include "judge.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

#include "parley/domain/timestamp.hpp"
#include "sqlite.hpp"

namespace parley::powercut {
namespace {

using domain::MessageId;
using domain::UserId;
using store::Connection;
using store::OpenMode;
using store::Statement;

// What is there, read without the store's queries.
struct Found {
  std::vector<KnownMessage> messages;
  std::vector<bool> read;
  std::int64_t last_id = 0;
  std::uint64_t commit = 0;
  Facts facts;
};

std::string read_messages(Connection& connection, Found& found, bool with_client_id) {
  Statement rows(
      connection,
      with_client_id
          ? "SELECT id, sender_id, receiver_id, content, timestamp, read_status, client_id FROM chat ORDER BY id"
          : "SELECT id, sender_id, receiver_id, content, timestamp, read_status, NULL FROM chat ORDER BY id");
  while (rows.step()) {
    KnownMessage message{rows.integer(0),
                         rows.integer(1),
                         rows.integer(2),
                         std::string(rows.text(3)),
                         std::string(rows.text(6)),
                         {},
                         false,
                         0,
                         kNever};
    if (!rows.is_null(4)) message.timestamp_unix_us = domain::parse_timestamp(rows.text(4));
    found.read.push_back(rows.integer(5) != 0);
    if (found.read.back()) message.read_by = 0;
    found.messages.push_back(std::move(message));
  }
  return connection.error_text();
}

std::string integrity(Connection& connection) {
  Statement check(connection, "PRAGMA integrity_check(5)");
  std::string problems;
  while (check.step()) {
    if (check.text(0) != "ok") problems += std::string(check.text(0)) + "; ";
  }
  return problems + connection.error_text();
}

std::string look_into(const Place& place, Found& found) {
  Connection connection(place.file, OpenMode::read_only, place.vfs);
  if (const std::string problems = integrity(connection); !problems.empty()) return "not sound: " + problems;
  read_messages(connection, found, true);
  {
    Statement position(connection, "SELECT last_message_id, commits FROM log_position");
    if (position.step()) {
      found.last_id = position.integer(0);
      found.commit = static_cast<std::uint64_t>(position.integer(1));
    }
  }
  Statement facts(connection,
                  "SELECT 'user:' || email, role || '|' || disabled || '|' || password FROM user"
                  " UNION ALL SELECT 'login:' || id, refresh_token_id FROM login");
  while (facts.step()) found.facts[std::string(facts.text(0))] = facts.text(1);
  return connection.error_text();
}

bool is_same(const KnownMessage& found, const KnownMessage& known) {
  return found.id == known.id && found.sender == known.sender && found.receiver == known.receiver &&
         found.content == known.content && found.client_id == known.client_id &&
         (known.any_timestamp || found.timestamp_unix_us == known.timestamp_unix_us);
}

std::string compare_messages(const Found& found, const Ledger& ledger, std::size_t told) {
  std::set<std::string> contents;
  long last_number = 0;
  for (std::size_t i = 0; i < found.messages.size(); ++i) {
    const KnownMessage& message = found.messages[i];
    const std::string called = "message " + std::to_string(message.id);
    if (!contents.insert(message.content).second) return called + " is there twice";
    if (i < ledger.messages.size()) {
      if (is_same(message, ledger.messages[i])) continue;
      if (ledger.messages[i].stored_by <= told || !ledger.doubt.any) {
        return called + " is not what was stored as " + std::to_string(ledger.messages[i].id);
      }
    }
    const auto& doubtful = ledger.doubt.drafts;
    const long number = std::strtol(message.content.c_str(), nullptr, 10);
    const bool sent = std::any_of(doubtful.begin(), doubtful.end(), [&](const RefusedDraft& draft) {
      return draft.sender == message.sender && draft.receiver == message.receiver && draft.content == message.content &&
             draft.client_id == message.client_id;
    });
    if (!sent) return called + " is nothing that anybody sent last: " + message.content.substr(0, 20);
    if (number <= last_number) return called + " is out of order";
    last_number = number;
  }
  for (std::size_t i = found.messages.size(); i < ledger.messages.size(); ++i) {
    if (ledger.messages[i].stored_by <= told) {
      return "message " + std::to_string(ledger.messages[i].id) + " was acknowledged and is lost";
    }
  }
  return {};
}

std::string compare_marks(const Found& found, const Ledger& ledger, std::size_t transaction) {
  for (std::size_t i = 0; i < found.messages.size() && i < ledger.messages.size(); ++i) {
    const bool read = ledger.messages[i].read_by <= transaction;
    if (found.read[i] != read) {
      return "message " + std::to_string(found.messages[i].id) +
             (read ? " was read and is not" : " was read by nobody");
    }
  }
  return {};
}

std::string compare_doubtful_marks(const Found& found, const Ledger& ledger) {
  const std::size_t last = ledger.transactions.size() - 1;
  for (std::size_t i = 0; i < found.messages.size(); ++i) {
    const KnownMessage& message = found.messages[i];
    const bool read = i < ledger.messages.size() && ledger.messages[i].read_by <= last;
    const bool may_be_read =
        std::any_of(ledger.doubt.marks.begin(), ledger.doubt.marks.end(), [&](const RefusedMark& mark) {
          return mark.reader == message.receiver && mark.sender == message.sender && mark.up_to >= message.id;
        });
    if (found.read[i] != read && !(found.read[i] && may_be_read)) {
      return "message " + std::to_string(message.id) + (read ? " was read and is not" : " was read by nobody");
    }
  }
  return {};
}

// Of which transaction the state is (kNever: the doubtful one). All of it must belong to that one.
std::string compare(const Found& found, const Ledger& ledger, std::size_t told, std::size_t& transaction) {
  transaction = kNever;
  if (auto wrong = compare_messages(found, ledger, told); !wrong.empty()) return wrong;
  const std::int64_t newest = found.messages.empty() ? 0 : found.messages.back().id;
  if (found.last_id != newest) {
    return "the position says " + std::to_string(found.last_id) + ", the newest message is " + std::to_string(newest);
  }
  std::string wrong;
  for (std::size_t i = ledger.transactions.size(); i-- > told;) {
    const Transaction& each = ledger.transactions[i];
    if (each.commit != found.commit || each.newest_id != newest || each.facts != found.facts) continue;
    wrong = compare_marks(found, ledger, i);
    if (wrong.empty()) {
      transaction = i;
      return {};
    }
  }
  const Transaction& last = ledger.transactions.back();
  const bool doubtful_commit = found.commit == last.commit + 1 || found.commit == last.commit;
  if (ledger.doubt.any && doubtful_commit && found.facts == ledger.doubt.facts) {
    return compare_doubtful_marks(found, ledger);
  }
  if (!wrong.empty()) return wrong;
  std::string text = "commit " + std::to_string(found.commit) + " with newest message " + std::to_string(newest) +
                     " is the state after no transaction from " + std::to_string(told) + " on; accounts:";
  for (const auto& [key, value] : found.facts) text += " " + key + "=" + value;
  return text;
}

// The transaction that was under way may have left frames in the log behind the last whole commit. They stay there
// until others are written over them and synchronised. If the first of those is the same page with the same bytes, the
// rest of the old ones fits on to it; so what was refused, or never answered, can still come to life after another cut.
Doubt doubt_after(const Ledger& ledger, std::size_t transaction) {
  if (transaction + 1 == ledger.transactions.size()) return ledger.doubt;
  Doubt doubt{true, {}, {}, ledger.transactions[transaction + 1].facts};
  for (const KnownMessage& each : ledger.messages) {
    if (each.stored_by == transaction + 1) {
      doubt.drafts.push_back({each.sender, each.receiver, each.content, each.client_id});
    }
    if (each.read_by == transaction + 1) doubt.marks.push_back({each.receiver, each.sender, each.id});
  }
  return doubt;
}

class Recorder final : public service::CommitListener {
 public:
  explicit Recorder(const Place& place) : place_(place) {}
  void on_committed(service::BatchPtr batch) noexcept override {
    told_at_ = place_.calls();
    batch_ = std::move(batch);
  }
  const service::CommittedBatch* batch() const { return batch_.get(); }
  std::size_t told_at() const { return told_at_; }

 private:
  const Place& place_;
  service::BatchPtr batch_;
  std::size_t told_at_ = kNever;
};

// Through the store's own queries: what somebody would load.
std::string compare_reader(store::SqliteStore& store, const Found& found, Random& random) {
  if (found.messages.empty()) return {};
  const UserId me(found.messages[random.below(found.messages.size())].sender);
  const auto page = store.reader().all_of(me, {.limit = 1'000, .after = 0, .before = {}});
  if (!page) return "a read fails";
  std::size_t next = 0;
  for (std::size_t i = 0; i < found.messages.size(); ++i) {
    const KnownMessage& message = found.messages[i];
    if (message.sender != me.value && message.receiver != me.value) continue;
    if (next == page->items.size()) return "a reader misses messages";
    const domain::Message& item = page->items[next++];
    if (item.id.value != message.id || item.content != message.content || item.read != found.read[i]) {
      return "a reader sees other messages";
    }
  }
  return next == page->items.size() ? "" : "a reader sees more messages";
}

// A repeat of something that is there, and a new message, in one transaction. The store is stopped by that.
std::string go_on(store::SqliteStore& store, const Place& place, const Found& found, Random& random, Ledger* after) {
  Recorder recorder(place);
  store.set_commit_listener(recorder);
  const KnownMessage* again = nullptr;
  for (int tries = 0; tries < 4 && !found.messages.empty() && again == nullptr; ++tries) {
    const KnownMessage& any = found.messages[random.below(found.messages.size())];
    if (!any.client_id.empty()) again = &any;
  }
  std::vector<std::string> admins;
  if (const auto page = store.directory().list(domain::Role::admin, {}); page && page->items.size() >= 2) {
    const std::string number = std::to_string(random.next());
    const KnownMessage fresh{found.last_id + 1,
                             page->items[0].user.id.value,
                             page->items[1].user.id.value,
                             "after " + number,
                             "after" + number,
                             {},
                             false,
                             1,
                             kNever};
    if (again != nullptr &&
        !store.log().try_append(
            {UserId(again->sender), UserId(again->receiver), again->content, again->client_id, {}})) {
      return "takes no repeat";
    }
    if (!store.log().try_append({UserId(fresh.sender), UserId(fresh.receiver), fresh.content, fresh.client_id, {}})) {
      return "takes no message";
    }
    store.stop();
    const std::size_t expected = again == nullptr ? 1 : 2;
    if (recorder.batch() == nullptr || recorder.batch()->outcomes.size() != expected) return "outcomes are missing";
    const auto& outcomes = recorder.batch()->outcomes;
    if (again != nullptr) {
      const auto* duplicate = std::get_if<service::Duplicate>(&outcomes.front());
      if (duplicate == nullptr || duplicate->id.value != again->id ||
          duplicate->timestamp_unix_us != again->timestamp_unix_us.value_or(0)) {
        return "a repeat of message " + std::to_string(again->id) + " does not get its first id and time";
      }
    }
    const auto* stored = std::get_if<service::Stored>(&outcomes.back());
    if (stored == nullptr) return "a new message is refused";
    if (stored->message.id.value != fresh.id) return "a new message does not get the next id";
    if (after != nullptr) {
      after->messages.push_back(fresh);
      after->messages.back().timestamp_unix_us = stored->message.timestamp_unix_us;
      after->transactions.push_back({recorder.told_at(), recorder.batch()->commit, fresh.id, found.facts});
    }
  }
  store.stop();
  return store.stats().failed ? "the store fails" : "";
}

}  // namespace

std::string judge(const Place& place, const Ledger& ledger, std::size_t told, Random random, Ledger* after) {
  auto opened = store::SqliteStore::open(options_for(place));
  if (!opened) return "does not open: " + opened.error().detail;
  Found found;
  if (auto wrong = look_into(place, found); !wrong.empty()) return wrong;
  std::size_t transaction = 0;
  if (auto wrong = compare(found, ledger, told, transaction); !wrong.empty()) return wrong;
  store::SqliteStore& store = **opened;
  if (store.newest_id_at_start().value != found.last_id || store.commit_at_start() != found.commit) {
    return "the store starts from another position";
  }
  if (auto wrong = compare_reader(store, found, random); !wrong.empty()) return wrong;
  if (after != nullptr) {
    *after = {};
    after->messages = found.messages;
    after->transactions.front() = {0, found.commit, found.last_id, found.facts};
    if (transaction != kNever) after->doubt = doubt_after(ledger, transaction);
  }
  return go_on(store, place, found, random, after);
}

// ---------------------------------------------------------------- migrations

void make_original(const Place& place) {
  Connection connection(place.file, OpenMode::read_write, place.vfs);
  // As SQLAlchemy leaves it: no version, rows of people who are gone, NULLs.
  connection.execute(
      "CREATE TABLE user (id INTEGER NOT NULL, name VARCHAR(100) NOT NULL, email VARCHAR(100) NOT NULL,"
      " password VARCHAR(200) NOT NULL, role VARCHAR(20) NOT NULL, PRIMARY KEY (id), UNIQUE (email));"
      "CREATE TABLE chat (id INTEGER NOT NULL, sender_id INTEGER NOT NULL, receiver_id INTEGER NOT NULL,"
      " content TEXT NOT NULL, timestamp DATETIME, read_status BOOLEAN, PRIMARY KEY (id),"
      " FOREIGN KEY(sender_id) REFERENCES user (id), FOREIGN KEY(receiver_id) REFERENCES user (id));"
      "INSERT INTO user (id, name, email, password, role) VALUES"
      " (1, 'A', 'a@example.org', 'scrypt', 'admin'), (2, 'B', 'b@example.org', 'x', 'user');"
      "INSERT INTO chat (id, sender_id, receiver_id, content, timestamp, read_status) VALUES"
      " (1, 2, 1, 'one', NULL, 1), (2, 2, 1, 'two', NULL, NULL), (3, 1, 2, 'three', NULL, 0),"
      " (4, 9, 1, 'of one who is gone', NULL, 0), (7, 1, 1, 'to oneself', NULL, 0)");
}

Ledger original_ledger() {
  Ledger ledger;
  ledger.messages = {{1, 2, 1, "one", "", {}, false, 0, 0},
                     {2, 2, 1, "two", "", {}, false, 0, kNever},
                     {3, 1, 2, "three", "", {}, false, 0, kNever},
                     {4, 9, 1, "of one who is gone", "", {}, false, 0, kNever},
                     {7, 1, 1, "to oneself", "", {}, false, 0, kNever}};
  ledger.transactions.front() = {
      0, 0, 7, {{"user:a@example.org", "admin|0|scrypt"}, {"user:b@example.org", "user|0|x"}}};
  return ledger;
}

namespace {

// As the original application made it, and sound.
std::string judge_original(Connection& connection, const Ledger& original) {
  if (const std::string problems = integrity(connection); !problems.empty()) return "not sound: " + problems;
  Found found;
  read_messages(connection, found, false);
  if (auto wrong = compare_messages(found, original, 0); !wrong.empty()) return wrong;
  if (auto wrong = compare_marks(found, original, 0); !wrong.empty()) return wrong;
  Statement others(connection,
                   "SELECT count(*) + (SELECT count(*) FROM pragma_table_info('chat') WHERE name = 'client_id')"
                   " + (SELECT count(*) FROM pragma_table_info('user') WHERE name = 'disabled')"
                   " FROM sqlite_schema WHERE name IN ('conversation', 'log_position', 'login')");
  if (others.step() && others.integer(0) != 0) return "has something of the new schema";
  return connection.error_text();
}

std::int64_t version_of(Connection& connection) {
  Statement version(connection, "PRAGMA user_version");
  return version.step() ? version.integer(0) : -1;
}

}  // namespace

std::string judge_migration(const Place& place, const Ledger& original, const std::vector<std::string>& names,
                            bool& migrated) {
  {
    Connection connection(place.file, OpenMode::read_write, place.vfs);
    const std::int64_t version = version_of(connection);
    migrated = version == store::newest_schema_version();
    if (version != 0 && !migrated) return "between two schemas: " + std::to_string(version) + connection.error_text();
    if (!migrated) {
      if (auto wrong = judge_original(connection, original); !wrong.empty()) return "before the migration: " + wrong;
    }
  }
  bool backed_up = false;
  for (const std::string& name : names) {
    if (name.find(".before-") == std::string::npos || !name.ends_with("Z")) continue;
    Connection backup(place.file.parent_path() / name, OpenMode::read_write, place.vfs);
    backed_up = true;
    if (version_of(backup) != 0) return "the backup is none of the old schema: " + backup.error_text();
    if (auto wrong = judge_original(backup, original); !wrong.empty()) return "the backup: " + wrong;
  }
  return migrated && !backed_up ? "migrated, and there is no backup" : "";
}

}  // namespace parley::powercut
