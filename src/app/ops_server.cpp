#include "ops_server.hpp"

#include <sys/stat.h>

#include <utility>

#include "control_socket.hpp"
#include "parley/rest/problem.hpp"
#include "parley/rest/security_headers.hpp"
#include "sio/base/check.hpp"

namespace parley::app {
namespace {

sio::ServerOptions small_server() {
  sio::ServerOptions options;
  options.threads = 1;
  options.http.pool_threads = 1;
  options.http.hash_threads = 1;
  return options;
}

}  // namespace

OpsServer::OpsServer(ops::Metrics& metrics, AdminCommands& commands)
    : metrics_(metrics), commands_(commands), server_(small_server()) {
  sio::HttpRouter& router = server_.http();
  router.set_error_renderer(
      [](int status, const sio::RouteRequest*) { return rest::render_problem(rest::problem_of_status(status)); });
  router.set_response_filter(
      [](const sio::RouteRequest&, sio::http::Response& response) { rest::add_security_headers(response.headers); });
  sio::Route metrics_route;
  metrics_route.method = "GET";
  metrics_route.pattern = "/metrics";
  metrics_route.run_on = sio::RunOn::pool;
  metrics_route.handler = [this](const sio::RouteRequest&) {
    sio::http::Response response;
    response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = metrics_.render();
    return response;
  };
  router.add(std::move(metrics_route));

  sio::Route control_route;
  control_route.method = "POST";
  control_route.pattern = std::string(kControlPath);
  control_route.run_on = sio::RunOn::hash;
  control_route.handler = [this](const sio::RouteRequest& request) {
    // Metrics are served over TCP only, so a unix socket is the control socket; from elsewhere there is no such route.
    if (request.http.remote_address != "unix") return rest::render_problem(rest::Problem::not_found);
    const auto command = admin_request_from_json(request.http.body);
    if (!command) return rest::render_problem(rest::Problem::invalid_json);
    return rest::json_answer(200, to_json(commands_.run(*command)));
  };
  router.add(std::move(control_route));
}

OpsServer::~OpsServer() { stop(); }

sio::Result<sio::rt::Endpoint, std::string> OpsServer::listen_for_metrics(const sio::rt::Endpoint& endpoint) {
  SIO_CHECK(!endpoint.is_unix());
  return server_.listen(endpoint.to_string());
}

sio::Result<void, std::string> OpsServer::listen_for_control(const std::filesystem::path& socket) {
  const mode_t before = ::umask(0177);
  const auto bound = server_.listen("unix:" + socket.string());
  ::umask(before);
  if (!bound) return sio::fail(bound.error());
  return {};
}

void OpsServer::start() {
  thread_.emplace("ops", 1, 1);
  running_ = thread_->try_submit([this] { server_.run(); });
  SIO_CHECK(running_);
}

void OpsServer::stop() {
  if (!std::exchange(running_, false)) return;
  server_.stop();
  thread_.reset();
}

}  // namespace parley::app
