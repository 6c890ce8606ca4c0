// What the files of this module share. Private.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "announcer.hpp"
#include "member.hpp"
#include "parley/realtime/chat.hpp"
#include "payloads.hpp"
#include "presence_board.hpp"
#include "read_line.hpp"
#include "recent_batches.hpp"
#include "sio/runtime/timer_queue.hpp"
#include "typing_gate.hpp"

namespace parley::realtime {

// How far live delivery has come on one shard. Touched by its thread only.
struct Delivered {
  std::uint64_t commit = 0;
  domain::MessageId newest_id;
  RecentBatches recent;
};

// Threads of the pool that read for sockets which come back; the others are left to REST.
inline constexpr unsigned kReadingThreadsMax = 2;

// Who a token belongs to, or why nobody.
using Identified = sio::Result<service::Principal, service::AccessError>;

// Calls `run` on a shard when something is due: it returns when the next is.
class LiveTimer final : public sio::rt::Timer {
 public:
  LiveTimer(sio::rt::Shard& shard, std::function<sio::TimePoint(sio::TimePoint now)> run);
  ~LiveTimer() override = default;  // after the server has stopped
  // Soon, and from any thread.
  void wake();
  void on_timer(sio::TimePoint now) override;

 private:
  sio::rt::Shard& shard_;
  std::function<sio::TimePoint(sio::TimePoint)> run_;
  std::atomic<bool> asked_{false};
};

// Tells the sockets of one shard when their tokens end, and ends them. One timer for all: it looks through the sockets
// when the first of them is due.
class TokenWatch final : public sio::rt::Timer {
 public:
  TokenWatch(sio::rt::Shard& shard, sio::Namespace& nsp);
  ~TokenWatch() override = default;  // after the server has stopped
  void watch(const Member& member);
  void on_timer(sio::TimePoint now) override;

 private:
  void arm(sio::TimePoint now, std::int64_t due_unix_s);
  sio::rt::Shard& shard_;
  sio::Namespace& nsp_;
  std::int64_t next_unix_s_ = 0;
};

struct Chat::Parts {
  Parts(sio::Server& server_, const ChatPorts& ports_, DeliveryStart start)
      : server(server_),
        nsp(server_.of("/")),
        ports(ports_),
        reads(server_.pool(), kReadingThreadsMax),
        delivered(server_.shard_count(), {start.commit, start.newest_id, RecentBatches(start.commit)}),
        live(std::make_unique<LiveTimer>(server_.shard(0), [this](sio::TimePoint now) { return tell_live(now); })) {
    for (unsigned i = 0; i < server.shard_count(); ++i) {
      token_watches.push_back(std::make_unique<TokenWatch>(server.shard(i), nsp));
      announcers.push_back(std::make_unique<Announcer>(server.shard(i), nsp, [this] {
        if (--shards_telling == 0) live->wake();
      }));
    }
  }

  TokenWatch& token_watch_here() { return *token_watches[sio::rt::Shard::current()->index()]; }
  Delivered& delivered_here() { return delivered[sio::rt::Shard::current()->index()]; }

  // ---- connect.cpp
  void authorize(sio::ConnectRequest request);
  // `then` is called on this shard, during the call if the token's person is known.
  void identify(const std::string& token, int attempt, std::function<void(const Identified&)> then);
  void decide(sio::ConnectRequest& request, const Identified& who);
  void admit(sio::ConnectRequest request, const service::Principal& who);

  // ---- live.cpp
  void enter(sio::Socket& socket);
  void leave(sio::Socket& socket);
  void set_role(sio::Socket& socket, domain::Role role);
  void on_typing(sio::Event& event);
  void pass_on(const TypingSignal& signal);
  void tell_room(const std::string& room, std::string_view event, const std::string& payload);
  // On shard 0: tells what is due; when the next is.
  sio::TimePoint tell_live(sio::TimePoint now);
  void tell_presence(const PresenceNews& told, sio::TimePoint now);
  void tell_missed(sio::Socket& socket);

  // ---- session_life.cpp
  void on_authenticate(sio::Event& event);
  void renew(sio::Socket& socket, const Identified& who, std::int64_t ack_id);

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
  void apply(const service::AccountChange& change);

  sio::Server& server;
  sio::Namespace& nsp;
  ChatPorts ports;
  ReadLine reads;
  std::vector<Delivered> delivered;  // by shard
  PresenceBoard presence;
  TypingGate typing;
  std::unique_ptr<LiveTimer> live;
  std::vector<std::unique_ptr<Announcer>> announcers;      // by shard
  std::atomic<unsigned> shards_telling{0};                 // of the changes that were taken from the board last
  sio::TimePoint next_telling = sio::TimePoint::min();     // earliest; shard 0's
  std::vector<std::unique_ptr<TokenWatch>> token_watches;  // by shard
  std::atomic<bool> draining{false};
};

// A failure of an event: in its acknowledgement if one was asked for, else as the event `error`.
void fail_event(sio::Socket& socket, std::int64_t ack_id, const ChatError& error, std::string_view event,
                std::string_view client_id);

service::Origin origin_of(const sio::Event& event);

// An id as a JSON integer or as decimal text, not negative; none for anything else.
std::optional<std::int64_t> parse_id(const sio::json::Value& value);

}  // namespace parley::realtime
