#include "sio/server/server.hpp"

#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "engine_endpoint.hpp"
#include "engine_session.hpp"
#include "sio/base/check.hpp"

namespace sio {

Server::Server(ServerOptions options) : core_(std::make_unique<ServerCore>(std::move(options))) {}

// Sessions hold clients, and clients refer to namespaces: the core goes first.
Server::~Server() { core_.reset(); }

void Server::serve_socket_io(SocketIoOptions options) {
  SIO_CHECK(!socket_io_ && "serve_socket_io() comes once, and before of()");
  socket_io_ = std::make_unique<SocketIoApplication>(*core_, std::move(options));
  core_->add_endpoint(std::make_unique<EngineEndpoint>(*core_, socket_io_->options().engine, *socket_io_));
}

Namespace& Server::of(std::string_view name) {
  if (!socket_io_) serve_socket_io({});
  return socket_io_->of(name);
}

void Server::serve_engine_io(EngineOptions options, EngineApplication& application) {
  core_->add_endpoint(std::make_unique<EngineEndpoint>(*core_, std::move(options), application));
}

HttpRouter& Server::http() { return core_->router(); }

Result<rt::Endpoint, std::string> Server::listen(std::string_view address) { return core_->listen(address); }

void Server::on_stopping(std::function<void()> handler) { core_->add_stopping_handler(std::move(handler)); }

void Server::run() {
  if (socket_io_) socket_io_->enter_cluster();
  core_->run();
  if (socket_io_) socket_io_->leave_cluster();
}

void Server::stop() { core_->stop(); }

ServerLoad Server::load() const { return core_->load(); }

unsigned Server::shard_count() const { return core_->shards().size(); }

rt::Shard& Server::shard(unsigned index) { return core_->shards().at(index); }

rt::BlockingPool& Server::pool() { return core_->pool(); }

rt::BlockingPool& Server::hash_pool() { return core_->hash_pool(); }

}  // namespace sio
