// Sending for who has no socket: waits for the outcome. Stands between the store and the listener that delivers, and
// takes nothing away from it: what was sent here is delivered like everything else.
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <mutex>
#include <unordered_map>

#include "parley/service/message_log.hpp"
#include "sio/base/result.hpp"

namespace parley::service {

struct Sent {
  domain::MessageId id;
  std::int64_t timestamp_unix_us = 0;
  bool duplicate = false;  // its client_id was used for the same before: these are the first ones
};

class SendAndWait final : public CommitListener {
 public:
  // Both must outlive it. Make it the store's CommitListener in place of `next`.
  SendAndWait(MessageLog& log, CommitListener& next) : log_(log), next_(next) {}

  // Blocks for a commit: on pool threads. `draft.origin` is not looked at.
  sio::Result<Sent, SendError> send(Draft draft);

  void on_committed(BatchPtr batch) noexcept override;

 private:
  using Answer = sio::Result<Sent, SendError>;

  void answer(const Origin& origin, const Answer& answer);

  MessageLog& log_;
  CommitListener& next_;
  std::atomic<std::int64_t> waiting_count_{0};
  std::mutex mutex_;
  std::int64_t last_ticket_ = 0;
  std::unordered_map<std::int64_t, std::promise<Answer>> waiting_;
};

}  // namespace parley::service
