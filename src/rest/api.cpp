#include "parley/rest/api.hpp"

#include <utility>

#include "admin_routes.hpp"
#include "auth_routes.hpp"
#include "chat_routes.hpp"
#include "parley/rest/problem.hpp"
#include "parley/rest/security_headers.hpp"
#include "parley/rest/static_files.hpp"
#include "routes.hpp"

namespace parley::rest {

struct Api::State {
  explicit State(Environment given)
      : environment(std::move(given)),
        auth(environment),
        chat(environment),
        admin(environment),
        files(environment.assets) {}

  void add_auth_routes(Routes& routes) {
    routes.anyone("POST", "/auth/register", sio::RunOn::hash,
                  [this](const sio::RouteRequest& request) { return auth.register_user(request); });
    routes.anyone("POST", "/auth/login", sio::RunOn::hash,
                  [this](const sio::RouteRequest& request) { return auth.log_in(request); });
    // Takes the refresh token as its proof, hence no access token.
    routes.anyone("POST", "/auth/refresh", sio::RunOn::pool,
                  [this](const sio::RouteRequest& request) { return auth.refresh(request); });
    // The code is its proof.
    routes.anyone("POST", "/auth/reset", sio::RunOn::hash,
                  [this](const sio::RouteRequest& request) { return auth.reset_password(request); });
    routes.any("POST", "/auth/logout",
               [this](const sio::RouteRequest&, const service::Principal& who) { return auth.log_out(who); });
    routes.any("POST", "/auth/logout_all", [this](const sio::RouteRequest&, const service::Principal& who) {
      return auth.log_out_everywhere(who);
    });
    routes.any(
        "PUT", "/auth/password",
        [this](const sio::RouteRequest& request, const service::Principal& who) {
          return auth.change_password(request, who);
        },
        sio::RunOn::hash);
  }

  void add_admin_routes(Routes& routes) {
    routes.admin("GET", "/admin/users",
                 [this](const sio::RouteRequest& request, const service::Principal&) { return admin.people(request); });
    routes.admin("PATCH", "/admin/users/{id}",
                 [this](const sio::RouteRequest& request, const service::Principal&) { return admin.change(request); });
    routes.admin("GET", "/admin/settings",
                 [this](const sio::RouteRequest&, const service::Principal&) { return admin.settings(); });
  }

  void add_chat_routes(Routes& routes) {
    routes.any("GET", "/chat/info",
               [this](const sio::RouteRequest&, const service::Principal& who) { return chat.info(who); });
    routes.any("GET", "/chat/admins", [this](const sio::RouteRequest& request, const service::Principal&) {
      return chat.people(request, domain::Role::admin);
    });
    routes.admin("GET", "/chat/users", [this](const sio::RouteRequest& request, const service::Principal&) {
      return chat.people(request, domain::Role::user);
    });
    routes.any("GET", "/chat/messages/{id}", [this](const sio::RouteRequest& request, const service::Principal& who) {
      return chat.conversation(request, who);
    });
    routes.any("GET", "/chat/conversations", [this](const sio::RouteRequest& request, const service::Principal& who) {
      return chat.conversations(request, who);
    });
    routes.any("POST", "/chat/messages", [this](const sio::RouteRequest& request, const service::Principal& who) {
      return chat.send(request, who);
    });
    routes.any("GET", "/chat/loaded", [this](const sio::RouteRequest& request, const service::Principal& who) {
      return chat.all_messages(request, who);
    });
  }

  void add_code_routes(Routes& routes) {
    routes.admin(
        "POST", "/admin/users/{id}/reset",
        [this](const sio::RouteRequest& request, const service::Principal& who) { return admin.reset(request, who); });
    routes.admin("POST", "/admin/invites",
                 [this](const sio::RouteRequest&, const service::Principal& who) { return admin.invite(who); });
  }

  void add_health_routes(Routes& routes) {
    routes.anyone("GET", "/healthz", sio::RunOn::shard,
                  [](const sio::RouteRequest&) { return json_answer(200, R"({"status":"ok"})"); });
    routes.anyone("GET", "/readyz", sio::RunOn::shard, [this](const sio::RouteRequest&) {
      return environment.is_ready() ? json_answer(200, R"({"status":"ready"})") : render_problem(Problem::not_ready);
    });
  }

  Environment environment;
  AuthRoutes auth;
  ChatRoutes chat;
  AdminRoutes admin;
  StaticFiles files;
};

Api::Api(Environment environment) : state_(std::make_unique<State>(std::move(environment))) {}
Api::~Api() = default;

void Api::install(sio::HttpRouter& router) {
  Routes routes(router, state_->environment);
  state_->add_auth_routes(routes);
  state_->add_chat_routes(routes);
  state_->add_admin_routes(routes);
  state_->add_code_routes(routes);
  state_->add_health_routes(routes);
  routes.add_description();
  routes.add_preflights();
  router.set_fallback(
      [state = state_.get()](const sio::RouteRequest& request) { return state->files.serve(request.http); });
  router.set_error_renderer(
      [](int status, const sio::RouteRequest*) { return render_problem(problem_of_status(status)); });
  router.set_response_filter([state = state_.get()](const sio::RouteRequest& request, sio::http::Response& response) {
    add_security_headers(response.headers);
    response.headers.set("X-Request-Id", request.request_id);
    if (state->environment.cors.enabled()) {
      response.headers.set("Access-Control-Expose-Headers", "Link, Retry-After, X-Request-Id");
    }
    state->environment.observer.on_answer(request, response);
  });
}

}  // namespace parley::rest
