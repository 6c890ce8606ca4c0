#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <iterator>
#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "recovery.hpp"
#include "sio/base/check.hpp"
#include "sio/server/namespace.hpp"

namespace sio {

namespace {

// `["name",…]` with one more text at its end. `argument` needs no escapes.
SharedBytes with_last_argument(std::string_view text, std::string_view argument) {
  constexpr std::string_view kBefore = ",\"";
  constexpr std::string_view kAfter = "\"]";
  text.remove_suffix(1);
  return SharedBytes::make(text.size() + kBefore.size() + argument.size() + kAfter.size(), [&](char* out) {
    for (const std::string_view part : {text, kBefore, argument, kAfter}) {
      std::memcpy(out, part.data(), part.size());
      out += part.size();
    }
  });
}

// An event without ack id; `text` is a packet with Engine.IO's `4`.
bool is_plain_event(std::string_view text, std::string_view nsp) {
  constexpr std::string_view kDigits = "0123456789";
  if (text.starts_with("45")) {
    text.remove_prefix(2);
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(kDigits)));
    if (!text.starts_with('-')) return false;
    text.remove_prefix(1);
  } else if (text.starts_with("42")) {
    text.remove_prefix(2);
  } else {
    return false;
  }
  if (nsp != "/") {
    if (!text.starts_with(nsp)) return false;
    text.remove_prefix(std::min(text.size(), nsp.size() + 1));
  }
  return text.starts_with('[') && text.ends_with(']');
}

}  // namespace

void Recovery::emit(EmitTarget target, const EncodedPacket& packet) {
  auto event = std::make_shared<RecoverableEvent>();
  event->target = std::move(target);
  {
    const std::lock_guard lock(mutex_);
    append(event, packet);
    for (unsigned shard = 0; shard < inboxes_.size(); ++shard) put(shard, {event, {}, {}});
  }
  if (here() != nullptr) drain(rt::Shard::current()->index());
}

void Recovery::emit_to(Socket& socket, const EncodedPacket& packet) {
  if (!is_plain_event(packet.text.view(), nsp_.name())) return socket.client_.send(packet, false);
  auto event = std::make_shared<RecoverableEvent>();
  event->only = socket.recovery_->session.key;
  const unsigned shard = socket.ref().shard();
  {
    const std::lock_guard lock(mutex_);
    append(event, packet);
    put(shard, {event, {}, socket.ref()});
  }
  drain(shard);
}

void Recovery::post(unsigned shard, Task task) {
  {
    const std::lock_guard lock(mutex_);
    put(shard, {nullptr, std::move(task), {}});
  }
  if (here() == inboxes_[shard].get()) drain(shard);
}

void Recovery::append(const std::shared_ptr<RecoverableEvent>& event, const EncodedPacket& packet) {
  event->position = ++last_;
  event->packet = {with_last_argument(packet.text.view(), offset_text(last_)), packet.attachments};
  store_->append(event);
}

// The calling shard is about to take its inbox itself.
void Recovery::put(unsigned shard, Item item) {
  Inbox& inbox = *inboxes_[shard];
  inbox.items.push_back(std::move(item));
  if (&inbox == here() || std::exchange(inbox.woken, true)) return;
  core_.shards().at(shard).post([this, shard, &inbox] {
    {
      const std::lock_guard lock(mutex_);
      inbox.woken = false;
    }
    drain(shard);
  });
}

Recovery::Inbox* Recovery::here() {
  const rt::Shard* shard = rt::Shard::current();
  return core_.owns(shard) ? inboxes_[shard->index()].get() : nullptr;
}

// Sending may end a session (slow_consumer), and what the application does then may emit and come here again: the inner
// call goes on where the outer one stands, so the order stays.
void Recovery::drain(unsigned shard) {
  Inbox& inbox = *inboxes_[shard];
  for (;;) {
    const std::shared_ptr<const RecoverableEvent> event = inbox.current;
    while (inbox.current == event && inbox.next_receiver < inbox.receivers.size()) {
      Socket& socket = *inbox.receivers[inbox.next_receiver++];
      if (socket.connected()) socket.client_.send(event->packet, false);
    }
    if (inbox.next_receiver < inbox.receivers.size()) continue;
    if (inbox.next == inbox.taken.size()) {
      inbox.taken.clear();
      inbox.next = 0;
      const std::lock_guard lock(mutex_);
      inbox.taken.swap(inbox.items);
      if (inbox.taken.empty()) return;
    }
    Item item = std::move(inbox.taken[inbox.next++]);
    if (item.task) {
      item.task();
    } else {
      begin_sending(shard, item);
    }
  }
}

// Who gets it is settled now; whatever changes from here on is after it.
void Recovery::begin_sending(unsigned shard, const Item& item) {
  Inbox& inbox = *inboxes_[shard];
  LocalRooms& rooms = *local_[shard];
  inbox.current = item.event;
  inbox.applied = item.event->position;
  inbox.receivers.clear();
  inbox.next_receiver = 0;
  if (item.event->only == 0) {
    rooms.choose(item.event->target, inbox.receivers);
  } else if (Socket* socket = rooms.find(item.only)) {
    inbox.receivers.push_back(socket);
  }
  for (Socket* socket : inbox.receivers) {
    if (socket->connected()) socket->recovery_->session.last_due = inbox.applied;
  }
}

bool Recovery::discard() {
  std::vector<Item> discarded;  // destroyed after the lock is released: what is destroyed may post something
  const std::lock_guard lock(mutex_);
  for (const auto& inbox : inboxes_) {
    for (std::vector<Item>* items : {&inbox->taken, &inbox->items}) {
      std::move(items->begin(), items->end(), std::back_inserter(discarded));
      items->clear();
    }
    inbox->next = 0;
  }
  return !discarded.empty();
}

std::string Recovery::offset_text(LogPosition position) const {
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), position, 36);
  return offset_tag_ + std::string(digits.data(), written.ptr);
}

}  // namespace sio
