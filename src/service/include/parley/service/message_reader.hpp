// The port through which stored messages are read. Blocks (a few indexed reads): for pool threads, never a shard. Each
// call reads one snapshot. Everything is filtered by `me` in the query: what is not of the caller does not exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "parley/domain/message.hpp"
#include "parley/service/page.hpp"
#include "parley/service/presence.hpp"
#include "parley/service/store_error.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

// What `receiver` has read of what `sender` wrote, up to and including `up_to`.
struct ReadState {
  domain::UserId sender;
  domain::UserId receiver;
  domain::MessageId up_to;
};

struct CatchUp {
  std::vector<domain::Message> messages;  // oldest first
  bool more = false;                      // there are newer ones than the last of this page
  // `after` is beyond the newest id of any message, or one that a restore skipped: load anew. Of the rest, only
  // newest_id and commit are set.
  bool reset = false;
  domain::MessageId newest_id;   // newest id of any message in this snapshot
  std::uint64_t commit = 0;      // the last commit in this snapshot: CommittedBatch::commit
  std::vector<ReadState> reads;  // with the last page, and with each where reads_after is after itself
};

struct CatchUpQuery {
  domain::MessageId after;        // the page: messages beyond this id
  domain::MessageId reads_after;  // the marks: those made when the newest id was this or more; where the caller began
  std::uint32_t messages_max = 500;
  std::size_t bytes_max = 256 * 1024;  // content and client_id, plus 160 for each message; the first one always fits
};

// What is between the caller and one partner, as a list shows it.
struct Conversation {
  Person partner;
  domain::Message last_message;
  // Messages of the partner that the caller has not read, among the newest 10,000 of the conversation.
  std::int64_t unread = 0;
};

// The newest `limit` conversations, with `before` those whose last message has a smaller id.
struct ConversationQuery {
  std::uint32_t limit = kPageLimitMax;
  std::optional<std::int64_t> before;
};

class MessageReader {
 public:
  virtual ~MessageReader() = default;
  // Both directions between `me` and `partner`. A partner who does not exist is no error.
  virtual sio::Result<Page<domain::Message>, StoreError> conversation(domain::UserId me, domain::UserId partner,
                                                                      const PageQuery& query) = 0;
  // All that `me` sent or got.
  virtual sio::Result<Page<domain::Message>, StoreError> all_of(domain::UserId me, const PageQuery& query) = 0;
  // Newest activity first, without disabled partners. Costs a look into each conversation of `me`.
  virtual sio::Result<Page<Conversation>, StoreError> conversations(domain::UserId me,
                                                                    const ConversationQuery& query) = 0;
  // What `me` missed. 0 means from the beginning.
  virtual sio::Result<CatchUp, StoreError> catch_up(domain::UserId me, const CatchUpQuery& query) = 0;
};

}  // namespace parley::service
