// What the store has committed, told to whom it concerns, in commit order: the answer to the sender first, then the
// rooms. Runs on each shard for each batch.
#include <optional>
#include <utility>

#include "parts.hpp"

namespace parley::realtime {

namespace {

// Encoded when the first socket of this shard needs it, then shared.
class LazyEvent {
 public:
  LazyEvent(std::string_view name, std::string (*render)(const void*), const void* subject)
      : name_(name), render_(render), subject_(subject) {}
  const sio::EncodedPacket& get() {
    if (!packet_) packet_ = sio::encode_event("/", name_, sio::Arguments::of(sio::Json{render_(subject_)}));
    return *packet_;
  }

 private:
  std::string_view name_;
  std::string (*render_)(const void*);
  const void* subject_;
  std::optional<sio::EncodedPacket> packet_;
};

// To all sockets of a user on this shard that have not read it from the log, but for `except`.
void send_to_user(sio::LocalRooms& rooms, domain::UserId user, std::uint64_t commit, sio::SocketRef except,
                  LazyEvent& event) {
  const auto found = rooms.members(room_of(user));
  for (std::size_t i = found.size(); i-- > 0;) {  // backwards: who is closed for being slow leaves the list
    sio::Socket* socket = found[i];
    if (socket->ref() == except || socket->data<Member>().caught_up_commit >= commit) continue;
    socket->send(event.get());
  }
}

}  // namespace

void Chat::Parts::deliver(const service::BatchPtr& batch) {
  for (const service::Outcome& outcome : batch->outcomes) {
    std::visit([&](const auto& each) { deliver(each, batch->commit); }, outcome);
  }
  Delivered& here = delivered_here();
  here.commit = std::max(here.commit, batch->commit);
  here.newest_id = std::max(here.newest_id, batch->newest_id);
  here.recent.add(batch);
}

// To one socket what this shard has delivered after `commit`: its page of the log was read before that. It has sent
// nothing yet, so all of it comes as from others.
void Chat::Parts::deliver_after(sio::Socket& socket, std::uint64_t commit) {
  const domain::UserId me = socket.data<Member>().user;
  delivered_here().recent.each_after(commit, [&](const service::CommittedBatch& batch) {
    for (const service::Outcome& outcome : batch.outcomes) {
      if (!socket.connected()) return;
      if (const auto* stored = std::get_if<service::Stored>(&outcome)) {
        const domain::Message& message = stored->message;
        if (message.sender == me || message.receiver == me)
          socket.emit("receive_message", sio::Json{receive_message(message)});
      } else if (const auto* mark = std::get_if<service::Marked>(&outcome); mark != nullptr && mark->changed) {
        if (mark->sender == me || mark->reader == me)
          socket.emit("read_status_update",
                      sio::Json{read_status_update(mark->sender, mark->reader, mark->up_to, false)});
      }
    }
  });
}

sio::Socket* Chat::Parts::socket_here(const service::Origin& origin) {
  if (origin.socket == 0 || origin.shard != sio::rt::Shard::current()->index()) return nullptr;
  return nsp.local().find(sio::SocketRef{origin.socket});
}

void Chat::Parts::deliver(const service::Stored& stored, std::uint64_t commit) {
  if (sio::Socket* socket = socket_here(stored.origin)) {
    if (stored.origin.ack_id >= 0) {
      socket->acknowledge(static_cast<sio::AckId>(stored.origin.ack_id),
                          sio::Arguments::of(sio::Json{message_sent(stored, true)}));
    }
    socket->emit("message_sent", sio::Json{message_sent(stored, false)});
  }
  LazyEvent event(
      "receive_message",
      [](const void* subject) { return receive_message(*static_cast<const domain::Message*>(subject)); },
      &stored.message);
  const sio::SocketRef except{stored.origin.socket};
  sio::LocalRooms& rooms = nsp.local();
  send_to_user(rooms, stored.message.receiver, commit, except, event);
  if (stored.message.sender != stored.message.receiver)
    send_to_user(rooms, stored.message.sender, commit, except, event);
}

void Chat::Parts::deliver(const service::Duplicate& duplicate, std::uint64_t) {
  sio::Socket* socket = socket_here(duplicate.origin);
  if (socket == nullptr) return;
  if (duplicate.origin.ack_id >= 0) {
    socket->acknowledge(static_cast<sio::AckId>(duplicate.origin.ack_id),
                        sio::Arguments::of(sio::Json{message_sent(duplicate, true)}));
  }
  socket->emit("message_sent", sio::Json{message_sent(duplicate, false)});
}

void Chat::Parts::deliver(const service::SendRefused& refused, std::uint64_t) {
  if (sio::Socket* socket = socket_here(refused.origin)) {
    fail_event(*socket, refused.origin.ack_id, to_chat_error(refused.error), "smessage", refused.client_id);
  }
}

void Chat::Parts::deliver(const service::Marked& marked, std::uint64_t commit) {
  sio::Socket* socket = socket_here(marked.origin);
  if (socket != nullptr && marked.origin.ack_id >= 0) {
    const std::string fields = read_status_update(marked.sender, marked.reader, marked.up_to, true);
    socket->acknowledge(static_cast<sio::AckId>(marked.origin.ack_id), sio::Arguments::of(sio::Json{fields}));
  }
  if (!marked.changed) return;
  LazyEvent event(
      "read_status_update",
      [](const void* subject) {
        const auto& mark = *static_cast<const service::Marked*>(subject);
        return read_status_update(mark.sender, mark.reader, mark.up_to, false);
      },
      &marked);
  send_to_user(nsp.local(), marked.reader, commit, {}, event);
  if (marked.sender != marked.reader) send_to_user(nsp.local(), marked.sender, commit, {}, event);
}

void Chat::Parts::deliver(const service::MarkRefused& refused, std::uint64_t) {
  if (sio::Socket* socket = socket_here(refused.origin)) {
    fail_event(*socket, refused.origin.ack_id, storage_unavailable(), "mark_message_read", {});
  }
}

// Sockets of a login that has ended, also those that still catch up: told why, then disconnected. Those that stay go by
// the role that the person has now.
void Chat::Parts::apply(const service::AccountChange& change) {
  const auto all = nsp.local().sockets();
  for (sio::Socket* socket : std::vector<sio::Socket*>(all.begin(), all.end())) {
    const Member& member = socket->data<Member>();
    if (member.user != change.user.id) continue;
    if (!change.user.disabled && !change.ends(member.login_id)) {
      set_role(*socket, change.user.role);
      continue;
    }
    socket->emit("error", sio::Json{error_event({"token_revoked", "This login has ended."}, std::nullopt, {})});
    socket->disconnect();
  }
}

}  // namespace parley::realtime
