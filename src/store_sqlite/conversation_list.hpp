// The conversations of one user, by their last messages. There is no index for that order, which every send would have
// to keep: one look into each of the user's conversations finds it (a microsecond or two), and only what is on the page
// is counted and loaded. On one read-only connection, inside one read transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "parley/service/message_reader.hpp"
#include "sqlite.hpp"

namespace parley::store {

class ConversationList {
 public:
  explicit ConversationList(Connection& connection);
  // Newest first. Of each last message only the id is set.
  service::Page<service::Conversation> page(domain::UserId me, const service::ConversationQuery& query);

 private:
  struct Entry {
    std::int64_t partner;
    std::int64_t last_id;
    std::int64_t read_up_to;
  };
  std::vector<Entry> entries(domain::UserId me, std::int64_t before);
  // None: gone or disabled.
  std::optional<service::Person> load_partner(std::int64_t id);
  std::int64_t count_unread(domain::UserId me, const Entry& entry);

  Statement entries_;
  Statement partner_;
  Statement unread_;
};

}  // namespace parley::store
