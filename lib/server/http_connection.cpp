#include "http_connection.hpp"

#include <algorithm>
#include <utility>

#include "core.hpp"
#include "engine_endpoint.hpp"
#include "sio/base/check.hpp"

namespace sio {

namespace {

// Pipelined bytes kept while a request is under way; above it the peer has to wait.
constexpr std::size_t kReceivedMax = 64 * 1024;
constexpr Milliseconds kLingerTime{2'000};

// H8: nothing here inflates. Whoever sends a compressed body is told, not misread.
bool is_encoded(const http::Request& head) {
  const std::string coding = head.headers.joined("content-encoding");
  return !coding.empty() && !http::equals_ignore_case(coding, "identity");
}

}  // namespace

HttpConnection::HttpConnection(ShardState& state, rt::Stream::Ptr stream, std::string remote_address)
    : Connection(state, std::move(stream)), remote_address_(std::move(remote_address)) {}

void HttpConnection::begin(std::string received) {
  stream_->set_handler(this);
  stream_->start();
  arm(state_.shard.now() + state_.core.options().http.head_timeout);
  received_ = std::move(received);
  if (!received_.empty()) process();
}

void HttpConnection::begin_with(std::shared_ptr<http::Request> request, std::string received) {
  stream_->set_handler(this);
  stream_->start();
  request_ = std::move(request);
  received_ = std::move(received);
  state_now_ = State::answering;
  dispatch();
}

void HttpConnection::on_data(std::span<char> bytes) {
  if (state_now_ == State::lingering) return;
  if (state_now_ == State::answering || state_now_ == State::writing || !received_.empty()) {
    received_.append(bytes.data(), bytes.size());
    if (received_.size() > kReceivedMax && state_now_ != State::receiving) {
      paused_ = true;
      stream_->pause();
    }
    if (state_now_ == State::idle || state_now_ == State::receiving) process();
    return;
  }
  received_.assign(bytes.data(), bytes.size());
  process();
}

// Feeds what was received to the parser until a request is under way or more bytes are needed.
void HttpConnection::process() {
  processing_ = true;
  std::size_t at = 0;
  while (!retired() && (state_now_ == State::idle || state_now_ == State::receiving)) {
    if (at == received_.size() && (!parser_ || parser_->state() == http::ParseState::head)) break;
    if (!parser_) parser_ = std::make_unique<http::RequestParser>(state_.core.options().http.parser);
    if (state_now_ == State::idle) {
      state_now_ = State::receiving;
      arm(state_.shard.now() + state_.core.options().http.head_timeout);
    }
    const auto before = parser_->state();
    const std::size_t used = parser_->feed(std::string_view(received_).substr(at));
    at += used;
    const auto now = parser_->state();
    if (now == http::ParseState::failed) {
      on_failed();
      break;
    }
    if (before == http::ParseState::head && now == http::ParseState::body && !on_head()) break;
    if (now == http::ParseState::complete) {
      received_.erase(0, at);
      at = 0;
      on_complete();
      continue;
    }
    if (used == 0 && now == before) break;
  }
  processing_ = false;
  if (retired()) return;
  if (peer_ended_) leave_if_pointless();
  if (retired()) return;
  received_.erase(0, std::min(at, received_.size()));
  if (received_.empty()) std::string().swap(received_);  // an idle connection keeps no memory
}

// The head is there: how much body may follow, and does an Engine.IO session have to know now?
bool HttpConnection::on_head() {
  const http::Request& head = parser_->head();
  const bool body_follows = parser_->chunked() || parser_->declared_body_bytes() > 0;
  if (body_follows && is_encoded(head)) {
    refuse_unread(415);
    return false;
  }
  head_at_ = state_.shard.now();
  arm(http::body_deadline(state_.core.options().http.body, head_at_, 0));
  std::size_t limit = 0;
  if (EngineEndpoint* endpoint = state_.core.endpoint_for(head.path)) {
    limit = endpoint->options().session.max_payload;
    if (head.method == "POST") {
      endpoint_ = endpoint;
      endpoint->post_begun(handle(), head);
    }
  } else {
    const auto match = state_.core.router().match(head.method, head.path);
    // Bodies of requests that fail anyway are read and dropped up to a moderate size, so that the answer arrives.
    limit = match.route != nullptr ? match.route->body_bytes_max : std::size_t{128} * 1024;
  }
  if (retired()) return false;
  parser_->set_body_limit(limit);
  if (parser_->state() != http::ParseState::failed && body_follows &&
      http::equals_ignore_case(head.headers.find("expect"), "100-continue")) {
    stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  return true;
}

void HttpConnection::on_complete() {
  request_ = std::make_shared<http::Request>(parser_->take());
  request_->remote_address = remote_address_;
  parser_.reset();
  state_now_ = State::answering;
  arm(kNever);
  if (held_) return send(*std::exchange(held_, std::nullopt));
  if (endpoint_ != nullptr) return endpoint_->post_complete(handle(), *request_);
  dispatch();
}

void HttpConnection::on_failed() {
  const int status = parser_->error_status();
  if (endpoint_ != nullptr) {
    if (status == 413) {
      state_now_ = State::answering;
      arm(kNever);
      close_after_ = true;
      if (held_) return send(*std::exchange(held_, std::nullopt));
      return endpoint_->post_too_large(handle(), parser_->head());
    }
    endpoint_->post_aborted(handle(), parser_->head());
    if (retired()) return;
    endpoint_ = nullptr;
  }
  close_after_ = true;
  const bool for_engine = status == 400 && state_.core.endpoint_for(parser_->refused_target()) != nullptr;
  send(for_engine ? EngineEndpoint::bad_request() : state_.core.router().error(status, nullptr));
}

// Answers a request by its head alone; its body is discarded with the connection.
void HttpConnection::refuse_unread(int status) {
  close_after_ = true;
  http::Response response = state_.core.router().error(status, nullptr);
  if (status == 415) response.headers.set("Accept-Encoding", "identity");
  send(std::move(response));
}

void HttpConnection::dispatch() {
  if (peer_ended_ && request_->upgrade) return retire();  // a WebSocket could only wait for its own end
  if (EngineEndpoint* endpoint = state_.core.endpoint_for(request_->path)) return endpoint->handle(*this);
  run_route(state_.core.router().match(request_->method, request_->path));
}

void HttpConnection::run_route(HttpRouter::Match match) {
  HttpRouter& router = state_.core.router();
  request_id_ = state_.core.next_request_id(state_);
  RouteRequest here{*request_, request_id_, std::move(match.parameters)};
  if (match.fallback) return answer(router.run(router.fallback(), here));
  if (match.route == nullptr) {
    http::Response response = router.error(match.status, &here);
    if (match.status == 405) response.headers.set("Allow", match.allow);  // RFC 9110 15.5.6: also if empty
    return answer(std::move(response));
  }
  const Route& route = *match.route;
  if (route.run_on == RunOn::shard) return answer(router.run(route.handler, here));
  if (state_.refuses_work()) {
    http::Response late = router.error(503, &here);
    if (!late.headers.contains("retry-after")) late.headers.set("Retry-After", "1");
    return answer(std::move(late));
  }
  rt::BlockingPool& pool = route.run_on == RunOn::hash ? state_.core.hash_pool() : state_.core.pool();
  const bool taken = pool.try_submit([&core = state_.core, &route, handle = handle(), request = request_,
                                      id = request_id_, parameters = here.parameters] {
    const RouteRequest there{*request, id, parameters};
    core.answer(handle, core.router().run(route.handler, there));
  });
  if (!taken) answer(router.error(503, &here));
}

void HttpConnection::answer(http::Response response) {
  if (state_now_ == State::receiving) {
    held_ = std::move(response);
    return;
  }
  if (state_now_ == State::answering) send(std::move(response));
}

void HttpConnection::send(http::Response response) {
  static const http::Request kNone;
  // Of a request that failed there is its head, or nothing.
  const http::Request& request = request_ ? *request_ : parser_ ? parser_->head() : kNone;
  if (request_id_.empty()) request_id_ = state_.core.next_request_id(state_);
  const RouteRequest context{request, request_id_, {}};
  state_.core.router().filter(context, response);
  state_.core.options().http.cors.add_headers(request.headers.find("origin"), response.headers);
  // A client that asked for an upgrade and did not get it has nothing else to say on this connection.
  close_after_ =
      close_after_ || response.close || !request_ || !request.keep_alive || request.upgrade || state_.draining;
  const std::string bytes = http::serialize(response, !close_after_, request.method == "HEAD");
  state_now_ = State::writing;
  const auto written = stream_->write(bytes);
  if (written < 0) return retire();
  if (static_cast<std::size_t>(written) == bytes.size()) return finish_answer();
  unsent_ = bytes.substr(static_cast<std::size_t>(written));
  count_waiting(unsent_.size(), true);
  arm(state_.shard.now() + state_.core.options().http.write_timeout);
}

void HttpConnection::on_writable() {
  if (unsent_.empty()) return;
  // Nothing is moved to the front: a peer that takes a large answer in small pieces must not cost its square.
  const auto written = stream_->write(std::string_view(unsent_).substr(unsent_at_));
  if (written < 0) return retire();
  unsent_at_ += static_cast<std::size_t>(written);
  if (unsent_at_ < unsent_.size()) {
    if (written == 0) return;
    count_waiting(unsent_.size(), true);  // all of it: what has gone is held as long as the rest
    arm(state_.shard.now() + state_.core.options().http.write_timeout);
    return;
  }
  std::string().swap(unsent_);
  unsent_at_ = 0;
  count_waiting(0, true);
  finish_answer();
}

void HttpConnection::finish_answer() {
  clear_request();
  if (close_after_) return start_lingering();
  state_now_ = State::idle;
  arm(state_.shard.now() + state_.core.options().http.keep_alive_timeout);
  if (std::exchange(paused_, false)) stream_->start();
  if (!processing_ && (!received_.empty() || peer_ended_)) process();
}

void HttpConnection::clear_request() {
  request_.reset();
  parser_.reset();
  request_id_.clear();
  held_.reset();
  endpoint_ = nullptr;
}

// Closing at once while the peer still sends would reset the connection, and it might never see the answer.
void HttpConnection::start_lingering() {
  if (peer_ended_) return retire();
  state_now_ = State::lingering;
  received_.clear();
  stream_->shutdown_write();
  if (std::exchange(paused_, false)) stream_->start();
  arm(state_.shard.now() + kLingerTime);
}

// A client that has ended its half after its requests still gets their answers.
void HttpConnection::on_end(bool orderly) {
  peer_ended_ = true;
  orderly ? leave_if_pointless() : abandon();
}

bool HttpConnection::waits_for_packets() const {
  return state_now_ == State::answering && request_ && request_->method == "GET" &&
         state_.core.endpoint_for(request_->path) != nullptr;
}

// Half a request never becomes a whole one now; and a poll whose client seems to have left ends its session at once
// (protocol page 1.5): it must not take packets with it.
void HttpConnection::leave_if_pointless() {
  const bool answer_to_come = state_now_ == State::answering || state_now_ == State::writing;
  if (!answer_to_come || waits_for_packets()) abandon();
}

void HttpConnection::abandon() {
  if (state_now_ == State::answering && request_) {
    if (EngineEndpoint* endpoint = state_.core.endpoint_for(request_->path))
      endpoint->request_aborted(handle(), *request_);
  } else if (state_now_ == State::receiving && endpoint_ != nullptr) {
    endpoint_->post_aborted(handle(), parser_->head());
  }
  retire();
}

void HttpConnection::on_timer(TimePoint now) {
  switch (state_now_) {
    case State::receiving:
      if (parser_->state() == http::ParseState::body) {
        const TimePoint due = http::body_deadline(state_.core.options().http.body, head_at_, parser_->body_bytes());
        if (now < due) return arm(due);
      }
      if (endpoint_ != nullptr) endpoint_->post_aborted(handle(), parser_->head());
      if (retired()) return;
      endpoint_ = nullptr;
      close_after_ = true;
      if (parser_->started()) return send(state_.core.router().error(408, nullptr));
      return retire();
    case State::writing:
      stream_->reset_at_close();  // the kernel would go on offering what is left of the answer
      return retire();
    case State::idle:
    case State::lingering:
      return retire();
    case State::answering:
      return;
  }
}

void HttpConnection::begin_shutdown() {
  if (state_now_ == State::idle) retire();
}

HttpConnection::Released HttpConnection::switch_protocol(const std::string& head) {
  SIO_CHECK(state_now_ == State::answering);
  const auto written = stream_->write(head);
  Released released;
  // The first bytes on a fresh connection always fit the kernel's buffer; if not, the peer is broken.
  if (written == static_cast<std::ptrdiff_t>(head.size())) {
    stream_->set_handler(nullptr);
    released.stream = std::move(stream_);
    released.received = std::move(received_);
    retire_handed_over();
    return released;
  }
  retire();
  return released;
}

HttpConnection::Moved HttpConnection::move_away() {
  Moved moved{stream_->release(), std::move(received_), std::move(request_)};
  retire_handed_over();
  return moved;
}

}  // namespace sio
