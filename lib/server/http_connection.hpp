// One HTTP connection: bytes to requests, one at a time (H7), answers to bytes, the time limits of both, and the
// hand-over to a WebSocket. What a request means is decided by routes and Engine.IO endpoints. Private.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "sio/http/message.hpp"
#include "sio/http/parser.hpp"
#include "sio/server/http_router.hpp"

namespace sio {

class EngineEndpoint;

class HttpConnection final : public Connection {
 public:
  HttpConnection(ShardState& state, rt::Stream::Ptr stream, std::string remote_address);

  // Begins to read. `received`: bytes that another owner of the stream has read already.
  void begin(std::string received = {});
  // Begins with a request that was received on another shard and whose upgrade shall happen here.
  void begin_with(std::shared_ptr<http::Request> request, std::string received);

  // Answers the request under way. Answers that come before its body has ended wait for that.
  void answer(http::Response response);

  // ---- for the upgrade of the request under way
  const http::Request& request() const { return *request_; }
  // Writes `head` (a 101) and gives up stream and bytes received beyond the request; the connection retires.
  struct Released {
    rt::Stream::Ptr stream;
    std::string received;
  };
  Released switch_protocol(const std::string& head);
  // Gives up the descriptor, for another shard; the connection retires.
  struct Moved {
    int descriptor = -1;
    std::string received;
    std::shared_ptr<http::Request> request;
  };
  Moved move_away();

  void on_data(std::span<char> bytes) override;
  void on_writable() override;
  void on_end(bool orderly) override;
  void begin_shutdown() override;

 private:
  enum class State : unsigned char {
    idle,       // between requests
    receiving,  // a request is coming in
    answering,  // its handler has it
    writing,    // the answer did not go out at once
    lingering,  // the last answer is out; discarding input until the peer closes
  };

  void on_timer(TimePoint now) override;
  void process();
  bool on_head();
  void on_complete();
  void on_failed();
  void dispatch();
  void run_route(HttpRouter::Match match);
  void refuse_unread(int status);
  void send(http::Response response);
  void finish_answer();
  void start_lingering();
  void clear_request();
  bool waits_for_packets() const;
  void leave_if_pointless();
  void abandon();

  std::string remote_address_;
  std::unique_ptr<http::RequestParser> parser_;  // only while a request comes in
  std::shared_ptr<http::Request> request_;       // the request under way, once complete
  std::string request_id_;
  std::string received_;                // bytes beyond the request under way
  std::string unsent_;                  // of an answer that the kernel did not take at once
  std::size_t unsent_at_ = 0;           // how much of that has gone meanwhile
  std::optional<http::Response> held_;  // an answer that waits for the end of the request's body
  EngineEndpoint* endpoint_ = nullptr;  // that knows of the POST under way
  TimePoint head_at_;                   // when the head of the request that comes in was whole
  State state_now_ = State::idle;
  bool close_after_ = false;
  bool processing_ = false;  // process() is on the call stack
  bool paused_ = false;
  bool peer_ended_ = false;  // it sends no more, but may wait for answers
};

}  // namespace sio
