// Decides about sends and read marks and writes them, inside a transaction that somebody else begins and ends. What it
// knows beyond the database (positions, caches) follows committed() or rolled_back(). Writer's thread only.
#pragma once

#include <cstdint>
#include <string>

#include "conversations.hpp"
#include "parley/domain/rules.hpp"
#include "parley/service/message_log.hpp"
#include "people.hpp"
#include "sqlite.hpp"

namespace parley::store {

struct LogPosition {
  std::int64_t last_id = 0;
  std::uint64_t commit = 0;
  friend bool operator==(const LogPosition&, const LogPosition&) = default;
};

class MessageWriter {
 public:
  MessageWriter(Connection& connection, const domain::ChatRules& rules);

  // Reads where the log ends, and takes note of rows that another program wrote meanwhile. Once, in a transaction.
  void catch_up_with_file();

  // With an error on the connection the outcomes are meaningless: the transaction will be rolled back.
  service::Outcome send(service::Draft&& draft, std::int64_t now_unix_us);
  service::Outcome mark(const service::ReadMark& mark);
  // Before COMMIT: writes the position if anything changed.
  void finish();
  void committed() { committed_ = current_; }
  void rolled_back();

  const LogPosition& committed_position() const { return committed_; }
  People& people() { return people_; }

 private:
  service::Outcome refuse(service::Draft&& draft, service::SendError error);
  std::optional<service::Outcome> find_duplicate(service::Draft& draft);
  bool insert(const service::Draft& draft, const std::string& timestamp);

  Connection& connection_;
  domain::ChatRules rules_;
  People people_;
  Conversations conversations_;
  Statement insert_message_;
  Statement select_by_client_id_;
  Statement mark_messages_;
  Statement update_position_;
  LogPosition committed_;
  LogPosition current_;
  bool changed_ = false;
};

}  // namespace parley::store
