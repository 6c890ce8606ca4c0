// A socket that comes back reads what it missed, page by page as its outbox drains, and joins its room in the turn in
// which it has reached what its shard delivered last. So there is no gap (the page's snapshot is at least as new as the
// shard) and no double (batches that the snapshot holds are left out for this socket, by their commit number).
#include <memory>
#include <utility>

#include "parley/realtime/limits.hpp"
#include "parts.hpp"

namespace parley::realtime {

namespace {

// Pages keep within the outbox's bound by themselves: the next one is read when less than this waits for the client,
// and with it there is still room for what is live.
constexpr std::size_t kWaitingBytesMax = 256 * 1024;
constexpr std::size_t kWaitingPacketsMax = kOutboxPacketsMax / 4;
constexpr std::uint32_t kPageMessagesMax = kOutboxPacketsMax / 2;

}  // namespace

void Chat::Parts::join(sio::Socket& socket) { socket.join(room_of(socket.data<Member>().user)); }

void Chat::Parts::start_catch_up(sio::Socket& socket, domain::MessageId after) {
  auto state = std::make_unique<CatchingUp>();
  state->begun_after = after;
  state->sent = after;
  socket.data<Member>().catching_up = std::move(state);
  read_page(socket);
}

void Chat::Parts::read_page(sio::Socket& socket) {
  const Member& member = socket.data<Member>();
  member.catching_up->reading = true;
  const service::CatchUpQuery query{.after = member.catching_up->sent,
                                    .reads_after = member.catching_up->begun_after,
                                    .messages_max = kPageMessagesMax};
  const bool taken = server.pool().try_submit([this, query, me = member.user, ref = socket.ref()] {
    auto page = std::make_shared<sio::Result<service::CatchUp, service::StoreError>>(ports.reader.catch_up(me, query));
    nsp.with_socket(ref, [this, page](sio::Socket& there) { on_page(there, *page); });
  });
  // The client comes back with the last id it saw, later.
  if (!taken) socket.disconnect(true);
}

void Chat::Parts::on_page(sio::Socket& socket, const sio::Result<service::CatchUp, service::StoreError>& result) {
  Member& member = socket.data<Member>();
  CatchingUp& state = *member.catching_up;
  state.reading = false;
  if (!result) return socket.engine().close(sio::DisconnectReason::forced_close);
  const service::CatchUp& page = *result;
  for (const domain::Message& message : page.messages) {
    socket.emit("receive_message", sio::Json{receive_message(message)});
    if (!socket.connected()) return;
    state.sent = message.id;
  }
  if (!page.reset && (page.more || page.commit < delivered_here().commit)) return on_drained(socket);
  socket.emit("resumed", sio::Json{resumed(page, state.begun_after)});
  if (!socket.connected()) return;
  member.caught_up_commit = page.commit;
  const std::unique_ptr<CatchingUp> done = std::move(member.catching_up);
  join(socket);
  for (service::Draft& draft : done->held) append(socket, std::move(draft));
}

void Chat::Parts::on_drained(sio::Socket& socket) {
  const Member& member = socket.data<Member>();
  if (!member.catching_up || member.catching_up->reading) return;
  const sio::EngineSocket& engine = socket.engine();
  if (engine.waiting_bytes() < kWaitingBytesMax && engine.waiting_packets() < kWaitingPacketsMax) read_page(socket);
}

}  // namespace parley::realtime
