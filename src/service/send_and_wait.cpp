#include "parley/service/send_and_wait.hpp"

#include <limits>
#include <utility>
#include <variant>

#include "parley/service/send_message.hpp"

namespace parley::service {
namespace {

// No shard has this number, so nobody looks for a socket; the ticket travels as the acknowledgement's id.
constexpr std::uint32_t kNoShard = std::numeric_limits<std::uint32_t>::max();

}  // namespace

sio::Result<Sent, SendError> SendAndWait::send(Draft draft) {
  std::future<Answer> answer;
  std::int64_t ticket = 0;
  {
    const std::lock_guard lock(mutex_);
    ticket = ++last_ticket_;
    answer = waiting_[ticket].get_future();
  }
  ++waiting_count_;
  draft.origin = {kNoShard, 0, ticket};
  if (const auto refused = send_message(log_, std::move(draft))) {
    this->answer({kNoShard, 0, ticket}, sio::fail(*refused));
  }
  return answer.get();
}

void SendAndWait::on_committed(BatchPtr batch) noexcept {
  next_.on_committed(batch);
  if (waiting_count_ == 0) return;
  for (const Outcome& outcome : batch->outcomes) {
    if (const auto* stored = std::get_if<Stored>(&outcome)) {
      answer(stored->origin, Sent{stored->message.id, stored->message.timestamp_unix_us.value_or(0), false});
    } else if (const auto* duplicate = std::get_if<Duplicate>(&outcome)) {
      answer(duplicate->origin, Sent{duplicate->id, duplicate->timestamp_unix_us, true});
    } else if (const auto* refused = std::get_if<SendRefused>(&outcome)) {
      answer(refused->origin, sio::fail(refused->error));
    }
  }
}

void SendAndWait::answer(const Origin& origin, const Answer& answer) {
  if (origin.shard != kNoShard) return;
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(origin.ack_id);
  if (found == waiting_.end()) return;
  found->second.set_value(answer);
  waiting_.erase(found);
  --waiting_count_;
}

}  // namespace parley::service
