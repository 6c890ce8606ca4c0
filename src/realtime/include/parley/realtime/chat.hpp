// The chat over Socket.IO: who may connect, what clients may send, and the delivery of what the store has committed.
// Sets its handlers on the server's namespace "/" and lives on its shards. Stores nothing itself; a message is told to
// anybody only after the store's commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "parley/auth/rate_limiter.hpp"
#include "parley/domain/rules.hpp"
#include "parley/service/access.hpp"
#include "parley/service/logins.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/message_reader.hpp"
#include "parley/service/presence.hpp"
#include "sio/server/server.hpp"

namespace parley::realtime {

// What the chat works with. All must outlive it.
struct ChatPorts {
  service::Access& access;
  service::MessageLog& log;
  service::MessageReader& reader;
  service::SeenLog& seen;
  auth::MessageLimiter& limiter;
  domain::ChatRules rules;
  // Told whenever a message is refused by a rate, on the shard where it happens. Must be quick.
  std::function<void()> on_rate_limited;
};

// Where live delivery begins: the newest commit and id when the store was opened.
struct DeliveryStart {
  std::uint64_t commit = 0;
  domain::MessageId newest_id;
};

class Chat final : public service::CommitListener, public service::AccountListener {
 public:
  // Before server.run(). The store's writer must be stopped before the chat is destroyed, and the server as well.
  Chat(sio::Server& server, const ChatPorts& ports, DeliveryStart start);
  ~Chat() override;
  Chat(const Chat&) = delete;
  Chat& operator=(const Chat&) = delete;

  // Online: a socket of the person is here, or was within the last 10 s. From any thread.
  service::Presence presence_of(domain::UserId user) const;

  // Keeps when everybody who is here was seen. From now on a send that cannot be stored is left without an answer: the
  // connection is about to end, and the client repeats it. From any thread.
  void begin_drain();

  // On the writer's thread.
  void on_committed(service::BatchPtr batch) noexcept override;
  void on_account_changed(const service::AccountChange& change) noexcept override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace parley::realtime
