// The Socket.IO side of one Engine.IO session: decodes its messages and keeps one socket for each namespace joined.
// Private.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster_sink.hpp"
#include "sio/runtime/timer_queue.hpp"
#include "sio/server/engine.hpp"
#include "sio/server/namespace.hpp"
#include "sio/server/options.hpp"

namespace sio {

class SocketIoApplication;
struct Entrance;
struct ShardState;

class Client final : public EngineClient, private rt::Timer {
 public:
  Client(SocketIoApplication& application, ShardState& state, EngineSocket& engine);
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // ---- EngineClient
  void on_message(bool binary, std::string_view data) override;
  void on_drained() override;
  void on_close(DisconnectReason reason) override;

  // ---- for sockets and pending connects
  EngineSocket& engine() { return engine_; }
  ShardState& state() { return state_; }
  void send(const EncodedPacket& packet, bool droppable);
  void send_plain(PacketType type, std::string_view nsp, std::string_view json);
  void accept(Namespace& nsp, std::uint32_t serial, std::unique_ptr<SocketData> data,
              const ConnectRequest::OnAccepted& on_accepted, json::Value auth, Identity* identity = nullptr);
  // Makes the socket of a CONNECT that is still undecided, confirms it and tells the application. `entrance`: what else
  // it begins with; may be null.
  void enter(Namespace& nsp, std::uint32_t serial, std::unique_ptr<SocketData> data,
             const ConnectRequest::OnAccepted& on_accepted, json::Value auth, Entrance* entrance);
  void ask_middlewares(Namespace& nsp, std::uint32_t serial, std::string auth, json::Error error);
  // Of an outbox.
  std::size_t waiting_bytes_max() const;
  // That CONNECT is still undecided.
  bool is_connecting(const Namespace& nsp, std::uint32_t serial);
  void refuse(Namespace& nsp, std::uint32_t serial, std::string_view message, std::string_view data_json);
  // Ends one socket: tells the application, forgets it. Safe while one of its handlers runs.
  void drop(Socket& socket, DisconnectReason reason);

 private:
  struct Entry {
    Namespace* nsp;
    std::uint32_t serial;            // tells one CONNECT from the next in the same namespace
    std::unique_ptr<Socket> socket;  // null while connecting
  };

  void on_timer(TimePoint now) override;
  void handle(const DecodedPacket& packet);
  void connect(const DecodedPacket& packet);
  Entry* find(std::string_view nsp);
  Entry* find(const Namespace& nsp, std::uint32_t serial);
  void erase(Entry& entry);

  SocketIoApplication& application_;
  ShardState& state_;
  EngineSocket& engine_;
  Decoder decoder_;
  std::vector<Entry> entries_;
  std::uint32_t next_serial_ = 1;
  bool joined_once_ = false;  // a namespace was joined
  bool closed_ = false;
};

// Makes a client for each session, and holds what they share.
class SocketIoApplication final : public EngineApplication {
 public:
  SocketIoApplication(ServerCore& core, SocketIoOptions options);

  std::unique_ptr<EngineClient> on_open(EngineSocket& socket) override;

  const SocketIoOptions& options() const { return options_; }
  Namespace* find(std::string_view name);
  Namespace& of(std::string_view name);
  ServerCore& core() { return core_; }

  // Before the shards run, and after they have ended.
  void enter_cluster();
  void leave_cluster();

 private:
  ServerCore& core_;
  LocalSink sink_{*this};
  SocketIoOptions options_;
  std::vector<std::unique_ptr<Namespace>> namespaces_;
};

}  // namespace sio
