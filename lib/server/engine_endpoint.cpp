#include "engine_endpoint.hpp"

#include <optional>
#include <utility>

#include "core.hpp"
#include "engine_session.hpp"
#include "http_connection.hpp"
#include "sio/websocket/handshake.hpp"
#include "websocket_connection.hpp"

namespace sio {

namespace {

bool asks_for_websocket(const http::Request& request) {
  return request.upgrade && http::equals_ignore_case(request.headers.find("upgrade"), "websocket");
}

// Views into `request`.
eio::RequestFacts facts_of(const http::Request& request, const EngineOptions& options) {
  eio::RequestFacts facts;
  facts.method = request.method;
  facts.transport = request.query.find("transport");
  facts.eio = request.query.find("EIO");
  facts.has_sid = !request.query.find("sid").empty();
  facts.websocket_upgrade = asks_for_websocket(request);
  facts.origin_has_control_characters = http::has_control_characters(request.headers.find("origin"));
  facts.websocket_enabled = options.websocket;
  return facts;
}

http::Response error_response(eio::RequestError error) {
  http::Response response;
  response.status = eio::http_status(error);
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = eio::error_body(error);
  return response;
}

// For a while no new sessions are taken, whatever the request: the form of an error of the table, as a refusal by the
// application (code 4) has.
http::Response busy_response() {
  http::Response response;
  response.status = 503;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Retry-After", "1");
  response.body = R"({"code":4,"message":"Overloaded"})";
  return response;
}

std::string switching_head(std::string_view key, const std::optional<ws::DeflateTerms>& deflate) {
  std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
      ws::accept_key(key);
  if (deflate) head.append("\r\nSec-WebSocket-Extensions: ").append(ws::deflate_answer(*deflate));
  return head + "\r\n\r\n";
}

// A POST's head, as far as its session's shard needs it.
struct PostHead {
  std::string sid;
  std::string transport;
  std::string eio;
  bool octet_stream = false;
  bool origin_has_control_characters = false;

  explicit PostHead(const http::Request& head)
      : sid(head.query.find("sid")),
        transport(head.query.find("transport")),
        eio(head.query.find("EIO")),
        octet_stream(http::equals_ignore_case(head.headers.find("content-type"), "application/octet-stream")),
        origin_has_control_characters(http::has_control_characters(head.headers.find("origin"))) {}

