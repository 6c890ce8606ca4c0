// The order of one namespace's events, and the way back for clients that lost their connection. Private; made only
// where recovery is switched on.
//
// Order: under one mutex an event gets its position, goes into the store and into the inbox of every shard. A shard
// takes its inbox in order, and before an emission returns on a shard, that shard has taken all of its inbox, the new
// event too. So every shard, and with it every socket, sees events in the order of the log; and what a handler does
// after an emission (an answer, a leave, a disconnect) comes after it.
// Return: under the same mutex the missed events are picked and a marker goes into the inbox of the client's new shard.
// When that shard comes to the marker, it has sent exactly the events of the log so far: there the socket begins.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ids.hpp"
#include "sio/base/disconnect_reason.hpp"
#include "sio/base/task.hpp"
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
  // From any thread.
  void emit(EmitTarget target, const EncodedPacket& packet);
  // On the socket's shard. `packet` may be any; what clients do not count (it asks for an answer) is sent as it is.
  void emit_to(Socket& socket, const EncodedPacket& packet);
  // Runs `task` on a shard, after all that this thread did before. From any thread.
  void post(unsigned shard, Task task);
  // After the shards have ended. Destroys what waits for them; false if there was nothing.
  bool discard();

  // ---- sockets, on their shard
  // Lets a client in whom the middlewares have accepted (or may skip): as the socket it was, or as a new one.
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
  struct Item {
    std::shared_ptr<const RecoverableEvent> event;  // or
    Task task;
    SocketRef only;  // the one socket that gets `event`
  };
  // What waits for one shard. `mutex_` guards the first two, the others are the shard's own.
  struct Inbox {
    std::vector<Item> items;
    bool woken = false;  // a task that takes the items is in the shard's mailbox

    std::vector<Item> taken;
    std::size_t next = 0;                             // in `taken`
    std::shared_ptr<const RecoverableEvent> current;  // is being sent to
    std::vector<Socket*> receivers;
    std::size_t next_receiver = 0;
    LogPosition applied = 0;  // position of the event whose receivers were chosen last
  };
  struct Ticket {
    SessionId pid;
    LogPosition offset;
  };
  struct Claim {
    SocketRef live;
    std::optional<RecoverableSession> kept;
  };

  // ---- under mutex_
  void append(const std::shared_ptr<RecoverableEvent>& event, const EncodedPacket& packet);
  void put(unsigned shard, Item item);
  std::optional<LogPosition> first_missed(const RecoverableSession& session, LogPosition offset) const;

  // ---- on a shard
  Inbox* here();
  void drain(unsigned shard);
  void begin_sending(unsigned shard, const Item& item);

  std::string offset_text(LogPosition position) const;
  std::optional<Ticket> parse_ticket(std::string_view auth) const;
  Claim claim(const Ticket& ticket);
  bool may_recover(const RecoverableSession& session, const Admission& admission) const;
  void keep(RecoverableSession session);
  bool restore(Client& client, Admission& admission, RecoverableSession session, LogPosition offset);
  void end_elsewhere(SocketRef ref, Client& client, Admission admission);
  void enter(Client& client, Admission& admission, Entrance entrance);
  static Entrance new_entrance();

  ServerCore& core_;
  Namespace& nsp_;
  const std::vector<std::unique_ptr<LocalRooms>>& local_;
  RecoveryOptions options_;
  std::string offset_tag_;  // random: an application's text is no offset by chance, nor is another process's

  std::mutex mutex_;
  std::unique_ptr<RecoveryStore> store_;
  LogPosition last_ = 0;
  std::vector<std::unique_ptr<Inbox>> inboxes_;  // by shard
  struct Live {
    SessionSecret secret;
    SocketRef ref;
  };
  std::unordered_map<std::uint64_t, Live> live_;  // by key
};

}  // namespace sio
