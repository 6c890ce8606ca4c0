// How long a socket may stay: until its token ends, which it hears a minute before, or until it brings another one.
#include <algorithm>
#include <utility>

#include "parts.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::realtime {

namespace {

constexpr std::int64_t kWarningS = 60;
// Clocks may jump: looked at this often at least.
constexpr std::int64_t kLookS = 60;

std::int64_t unix_now_s() { return sio::rt::unix_now_us() / 1'000'000; }

std::int64_t due_of(const Member& member) {
  return member.told_of_end ? member.token_ends_unix_s + auth::kTokenLeewaySeconds
                            : member.token_ends_unix_s - kWarningS;
}

}  // namespace

TokenWatch::TokenWatch(sio::rt::Shard& shard, sio::Namespace& nsp) : shard_(shard), nsp_(nsp) {}

void TokenWatch::watch(const Member& member) {
  const std::int64_t due = due_of(member);
  if (armed() && due >= next_unix_s_) return;
  next_unix_s_ = due;
  arm(shard_.now(), due);
}

void TokenWatch::arm(sio::TimePoint now, std::int64_t due_unix_s) {
  const std::int64_t wait = std::clamp<std::int64_t>(due_unix_s - unix_now_s(), 0, kLookS);
  shard_.timers().arm(*this, now + std::max(sio::Milliseconds(wait * 1'000), sio::Milliseconds(100)));
}

void TokenWatch::on_timer(sio::TimePoint now) {
  const std::int64_t unix_s = unix_now_s();
  std::vector<sio::Socket*> due;
  for (sio::Socket* socket : nsp_.local().sockets()) {
    if (socket->has_data() && due_of(socket->data<Member>()) <= unix_s) due.push_back(socket);
  }
  for (sio::Socket* socket : due) {
    Member& member = socket->data<Member>();
    if (!member.told_of_end) {
      member.told_of_end = true;
      socket->emit("session_expired", sio::Json{"{}"});
    }
    if (socket->connected() && due_of(member) <= unix_s) socket->disconnect();
  }
  next_unix_s_ = INT64_MAX;
  for (const sio::Socket* socket : nsp_.local().sockets()) {
    if (socket->has_data()) next_unix_s_ = std::min(next_unix_s_, due_of(socket->data<Member>()));
  }
  if (next_unix_s_ != INT64_MAX) arm(now, next_unix_s_);
}

void Chat::Parts::on_authenticate(sio::Event& event) {
  sio::Socket& socket = event.socket();
  const auto payload = event.argument(0);
  const auto value = payload ? payload->find("token") : std::nullopt;
  const std::string token = value && !value->is_null() ? value->as_string().value_or("?") : std::string();
  identify(token, 1, [this, ref = socket.ref(), ack_id = origin_of(event).ack_id](const Identified& who) {
    nsp.with_socket(ref, [this, who, ack_id](sio::Socket& there) { renew(there, who, ack_id); });
  });
}

void Chat::Parts::renew(sio::Socket& socket, const Identified& who, std::int64_t ack_id) {
  Member& member = socket.data<Member>();
  const auto refuse = [&](service::AccessError error) {
    fail_event(socket, ack_id, not_authorized(error), "authenticate", {});
  };
  if (!who) return refuse(who.error());
  if (who->user.id != member.user) return refuse(service::AccessError::token_invalid);
  member.login_id = who->login_id;
  member.token_ends_unix_s = who->expires_unix_s;
  member.told_of_end = false;
  token_watch_here().watch(member);
  if (ack_id >= 0) socket.acknowledge(static_cast<sio::AckId>(ack_id), sio::Arguments::of(sio::Json{R"({"ok":true})"}));
}

}  // namespace parley::realtime
