// Reading messages on one read-only connection. Every statement is a read by an index, bounded by its limit; everything
// is filtered by the caller's id in SQL. Errors stay with the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conversation_list.hpp"
#include "parley/service/message_reader.hpp"
#include "sqlite.hpp"
#include "user_log.hpp"

namespace parley::store {

class MessageQueries {
 public:
  explicit MessageQueries(Connection& connection);

  service::Page<domain::Message> conversation(domain::UserId me, domain::UserId partner,
                                              const service::PageQuery& query);
  // These read several statements: inside one read transaction.
  service::Page<domain::Message> all_of(domain::UserId me, const service::PageQuery& query);
  service::Page<service::Conversation> conversations(domain::UserId me, const service::ConversationQuery& query);
  service::CatchUp catch_up(domain::UserId me, const service::CatchUpQuery& query);

 private:
  // Ids of messages of `me` beyond `after`, lowest first: from their conversations, or by a walk over the end of the
  // log where that is shorter.
  std::vector<std::int64_t> missed_ids(domain::UserId me, std::int64_t after, std::int64_t newest, std::size_t limit);
  std::vector<std::int64_t> partners_of(domain::UserId me, std::size_t most);
  domain::Message load(std::int64_t id);
  std::vector<service::ReadState> reads_since(domain::UserId me, std::int64_t after);

  Statement conversation_up_;
  Statement conversation_down_;
  Statement tail_;
  Statement partners_;
  Statement by_id_;
  Statement position_;
  Statement marks_;
  UserLog user_log_;
  ConversationList conversation_list_;
};

}  // namespace parley::store
