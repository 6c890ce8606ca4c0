// The port through which everything that people write and read gets onto stable storage, and the batches in which the
// outcome comes back. One writer decides, in the order of its queue; nothing is told before it is committed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parley/domain/ids.hpp"
#include "parley/domain/message.hpp"

namespace parley::service {

// Who waits for the answer. The store carries it unchanged from command to outcome and looks at none of it.
struct Origin {
  std::uint32_t shard = 0;
  std::uint64_t socket = 0;  // 0: nobody
  std::int64_t ack_id = -1;  // -1: no acknowledgement asked for
};

struct Draft {
  domain::UserId sender;
  domain::UserId receiver;
  std::string content;    // checked by send_message(); stored byte for byte
  std::string client_id;  // empty: none
  Origin origin;
};

// `reader` has read what `sender` wrote to them, up to and including `up_to`.
struct ReadMark {
  domain::UserId reader;
  domain::UserId sender;
  domain::MessageId up_to;  // beyond the newest committed message: counts as that one
  Origin origin;
};

enum class SendError : std::uint8_t {
  invalid_payload,     // content or client_id breaks a rule; only from send_message(), never in an outcome
  receiver_not_found,  // or not allowed, or disabled: the same to whoever asks
  client_id_conflict,  // another receiver or content under a client_id that was used
  sender_disabled,     // disabled or gone since its socket was let in
  // Not stored. After a synchronisation that failed for good nobody can know: it may be there at the next start, and a
  // repeat under its client_id finds out.
  storage_unavailable,
};
std::string_view to_code(SendError error);  // as on the wire; sender_disabled is "token_revoked"

// ---- What became of a command.

// A new message is on stable storage: acknowledge it, deliver it.
struct Stored {
  domain::Message message;
  Origin origin;
};

// Its client_id was used for the same message before: acknowledge with the first id and time, deliver nothing.
struct Duplicate {
  domain::UserId sender;
  domain::UserId receiver;
  std::string client_id;
  domain::MessageId id;
  std::int64_t timestamp_unix_us = 0;
  Origin origin;
};

struct SendRefused {
  domain::UserId sender;
  std::string client_id;
  SendError error = SendError::storage_unavailable;
  Origin origin;
};

struct Marked {
  domain::UserId reader;
  domain::UserId sender;
  domain::MessageId up_to;
  bool changed = false;  // false: all of it was read already (or there is nothing): tell nobody else
  Origin origin;
};

// The only way a mark can fail: storage_unavailable.
struct MarkRefused {
  domain::UserId reader;
  domain::UserId sender;
  Origin origin;
};

using Outcome = std::variant<Stored, Duplicate, SendRefused, Marked, MarkRefused>;

// The outcomes of one transaction, in the order of the queue, which is also the order of ids.
struct CommittedBatch {
  // Grows by one with each transaction that changed messages or marks, and is stored with them: a page of the log says
  // up to which commit it was read (CatchUp::commit). A batch of refusals alone repeats the number before it.
  std::uint64_t commit = 0;
  // The newest message id at the end of this batch.
  domain::MessageId newest_id;
  std::vector<Outcome> outcomes;
};
using BatchPtr = std::shared_ptr<const CommittedBatch>;

class MessageLog {
 public:
  virtual ~MessageLog() = default;
  // From any thread; never waits. False: the queue is full or what waits in it is too old, or the store has failed or
  // was stopped; nothing will come back for it, and what was given is gone. True: exactly one outcome will, in a batch.
  // Commands of one thread keep their order.
  [[nodiscard]] virtual bool try_append(Draft&& draft) noexcept = 0;
  [[nodiscard]] virtual bool try_mark_read(ReadMark&& mark) noexcept = 0;
};

class CommitListener {
 public:
  virtual ~CommitListener() = default;
  // On the writer's thread, once for each transaction, in commit order, after COMMIT with full synchronisation; also
  // for what was refused. Must be quick and must not call back into the store's blocking ports.
  virtual void on_committed(BatchPtr batch) noexcept = 0;
};

}  // namespace parley::service
