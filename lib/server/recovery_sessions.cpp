#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "engine_session.hpp"
#include "guard.hpp"
#include "recovery.hpp"
#include "sio/runtime/clock.hpp"
#include "sio/server/namespace.hpp"

namespace sio {

namespace {

constexpr int kTriesMax = 4;                // to end a socket that lives elsewhere
constexpr std::size_t kEndedStaysMax = 64;  // rooms left that are remembered
constexpr std::size_t kRefsMax = 8;

// Ended by what happens to connections, not by anybody's will to leave or by what no client may do.
bool is_recoverable(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::transport_close:
    case DisconnectReason::transport_error:
    case DisconnectReason::ping_timeout:
    case DisconnectReason::forced_close:
    case DisconnectReason::server_shutting_down:
    case DisconnectReason::slow_consumer:
    case DisconnectReason::overlapping_request:
      return true;
    case DisconnectReason::parse_error:
    case DisconnectReason::client_namespace_disconnect:
    case DisconnectReason::server_namespace_disconnect:
    case DisconnectReason::connect_timeout:
    case DisconnectReason::flood:
      return false;
  }
  return false;
}

RecoveryOptions completed(RecoveryOptions options) {
  if (!options.clock) options.clock = rt::monotonic_now;
  if (!options.make_store) {
    options.make_store = [limits = options.limits](std::string_view) {
      return std::make_unique<MemoryRecoveryStore>(limits);
    };
  }
  return options;
}

std::string random_tag() {
  std::array<char, 4> bytes{};
  rt::random_bytes(bytes);
  std::string text;
  for (const char byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return text + '-';
}

std::optional<std::string> text_member(const json::Value& object, std::string_view name) {
  const auto found = object.find(name);
  return found && found->is_string() ? found->as_string() : std::nullopt;
}

// What is sent after must not be more than a slow client's outbox takes.
bool fits(const std::vector<std::shared_ptr<const RecoverableEvent>>& events, Client& client) {
  std::size_t bytes = client.engine().waiting_bytes();
  for (const auto& event : events) {
    bytes += event->packet.text.size();
    for (const SharedBytes& attachment : event->packet.attachments) bytes += attachment.size();
  }
  return bytes <= client.waiting_bytes_max() / 2;
}

}  // namespace

Recovery::Recovery(ServerCore& core, Namespace& nsp, const std::vector<std::unique_ptr<LocalRooms>>& local,
                   RecoveryOptions options)
    : core_(core), nsp_(nsp), options_(completed(std::move(options))), offset_tag_(random_tag()) {
  for (unsigned i = 0; i < local.size(); ++i) {
    shards_.push_back(std::make_unique<Shard>());
    shards_.back()->index = i;
    shards_.back()->rooms = local[i].get();
    shards_.back()->store = options_.make_store(nsp.name());
  }
}

Recovery::~Recovery() = default;

Recovery::Shard& Recovery::here() { return *shards_[core_.current_state().shard.index()]; }

// ---- the way back

void Recovery::admit(Client& client, Admission admission) {
  const auto ticket = parse_ticket(admission.auth);
  const auto home = ticket ? home_of(ticket->pid.handle) : std::nullopt;
  if (!home) return enter_new(client, std::move(admission));
  Shard& there = *shards_[*home];
  if (&there == &here()) {
    auto handover = fetch(there, *ticket);
    return arrive(&client, std::move(admission), ticket->offset, std::move(handover));
  }
  const Handle session = static_cast<EngineSession&>(client.engine()).handle();
  core_.shards().at(*home).post([this, &there, ticket = *ticket, session, admission = std::move(admission)]() mutable {
    ShardState& back = core_.state(shard_of(session));
    auto handover = fetch(there, ticket);
    const bool leaves = handover.has_value();
    // Whoever finds the new home in the index, and asks there, comes after the session.
    const std::lock_guard lock(mutex_);
    if (leaves) homes_[ticket.pid.handle] = back.shard.index();
    back.shard.post([this, &back, session, offset = ticket.offset, admission = std::move(admission),
                     handover = std::move(handover)]() mutable {
      EngineSession* found = back.sessions.find(session);
      EngineClient* waiting = found == nullptr ? nullptr : found->client();
      arrive(static_cast<Client*>(waiting), std::move(admission), offset, std::move(handover));
    });
  });
}

// {"pid":…,"offset":…} as this server gave them; anything else is a new client's.
std::optional<Recovery::Ticket> Recovery::parse_ticket(std::string_view auth) const {
  const json::Value payload(auth);
  if (!payload.is_object()) return std::nullopt;
  const auto pid_text = text_member(payload, "pid");
  const auto offset = text_member(payload, "offset");
  if (!pid_text || !offset || !offset->starts_with(offset_tag_)) return std::nullopt;
  const auto pid = parse_session_id(*pid_text);
  if (!pid) return std::nullopt;
  Ticket ticket{*pid};
  const auto parsed =
      std::from_chars(offset->data() + offset_tag_.size(), offset->data() + offset->size(), ticket.offset, 36);
  if (parsed.ec != std::errc() || *offset != offset_text(ticket.offset)) return std::nullopt;
  return ticket;
}

// The session, and what its client missed of what this shard sent. None: it is not here, or more is gone than the log
// can tell; then it stays: a late CONNECT of a connection that its client has given up must not take it away.
std::optional<Recovery::Handover> Recovery::fetch(Shard& shard, const Ticket& ticket) {
  auto session = take(shard, ticket.pid);
  if (!session) return std::nullopt;
  Handover handover{std::move(*session), {}, {}};
  if (!pick_missed(shard, ticket.offset, handover)) {
    keep(shard, std::move(handover.session));
    return std::nullopt;
  }
  handover.sent = shard.sent;
  return handover;
}

// The key finds, the secret decides; in constant time, so that no guess helps the next one.
std::optional<RecoverableSession> Recovery::take(Shard& shard, const SessionId& pid) {
  if (const auto found = shard.live.find(pid.handle); found != shard.live.end()) {
    Socket& socket = *found->second;
    if (!equal_secrets(socket.recovery_->session.secret, pid.secret)) return std::nullopt;
    // Its client is back before the loss of its connection was noticed.
    socket.engine().close(DisconnectReason::transport_close);
  }
  remove_expired(shard);
  const RecoverableSession* known = shard.store->find(pid.handle);
  if (known == nullptr || !equal_secrets(known->secret, pid.secret)) return std::nullopt;
  const bool too_late = options_.clock() - known->ended_at > options_.limits.max_disconnection_duration;
  RecoverableSession session = shard.store->take(pid.handle);
  if (!too_late) return session;
  forget(pid.handle);
  return std::nullopt;
}

// False: the offset is none of this session's, or what came after it may be gone.
bool Recovery::pick_missed(const Shard& shard, EventId offset, Handover& handover) {
  const RecoverableSession& session = handover.session;
  auto& missed = handover.missed;
  // It has all that it was sent, however long ago that was: only what came since is needed.
  const bool had_all = offset == session.last_due;
  const LogPosition stop = had_all ? session.left : session.joined;
  bool found = had_all;
  shard.store->visit_back([&](LogPosition position, const std::shared_ptr<const RecoverableEvent>& event) {
    if (position <= stop) return false;
    const bool for_me = session.is_for_me(*event, position);
    if (!for_me) return true;  // also the offset itself, if another shard had sent it before it came here
    if (!had_all && event->id == offset) {
      found = position >= session.known_from;
      return false;
    }
    missed.push_back(event);
    return true;
  });
  std::reverse(missed.begin(), missed.end());
  if (had_all) return stop >= shard.store->dropped_up_to();
  if (found) return true;
  if (stop < shard.store->dropped_up_to() || session.known_from > session.joined) return false;
  // Of what it was sent here it has at most the first part: what was sent again when it came.
  auto rest = session.resent.begin();
  if (offset != session.resumed_after) {
    rest = std::find_if(rest, session.resent.end(), [&](const auto& event) { return event->id == offset; });
    if (rest == session.resent.end()) return false;
    ++rest;
  }
  missed.insert(missed.begin(), rest, session.resent.end());
  return true;
}

void Recovery::arrive(Client* client, Admission admission, EventId offset, std::optional<Handover> handover) {
  const bool waited_for = client != nullptr && client->is_connecting(nsp_, admission.serial);
  if (!handover) {
    if (!waited_for) return;
    return ++admission.tries < kTriesMax ? admit(*client, std::move(admission))
                                         : enter_new(*client, std::move(admission));
  }
  Shard& shard = here();
  RecoverableSession& session = handover->session;
  const bool known = settle_here(shard, offset, *handover);
  if (known && (!waited_for || !may_recover(session, admission))) {
    keep(shard, std::move(session));
  } else if (known && fits(session.resent, *client)) {
    return enter_recovered(*client, admission, std::move(session));
  } else {
    forget(session.key);
  }
  if (waited_for) enter_new(*client, std::move(admission));
}

// The session belongs to this shard from here on. False: what this shard has sent meanwhile is gone already.
bool Recovery::settle_here(Shard& shard, EventId offset, Handover& handover) {
  RecoverableSession& session = handover.session;
  std::erase_if(session.stays, [](const RoomStay& stay) { return stay.until != kStillThere; });
  for (RoomStay& stay : session.stays) stay.since = 0;
  session.joined = 0;
  std::vector<std::shared_ptr<const RecoverableEvent>> more;  // sent by this shard, and not yet by the other
  std::size_t due = shard.sent.beyond(handover.sent).size();
  const auto add = [&](LogPosition position, const std::shared_ptr<const RecoverableEvent>& event) {
    if (event->only != 0 || handover.sent.has(event->id >> 1)) return true;
    if (session.is_for_me(*event, position)) more.push_back(event);
    return --due != 0;
  };
  if (due != 0) shard.store->visit_back(add);
  if (due != 0) return false;
  session.resent = std::move(handover.missed);
  session.resent.insert(session.resent.end(), more.rbegin(), more.rend());
  session.resumed_after = offset;
  session.last_due = session.resent.empty() ? offset : session.resent.back()->id;
  // Sent by the other, and still to come here.
  std::erase_if(session.had, [&](EventId id) { return shard.sent.has(id >> 1); });
  for (const std::uint64_t number : handover.sent.beyond(shard.sent)) session.had.push_back(number << 1);
  session.joined = session.left = session.known_from = shard.position;
  for (RoomStay& stay : session.stays) stay.since = shard.position;
  return true;
}

void Recovery::enter_recovered(Client& client, Admission& admission, RecoverableSession session) {
  Entrance entrance;
  entrance.pid = format_session_id({session.key, session.secret});
  for (const RoomStay& stay : session.stays) entrance.rooms.push_back(stay.room);
  entrance.missed = session.resent;
  if (!admission.data) admission.data = std::move(session.data);
  session.data.reset();
  entrance.recovery = std::make_unique<SocketRecovery>(SocketRecovery{true, std::move(session)});
  client.enter(nsp_, admission.serial, std::move(admission.data), admission.on_accepted, json::Value(admission.auth),
               &entrance);
}

void Recovery::enter_new(Client& client, Admission admission) {
  if (!admission.checked) {
    return client.ask_middlewares(nsp_, admission.serial, std::move(admission.auth), admission.json_error);
  }
  Entrance entrance;
  entrance.recovery = std::make_unique<SocketRecovery>();
  RecoverableSession& session = entrance.recovery->session;
  std::array<char, sizeof session.key> key{};
  rt::random_bytes(key);
  rt::random_bytes(session.secret);
  std::memcpy(&session.key, key.data(), key.size());
  entrance.pid = format_session_id({session.key, session.secret});
  client.enter(nsp_, admission.serial, std::move(admission.data), admission.on_accepted, json::Value(admission.auth),
               &entrance);
}

bool Recovery::may_recover(const RecoverableSession& session, const Admission& admission) const {
  if (!options_.may_recover) return true;
  bool may = false;
  call_guarded([&] { may = options_.may_recover(session.data.get(), admission.data.get()); });
  return may;
}

void Recovery::keep(Shard& shard, RecoverableSession session) {
  set_home(session.key, shard.index);
  shard.store->keep(std::move(session));
  remove_expired(shard);
}

void Recovery::remove_expired(Shard& shard) {
  for (const RecoverableSession& expired : shard.store->remove_expired(options_.clock())) forget(expired.key);
}

// ---- the index

std::optional<unsigned> Recovery::home_of(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  const auto found = homes_.find(key);
  return found == homes_.end() ? std::nullopt : std::optional(found->second);
}

void Recovery::set_home(std::uint64_t key, unsigned shard) {
  const std::lock_guard lock(mutex_);
  homes_[key] = shard;
}

void Recovery::forget(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  homes_.erase(key);
}

// ---- sockets

void Recovery::on_enter(Socket& socket) {
  Shard& shard = here();
  RecoverableSession& session = socket.recovery_->session;
  if (!socket.recovery_->recovered) session.joined = session.known_from = shard.position;
  if (session.refs.size() == kRefsMax) session.refs.erase(session.refs.begin());
  session.refs.push_back(socket.ref());
  shard.live[session.key] = &socket;
  set_home(session.key, shard.index);
}

void Recovery::on_join(Socket& socket, std::string_view room) {
  RecoverableSession& session = socket.recovery_->session;
  const auto still_there = [&](const RoomStay& stay) { return stay.until == kStillThere && stay.room == room; };
  if (room == session.sid || std::any_of(session.stays.begin(), session.stays.end(), still_there)) return;
  session.stays.push_back({std::string(room), here().position});
}

void Recovery::on_leave(Socket& socket, std::string_view room) {
  RecoverableSession& session = socket.recovery_->session;
  std::size_t ended = 0;
  for (RoomStay& stay : session.stays) {
    if (stay.until == kStillThere && stay.room == room) stay.until = here().position;
    if (stay.until != kStillThere) ++ended;
  }
  if (ended <= kEndedStaysMax) return;
  const auto oldest = std::min_element(session.stays.begin(), session.stays.end(),
                                       [](const RoomStay& a, const RoomStay& b) { return a.until < b.until; });
  session.known_from = std::max(session.known_from, oldest->until);
  session.stays.erase(oldest);
}

void Recovery::on_disconnected(Socket& socket) {
  socket.recovery_->session.left = here().position;
  socket.recovery_->session.ended_at = options_.clock();
}

void Recovery::on_end(Socket& socket, DisconnectReason reason) {
  Shard& shard = here();
  RecoverableSession& session = socket.recovery_->session;
  shard.live.erase(session.key);
  if (!is_recoverable(reason)) return forget(session.key);
  const std::string sid = session.sid;
  RecoverableSession kept = std::exchange(session, {});
  session.sid = sid;  // id() stays what it was
  kept.data = std::move(socket.data_);
  keep(shard, std::move(kept));
}

}  // namespace sio
