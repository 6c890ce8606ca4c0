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
  decide(std::move(request), 1);
}

// On the session's shard. Who is known already costs no read; else a pool thread looks, and then it is decided here
// again, so that a login that ended meanwhile is not let in.
void Chat::Parts::decide(sio::ConnectRequest request, int attempt) {
  const std::string token = token_of(request);
  const auto known = ports.access.try_authenticate(token, unix_now_s());
  if (known) {
    if (known->ok()) return admit(std::move(request), known->value());
    const bool unavailable = known->error() == service::AccessError::storage_unavailable;
    return refuse(request, unavailable ? "Service unavailable" : "Unauthorized", service::to_code(known->error()));
  }
  if (attempt > kAttemptsMax) return refuse(request, "Service unavailable", "storage_unavailable");
  auto waiting = std::make_shared<sio::ConnectRequest>(std::move(request));
  sio::rt::Shard& shard = *sio::rt::Shard::current();
  const bool taken = reads.submit([this, waiting, token, attempt, &shard] {
    const auto looked_up = ports.access.authenticate(token, unix_now_s());
    shard.post([this, waiting, attempt, error = looked_up ? std::optional<service::AccessError>() : looked_up.error()] {
      if (!error) return decide(std::move(*waiting), attempt + 1);
      const bool unavailable = *error == service::AccessError::storage_unavailable;
      refuse(*waiting, unavailable ? "Service unavailable" : "Unauthorized", service::to_code(*error));
    });
  });
  if (!taken) refuse(*waiting, "Service unavailable", "storage_unavailable");
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
  member->login_id = who.login_id;
  request.accept(std::move(member), [this, after, token_came_with_payload](sio::Socket& socket) {
    socket.engine().trim_handshake(token_came_with_payload ? keep_nothing : keep_authorization);
    socket.emit("connection", sio::Json{connection(socket.data<Member>().user)});
    if (after) return start_catch_up(socket, *after);
    join(socket);
  });
}

}  // namespace parley::realtime
