#include "parley/service/message_json.hpp"

#include <string_view>

#include "parley/domain/timestamp.hpp"

namespace parley::service {

void write_message(sio::json::Writer& writer, const domain::Message& message) {
  writer.begin_object()
      .member("id", message.id.value)
      .member("sender_id", message.sender.value)
      .member("receiver_id", message.receiver.value)
      .member("content", std::string_view(message.content))
      .key("timestamp");
  if (message.timestamp_unix_us) {
    writer.string(domain::to_iso_8601(*message.timestamp_unix_us));
  } else {
    writer.null();
  }
  writer.member("read_status", message.read);
  if (!message.client_id.empty()) writer.member("client_id", std::string_view(message.client_id));
  writer.end_object();
}

}  // namespace parley::service
