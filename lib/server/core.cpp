#include "core.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine_endpoint.hpp"
#include "engine_session.hpp"
#include "guard.hpp"
#include "http_connection.hpp"
#include "sio/base/check.hpp"
#include "sio/runtime/clock.hpp"
#include "sio/runtime/cores.hpp"
#include "sio/websocket/handshake.hpp"
#include "traffic_meter.hpp"

namespace sio {

namespace {

unsigned thread_count(unsigned wanted) { return wanted != 0 ? wanted : rt::available_cores(); }

std::string random_hex() {
  std::array<char, 4> bytes{};
  rt::random_bytes(bytes);
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    text.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return text;
}

// Ends the loops of a server whose connections do not end by themselves in time.
class ShutdownTimer final : public rt::Timer {
 public:
  ShutdownTimer(ShardState& state, rt::ShardGroup& shards, std::atomic<unsigned>& drained)
      : state_(state), shards_(shards), drained_(drained) {}
  void start(TimePoint deadline) {
    deadline_ = deadline;
    on_timer(state_.shard.now());
  }
  void on_timer(TimePoint now) override {
    if (state_.connections.size() != 0 && now < deadline_) {
      return state_.shard.timers().arm(*this, std::min(deadline_, now + Milliseconds(10)));
    }
    if (++drained_ == shards_.size()) shards_.stop();
  }

 private:
  ShardState& state_;
  rt::ShardGroup& shards_;
  std::atomic<unsigned>& drained_;
  TimePoint deadline_;
};

}  // namespace

ShardState::ShardState(ServerCore& core_, rt::Shard& shard_)
    : core(core_),
      shard(shard_),
      waiting(*this, core_.waiting_budget()),
      sockets(shard_.index()),
      connections(shard_.index()),
      sessions(shard_.index()) {
  if (ServerObserver* observer = core.observer()) traffic = std::make_unique<TrafficMeter>(shard, *observer);
}

ShardState::~ShardState() = default;

ServerCore::ServerCore(ServerOptions options)
    : options_(std::move(options)),
      shards_(thread_count(options_.threads)),
      waiting_budget_(options_.waiting_bytes_max, shards_.size()),
      instance_(random_hex()),
      pool_("pool", std::max(1U, options_.http.pool_threads), options_.http.pool_queue_max),
      hash_pool_("hash", std::max(1U, options_.http.hash_threads), options_.http.hash_queue_max) {
  for (unsigned i = 0; i < shards_.size(); ++i) {
    if (options_.turn_lag_max.count() > 0) shards_.at(i).set_lag_bound(options_.turn_lag_max, options_.turn_lag_calm);
    states_.push_back(std::make_unique<ShardState>(*this, shards_.at(i)));
  }
  ws::accept_key({});  // OpenSSL sets itself up at its first use: not in the middle of the first client's handshake
}

// Threads end before what they answer to. What waits in a mailbox may refuse or emit when it is destroyed, so it goes
// while there is somebody to do that to; then sessions, connections, and their shards.
ServerCore::~ServerCore() {
  pool_.stop();
  hash_pool_.stop();
  for (unsigned i = 0; i < shards_.size(); ++i) shards_.at(i).discard_tasks();
}

ShardState& ServerCore::current_state() {
  rt::Shard* shard = rt::Shard::current();
  SIO_CHECK(owns(shard));
  return *states_[shard->index()];
}

EngineEndpoint& ServerCore::add_endpoint(std::unique_ptr<EngineEndpoint> endpoint) {
  endpoints_.push_back(std::move(endpoint));
  return *endpoints_.back();
}

EngineEndpoint* ServerCore::endpoint_for(std::string_view path) {
  for (const auto& endpoint : endpoints_) {
    if (endpoint->serves(path)) return endpoint.get();
  }
  return nullptr;
}

ServerLoad ServerCore::load() const {
  ServerLoad load;
  load.waiting_bytes = waiting_budget_.bytes();
  for (const auto& state : states_) {
    load.slow_by_outbox += state->load.slow_by_outbox.load(std::memory_order_relaxed);
    load.slow_by_budget += state->load.slow_by_budget.load(std::memory_order_relaxed);
    load.turn_lag = std::max(load.turn_lag, std::chrono::ceil<Milliseconds>(state->shard.lag()));
    load.refused += state->load.refused.load(std::memory_order_relaxed);
  }
  return load;
}

std::string ServerCore::next_request_id(ShardState& state) const {
  return instance_ + "-" + std::to_string(state.shard.index()) + "-" + std::to_string(++state.requests);
}

void ServerCore::answer(Handle request, http::Response response) {
  ShardState& there = *states_[shard_of(request)];
  const auto deliver = [&there, request](http::Response answered) {
    if (Connection* connection = there.connections.find(request))
      static_cast<HttpConnection*>(connection)->answer(std::move(answered));
  };
  if (rt::Shard::current() == &there.shard) return deliver(std::move(response));
  there.shard.post([deliver, moved = std::move(response)]() mutable { deliver(std::move(moved)); });
}

Result<rt::Endpoint, std::string> ServerCore::listen(std::string_view address) {
  auto endpoint = rt::parse_endpoint(address);
  if (!endpoint) return fail(endpoint.error());
  auto listener = rt::Listener::open(
      shards_.at(0), *endpoint, [this](int descriptor, std::string remote) { accept(descriptor, std::move(remote)); });
  if (!listener) return fail(listener.error());
  listeners_.push_back(std::move(*listener));
  return listeners_.back()->endpoint();
}

// Connections are dealt out in turn: what lives on them stays on its shard.
void ServerCore::accept(int descriptor, std::string remote) {
  ShardState& there = *states_[next_shard_];
  next_shard_ = (next_shard_ + 1) % shards_.size();
  const auto take = [&there, descriptor, remote = std::move(remote)] {
    if (there.draining) {
      ::close(descriptor);
      return;
    }
    if (ServerObserver* observer = there.core.observer()) observer->on_connection_opened();
    auto connection = std::make_unique<HttpConnection>(there, rt::Stream::adopt(there.shard, descriptor), remote);
    Connection::enter(std::move(connection)).begin();
  };
  if (there.shard.index() == 0) return take();
  there.shard.post(take);
}

void ServerCore::run() {
  SIO_CHECK(!std::exchange(ran_, true));
  for (const auto& listener : listeners_) listener->start();
  shards_.run();
}

void ServerCore::stop() {
  shards_.at(0).post([this] {
    if (std::exchange(stopping_, true)) return;
    for (const auto& listener : listeners_) listener->close();
    for (const auto& handler : stopping_handlers_) call_guarded(handler);
    for (const auto& state : states_) state->shard.post([this, &each = *state] { begin_shutdown(each); });
  });
}

// Transports end without `41`: clients then come back by themselves.
void ServerCore::begin_shutdown(ShardState& state) {
  if (std::exchange(state.draining, true)) return;
  state.sessions.for_each([](EngineSession& session) { session.close(DisconnectReason::server_shutting_down); });
  state.connections.for_each([](Connection& connection) { connection.begin_shutdown(); });
  auto timer = std::make_shared<ShutdownTimer>(state, shards_, shards_drained_);
  timer->start(state.shard.now() + options_.shutdown_timeout);
  state.shutdown = std::move(timer);
}

}  // namespace sio
