// The way back for clients of one namespace that lost their connection. Private; made only where recovery is on.
//
// Each shard keeps a log of the events that it has sent, in its order, and the sessions that ended there. A client that
// comes back on another shard is fetched: its shard picks what it missed and hands over the session; from then on it
// belongs to the new shard. In between, the two shards have not sent the same broadcasts: each knows which ones it has
// (Sent), so the new shard adds what only it has sent already, and leaves out what only the old one had.
// No lock is held over any of this; one guards the index that says on which shard a session is.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ids.hpp"
#include "sio/base/disconnect_reason.hpp"
#include "sio/server/connect_request.hpp"
#include "sio/server/recovery.hpp"

namespace sio {

class Client;
class LocalRooms;
class Namespace;
class ServerCore;

// What a socket carries that may be recovered, or was.
struct SocketRecovery {
  bool recovered = false;
  RecoverableSession session;  // `data` is with the socket; `key` is 0 if an application recovers by itself
};

// A CONNECT that is to become a socket.
struct Admission {
  std::uint32_t serial = 0;
  std::string auth;  // the CONNECT payload
  json::Error json_error = json::Error::none;
  std::unique_ptr<SocketData> data = nullptr;
  ConnectRequest::OnAccepted on_accepted = nullptr;
  bool checked = true;  // the middlewares have let it in
  int tries = 0;
};

// What a socket begins with, beside its CONNECT.
struct Entrance {
  std::unique_ptr<SocketRecovery> recovery;
  std::string pid;                 // for the confirmation
  std::vector<std::string> rooms;  // to be joined at once
  std::vector<std::shared_ptr<const RecoverableEvent>> missed;
};

// Which broadcasts a shard has sent. Their numbers are given out in one order, but reach shards in nearly that order.
class Sent {
 public:
  void add(std::uint64_t number);
  bool has(std::uint64_t number) const { return number <= low_ || above_.contains(number); }
  // Those that `other` has not, in no particular order.
  std::vector<std::uint64_t> beyond(const Sent& other) const;

 private:
  std::uint64_t low_ = 0;          // all up to here
  std::set<std::uint64_t> above_;  // and these
};

class Recovery {
 public:
  // `local`: the namespace's sockets by shard.
  Recovery(ServerCore& core, Namespace& nsp, const std::vector<std::unique_ptr<LocalRooms>>& local,
           RecoveryOptions options);
  ~Recovery();
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;

  const RecoveryOptions& options() const { return options_; }

  // ---- events
  // A broadcast's event, with its offset. From any thread.
  std::shared_ptr<const RecoverableEvent> make_broadcast(EmitTarget target, const EncodedPacket& packet);
  // Sends a broadcast to the sockets of the calling shard. Every shard must do it, once.
  void deliver(const std::shared_ptr<const RecoverableEvent>& broadcast);
  // Sends to one socket, on its shard. What clients do not count (it asks for an answer) is sent as it is.
  void emit_to(Socket& socket, const EncodedPacket& packet);

  // ---- sockets, on their shard
  // Lets in a client whom the middlewares have accepted, or may be skipped for: as the socket it was, or as a new one.
  void admit(Client& client, Admission admission);
  // The socket has its place on the shard.
  void on_enter(Socket& socket);
  void on_join(Socket& socket, std::string_view room);
  void on_leave(Socket& socket, std::string_view room);
  // It is disconnected from here on; the application is not told yet.
  void on_disconnected(Socket& socket);
  // The application has been told.
  void on_end(Socket& socket, DisconnectReason reason);

 private:
  struct Shard;
  struct Ticket {
    SessionId pid;
    EventId offset = 0;
  };
  // A session on its way to another shard.
  struct Handover {
    RecoverableSession session;
    std::vector<std::shared_ptr<const RecoverableEvent>> missed;
    Sent sent;  // by the shard that it leaves
  };

  Shard& here();
  std::string offset_text(EventId id) const;
  std::optional<Ticket> parse_ticket(std::string_view auth) const;

  // ---- sending, on the shard
  void send(Shard& shard, const std::shared_ptr<const RecoverableEvent>& event, Socket* only);
  static void finish_sending(Shard& shard);

  // ---- coming back. fetch() on the session's shard, the others on the client's.
  std::optional<Handover> fetch(Shard& shard, const Ticket& ticket);
  std::optional<RecoverableSession> take(Shard& shard, const SessionId& pid);
  static bool pick_missed(const Shard& shard, EventId offset, Handover& handover);
  void arrive(Client* client, Admission admission, EventId offset, std::optional<Handover> handover);
  bool settle_here(Shard& shard, EventId offset, Handover& handover);
  void enter_recovered(Client& client, Admission& admission, RecoverableSession session);
  void enter_new(Client& client, Admission admission);
  bool may_recover(const RecoverableSession& session, const Admission& admission) const;
  void keep(Shard& shard, RecoverableSession session);
  void remove_expired(Shard& shard);

  std::optional<unsigned> home_of(std::uint64_t key);
  void set_home(std::uint64_t key, unsigned shard);
  void forget(std::uint64_t key);

  ServerCore& core_;
  Namespace& nsp_;
  RecoveryOptions options_;
  std::string offset_tag_;  // random: an application's text is no offset by chance, nor is another process's
  std::atomic<std::uint64_t> broadcasts_{0};
  std::vector<std::unique_ptr<Shard>> shards_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, unsigned> homes_;  // by key: the shard where the session is, live or kept
};

// What one shard has; touched there only.
struct Recovery::Shard {
  unsigned index = 0;
  LocalRooms* rooms = nullptr;
  std::unique_ptr<RecoveryStore> store;
  LogPosition position = 0;  // of the last event
  std::uint64_t directs = 0;
  Sent sent;
  std::unordered_map<std::uint64_t, Socket*> live;  // by key
  // The event that is being sent.
  std::shared_ptr<const RecoverableEvent> current;
  std::vector<Socket*> receivers;
  std::size_t next_receiver = 0;
};

}  // namespace sio
