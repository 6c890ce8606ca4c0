// A socket that comes back reads what it missed, page by page as its outbox drains, and joins its room in the turn in
// which the last page arrives. What its shard delivered after that page's snapshot comes next, from the recent batches;
// what the snapshot holds already is left out when its batch arrives. Both by their commit numbers: no gap, no double.
//
// Marks come in front of the messages of their page, and all of them in `resumed`: a client whose connection is lost in
// between goes on from the last id it saw, and would not be told of marks that are older than that.
#include <algorithm>
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

// Marks only grow: of each pair the newest stays.
void note_reads(std::vector<service::ReadState>& all, const std::vector<service::ReadState>& more) {
  for (const service::ReadState& read : more) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const service::ReadState& each) {
      return each.sender == read.sender && each.receiver == read.receiver;
    });
    if (known == all.end()) {
      all.push_back(read);
    } else {
      known->up_to = std::max(known->up_to, read.up_to);
    }
  }
}

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
  const service::CatchUpQuery query{
      .after = member.catching_up->sent, .reads_after = member.catching_up->sent, .messages_max = kPageMessagesMax};
  const bool taken = reads.submit([this, query, me = member.user, ref = socket.ref()] {
    auto page = std::make_shared<sio::Result<service::CatchUp, service::StoreError>>(ports.reader.catch_up(me, query));
    nsp.with_socket(ref, [this, page](sio::Socket& there) { on_page(there, *page); });
  });
  // The client comes back with the last id it saw, later. Not told to leave (`41`): then it would not.
  if (!taken) socket.engine().close(sio::DisconnectReason::forced_close);
}

void Chat::Parts::on_page(sio::Socket& socket, const sio::Result<service::CatchUp, service::StoreError>& result) {
  Member& member = socket.data<Member>();
  CatchingUp& state = *member.catching_up;
  state.reading = false;
  if (!result) return socket.engine().close(sio::DisconnectReason::forced_close);
  const service::CatchUp& page = *result;
  note_reads(state.reads, page.reads);
  if (!page.messages.empty()) {
    for (const service::ReadState& read : page.reads) {
      socket.emit("read_status_update", sio::Json{read_status_update(read.sender, read.receiver, read.up_to, false)});
      if (!socket.connected()) return;
    }
  }
  for (const domain::Message& message : page.messages) {
    socket.emit("receive_message", sio::Json{receive_message(message)});
    if (!socket.connected()) return;
    state.sent = message.id;
  }
  const bool reached = !page.more && delivered_here().recent.reach_back_to(page.commit);
  if (!page.reset && !reached) return on_drained(socket);
  socket.emit("resumed", sio::Json{resumed(page, state.begun_after, state.reads)});
  if (!socket.connected()) return;
  member.caught_up_commit = page.commit;
  const std::unique_ptr<CatchingUp> done = std::move(member.catching_up);
  join(socket);
  deliver_after(socket, page.commit);
  if (!socket.connected()) return;
  for (service::Draft& draft : done->held) append(socket, std::move(draft));
}

void Chat::Parts::on_drained(sio::Socket& socket) {
  tell_missed(socket);
  const Member& member = socket.data<Member>();
  if (!socket.connected() || !member.catching_up || member.catching_up->reading) return;
  const sio::EngineSocket& engine = socket.engine();
  if (engine.waiting_bytes() < kWaitingBytesMax && engine.waiting_packets() < kWaitingPacketsMax) read_page(socket);
}

}  // namespace parley::realtime
