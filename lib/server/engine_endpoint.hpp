// Engine.IO at one path: which session a request means, on which shard that lives, the checks of protocol page 1.1, the
// handshake of both transports and the upgrade. A request travels to its session's shard as a value and its answer
// comes back; an upgrading connection moves there whole. Private.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "handle_table.hpp"
#include "ids.hpp"
#include "sio/engineio/request.hpp"
#include "sio/http/message.hpp"
#include "sio/server/engine.hpp"
#include "sio/server/options.hpp"
#include "sio/websocket/deflate.hpp"
#include "sio/websocket/frame.hpp"

namespace sio {

class EngineSession;
class HttpConnection;
class ServerCore;
class WebSocketConnection;
struct ShardState;

class EngineEndpoint {
 public:
  EngineEndpoint(ServerCore& core, EngineOptions options, EngineApplication& application);

  const EngineOptions& options() const { return options_; }
  const ws::Limits& websocket_limits() const { return websocket_limits_; }
  EngineApplication& application() { return application_; }
  bool serves(std::string_view path) const { return path.starts_with(options_.path); }

  // The answer to a request that is no HTTP, such as one with control characters in its Origin.
  static http::Response bad_request();
  // A complete request that is no POST; answers it now or later.
  void handle(HttpConnection& connection);

  // A POST comes in pieces, so that an overlapping one is noticed at its head. `request` names its connection.
  void post_begun(Handle request, const http::Request& head);
  void post_complete(Handle request, http::Request& complete);
  void post_too_large(Handle request, const http::Request& head);
  void post_aborted(Handle request, const http::Request& head);

  // The client has dropped the connection of a request that was not answered yet.
  void request_aborted(Handle request, const http::Request& aborted);

  // The upgrade of `connection`'s request, on the shard of the session it names.
  void upgrade_here(HttpConnection& connection);

 private:
  using WithSession = std::function<void(ShardState&, EngineSession*)>;
  // Runs `function` on the shard of the session that `sid` names, with null if there is none (any more).
  void on_session_shard(std::string_view sid, WithSession function);
  EngineSession* find(ShardState& state, const SessionId& id) const;

  void open_polling(HttpConnection& connection);
  void open_websocket(HttpConnection& connection);
  void upgrade_session(HttpConnection& connection);
  // The answer to a bad WebSocket handshake; none if it is right.
  std::optional<http::Response> refuse_handshake(const http::Request& request) const;
  // The extension agreed on with a client whose handshake is right, on the shard of its connection to be; may be none.
  std::optional<ws::DeflateTerms> agree_on_deflate(const http::Request& request) const;
  // Answers the upgrade on this shard. Null: the client is gone.
  WebSocketConnection* switch_to_websocket(HttpConnection& connection, std::string& received);

  ServerCore& core_;
  EngineOptions options_;
  ws::Limits websocket_limits_;
  std::vector<std::unique_ptr<ws::DeflateEngine>>
      deflate_engines_;  // one a shard, of its thread; none: compression off
  EngineApplication& application_;
};

}  // namespace sio
