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

// Place of an event in the one order in which a namespace's events are sent: 1, 2, 3 …
using LogPosition = std::uint64_t;

// Bounds of what one namespace keeps. Over a bound the oldest goes first; a client that needs it becomes a new one.
struct RecoveryLimits {
  Milliseconds max_disconnection_duration{120'000};  // from the end of a socket to its client's return
  std::size_t sessions_max = 10'000;
  std::size_t events_max = 65'536;
  std::size_t events_bytes_max = 16 * 1024 * 1024;  // as counted by memory_bytes()
};

// An event as it was sent to everybody. Immutable, shared between threads; its bytes are those that were sent.
struct RecoverableEvent {
  LogPosition position = 0;
  std::uint64_t only = 0;  // RecoverableSession::key of the one socket it was emitted to; 0: see `target`
  EmitTarget target;
  EncodedPacket packet;  // with its offset as the last argument
};
// What keeping it costs, about: text, attachments, names of rooms, and a fixed part.
std::size_t memory_bytes(const RecoverableEvent& event);

inline constexpr LogPosition kStillThere = UINT64_MAX;

// A socket was in a room when events of the positions (since, until] were sent.
struct RoomStay {
  std::string room;
  LogPosition since = 0;
  LogPosition until = kStillThere;
};

// A socket without its connection. Moves between threads; one owner at a time.
struct RecoverableSession {
  std::uint64_t key = 0;          // random; names the session in the store
  std::array<char, 16> secret{};  // the other part of the pid
  std::string sid;                // of the socket
  LogPosition joined = 0;         // events up to here are not for it
  LogPosition known_from = 0;     // which rooms it was in before is not known any more
  LogPosition last_due = 0;       // of the last event it was sent, or should have been, while it was connected
  LogPosition left = 0;           // events after this one were not sent to it
  std::vector<RoomStay> stays;    // without the room of its own id
  std::vector<SocketRef> refs;    // that it had, the last one at the end
  std::unique_ptr<SocketData> data;
  TimePoint ended_at;

  bool was_in(std::string_view room, LogPosition position) const;
  bool is_for_me(const RecoverableEvent& event) const;
};

// Where the sessions and events of one namespace wait. Called under the lock that orders the namespace's events, so
// never by two threads at once; a function that blocks stops every emission of the namespace. Must not call back into
// the server.
class RecoveryStore {
 public:
  using Visitor = std::function<void(const std::shared_ptr<const RecoverableEvent>& event)>;

  virtual ~RecoveryStore() = default;

  // ---- events; positions grow by one from call to call
  virtual void append(std::shared_ptr<const RecoverableEvent> event) = 0;
  // All events after this position are there; 0 as long as none was dropped.
  virtual LogPosition dropped_up_to() const = 0;
  // Calls `visitor` with every event after `position`, in order. Not below dropped_up_to().
  virtual void visit_after(LogPosition position, const Visitor& visitor) const = 0;

  // ---- sessions
  virtual void keep(RecoverableSession session) = 0;
  // Null if it is not there. Valid until the next call of another function.
  virtual const RecoverableSession* find(std::uint64_t key) const = 0;
  // Only after find() has found it.
  virtual RecoverableSession take(std::uint64_t key) = 0;
  // Gives back what is not to be kept any longer; the caller destroys it when the lock is released, because the
  // application's data goes with it. Called often.
  virtual std::vector<RecoverableSession> remove_expired(TimePoint now) = 0;
};

// In memory, bounded. For one namespace.
class MemoryRecoveryStore final : public RecoveryStore {
 public:
  explicit MemoryRecoveryStore(RecoveryLimits limits) : limits_(limits) {}

  void append(std::shared_ptr<const RecoverableEvent> event) override;
  LogPosition dropped_up_to() const override { return dropped_; }
  void visit_after(LogPosition position, const Visitor& visitor) const override;
  void keep(RecoverableSession session) override;
  const RecoverableSession* find(std::uint64_t key) const override;
  RecoverableSession take(std::uint64_t key) override;
  std::vector<RecoverableSession> remove_expired(TimePoint now) override;

  std::size_t session_count() const { return sessions_.size(); }
  std::size_t event_count() const { return events_.size(); }
  std::size_t event_bytes() const { return bytes_; }

 private:
  using Sessions = std::list<RecoverableSession>;  // by ended_at

  RecoveryLimits limits_;
  std::deque<std::shared_ptr<const RecoverableEvent>> events_;
  LogPosition dropped_ = 0;
  std::size_t bytes_ = 0;
  Sessions sessions_;
  std::unordered_map<std::uint64_t, Sessions::iterator> by_key_;
};

struct RecoveryOptions {
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
