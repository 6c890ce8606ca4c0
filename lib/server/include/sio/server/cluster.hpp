// Several servers as one: what a Broadcast does reaches the sockets of all of them. The way between the servers is an
// adapter's (Redis, PostgreSQL, whatever carries messages); here is what it must do and may rely on.
//
// The contract. Delivery is best effort: the adapter may lose messages, and a server that is away misses them; it must
// not double them. Messages that one thread published arrive in the order published; between publishers there is none.
// What comes in is delivered to the sockets of the receiving server only, never published again. Acknowledgements are
// asked for on one server only (Broadcast::emit_with_ack()).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/base/time.hpp"
#include "sio/server/ack.hpp"
#include "sio/server/arguments.hpp"

namespace sio {

// One thing done to the sockets of a namespace on all servers.
struct ClusterMessage {
  // What is done.
  enum class Kind : std::uint8_t { emit, join, leave, disconnect };

  // Which of the members below count.
  Kind kind = Kind::emit;
  // The name of the namespace.
  std::string nsp = "/";
  // Members of any of these rooms; empty: everybody. A socket is named by its id, as a room.
  std::vector<std::string> rooms;
  // But for members of these.
  std::vector<std::string> except;

  // ---- emit
  // The name of the event.
  std::string event;
  Arguments arguments;     // JSON text and attachments; there are placeholders for each attachment
  bool droppable = false;  // volatile

  // ---- join, leave
  // Into or out of these rooms.
  std::vector<std::string> change;

  // ---- disconnect
  // The whole session of each.
  bool close_session = false;
};

// Why a message of another node was not delivered. None of it was.
enum class ClusterError : std::uint8_t {
  unknown_namespace,
  bad_room,       // empty, over 1,024 bytes, or no UTF-8
  bad_event,      // a name that is reserved, over 1,024 bytes, or no UTF-8
  bad_arguments,  // no JSON, JSON that breaks a limit, or placeholders that do not fit the attachments
};
// Its name, for logs.
std::string_view to_string(ClusterError error);

// Takes messages of other nodes; the server's side. Valid from ClusterAdapter::start() until stop() has returned.
class ClusterSink {
 public:
  // Delivers to the sockets of this server. From any thread; never waits. Nothing of it is believed: names, JSON and
  // placeholders are checked. All that one thread delivers keeps its order.
  virtual Result<void, ClusterError> deliver(const ClusterMessage& message) = 0;
  // An emission that asks the sockets of this server for acknowledgements (`message.kind` must be emit). For emitters
  // that expect an answer; where it is called: BroadcastAckCallback.
  virtual Result<void, ClusterError> deliver_with_ack(const ClusterMessage& message, Milliseconds timeout,
                                                      BroadcastAckCallback callback) = 0;

 protected:
  ~ClusterSink() = default;
};

// The way to the other nodes. Given in SocketIoOptions::cluster; serves one server.
class ClusterAdapter {
 public:
  virtual ~ClusterAdapter() = default;
  // The server begins to run: from now on `sink` may be used. Called once, on the thread of Server::run(), before
  // anything is published.
  virtual void start(ClusterSink& sink) = 0;
  // Hands a message to the other nodes, never back to this one. From any thread, several at once; must not block (a
  // queue that is full drops). May still be called during and after stop(), and then does nothing. Must not throw.
  virtual void publish(const ClusterMessage& message) = 0;
  // The server has ended. Once it has returned, the sink is no longer used. Called once, on the thread of
  // Server::run().
  virtual void stop() = 0;
};

}  // namespace sio
