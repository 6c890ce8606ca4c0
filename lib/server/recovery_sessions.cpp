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

}  // namespace

Recovery::Recovery(ServerCore& core, Namespace& nsp, const std::vector<std::unique_ptr<LocalRooms>>& local,
                   RecoveryOptions options)
    : core_(core),
      nsp_(nsp),
      local_(local),
      options_(completed(std::move(options))),
      offset_tag_(random_tag()),
      store_(options_.make_store(nsp.name())) {
  for (std::size_t i = 0; i < local_.size(); ++i) inboxes_.push_back(std::make_unique<Inbox>());
}

Recovery::~Recovery() = default;

// ---- the way back

void Recovery::admit(Client& client, Admission admission) {
  if (const auto ticket = parse_ticket(admission.auth)) {
    Claim claimed = claim(*ticket);
    if (claimed.live && admission.tries < kTriesMax) return end_elsewhere(claimed.live, client, std::move(admission));
    if (claimed.kept && !may_recover(*claimed.kept, admission)) {
      keep(*std::exchange(claimed.kept, std::nullopt));
    }
    if (claimed.kept && restore(client, admission, std::move(*claimed.kept), ticket->offset)) return;
  }
  if (!admission.checked)
    return client.ask_middlewares(nsp_, admission.serial, std::move(admission.auth), admission.json_error);
  enter(client, admission, new_entrance());
}

void Recovery::enter(Client& client, Admission& admission, Entrance entrance) {
  client.enter(nsp_, admission.serial, std::move(admission.data), admission.on_accepted, json::Value(admission.auth),
               &entrance);
}

// {"pid":…,"offset":…} as this server gave them; anything else is a new client's.
std::optional<Recovery::Ticket> Recovery::parse_ticket(std::string_view auth) const {
  const json::Value payload(auth);
  if (!payload.is_object()) return std::nullopt;
  const auto pid_text = text_member(payload, "pid");
  const auto offset = text_member(payload, "offset");
  if (!pid_text || !offset || !offset->starts_with(offset_tag_)) return std::nullopt;
  const auto pid = parse_session_id(*pid_text);
  Ticket ticket;
  const char* const end = offset->data() + offset->size();
  const auto parsed = std::from_chars(offset->data() + offset_tag_.size(), end, ticket.offset, 36);
  if (!pid || parsed.ec != std::errc() || *offset != offset_text(ticket.offset)) return std::nullopt;
  ticket.pid = *pid;
  return ticket;
}

// The key finds, the secret decides: what a guess of the key finds out takes no other guess forward.
Recovery::Claim Recovery::claim(const Ticket& ticket) {
  const TimePoint now = options_.clock();
  Claim claimed;
  std::vector<RecoverableSession> expired;  // with applications' data: destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  expired = store_->remove_expired(now);
  if (const auto found = live_.find(ticket.pid.handle); found != live_.end()) {
    if (equal_secrets(found->second.secret, ticket.pid.secret)) claimed.live = found->second.ref;
    return claimed;
  }
  const RecoverableSession* session = store_->find(ticket.pid.handle);
  if (session == nullptr || !equal_secrets(session->secret, ticket.pid.secret)) return claimed;
  claimed.kept = store_->take(ticket.pid.handle);
  if (now - claimed.kept->ended_at > options_.limits.max_disconnection_duration) {
    expired.push_back(std::move(*std::exchange(claimed.kept, std::nullopt)));
  }
  return claimed;
}

bool Recovery::may_recover(const RecoverableSession& session, const Admission& admission) const {
  if (!options_.may_recover) return true;
  bool may = false;
  call_guarded([&] { may = options_.may_recover(session.data.get(), admission.data.get()); });
  return may;
}

void Recovery::keep(RecoverableSession session) {
  const TimePoint now = options_.clock();
  std::vector<RecoverableSession> expired;
  const std::lock_guard lock(mutex_);
  store_->keep(std::move(session));
  expired = store_->remove_expired(now);
}

// The position after which events are to be sent; none if some of them may be gone.
std::optional<LogPosition> Recovery::first_missed(const RecoverableSession& session, LogPosition offset) const {
  if (offset > session.last_due) return std::nullopt;  // never sent to it
  const LogPosition received = std::max(offset, session.joined);
  // It has all that it was sent, however long ago: only what came since is needed.
  if (received == session.last_due)
    return session.left >= store_->dropped_up_to() ? std::optional(session.left) : std::nullopt;
  if (received < session.known_from || received < store_->dropped_up_to()) return std::nullopt;
  return received;
}

