// Connection state recovery (protocol page 2.5): a client that lost its connection comes back as the socket it was,
// with its rooms, and gets the events it missed. Here: what an application can choose, and the store in which sessions
// and events wait. Off unless SocketIoOptions::recovery or Namespace::set_recovery() switches it on; then it costs
// nothing. It does not survive the end of the process, and does not replace a log of one's own for what must never be
// lost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sio/base/time.hpp"
#include "sio/server/rooms.hpp"
#include "sio/server/socket.hpp"

namespace sio {

// Bounds of what one namespace keeps on each shard. Over a bound the oldest goes first; a client that needs it becomes
// a new one.
struct RecoveryLimits {
  Milliseconds max_disconnection_duration{120'000};  // from the end of a socket to its client's return
  // Clients that are awaited.
  std::size_t sessions_max = 10'000;
  // Events that are kept for them.
  std::size_t events_max = 65'536;
  std::size_t events_bytes_max = 16 * 1024 * 1024;  // as counted by memory_bytes(); shards share the bytes themselves
};

// Names an event; its offset on the wire says the same.
using EventId = std::uint64_t;

// An event as it was sent. Immutable, shared between threads; its bytes are those that were sent.
struct RecoverableEvent {
  // Names it in its namespace; says nothing of the order.
  EventId id = 0;
  std::uint64_t only = 0;  // RecoverableSession::key of the one socket it was emitted to; 0: see `target`
  // To whom it was sent.
  EmitTarget target;
  EncodedPacket packet;  // with its offset as the last argument
};
// What keeping it costs, about: text, attachments, names of rooms, and a fixed part.
std::size_t memory_bytes(const RecoverableEvent& event);

// Place of an event in the order in which one shard has sent: 1, 2, 3 …
using LogPosition = std::uint64_t;
// RoomStay::until of a socket that had not left.
inline constexpr LogPosition kStillThere = UINT64_MAX;

// A socket was in a room when the shard sent the events of the positions (since, until].
struct RoomStay {
  // Its name.
  std::string room;
  // Events after this one, …
  LogPosition since = 0;
  // … up to this one.
  LogPosition until = kStillThere;
};

// What is known of a socket that may come back. Positions are those of the shard that keeps it. Moves between threads.
struct RecoverableSession {
  std::uint64_t key = 0;          // random; names the session in the store
  std::array<char, 16> secret{};  // the other part of the pid
  std::string sid;                // of the socket
  LogPosition joined = 0;         // events up to here are not for it
  LogPosition left = 0;           // events after this one were not sent to it
  LogPosition known_from = 0;     // which rooms it was in before is not known any more
  EventId last_due = 0;           // the last one it was sent, or should have been, while it was connected
  std::vector<RoomStay> stays;    // without the room of its own id
  std::vector<SocketRef> refs;    // that it had, the last one at the end
  // ---- when it came to this shard
  // The offset it named.
  EventId resumed_after = 0;
  // What it was sent after that.
  std::vector<std::shared_ptr<const RecoverableEvent>> resent;
  // What it must not get again.
  std::vector<EventId> had;

  // ---- kept for the application
  // What the application kept with the socket.
  std::unique_ptr<SocketData> data;
  // When the socket ended.
  TimePoint ended_at;

  // Whether it was in a room when that event was sent.
  bool was_in(std::string_view room, LogPosition position) const;
  // Whether it would have got the event.
  bool is_for_me(const RecoverableEvent& event, LogPosition position) const;
};

// Where the sessions and events of one namespace wait, on one shard. Called on that shard's thread only; must not
// block, throw, or call back into the server.
class RecoveryStore {
 public:
  // Returns whether to go on.
  using Visitor = std::function<bool(LogPosition position, const std::shared_ptr<const RecoverableEvent>& event)>;

  virtual ~RecoveryStore() = default;

  // ---- events; positions grow by one from call to call, beginning with 1
  // Keeps an event that was sent.
  virtual void append(LogPosition position, std::shared_ptr<const RecoverableEvent> event) = 0;
  // Calls `visitor` with the events that are kept, the last one first.
  virtual void visit_back(const Visitor& visitor) const = 0;
  // All events after this position are kept; 0 as long as none was dropped.
  virtual LogPosition dropped_up_to() const = 0;

  // ---- sessions
  // Keeps a session that has ended, until it is taken or expires.
  virtual void keep(RecoverableSession session) = 0;
  // Null if it is not there. Valid until the next call of another function.
  virtual const RecoverableSession* find(std::uint64_t key) const = 0;
  // Only after find() has found it.
  virtual RecoverableSession take(std::uint64_t key) = 0;
  // Gives back what is not to be kept any longer. Called whenever a session comes or goes.
  virtual std::vector<RecoverableSession> remove_expired(TimePoint now) = 0;
};

// In memory, bounded.
class MemoryRecoveryStore final : public RecoveryStore {
 public:
  // Empty.
  explicit MemoryRecoveryStore(RecoveryLimits limits) : limits_(limits) {}

  void append(LogPosition position, std::shared_ptr<const RecoverableEvent> event) override;
  void visit_back(const Visitor& visitor) const override;
  LogPosition dropped_up_to() const override { return dropped_; }
  void keep(RecoverableSession session) override;
  const RecoverableSession* find(std::uint64_t key) const override;
  RecoverableSession take(std::uint64_t key) override;
  std::vector<RecoverableSession> remove_expired(TimePoint now) override;

  // How many sessions wait.
  std::size_t session_count() const { return sessions_.size(); }
  // How many events are kept.
  std::size_t event_count() const { return events_.size(); }
  // What they cost, by memory_bytes().
  std::size_t event_bytes() const { return bytes_; }

 private:
  using Sessions = std::list<RecoverableSession>;  // by ended_at

  RecoveryLimits limits_;
  std::deque<std::shared_ptr<const RecoverableEvent>> events_;
  LogPosition dropped_ = 0;  // the position before the first one's
  std::size_t bytes_ = 0;
  Sessions sessions_;
  std::unordered_map<std::uint64_t, Sessions::iterator> by_key_;
};

// How a namespace recovers its clients.
struct RecoveryOptions {
  // What is kept at most.
  RecoveryLimits limits;
  // The middlewares do not run for a client that is recovered. Off: they run, and one that refuses leaves the session
  // for another try. An access token is checked again only if they run.
  bool skip_middlewares = false;
  // Asked on the returning client's shard: the data that waits and the data that middlewares have set now (each may be
  // null), to find out whether both are the same person's. False: the client becomes a new one, the session goes on
  // waiting. What it throws is a false. Without it, whoever knows the pid is let in.
  std::function<bool(const SocketData* kept, const SocketData* fresh)> may_recover;
  // Of each namespace its own; by default a MemoryRecoveryStore with `limits`. max_disconnection_duration holds for
  // any.
  std::function<std::unique_ptr<RecoveryStore>(std::string_view nsp)> make_store;
  // By default the monotonic clock. From any thread.
  std::function<TimePoint()> clock;
};

}  // namespace sio
