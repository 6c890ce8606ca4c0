#include "payloads.hpp"

#include <algorithm>

#include "parley/domain/timestamp.hpp"
#include "parley/service/message_json.hpp"
#include "sio/json/writer.hpp"

namespace parley::realtime {

namespace {

using sio::json::Writer;

void begin(Writer& writer, bool ok) {
  writer.begin_object();
  if (ok) writer.member("ok", true);
}

void write_sent(Writer& writer, domain::MessageId id, domain::UserId receiver, std::string_view client_id,
                std::int64_t timestamp_unix_us, bool duplicate) {
  writer.member("msg", "Message sent successfully").member("id", id.value);
  if (!client_id.empty()) writer.member("client_id", client_id);
  writer.member("receiver_id", receiver.value)
      .member("timestamp", std::string_view(domain::to_iso_8601(timestamp_unix_us)));
  if (duplicate) writer.member("duplicate", true);
}

void write_mark(Writer& writer, domain::UserId sender, domain::UserId receiver, domain::MessageId up_to) {
  writer.member("sender_id", sender.value).member("receiver_id", receiver.value).member("up_to_id", up_to.value);
}

void write_reads(Writer& writer, const std::vector<service::ReadState>& reads) {
  writer.key("reads").begin_array();
  for (const service::ReadState& read : reads) {
    writer.begin_object();
    write_mark(writer, read.sender, read.receiver, read.up_to);
    writer.end_object();
  }
  writer.end_array();
}

void write_error(Writer& writer, const ChatError& error) {
  writer.member("error", error.sentence).member("code", error.code);
  if (error.retry_after_ms > 0) writer.member("retry_after_ms", error.retry_after_ms);
}

}  // namespace

ChatError invalid_payload(std::string_view sentence) { return {"invalid_payload", sentence}; }

ChatError to_chat_error(service::SendError error) {
  switch (error) {
    case service::SendError::invalid_payload:
      return invalid_payload("The message or its client_id is not acceptable.");
    case service::SendError::receiver_not_found:
      return {service::to_code(error), "There is no such receiver."};
    case service::SendError::client_id_conflict:
      return {service::to_code(error), "This client_id was used for another message."};
    case service::SendError::sender_disabled:
      return {service::to_code(error), "This account may not write any more."};
    case service::SendError::storage_unavailable:
      return storage_unavailable();
  }
  return internal_error();
}

ChatError rate_limited(std::int64_t retry_after_ms) {
  return {"rate_limited", "Too many messages: wait a moment.", std::max<std::int64_t>(retry_after_ms, 1)};
}

ChatError storage_unavailable() {
  return {"storage_unavailable", "Messages cannot be stored now: try again.", kStorageRetryMs};
}

ChatError unknown_event() { return {"unknown_event", "There is no such event."}; }

ChatError internal_error() { return {"internal", "Something went wrong on the server."}; }

ChatError not_authorized(service::AccessError error) {
  if (error == service::AccessError::storage_unavailable) return storage_unavailable();
  return {service::to_code(error), "This token is not accepted."};
}

std::string message_sent(const service::Stored& stored, bool ok) {
  std::string text;
  Writer writer(text);
  begin(writer, ok);
  const domain::Message& message = stored.message;
  write_sent(writer, message.id, message.receiver, message.client_id, message.timestamp_unix_us.value_or(0), false);
  writer.end_object();
  return text;
}

std::string message_sent(const service::Duplicate& duplicate, bool ok) {
  std::string text;
  Writer writer(text);
  begin(writer, ok);
  write_sent(writer, duplicate.id, duplicate.receiver, duplicate.client_id, duplicate.timestamp_unix_us, true);
  writer.end_object();
  return text;
}

std::string read_status_update(domain::UserId sender, domain::UserId receiver, domain::MessageId up_to, bool ok) {
  std::string text;
  Writer writer(text);
  begin(writer, ok);
  write_mark(writer, sender, receiver, up_to);
  writer.end_object();
  return text;
}

std::string receive_message(const domain::Message& message) {
  std::string text;
  text.reserve(message.content.size() + 192);
  Writer writer(text);
  service::write_message(writer, message);
  return text;
}

std::string connection(domain::UserId user) {
  std::string text;
  Writer(text).begin_object().member("User_id", user.value).member("Connection", true).end_object();
  return text;
}

std::string presence_changed(const PresenceChange& change) {
  std::string text;
  Writer writer(text);
  writer.begin_object().member("user_id", change.user.value).member("online", change.online).key("last_seen");
  if (change.online) {
    writer.null();
  } else {
    writer.string(domain::to_iso_8601(change.last_seen_unix_us));
  }
  writer.end_object();
  return text;
}

std::string typing_event(const TypingSignal& signal) {
  std::string text;
  Writer(text).begin_object().member("sender_id", signal.sender.value).member("typing", signal.typing).end_object();
  return text;
}

std::string resumed(const service::CatchUp& page, domain::MessageId after,
                    const std::vector<service::ReadState>& reads) {
  std::string text;
  Writer writer(text);
  writer.begin_object().member("up_to_id", page.reset ? page.newest_id.value : std::max(page.newest_id, after).value);
  write_reads(writer, reads);
  if (page.reset) writer.member("reset", true);
  writer.end_object();
  return text;
}

std::string resume_page(const service::CatchUp& page) {
  std::string text;
  Writer writer(text);
  writer.begin_object().member("ok", true).key("messages").begin_array();
  for (const domain::Message& message : page.messages) service::write_message(writer, message);
  writer.end_array().member("more", page.more);
  write_reads(writer, page.reads);
  if (page.reset) writer.member("reset", true);
  writer.end_object();
  return text;
}

std::string error_event(const ChatError& error, std::optional<std::string_view> event, std::string_view client_id) {
  std::string text;
  Writer writer(text);
  writer.begin_object();
  write_error(writer, error);
  if (event) writer.member("event", *event);
  if (!client_id.empty()) writer.member("client_id", client_id);
  writer.end_object();
  return text;
}

std::string error_ack(const ChatError& error) {
  std::string text;
  Writer writer(text);
  writer.begin_object().member("ok", false);
  write_error(writer, error);
  writer.end_object();
  return text;
}

}  // namespace parley::realtime