  eio::RequestFacts facts(const EngineOptions& options) const {
    return {.method = "POST",
            .transport = transport,
            .eio = eio,
            .has_sid = true,
            .websocket_upgrade = false,
            .origin_has_control_characters = origin_has_control_characters,
            .websocket_enabled = options.websocket};
  }
};

// All checks of the protocol page's table, in its order, for a request that names a session.
std::optional<eio::RequestError> check(const eio::RequestFacts& facts, EngineSession* session) {
  if (const auto error = eio::check_without_session(facts)) return error;
  if (session == nullptr) return eio::check_with_session(facts, nullptr);
  const eio::SessionFacts known{session->transport()};
  return eio::check_with_session(facts, &known);
}

}  // namespace

EngineEndpoint::EngineEndpoint(ServerCore& core, EngineOptions options, EngineApplication& application)
    : core_(core), options_(std::move(options)), application_(application) {
  websocket_limits_.message_bytes_max = options_.session.max_payload;
  websocket_limits_.fragments_max = static_cast<std::uint32_t>(options_.websocket_fragments_max);
  websocket_limits_.message_time = options_.websocket_message_timeout;
  for (unsigned i = 0; options_.websocket_compression.enabled && i < core.shards().size(); ++i) {
    deflate_engines_.push_back(std::make_unique<ws::DeflateEngine>(options_.websocket_compression));
  }
  if (!options_.websocket) options_.session.allow_upgrade = false;
}

http::Response EngineEndpoint::bad_request() { return error_response(eio::RequestError::bad_request); }

EngineSession* EngineEndpoint::find(ShardState& state, const SessionId& id) const {
  EngineSession* session = state.sessions.find(id.handle);
  return session != nullptr && session->answers_to(*this, id.secret) ? session : nullptr;
}

void EngineEndpoint::on_session_shard(std::string_view sid, WithSession function) {
  ShardState& here = core_.current_state();
  const auto id = parse_session_id(sid);
  const unsigned target = id ? shard_of(id->handle) : 0;
  if (!id || target >= core_.shards().size()) return function(here, nullptr);
  if (target == here.shard.index()) return function(here, find(here, *id));
  ShardState& there = core_.state(target);
  there.shard.post([this, &there, id = *id, function = std::move(function)] { function(there, find(there, id)); });
}

void EngineEndpoint::handle(HttpConnection& connection) {
  const http::Request& request = connection.request();
  const auto& cors = core_.options().http.cors;
  if (request.method == "OPTIONS" && cors.enabled()) return connection.answer(cors.preflight(request));
  const eio::RequestFacts facts = facts_of(request, options_);
  if (facts.has_sid && !facts.websocket_upgrade) {
    const Handle id = connection.handle();
    return on_session_shard(request.query.find("sid"), [this, id, copy = PostHead(request), method = request.method](
                                                           ShardState&, EngineSession* session) {
      eio::RequestFacts moved = copy.facts(options_);
      moved.method = method;
      if (session != nullptr) session->read_probe();
      if (const auto error = check(moved, session)) return core_.answer(id, error_response(*error));
      if (method != "GET") return core_.answer(id, error_response(eio::RequestError::bad_request));
      session->poll(id);
    });
  }
  if (const auto error = eio::check_without_session(facts)) return connection.answer(error_response(*error));
  if (!cors.allows(request.headers.find("origin"), request.headers.find("host"))) {
    return connection.answer(error_response(eio::RequestError::forbidden));
  }
  ShardState& state = core_.current_state();
  if (state.draining || (!facts.has_sid && state.refuses_work())) return connection.answer(busy_response());
  if (!facts.websocket_upgrade) return open_polling(connection);
  if (auto refusal = refuse_handshake(request)) return connection.answer(std::move(*refusal));
  if (!facts.has_sid) return open_websocket(connection);
  upgrade_session(connection);
}

std::optional<http::Response> EngineEndpoint::refuse_handshake(const http::Request& request) const {
  const std::string connection_list = request.headers.joined("connection");
  ws::UpgradeRequest upgrade;
  upgrade.method = request.method;
  upgrade.connection = connection_list;
  upgrade.upgrade = request.headers.find("upgrade");
  upgrade.version = request.headers.find("sec-websocket-version");
  upgrade.key = request.headers.find("sec-websocket-key");
  const auto error = ws::check_upgrade(upgrade);
  // RFC 6455 9.1. Without compression the header is no business of ours: no extension is known.
  const bool malformed =
      !deflate_engines_.empty() &&
      !ws::negotiate_deflate(request.headers.joined("sec-websocket-extensions"), options_.websocket_compression);
  if (error == ws::HandshakeError::none && !malformed) return std::nullopt;
  http::Response response = error_response(eio::RequestError::bad_request);
  if (error == ws::HandshakeError::bad_version) {
    response.status = 426;
    response.headers.add("Sec-WebSocket-Version", "13");
  }
  response.close = true;
  return response;
}

void EngineEndpoint::open_polling(HttpConnection& connection) {
  EngineSession& session =
      EngineSession::open(core_.current_state(), *this, connection.request(), eio::TransportKind::polling, nullptr);
  http::Response response;
  response.headers.add("Content-Type", "text/plain; charset=UTF-8");
  response.headers.add("Cache-Control", "no-store");
  response.body = session.open_packet();
  connection.answer(std::move(response));
  session.begin();
}

void EngineEndpoint::open_websocket(HttpConnection& connection) {
  ShardState& state = core_.current_state();
  const http::Request& request = connection.request();  // there until the end of the turn
  std::string received;
  WebSocketConnection* websocket = switch_to_websocket(connection, received);
  if (websocket == nullptr) return;
  EngineSession& session = EngineSession::open(state, *this, request, eio::TransportKind::websocket, websocket);
  websocket->set_session(&session);
  session.begin();
  websocket->begin(std::move(received));
}

std::optional<ws::DeflateTerms> EngineEndpoint::agree_on_deflate(const http::Request& request) const {
  if (deflate_engines_.empty()) return std::nullopt;
  const std::string offers = request.headers.joined("sec-websocket-extensions");
  auto terms = ws::negotiate_deflate(offers, options_.websocket_compression);
  return terms ? terms.value() : std::nullopt;  // malformed ones were refused
}

WebSocketConnection* EngineEndpoint::switch_to_websocket(HttpConnection& connection, std::string& received) {
  ShardState& state = core_.current_state();
  const http::Request& request = connection.request();
  const auto terms = agree_on_deflate(request);
  auto released = connection.switch_protocol(switching_head(request.headers.find("sec-websocket-key"), terms));
  if (!released.stream) return nullptr;
  received = std::move(released.received);
  std::unique_ptr<ws::Deflate> deflate;
  if (terms) deflate = std::make_unique<ws::Deflate>(*deflate_engines_[state.shard.index()], *terms);
  return &WebSocketConnection::open(state, std::move(released.stream), websocket_limits_, std::move(deflate));
}

void EngineEndpoint::upgrade_session(HttpConnection& connection) {
  ShardState& here = core_.current_state();
  const auto id = parse_session_id(connection.request().query.find("sid"));
  const unsigned target = id ? shard_of(id->handle) : here.shard.index();
  if (target >= core_.shards().size() || target == here.shard.index()) return upgrade_here(connection);
  ShardState& there = core_.state(target);
  auto moved = connection.move_away();
  there.shard.post([&there, descriptor = moved.descriptor, received = std::move(moved.received),
                    request = std::move(moved.request)]() mutable {
    auto arrived =
        std::make_unique<HttpConnection>(there, rt::Stream::adopt(there.shard, descriptor), request->remote_address);
    Connection::enter(std::move(arrived)).begin_with(std::move(request), std::move(received));
  });
}

void EngineEndpoint::upgrade_here(HttpConnection& connection) {
  ShardState& state = core_.current_state();
  const auto id = parse_session_id(connection.request().query.find("sid"));
  EngineSession* session = id ? find(state, *id) : nullptr;
  if (const auto error = check(facts_of(connection.request(), options_), session)) {
    http::Response response = error_response(*error);
    response.close = true;
    return connection.answer(std::move(response));
  }
  std::string received;
  WebSocketConnection* websocket = switch_to_websocket(connection, received);
  if (websocket == nullptr) return;
  if (!session->probe_opened(*websocket)) websocket->close(ws::CloseCode::none);
  if (!websocket->retired()) websocket->begin(std::move(received));
}

void EngineEndpoint::post_begun(Handle request, const http::Request& head) {
  PostHead post(head);
  if (post.sid.empty()) return;
  const std::string sid = post.sid;
  on_session_shard(sid, [this, request, post = std::move(post)](ShardState&, EngineSession* session) {
    if (session != nullptr) session->read_probe();
    if (const auto error = check(post.facts(options_), session)) return core_.answer(request, error_response(*error));
    session->post_begun(request, post.octet_stream);
  });
}

void EngineEndpoint::post_complete(Handle request, http::Request& complete) {
  const std::string sid(complete.query.find("sid"));
  if (sid.empty()) {
    const auto error = eio::check_without_session(facts_of(complete, options_));
    return core_.answer(request, error_response(error.value_or(eio::RequestError::bad_handshake_method)));
  }
  on_session_shard(sid, [request, body = std::move(complete.body)](ShardState&, EngineSession* session) {
    if (session != nullptr) session->post_complete(request, body);
  });
}

void EngineEndpoint::post_too_large(Handle request, const http::Request& head) {
  const std::string sid(head.query.find("sid"));
  http::Response too_large;
  too_large.status = 413;
  too_large.close = true;
  if (sid.empty()) return core_.answer(request, std::move(too_large));
  on_session_shard(sid, [this, request, too_large = std::move(too_large)](ShardState&, EngineSession* session) {
    if (session == nullptr) return core_.answer(request, too_large);
    session->post_too_large(request);
  });
}

void EngineEndpoint::post_aborted(Handle request, const http::Request& head) {
  on_session_shard(head.query.find("sid"), [request](ShardState&, EngineSession* session) {
    if (session != nullptr) session->post_aborted(request);
  });
}

void EngineEndpoint::request_aborted(Handle request, const http::Request& aborted) {
  on_session_shard(aborted.query.find("sid"),
                   [request, post = aborted.method == "POST"](ShardState&, EngineSession* session) {
                     if (session == nullptr) return;
                     post ? session->post_aborted(request) : session->poll_aborted(request);
                   });
}

}  // namespace sio