// False: too much is gone, or too much was missed; then the session is forgotten.
bool Recovery::restore(Client& client, Admission& admission, RecoverableSession session, LogPosition offset) {
  struct Comeback {
    RecoverableSession session;
    Admission admission;
    std::vector<std::shared_ptr<const RecoverableEvent>> missed;
  };
  auto comeback = std::make_unique<Comeback>(Comeback{std::move(session), {}, {}});
  const unsigned shard = client.state().shard.index();
  {
    const std::lock_guard lock(mutex_);
    const RecoverableSession& known = comeback->session;
    const auto after = first_missed(known, offset);
    if (!after) return false;
    std::size_t bytes = 0;
    store_->visit_after(*after, [&](const std::shared_ptr<const RecoverableEvent>& event) {
      if (!known.is_for_me(*event)) return;
      bytes += event->packet.text.size();
      for (const SharedBytes& attachment : event->packet.attachments) bytes += attachment.size();
      comeback->missed.push_back(event);
    });
    if (bytes + client.engine().waiting_bytes() > client.waiting_bytes_max() / 2) return false;
    comeback->admission = std::move(admission);
    put(shard, {nullptr,
                [this, &client, back = std::move(comeback)]() mutable {
                  if (!client.is_connecting(nsp_, back->admission.serial)) return keep(std::move(back->session));
                  Entrance entrance;
                  entrance.pid = format_session_id({back->session.key, back->session.secret});
                  for (const RoomStay& stay : back->session.stays) {
                    if (stay.until == kStillThere) entrance.rooms.push_back(stay.room);
                  }
                  if (!back->missed.empty()) back->session.last_due = back->missed.back()->position;
                  if (!back->admission.data) back->admission.data = std::move(back->session.data);
                  entrance.missed = std::move(back->missed);
                  entrance.recovery = std::make_unique<SocketRecovery>(SocketRecovery{true, std::move(back->session)});
                  enter(client, back->admission, std::move(entrance));
                },
                {}});
  }
  drain(shard);
  return true;
}

// The client is back before its old connection was seen to be lost. That one's session ends, on its shard; then here
// again.
void Recovery::end_elsewhere(SocketRef ref, Client& client, Admission admission) {
  const Handle session = static_cast<EngineSession&>(client.engine()).handle();
  ++admission.tries;
  core_.shards().at(ref.shard()).post([this, ref, session, waiting = std::move(admission)]() mutable {
    if (Socket* old = local_[ref.shard()]->find(ref)) old->engine().close(DisconnectReason::transport_close);
    ShardState& home = core_.state(shard_of(session));
    home.shard.post([this, &home, session, again = std::move(waiting)]() mutable {
      EngineSession* found = home.sessions.find(session);
      if (found == nullptr || found->client() == nullptr) return;
      auto& back = static_cast<Client&>(*found->client());
      if (back.is_connecting(nsp_, again.serial)) admit(back, std::move(again));
    });
  });
}

Entrance Recovery::new_entrance() {
  Entrance entrance;
  entrance.recovery = std::make_unique<SocketRecovery>();
  RecoverableSession& session = entrance.recovery->session;
  std::array<char, sizeof session.key> key{};
  rt::random_bytes(key);
  rt::random_bytes(session.secret);
  std::memcpy(&session.key, key.data(), key.size());
  entrance.pid = format_session_id({session.key, session.secret});
  return entrance;
}

// ---- sockets

void Recovery::on_enter(Socket& socket) {
  RecoverableSession& session = socket.recovery_->session;
  if (!socket.recovery_->recovered) {
    session.joined = session.last_due = session.known_from = inboxes_[socket.ref().shard()]->applied;
  }
  if (session.refs.size() == kRefsMax) session.refs.erase(session.refs.begin());
  session.refs.push_back(socket.ref());
  const std::lock_guard lock(mutex_);
  live_[session.key] = {session.secret, socket.ref()};
}

void Recovery::on_join(Socket& socket, std::string_view room) {
  RecoverableSession& session = socket.recovery_->session;
  const auto still_there = [&](const RoomStay& stay) { return stay.until == kStillThere && stay.room == room; };
  if (room == session.sid || std::any_of(session.stays.begin(), session.stays.end(), still_there)) return;
  session.stays.push_back({std::string(room), inboxes_[socket.ref().shard()]->applied});
}

void Recovery::on_leave(Socket& socket, std::string_view room) {
  RecoverableSession& session = socket.recovery_->session;
  std::size_t ended = 0;
  for (RoomStay& stay : session.stays) {
    if (stay.until == kStillThere && stay.room == room) stay.until = inboxes_[socket.ref().shard()]->applied;
    if (stay.until != kStillThere) ++ended;
  }
  if (ended <= kEndedStaysMax) return;
  const auto oldest = std::min_element(session.stays.begin(), session.stays.end(),
                                       [](const RoomStay& a, const RoomStay& b) { return a.until < b.until; });
  session.known_from = std::max(session.known_from, oldest->until);
  session.stays.erase(oldest);
}

void Recovery::on_disconnected(Socket& socket) {
  socket.recovery_->session.left = inboxes_[socket.ref().shard()]->applied;
  socket.recovery_->session.ended_at = options_.clock();
}

void Recovery::on_end(Socket& socket, DisconnectReason reason) {
  RecoverableSession& session = socket.recovery_->session;
  const TimePoint now = options_.clock();
  std::vector<RecoverableSession> expired;
  const std::lock_guard lock(mutex_);
  live_.erase(session.key);
  if (!is_recoverable(reason)) return;
  session.data = std::move(socket.data_);
  RecoverableSession kept = std::move(session);
  session.key = kept.key;  // id() stays what it was
  session.sid = kept.sid;
  store_->keep(std::move(kept));
  expired = store_->remove_expired(now);
}

}  // namespace sio
