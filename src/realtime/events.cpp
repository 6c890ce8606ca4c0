// What clients send: parse, one use case, and an answer that is either at once a failure or comes with the commit.
#include <charconv>
#include <string>
#include <utility>

#include "parley/service/mark_read.hpp"
#include "parley/service/send_message.hpp"
#include "parts.hpp"

namespace parley::realtime {

namespace {

struct SendRequest {
  std::optional<domain::UserId> receiver;
  std::optional<std::string> content;
  std::string client_id;
  std::string_view flaw;  // not empty: what is wrong
};

// One walk over the members; fields not named are ignored.
SendRequest parse_send(const sio::Event& event) {
  SendRequest request;
  const auto payload = event.argument(0);
  if (!payload || !payload->is_object()) {
    request.flaw = "The payload must be an object.";
    return request;
  }
  for (const sio::json::Member member : payload->members()) {
    if (member.key_is("receiver_id")) {
      if (const auto id = parse_id(member.value)) request.receiver = domain::UserId(*id);
    } else if (member.key_is("content")) {
      request.content = member.value.as_string();
    } else if (member.key_is("client_id") && !member.value.is_null()) {
      request.client_id = member.value.as_string().value_or(std::string());
      if (request.client_id.empty()) request.flaw = "client_id must be 1 to 64 printable ASCII characters.";
    }
  }
  if (!request.receiver) request.flaw = "receiver_id must be an id.";
  if (!request.content) request.flaw = "content must be a text.";
  return request;
}

}  // namespace

std::optional<std::int64_t> parse_id(const sio::json::Value& value) {
  std::optional<std::int64_t> id = value.as_int64();
  if (!id && value.is_string()) {
    std::string buffer;
    const auto text = value.as_string(buffer);
    std::int64_t parsed = 0;
    if (!text || text->empty() || text->front() == '-') return std::nullopt;
    const auto end = std::from_chars(text->data(), text->data() + text->size(), parsed);
    if (end.ec != std::errc{} || end.ptr != text->data() + text->size()) return std::nullopt;
    id = parsed;
  }
  return id && *id >= 0 ? id : std::nullopt;
}

service::Origin origin_of(const sio::Event& event) {
  const sio::SocketRef socket = event.socket().ref();
  const auto ack = event.ack_id();
  return {socket.shard(), socket.value, ack ? static_cast<std::int64_t>(*ack) : -1};
}

void fail_event(sio::Socket& socket, std::int64_t ack_id, const ChatError& error, std::string_view event,
                std::string_view client_id) {
  if (ack_id >= 0) {
    socket.acknowledge(static_cast<sio::AckId>(ack_id), sio::Arguments::of(sio::Json{error_ack(error)}));
  } else {
    socket.emit("error", sio::Json{error_event(error, event, client_id)});
  }
}

void Chat::Parts::on_send(sio::Event& event) {
  sio::Socket& socket = event.socket();
  Member& member = socket.data<Member>();
  const service::Origin origin = origin_of(event);
  SendRequest request = parse_send(event);
  const auto refuse = [&](const ChatError& error) {
    fail_event(socket, origin.ack_id, error, "smessage", request.client_id);
  };
  if (!request.flaw.empty()) return refuse(invalid_payload(request.flaw));
  const auto wait = ports.limiter.try_take(member.user.value, socket.engine().shard().now());
  if (wait.count() > 0) {
    ports.on_rate_limited();
    return refuse(rate_limited(wait.count()));
  }
  service::Draft draft{member.user, *request.receiver, std::move(*request.content), std::move(request.client_id),
                       origin};
  if (!member.catching_up) return append(socket, std::move(draft));
  if (member.catching_up->held.size() >= kHeldSendsMax) {
    ports.on_rate_limited();
    return fail_event(socket, origin.ack_id, rate_limited(1'000), "smessage", draft.client_id);
  }
  member.catching_up->held.push_back(std::move(draft));
}

void Chat::Parts::append(sio::Socket& socket, service::Draft draft) {
  const std::int64_t ack_id = draft.origin.ack_id;
  std::string client_id = draft.client_id;
  const auto error = service::send_message(ports.log, std::move(draft));
  if (error == service::SendError::storage_unavailable && draining) return;
  if (error) fail_event(socket, ack_id, to_chat_error(*error), "smessage", client_id);
}

void Chat::Parts::on_mark_read(sio::Event& event) {
  sio::Socket& socket = event.socket();
  const service::Origin origin = origin_of(event);
  const auto refuse = [&](const ChatError& error) {
    fail_event(socket, origin.ack_id, error, "mark_message_read", {});
  };
  const auto payload = event.argument(0);
  const auto sender_value = payload ? payload->find("sender_id") : std::nullopt;
  const auto sender = sender_value ? parse_id(*sender_value) : std::nullopt;
  if (!sender) return refuse(invalid_payload("sender_id must be an id."));
  std::optional<domain::MessageId> up_to;
  if (const auto value = payload->find("up_to_id"); value && !value->is_null()) {
    const auto id = parse_id(*value);
    if (!id) return refuse(invalid_payload("up_to_id must be an id."));
    up_to = domain::MessageId(*id);
  }
  const auto error = service::mark_read(ports.log, socket.data<Member>().user, domain::UserId(*sender), up_to,
                                        delivered_here().newest_id, origin);
  if (!error) return;
  refuse(*error == service::MarkError::invalid_payload ? invalid_payload("sender_id must be an id.")
                                                       : storage_unavailable());
}

void Chat::Parts::on_resume(sio::Event& event) {
  sio::Socket& socket = event.socket();
  const service::Origin origin = origin_of(event);
  const auto payload = event.argument(0);
  const auto value = payload ? payload->find("after_id") : std::nullopt;
  const auto after = value ? parse_id(*value) : std::nullopt;
  if (!after) return fail_event(socket, origin.ack_id, invalid_payload("after_id must be an id."), "resume", {});
  if (origin.ack_id < 0) {
    return fail_event(socket, -1, invalid_payload("resume answers by acknowledgement: ask for one."), "resume", {});
  }
  const domain::MessageId id(*after);
  const bool taken = server.pool().try_submit([this, origin, id, me = socket.data<Member>().user] {
    const auto page = ports.reader.catch_up(me, {.after = id, .reads_after = id});
    const std::string fields = page ? resume_page(*page) : error_ack(storage_unavailable());
    nsp.with_socket(sio::SocketRef{origin.socket},
                    [fields, ack = static_cast<sio::AckId>(origin.ack_id)](sio::Socket& there) {
                      there.acknowledge(ack, sio::Arguments::of(sio::Json{fields}));
                    });
  });
  if (!taken) fail_event(socket, origin.ack_id, storage_unavailable(), "resume", {});
}

}  // namespace parley::realtime
