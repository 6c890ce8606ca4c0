// CONNECT: who is it, and where do they begin.
#include <string>
#include <utility>

#include "parts.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::realtime {

namespace {

// A login that changes while it is looked up is looked up again; this often, then the client shall try again.
constexpr int kAttemptsMax = 3;

void refuse(sio::ConnectRequest& request, std::string_view message, std::string_view code) {
  std::string data;
  sio::json::Writer(data).begin_object().member("code", code).end_object();
  request.refuse(message, data);
}

bool keep_authorization(std::string_view name) { return sio::http::equals_ignore_case(name, "authorization"); }
bool keep_nothing(std::string_view) { return false; }

std::optional<std::string> token_in_payload(const sio::ConnectRequest& request) {
  const auto token = request.auth().find("token");
  if (!token || token->is_null()) return std::nullopt;
  // A token that is no text is a wrong token, not a missing one.
  return token->as_string().value_or(std::string("?"));
}

// The token of the payload, else of the handshake's header. Empty if there is none.
std::string token_of(const sio::ConnectRequest& request) {
  if (auto token = token_in_payload(request)) return std::move(*token);
  const sio::Handshake* handshake = request.handshake();
  return handshake == nullptr ? std::string()
                              : std::string(auth::bearer_token(handshake->headers.find("authorization")));
}

std::int64_t unix_now_s() { return sio::rt::unix_now_us() / 1'000'000; }

}  // namespace

void Chat::Parts::authorize(sio::ConnectRequest request) {
  if (request.json_error() != sio::json::Error::none) return refuse(request, "Invalid payload", "invalid_payload");
  const std::string token = token_of(request);
  auto waiting = std::make_shared<sio::ConnectRequest>(std::move(request));
  identify(token, 1, [this, waiting](const Identified& who) { decide(*waiting, who); });
}

void Chat::Parts::decide(sio::ConnectRequest& request, const Identified& who) {
  if (who) return admit(std::move(request), *who);
  const bool unavailable = who.error() == service::AccessError::storage_unavailable;
  refuse(request, unavailable ? "Service unavailable" : "Unauthorized", service::to_code(who.error()));
}

// On a shard. Who is known already costs no read; else a pool thread looks, and then it is decided here again, so that
// a login that ended meanwhile does not count.
void Chat::Parts::identify(const std::string& token, int attempt, std::function<void(const Identified&)> then) {
  if (const auto known = ports.access.try_authenticate(token, unix_now_s())) return then(*known);
  if (attempt > kAttemptsMax) return then(sio::fail(service::AccessError::storage_unavailable));
  auto waiting = std::make_shared<std::function<void(const Identified&)>>(std::move(then));
  sio::rt::Shard& shard = *sio::rt::Shard::current();
  const bool taken = reads.submit([this, waiting, token, attempt, &shard] {
    const auto looked_up = ports.access.authenticate(token, unix_now_s());
    shard.post(
        [this, waiting, token, attempt, error = looked_up ? std::optional<service::AccessError>() : looked_up.error()] {
          if (error) return (*waiting)(sio::fail(*error));
          identify(token, attempt + 1, std::move(*waiting));
        });
  });
  if (!taken) (*waiting)(sio::fail(service::AccessError::storage_unavailable));
}

void Chat::Parts::admit(sio::ConnectRequest request, const service::Principal& who) {
  std::optional<domain::MessageId> after;
  if (const auto value = request.auth().find("after_id"); value && !value->is_null()) {
    const auto id = parse_id(*value);
    if (!id) return refuse(request, "Invalid payload", "invalid_payload");
    after = domain::MessageId(*id);
  }
  const bool token_came_with_payload = token_in_payload(request).has_value();
  auto member = std::make_unique<Member>();
  member->user = who.user.id;
  member->role = who.user.role;
  member->login_id = who.login_id;
  member->token_ends_unix_s = who.expires_unix_s;
  request.accept(std::move(member), [this, after, token_came_with_payload](sio::Socket& socket) {
    socket.engine().trim_handshake(token_came_with_payload ? keep_nothing : keep_authorization);
    const Member& here = socket.data<Member>();
    enter(socket);
    token_watch_here().watch(here);
    socket.emit("connection", sio::Json{connection(here.user)});
    if (after) return start_catch_up(socket, *after);
    join(socket);
  });
}

}  // namespace parley::realtime
