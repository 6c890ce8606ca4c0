// What the files of this module share. Private.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "member.hpp"
#include "parley/realtime/chat.hpp"
#include "payloads.hpp"
#include "read_line.hpp"
#include "recent_batches.hpp"

namespace parley::realtime {

// How far live delivery has come on one shard. Touched by its thread only.
struct Delivered {
  std::uint64_t commit = 0;
  domain::MessageId newest_id;
  RecentBatches recent;
};

// Threads of the pool that read for sockets which come back; the others are left to REST.
inline constexpr unsigned kReadingThreadsMax = 2;

struct Chat::Parts {
  Parts(sio::Server& server_, const ChatPorts& ports_, DeliveryStart start)
      : server(server_),
        nsp(server_.of("/")),
        ports(ports_),
        reads(server_.pool(), kReadingThreadsMax),
        delivered(server_.shard_count(), {start.commit, start.newest_id, RecentBatches(start.commit)}) {}

  Delivered& delivered_here() { return delivered[sio::rt::Shard::current()->index()]; }

  // ---- connect.cpp
  void authorize(sio::ConnectRequest request);
  void decide(sio::ConnectRequest request, int attempt);
  void admit(sio::ConnectRequest request, const service::Principal& who);

  // ---- events.cpp
  void on_send(sio::Event& event);
  void on_mark_read(sio::Event& event);
  void on_resume(sio::Event& event);
  void append(sio::Socket& socket, service::Draft draft);

  // ---- catch_up.cpp
  void start_catch_up(sio::Socket& socket, domain::MessageId after);
  void read_page(sio::Socket& socket);
  void on_page(sio::Socket& socket, const sio::Result<service::CatchUp, service::StoreError>& result);
  void on_drained(sio::Socket& socket);
  void join(sio::Socket& socket);

  // ---- delivery.cpp
  void deliver(const service::BatchPtr& batch);
  void deliver(const service::Stored& stored, std::uint64_t commit);
  void deliver(const service::Duplicate& duplicate, std::uint64_t commit);
  void deliver(const service::SendRefused& refused, std::uint64_t commit);
  void deliver(const service::Marked& marked, std::uint64_t commit);
  void deliver(const service::MarkRefused& refused, std::uint64_t commit);
  void deliver_after(sio::Socket& socket, std::uint64_t commit);
  sio::Socket* socket_here(const service::Origin& origin);
  void revoke(const service::AccountChange& change);

  sio::Server& server;
  sio::Namespace& nsp;
  ChatPorts ports;
  ReadLine reads;
  std::vector<Delivered> delivered;  // by shard
  std::atomic<bool> draining{false};
};

// A failure of an event: in its acknowledgement if one was asked for, else as the event `error`.
void fail_event(sio::Socket& socket, std::int64_t ack_id, const ChatError& error, std::string_view event,
                std::string_view client_id);

service::Origin origin_of(const sio::Event& event);

// An id as a JSON integer or as decimal text, not negative; none for anything else.
std::optional<std::int64_t> parse_id(const sio::json::Value& value);

}  // namespace parley::realtime
