#include "cluster_sink.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "client.hpp"
#include "sio/base/utf8.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"

namespace sio {

namespace {

constexpr std::size_t kNameBytesMax = 1'024;

bool is_good_room(std::string_view name) { return !name.empty() && name.size() <= kNameBytesMax && is_utf8(name); }

bool all_good(const std::vector<std::string>& rooms) { return std::all_of(rooms.begin(), rooms.end(), is_good_room); }

bool is_good_event(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kReserved = {"connect",       "connect_error", "disconnect",
                                                                "disconnecting", "newListener",   "removeListener"};
  return name.size() <= kNameBytesMax && is_utf8(name) &&
         std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
}

// Clients close their session over a placeholder that names no attachment. Each attachment that has none would be
// lost.
class PlaceholderCheck {
 public:
  explicit PlaceholderCheck(std::size_t attachments) : seen_(attachments, false) {}

  // False: one names none.
  bool walk(json::Value all) {
    std::vector<json::Value> due = {all};
    while (!due.empty()) {
      const json::Value value = due.back();
      due.pop_back();
      for (const json::Value each : value.elements()) due.push_back(each);
      const auto marked = value.find("_placeholder");
      if (marked && marked->as_bool() == true) {
        if (!take(value.find("num"))) return false;
        continue;
      }
      for (const json::Member& member : value.members()) due.push_back(member.value);
    }
    return true;
  }
  bool all_seen() const { return std::find(seen_.begin(), seen_.end(), false) == seen_.end(); }

 private:
  bool take(const std::optional<json::Value>& number) {
    const auto index = number ? number->as_int64() : std::nullopt;
    if (!index || *index < 0 || static_cast<std::uint64_t>(*index) >= seen_.size()) return false;
    seen_[static_cast<std::size_t>(*index)] = true;
    return true;
  }
  std::vector<bool> seen_;
};

bool is_good(const Arguments& arguments) {
  const std::string list = '[' + arguments.list() + ']';
  if (json::scan(list) != json::Error::none) return false;
  if (arguments.attachments().empty()) return true;  // placeholders are data then
  PlaceholderCheck check(arguments.attachments().size());
  return check.walk(json::Value(list)) && check.all_seen();
}

}  // namespace

std::string_view to_string(ClusterError error) {
  switch (error) {
    case ClusterError::unknown_namespace:
      return "unknown namespace";
    case ClusterError::bad_room:
      return "bad room";
    case ClusterError::bad_event:
      return "bad event name";
    case ClusterError::bad_arguments:
      return "bad arguments";
  }
  return "unknown";
}

Result<Namespace*, ClusterError> LocalSink::check(const ClusterMessage& message) const {
  Namespace* nsp = application_.find(message.nsp);
  if (nsp == nullptr) return fail(ClusterError::unknown_namespace);
  if (!all_good(message.rooms) || !all_good(message.except) || !all_good(message.change)) {
    return fail(ClusterError::bad_room);
  }
  if (message.kind != ClusterMessage::Kind::emit) return nsp;
  if (!is_good_event(message.event)) return fail(ClusterError::bad_event);
  if (!is_good(message.arguments)) return fail(ClusterError::bad_arguments);
  return nsp;
}

namespace {

Broadcast targets_of(Namespace& nsp, const ClusterMessage& message) {
  Broadcast targets = nsp.all();
  targets.local();
  for (const std::string& room : message.rooms) targets.to(room);
  for (const std::string& room : message.except) targets.except(room);
  return targets;
}

}  // namespace

Result<void, ClusterError> LocalSink::deliver(const ClusterMessage& message) {
  const auto nsp = check(message);
  if (!nsp) return fail(nsp.error());
  Broadcast targets = targets_of(**nsp, message);
  switch (message.kind) {
    case ClusterMessage::Kind::emit:
      if (message.droppable) {
        targets.emit_volatile_list(message.event, message.arguments);
      } else {
        targets.emit_list(message.event, message.arguments);
      }
      break;
    case ClusterMessage::Kind::join:
      for (const std::string& room : message.change) targets.join(room);
      break;
    case ClusterMessage::Kind::leave:
      for (const std::string& room : message.change) targets.leave(room);
      break;
    case ClusterMessage::Kind::disconnect:
      targets.disconnect(message.close_session);
      break;
  }
  return {};
}

Result<void, ClusterError> LocalSink::deliver_with_ack(const ClusterMessage& message, Milliseconds timeout,
                                                       BroadcastAckCallback callback) {
  SIO_CHECK(message.kind == ClusterMessage::Kind::emit);
  const auto nsp = check(message);
  if (!nsp) return fail(nsp.error());
  targets_of(**nsp, message).emit_with_ack(message.event, message.arguments, timeout, std::move(callback));
  return {};
}

}  // namespace sio
