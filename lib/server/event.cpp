#include "sio/server/event.hpp"

#include <utility>

#include "sio/server/namespace.hpp"

namespace sio {

std::string Event::name() const {
  const json::Value name(packet_.event_name);
  return name.is_string() ? name.as_string().value_or(std::string()) : std::string(packet_.event_name);
}

std::size_t Event::size() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const json::Value value : values()) ++count;
  return count;
}

json::Elements Event::values() const {
  json::Elements elements = json::Value(packet_.payload).elements();
  ++elements;  // the name
  return elements;
}

Arguments Event::arguments() const {
  return Arguments::received(arguments_text(packet_), {packet_.attachments.begin(), packet_.attachments.end()});
}

void Event::acknowledge(const Arguments& arguments) {
  if (!packet_.ack_id || std::exchange(acknowledged_, true)) return;
  socket_.acknowledge(*packet_.ack_id, arguments);
}

Ack Event::take_ack() {
  if (!packet_.ack_id || std::exchange(acknowledged_, true)) return {};
  return {socket_.nsp(), socket_.ref(), packet_.ack_id};
}

}  // namespace sio
