// What is live and not kept: who is here, and who is typing. Told by shard 0, so that what concerns one person keeps
// its order. Nobody is closed for such events: whoever takes them too slowly hears of presence later and of typing not.
#include <algorithm>
#include <utility>

#include "parts.hpp"
#include "sio/json/writer.hpp"
#include "sio/runtime/clock.hpp"

namespace parley::realtime {

namespace {

// Changes of presence that are told at once, and how long after them the next are: what a client that polls takes.
constexpr std::size_t kChangesAtOnce = 32;
constexpr sio::Milliseconds kPause{25};

sio::EncodedPacket encode(const PresenceChange& change) {
  return sio::encode_event("/", "presence", sio::Arguments::of(sio::Json{presence_changed(change)}));
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
  if (!socket.connected()) return;
  member.is_present = true;
  if (member.role == domain::Role::admin) socket.join(kAdminsRoom);
  if (presence.came(member.user, member.role, sio::rt::Shard::current()->now())) live->wake();
}

void Chat::Parts::leave(sio::Socket& socket) {
  if (!socket.has_data()) return;
  const Member& member = socket.data<Member>();
  if (!member.is_present) return;
  if (presence.went(member.user, sio::rt::Shard::current()->now(), sio::rt::unix_now_us())) live->wake();
}

void Chat::Parts::set_role(sio::Socket& socket, domain::Role role) {
  Member& member = socket.data<Member>();
  if (member.role == role) return;
  member.role = role;
  if (role == domain::Role::admin) {
    socket.join(kAdminsRoom);
  } else {
    socket.leave(kAdminsRoom);
  }
  presence.set_role(member.user, role);
}

sio::TimePoint Chat::Parts::tell_live(sio::TimePoint now) {
  for (const TypingSignal& signal : typing.take_due(now)) pass_on(signal);
  if (shards_telling == 0 && now >= next_telling) tell_presence(presence.take_due(now, kChangesAtOnce), now);
  // While a shard is telling, it wakes us when it has.
  const sio::TimePoint next = shards_telling > 0 ? sio::kNever : std::max(presence.next_due(), next_telling);
  return std::min(next, typing.next_due());
}

void Chat::Parts::tell_presence(const PresenceNews& told, sio::TimePoint now) {
  if (told.changes.empty()) return;
  auto news = std::make_shared<Announcements>();
  news->first = told.first;
  std::vector<service::Seen> gone;
  for (const PresenceChange& change : told.changes) {
    news->all.push_back({change.role, encode(change)});
    if (!change.online) gone.push_back({change.user, change.last_seen_unix_us});
  }
  if (!gone.empty()) (void)ports.seen.try_note(std::move(gone));
  next_telling = now + kPause;
  shards_telling = server.shard_count();
  for (unsigned i = 0; i < server.shard_count(); ++i) {
    server.shard(i).post([announcer = announcers[i].get(), news] { announcer->tell(news); });
  }
}

// As much as the client takes now; the rest when that is gone.
void Chat::Parts::tell_missed(sio::Socket& socket) {
  Member& member = socket.data<Member>();
  while (member.missed_presence && socket.connected()) {
    const PresenceNews missed = presence.told_since(member.presence_from, kChangesAtOnce);
    member.presence_from = missed.first + missed.changes.size();
    member.missed_presence = !missed.changes.empty();
    for (std::size_t i = 0; i < missed.changes.size() && socket.connected(); ++i) {
      const PresenceChange& change = missed.changes[i];
      if (!is_for(member.role, change.role) || try_send(socket, encode(change))) continue;
      member.presence_from = missed.first + i;
      return;
    }
  }
}

void Chat::Parts::pass_on(const TypingSignal& signal) {
  tell_room(room_of(signal.receiver), "typing", typing_event(signal));
}

void Chat::Parts::tell_room(const std::string& room, std::string_view event, const std::string& payload) {
  const auto packet =
      std::make_shared<const sio::EncodedPacket>(sio::encode_event("/", event, sio::Arguments::of(sio::Json{payload})));
  for (unsigned i = 0; i < server.shard_count(); ++i) {
    server.shard(i).post([this, room, packet] {
      const auto members = nsp.local().members(room);
      for (std::size_t k = members.size(); k-- > 0;) try_send(*members[k], *packet);
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
    if (typing.admit(signal, sio::rt::Shard::current()->now())) {
      pass_on(signal);
      live->wake();
    }
  }
  if (origin.ack_id >= 0)
    socket.acknowledge(static_cast<sio::AckId>(origin.ack_id), sio::Arguments::of(sio::Json{R"({"ok":true})"}));
}

}  // namespace parley::realtime
