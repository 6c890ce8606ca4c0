// Everything a server can be told. Times in their types, sizes in bytes. Defaults are those of the reference server
// where it has one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sio/base/time.hpp"
#include "sio/engineio/session.hpp"
#include "sio/http/cors.hpp"
#include "sio/http/pace.hpp"
#include "sio/http/parser.hpp"
#include "sio/server/recovery.hpp"
#include "sio/socketio/packet.hpp"
#include "sio/websocket/deflate_options.hpp"

namespace sio {

class ClusterAdapter;
class ServerObserver;

// Of everything that speaks HTTP: routes, polling, handshakes of WebSocket.
struct HttpOptions {
  // What heads may measure.
  http::ParserLimits parser;
  http::CorsPolicy cors;              // which foreign origins may talk to us (default: none)
  Milliseconds head_timeout{10'000};  // from the first byte of a request (or the connection's start) to its head's end
  http::BodyPace body;                // from the head to the body's end
  Milliseconds keep_alive_timeout{75'000};  // between two requests
  Milliseconds write_timeout{20'000};       // a client that takes nothing of its answer
  unsigned pool_threads = 4;                // for RunOn::pool
  // Tasks that wait for a thread; more: 503.
  std::size_t pool_queue_max = 1'024;
  unsigned hash_threads = 1;  // for RunOn::hash
  // Likewise.
  std::size_t hash_queue_max = 64;
};

// Of Engine.IO sessions at one path.
struct EngineOptions {
  // Begins and ends with `/`.
  std::string path = "/engine.io/";
  // Heartbeat, sizes and times of each session.
  eio::Config session;
  // False: long-polling only.
  bool websocket = true;
  std::size_t websocket_fragments_max = 256;       // frames of one message; more: 1008 (W4)
  Milliseconds websocket_message_timeout{30'000};  // from a message's first byte to its last; over: 1008 (W4)
  // permessage-deflate for clients that offer it: fewer bytes for more CPU. Limits count inflated bytes (W5). Do not
  // let one message hold both a secret and text that somebody else chooses: its length would tell about the secret.
  ws::DeflateOptions websocket_compression{};
};

// Of Socket.IO.
struct SocketIoOptions {
  // Of the sessions under it.
  EngineOptions engine{.path = "/socket.io/", .session = {}};
  // What packets may hold.
  DecoderLimits decoder;
  Milliseconds connect_timeout{45'000};  // from the handshake to the first namespace joined
  // Longest message of a session that has joined no namespace yet; more ends it (E6).
  std::size_t unjoined_bytes_max = 64 * 1024;
  // Headers of the handshake that are kept for the session's life; empty keeps all. Each costs memory.
  std::vector<std::string> kept_headers;
  // The way to other servers whose sockets broadcasts shall reach too (cluster.hpp); null: this server is alone. Must
  // outlive the server, and serves no other.
  ClusterAdapter* cluster = nullptr;
  // Connection state recovery in all namespaces (recovery.hpp); nullopt: off. See also Namespace::set_recovery().
  std::optional<RecoveryOptions> recovery;
};

// Of the server as a whole.
struct ServerOptions {
  ServerObserver* observer = nullptr;  // is told what happens (observer.hpp); outlives the server
  unsigned threads = 0;                // shards; 0: one for each core
  // Of connections.
  HttpOptions http;
  Milliseconds shutdown_timeout{2'000};  // for connections to end in order after stop()
  // How late an event may be handled on a shard (R7). Over it the shard takes no new handshakes and no requests for
  // pools until turn_lag_calm after it was last so late: 503 with Retry-After. Its sessions go on. 0: no bound.
  Milliseconds turn_lag_max{250};
  Milliseconds turn_lag_calm{1'000};  // of turn_lag_max
  // Of all that waits for clients of this server: sessions' outboxes, what of them the kernel did not take, and answers
  // to requests. Over it the sessions (or answers) that have stood still for longest are ended, as slow_consumer, until
  // it is kept (R3). Counts bytes as on the wire, and 64 for each packet; what sessions share is held once and counts
  // for each. 0: no bound.
  std::size_t waiting_bytes_max = 256 * 1024 * 1024;
};

}  // namespace sio
