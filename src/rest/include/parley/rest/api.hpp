// The HTTP side of the product, put onto a router: routes, the web app's files, problems, the headers of every answer.
// Everything it uses is passed in, the clocks included; it owns no state but the limits' counters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "parley/auth/login_limiter.hpp"
#include "parley/auth/rate_limiter.hpp"
#include "parley/rest/admin_signup.hpp"
#include "parley/service/access.hpp"
#include "parley/service/accounts.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/message_reader.hpp"
#include "parley/service/presence.hpp"
#include "parley/service/send_and_wait.hpp"
#include "parley/web/assets.hpp"
#include "sio/http/cors.hpp"
#include "sio/server/http_router.hpp"

namespace parley::rest {

// What happened, for metrics and the log. Called from any thread; must not block.
struct Observer {
  std::function<void(const sio::RouteRequest&, const sio::http::Response&)> on_answer;
  std::function<void(bool good)> on_login;
  std::function<void(std::string_view limit)> on_rate_limited;  // "login", "registration", "reset", "message"
};

struct Environment {
  service::Accounts& accounts;
  service::Access& access;
  service::Directory& directory;
  service::MessageReader& messages;
  std::function<service::Presence(domain::UserId)> presence_of;
  std::span<const web::Asset> assets;
  AdminSignupRule admin_signup;
  sio::http::CorsPolicy cors;
  bool rate_limits = true;
  std::function<bool()> is_ready;
  std::function<std::int64_t()> unix_now_us;
  std::function<sio::TimePoint()> monotonic_now;
  Observer observer;
  service::SendAndWait& sends;
  auth::MessageLimiter& sending_limit;
};

class Api {
 public:
  // What `environment` refers to must outlive the Api, and the Api the router.
  explicit Api(Environment environment);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Before the server runs; once.
  void install(sio::HttpRouter& router);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parley::rest
