// What is live and not kept: who is here, and who is typing. Told by shard 0, so that what concerns one person keeps
// its order. Whoever takes such events too slowly misses some: the next makes up for it.
#include <algorithm>
#include <utility>

#include "parts.hpp"
#include "sio/json/writer.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::realtime {

namespace {

// Events that may wait for a client when one more comes.
constexpr std::size_t kWaitingMax = 32;

std::string_view room_of(domain::Role role) { return role == domain::Role::admin ? "role_admin" : "role_user"; }

// Admins see users come and go, users see admins.
std::string_view room_that_hears_of(domain::Role role) {
  return room_of(role == domain::Role::admin ? domain::Role::user : domain::Role::admin);
}

}  // namespace

LiveTimer::LiveTimer(sio::rt::Shard& shard, std::function<sio::TimePoint(sio::TimePoint)> run)
    : shard_(shard), run_(std::move(run)) {}

void LiveTimer::wake() {
  if (asked_.exchange(true)) return;
  shard_.post([this] {
    asked_ = false;
    on_timer(shard_.now());
  });
}

void LiveTimer::on_timer(sio::TimePoint now) { shard_.timers().arm(*this, run_(now)); }

void Chat::Parts::enter(sio::Socket& socket) {
  Member& member = socket.data<Member>();
  socket.join(room_of(member.role));
  presence.came(member.user, member.role, sio::rt::Shard::current()->now());
  live->wake();
}

void Chat::Parts::leave(sio::Socket& socket) {
  if (!socket.has_data()) return;
  const Member& member = socket.data<Member>();
  presence.went(member.user, sio::rt::Shard::current()->now(), sio::rt::unix_now_us());
  live->wake();
}

void Chat::Parts::set_role(sio::Socket& socket, domain::Role role) {
  Member& member = socket.data<Member>();
  if (member.role == role) return;
  socket.leave(room_of(member.role));
  member.role = role;
  socket.join(room_of(role));
  presence.set_role(member.user, role);
}

sio::TimePoint Chat::Parts::tell_live(sio::TimePoint now) {
  std::vector<service::Seen> gone;
  for (const PresenceChange& change : presence.take_due(now)) {
    tell_room(std::string(room_that_hears_of(change.role)), "presence", presence_changed(change));
    if (!change.online) gone.push_back({change.user, change.last_seen_unix_us});
  }
  if (!gone.empty()) (void)ports.seen.try_note(std::move(gone));
  for (const TypingSignal& signal : typing.take_due(now)) pass_on(signal);
  return std::min(presence.next_due(), typing.next_due());
}

void Chat::Parts::pass_on(const TypingSignal& signal) {
  tell_room(realtime::room_of(signal.receiver), "typing", typing_event(signal));
}

// Not volatile as the library means it: that would leave out most clients that poll.
void Chat::Parts::tell_room(const std::string& room, std::string_view event, std::string payload) {
  const auto packet = std::make_shared<const sio::EncodedPacket>(
      sio::encode_event("/", event, sio::Arguments::of(sio::Json{std::move(payload)})));
  for (unsigned i = 0; i < server.shard_count(); ++i) {
    server.shard(i).post([this, room, packet] {
      const auto members = nsp.local().members(room);
      for (std::size_t k = members.size(); k-- > 0;) {
        if (members[k]->engine().waiting_packets() < kWaitingMax) members[k]->send(*packet);
      }
    });
  }
}

// The same answer whoever the receiver is, and whether there is such a person at all.
void Chat::Parts::on_typing(sio::Event& event) {
  sio::Socket& socket = event.socket();
  const Member& member = socket.data<Member>();
  const service::Origin origin = origin_of(event);
  const auto refuse = [&](std::string_view sentence) {
    fail_event(socket, origin.ack_id, invalid_payload(sentence), "typing", {});
  };
  const auto payload = event.argument(0);
  const auto value = payload ? payload->find("receiver_id") : std::nullopt;
  const auto receiver_id = value ? parse_id(*value) : std::nullopt;
  if (!receiver_id) return refuse("receiver_id must be an id.");
  const auto flag = payload->find("typing");
  const auto is_typing = flag ? flag->as_bool() : std::nullopt;
  if (!is_typing) return refuse("typing must be true or false.");
  const TypingSignal signal{member.user, domain::UserId(*receiver_id), *is_typing};
  const auto role = presence.role_of(signal.receiver);
  if (role && domain::may_write(signal.sender, member.role, signal.receiver, *role, ports.rules)) {
    if (typing.admit(signal, sio::rt::Shard::current()->now())) pass_on(signal);
    live->wake();
  }
  if (origin.ack_id >= 0)
    socket.acknowledge(static_cast<sio::AckId>(origin.ack_id), sio::Arguments::of(sio::Json{R"({"ok":true})"}));
}

}  // namespace parley::realtime
