#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <iterator>
#include <utility>

#include "client.hpp"
#include "core.hpp"
#include "recovery.hpp"
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

// Broadcasts are counted by the namespace, events to one socket by each shard.
constexpr EventId broadcast_id(std::uint64_t number) { return number << 1; }
constexpr EventId direct_id(std::uint64_t number, unsigned shard) { return (((number << 8) | shard) << 1) | 1; }
constexpr std::uint64_t broadcast_number(EventId id) { return id >> 1; }

}  // namespace

void Sent::add(std::uint64_t number) {
  if (number != low_ + 1) {
    above_.insert(number);
    return;
  }
  ++low_;
  while (!above_.empty() && *above_.begin() == low_ + 1) {
    above_.erase(above_.begin());
    ++low_;
  }
}

std::vector<std::uint64_t> Sent::beyond(const Sent& other) const {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = other.low_ + 1; number <= low_; ++number) {
    if (!other.above_.contains(number)) numbers.push_back(number);
  }
  std::copy_if(above_.begin(), above_.end(), std::back_inserter(numbers),
               [&](std::uint64_t number) { return !other.has(number); });
  return numbers;
}

std::shared_ptr<const RecoverableEvent> Recovery::make_broadcast(EmitTarget target, const EncodedPacket& packet) {
  auto event = std::make_shared<RecoverableEvent>();
  event->id = broadcast_id(broadcasts_.fetch_add(1, std::memory_order_relaxed) + 1);
  event->target = std::move(target);
  event->packet = {with_last_argument(packet.text.view(), offset_text(event->id)), packet.attachments};
  return event;
}

void Recovery::deliver(const std::shared_ptr<const RecoverableEvent>& broadcast) {
  Shard& shard = here();
  shard.sent.add(broadcast_number(broadcast->id));
  send(shard, broadcast, nullptr);
}

void Recovery::emit_to(Socket& socket, const EncodedPacket& packet) {
  if (!is_plain_event(packet.text.view(), nsp_.name())) return socket.client_.send(packet, false);
  Shard& shard = here();
  auto event = std::make_shared<RecoverableEvent>();
  event->id = direct_id(++shard.directs, shard.index);
  event->only = socket.recovery_->session.key;
  event->packet = {with_last_argument(packet.text.view(), offset_text(event->id)), packet.attachments};
  send(shard, event, &socket);
}

void Recovery::send(Shard& shard, const std::shared_ptr<const RecoverableEvent>& event, Socket* only) {
  finish_sending(shard);
  shard.store->append(++shard.position, event);
  shard.current = event;
  shard.receivers.clear();
  shard.next_receiver = 0;
  if (only != nullptr) {
    shard.receivers.push_back(only);
  } else {
    shard.rooms->choose(event->target, shard.receivers);
  }
  std::erase_if(shard.receivers, [&](Socket* socket) {
    RecoverableSession& session = socket->recovery_->session;
    if (!socket->connected() || std::find(session.had.begin(), session.had.end(), event->id) != session.had.end()) {
      return true;
    }
    session.last_due = event->id;
    return false;
  });
  finish_sending(shard);
}

// Sending may end a session (slow_consumer), and what the application does then may emit and come here again: the inner
// call goes on where the outer one stands, so that everybody gets events in the log's order.
void Recovery::finish_sending(Shard& shard) {
  const std::shared_ptr<const RecoverableEvent> event = shard.current;
  while (shard.current == event && shard.next_receiver < shard.receivers.size()) {
    Socket& socket = *shard.receivers[shard.next_receiver++];
    if (socket.connected()) socket.client_.send(event->packet, false);
  }
}

std::string Recovery::offset_text(EventId id) const {
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), id, 36);
  return offset_tag_ + std::string(digits.data(), written.ptr);
}

}  // namespace sio
