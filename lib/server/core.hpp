// What the parts of a server share: shards with what lives on each, options, routes, endpoints, pools. Private.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "handle_table.hpp"
#include "sio/http/message.hpp"
#include "sio/runtime/blocking_pool.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/runtime/shard_group.hpp"
#include "sio/server/http_router.hpp"
#include "sio/server/load.hpp"
#include "sio/server/options.hpp"
#include "waiting.hpp"

namespace sio {

class ClusterAdapter;
class EngineEndpoint;
class EngineSession;
class ServerCore;
class ServerObserver;
class Socket;
class TrafficMeter;

// Counted by one shard, read by anybody.
struct ShardLoad {
  std::atomic<std::uint64_t> slow_by_outbox{0};
  std::atomic<std::uint64_t> slow_by_budget{0};
  std::atomic<std::uint64_t> refused{0};
};

// Everything that lives on one shard and is touched by its thread only, `load` apart.
struct ShardState {
  ShardState(ServerCore& core_, rt::Shard& shard_);
  ~ShardState();
  ShardState(const ShardState&) = delete;
  ShardState& operator=(const ShardState&) = delete;

  ServerCore& core;
  rt::Shard& shard;
  ShardLoad load;
  ShardWaiting waiting;
  HandleTable<Socket*> sockets;  // owned by their clients, who are owned by sessions: these go first
  HandleTable<std::unique_ptr<Connection>> connections;
  HandleTable<std::unique_ptr<EngineSession>> sessions;
  std::uint64_t requests = 0;  // for request ids
  bool draining = false;
  // Whether new work is refused: the shard is late. Counts the refusal.
  bool refuses_work() {
    if (!shard.is_late()) return false;
    load.refused.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  std::shared_ptr<rt::Timer> shutdown;
  std::unique_ptr<TrafficMeter> traffic;  // with an observer
};

class ServerCore {
 public:
  explicit ServerCore(ServerOptions options);
  ~ServerCore();
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  const ServerOptions& options() const { return options_; }
  ServerObserver* observer() const { return options_.observer; }
  // Where broadcasts go besides; null: nowhere. From any thread.
  ClusterAdapter* cluster() const { return cluster_.load(std::memory_order_acquire); }
  void set_cluster(ClusterAdapter* cluster) { cluster_.store(cluster, std::memory_order_release); }
  HttpRouter& router() { return router_; }
  rt::ShardGroup& shards() { return shards_; }
  ShardState& state(unsigned shard) { return *states_[shard]; }
  // Is one of this server's; null is not.
  bool owns(const rt::Shard* shard) {
    return shard != nullptr && shard->index() < states_.size() && &states_[shard->index()]->shard == shard;
  }
  // The state of the shard whose thread this is; CHECK on any other thread, of other servers' shards too.
  ShardState& current_state();

  EngineEndpoint& add_endpoint(std::unique_ptr<EngineEndpoint> endpoint);
  // The endpoint of a path: its own path or anything below it.
  EngineEndpoint* endpoint_for(std::string_view path);

  rt::BlockingPool& pool() { return pool_; }
  rt::BlockingPool& hash_pool() { return hash_pool_; }

  WaitingBudget& waiting_budget() { return waiting_budget_; }
  // From any thread.
  ServerLoad load() const;

  // A name for one request in logs and X-Request-Id: unique over restarts, not secret.
  std::string next_request_id(ShardState& state) const;

  // Answers the HTTP request under way on connection `request`, if it is still there. From any thread.
  void answer(Handle request, http::Response response);

  void add_stopping_handler(std::function<void()> handler) { stopping_handlers_.push_back(std::move(handler)); }
  Result<rt::Endpoint, std::string> listen(std::string_view address);
  void run();
  void stop();

 private:
  void accept(int descriptor, std::string remote);
  void begin_shutdown(ShardState& state);

  ServerOptions options_;
  HttpRouter router_;
  rt::ShardGroup shards_;
  WaitingBudget waiting_budget_;
  std::vector<std::unique_ptr<ShardState>> states_;
  std::vector<std::unique_ptr<EngineEndpoint>> endpoints_;
  std::vector<std::unique_ptr<rt::Listener>> listeners_;
  std::vector<std::function<void()>> stopping_handlers_;
  bool stopping_ = false;  // on the first shard
  bool ran_ = false;
  std::string instance_;     // random start of request ids
  unsigned next_shard_ = 0;  // on the first shard: where the next connection goes
  std::atomic<unsigned> shards_drained_{0};
  std::atomic<ClusterAdapter*> cluster_{nullptr};
  rt::BlockingPool pool_;
  rt::BlockingPool hash_pool_;
};

}  // namespace sio
