#include "composition.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <utility>

#include "ops_server.hpp"
#include "parley/auth/passwords.hpp"
#include "parley/auth/rate_limiter.hpp"
#include "parley/auth/tokens.hpp"
#include "parley/ops/health.hpp"
#include "parley/ops/logging.hpp"
#include "parley/ops/metrics.hpp"
#include "parley/realtime/chat.hpp"
#include "parley/realtime/limits.hpp"
#include "parley/rest/api.hpp"
#include "parley/service/access.hpp"
#include "parley/service/accounts.hpp"
#include "sio/runtime/clock.hpp"
#include "sio/runtime/cores.hpp"
#include "sio/server/server.hpp"
#include "startup.hpp"

namespace parley::app {
namespace {

// Contract 4.
constexpr std::size_t kMaxPayloadBytes = 131'072;
// E6: what a session may send, and how long it may live, before it is authenticated.
constexpr std::size_t kUnauthenticatedBytesMax = 4'096;
constexpr sio::Milliseconds kConnectTimeout{10'000};
// S9: packets of any kind from one session, in each of five seconds one after another.
constexpr std::uint32_t kPacketsPerSecondMax = 100;

sio::ServerOptions server_options(const Config& config) {
  const unsigned cores = sio::rt::available_cores();
  sio::ServerOptions options;
  options.threads = config.threads;
  options.http.cors = sio::http::CorsPolicy(config.cors_origins);
  options.http.hash_threads = std::max(1U, cores / 2);  // A2
  options.waiting_bytes_max = config.queue_budget_bytes;
  options.turn_lag_max = config.turn_lag;
  return options;
}

sio::SocketIoOptions socket_io_options(const Config& config) {
  sio::SocketIoOptions options;
  options.engine.session.max_payload = kMaxPayloadBytes;
  options.engine.session.outbox_bytes_max = config.socket_queue_bytes;
  options.engine.session.outbox_packets_max = realtime::kOutboxPacketsMax;
  options.engine.session.packets_per_second_max = kPacketsPerSecondMax;
  options.decoder.keep_attachments = false;  // S2: no event of the chat carries binary data
  options.unjoined_bytes_max = kUnauthenticatedBytesMax;
  options.connect_timeout = kConnectTimeout;
  options.kept_headers = {"authorization"};
  if (!config.rate_limits) {
    options.engine.session.control_packets_per_second_max = std::numeric_limits<std::size_t>::max();
    options.engine.session.packets_per_second_max = 0;
  }
  return options;
}

rest::AdminSignupRule signup_rule(const Config& config) {
  return rest::admin_signup_rule(config.admin_signup, !config.all_listeners_loopback() || !config.cors_origins.empty());
}

// What a person would want to see in the log at the usual level; the rest is for looking closely.
ops::LogLevel level_of(const sio::RouteRequest& request, int status) {
  const std::string_view path = request.http.path;
  // A server that has too much to do must not write a line for each client that it sends away: there is a metric.
  if (status == 503 && path.starts_with("/socket.io/")) return ops::LogLevel::debug;
  if (status >= 500) return status == 503 ? ops::LogLevel::warning : ops::LogLevel::error;
  return path.starts_with("/auth/") || path.starts_with("/chat/") || path.starts_with("/admin/") ? ops::LogLevel::info
                                                                                                 : ops::LogLevel::debug;
}

void log_answer(const sio::RouteRequest& request, const sio::http::Response& response) {
  const ops::LogLevel level = level_of(request, response.status);
  if (!ops::is_logged(level)) return;
  ops::log(level, "request",
           {{"id", request.request_id},
            {"method", request.http.method},
            {"path", request.http.path},
            {"status", response.status},
            {"remote", request.http.remote_address}});
}

}  // namespace

struct Composition::Parts {
  explicit Parts(const Config& given)
      : config(given),
        admin_signup(signup_rule(given)),
        store(open_store(given)),
        codec(load_secret_key(given.jwt_secret_path())),
        access(codec, store->logins()),
        accounts(store->directory(), store->logins(), store->codes(), hasher, codec,
                 {config.access_token_ttl, config.refresh_token_ttl}),
        limiter({config.message_rate_per_second, config.message_burst}, config.rate_limits),
        commands(store->directory(), store->codes(), accounts),
        ops_server(std::make_unique<OpsServer>(metrics, commands)),
        server(std::make_unique<sio::Server>(server_options(given))) {}

  rest::Environment rest_environment() {
    return {accounts,
            access,
            store->directory(),
            store->reader(),
            [this](domain::UserId user) { return chat->presence_of(user); },
            web::assets(),
            admin_signup,
            sio::http::CorsPolicy(config.cors_origins),
            config.rate_limits,
            [this] { return health.ready(); },
            sio::rt::unix_now_us,
            sio::rt::monotonic_now,
            {[this](const sio::RouteRequest& request, const sio::http::Response& response) {
               metrics.count_http_answer(response.status);
               log_answer(request, response);
             },
             [this](bool good) { metrics.count_login(good); },
             [this](std::string_view limit) { metrics.count_rate_limited(limit); }},
            *sends,
            limiter};
  }

  void wire() {
    server->serve_socket_io(socket_io_options(config));
    chat = std::make_unique<realtime::Chat>(
        *server,
        realtime::ChatPorts{access,
                            store->log(),
                            store->reader(),
                            store->seen(),
                            limiter,
                            {config.peer_chat},
                            [this] { metrics.count_rate_limited("message"); }},
        realtime::DeliveryStart{store->commit_at_start(), store->newest_id_at_start()});
    sends = std::make_unique<service::SendAndWait>(store->log(), *chat);
    api = std::make_unique<rest::Api>(rest_environment());
    api->install(server->http());
    store->set_commit_listener(*sends);
    // Access first: whoever is told by the chat to come again finds the change known.
    store->add_account_listener(access);
    store->add_account_listener(*chat);
    store->set_on_failing([this] { on_storage_failing(); });
    store->set_on_failed([this](const std::string& why) { on_storage_failed(why); });
    store->set_on_damaged([this](const std::string& what) { on_database_damaged(what); });
    add_store_metrics();
    add_load_metrics();
  }

  void add_load_metrics() {
    const auto load = [this](auto read) { return [this, read] { return static_cast<double>(read(server->load())); }; };
    metrics.add_gauge("parley_waiting_bytes", "What waits for clients, and 64 bytes for each packet of it",
                      load([](const sio::ServerLoad& now) { return now.waiting_bytes; }));
    metrics.add_counter("parley_slow_consumers_queue_total", "Sockets closed because their own queue was full",
                        load([](const sio::ServerLoad& now) { return now.slow_by_outbox; }));
    metrics.add_counter("parley_slow_consumers_budget_total",
                        "Sockets and answers ended because too much waited for all clients together",
                        load([](const sio::ServerLoad& now) { return now.slow_by_budget; }));
    metrics.add_gauge("parley_turn_lag_milliseconds", "How late an event loop handles what is ready, at the worst",
                      load([](const sio::ServerLoad& now) { return now.turn_lag.count(); }));
    metrics.add_counter("parley_overload_refusals_total", "Handshakes and requests refused because of that lag",
                        load([](const sio::ServerLoad& now) { return now.refused; }));
  }

  void add_store_metrics() {
    const auto stat = [this](auto member) {
      return [this, member] { return static_cast<double>(store->stats().*member); };
    };
    metrics.add_counter("parley_messages_total", "Messages stored since the start", stat(&store::StoreStats::messages));
    metrics.add_counter("parley_commits_total", "Transactions committed", stat(&store::StoreStats::commits));
    metrics.add_counter("parley_reads_total", "Read transactions of the storage", stat(&store::StoreStats::reads));
    metrics.add_counter("parley_passwords_hashed_total", "Password hashes computed, comparisons included",
                        [this] { return static_cast<double>(hasher.computed()); });
    metrics.add_counter("parley_storage_refusals_total", "Commands refused because the storage was not available",
                        stat(&store::StoreStats::refused_for_storage));
    metrics.add_gauge("parley_store_queue", "Commands that wait for the writer", stat(&store::StoreStats::queued));
    metrics.add_gauge("parley_store_queue_age_milliseconds", "How long the oldest of them has waited",
                      [this] { return static_cast<double>(store->stats().queue_age.count()); });
    metrics.add_counter("parley_store_queue_refusals_total", "Commands refused because those had waited for too long",
                        stat(&store::StoreStats::refused_for_age));
    metrics.add_gauge("parley_last_commit_microseconds", "Duration of the last commit, synchronisation included",
                      stat(&store::StoreStats::last_commit_us));
    metrics.add_gauge("parley_database_damaged", "1 since the database was found to be damaged, and is read-only",
                      [this] { return store->stats().read_only ? 1.0 : 0.0; });
    metrics.add_gauge("parley_database_checked", "1 since all of the database was looked through and is sound",
                      [this] { return store->stats().integrity == store::IntegrityState::sound ? 1.0 : 0.0; });
    metrics.add_gauge("parley_ready", "1 while the server takes traffic",
                      [this] { return health.ready() ? 1.0 : 0.0; });
  }

  void listen() {
    for (const sio::rt::Endpoint& endpoint : config.listen) {
      const auto bound = server->listen(endpoint.to_string());
      if (!bound) {
        throw StartupError(ExitCode::unavailable, "cannot listen on " + endpoint.to_string() + ": " + bound.error());
      }
      urls.push_back(bound->to_url());
    }
    if (config.metrics_listen) listen_for_metrics(*config.metrics_listen);
    if (const auto bound = ops_server->listen_for_control(config.control_socket_path()); !bound) {
      ops::log(ops::LogLevel::warning, "no control socket: parley user will not work beside this server",
               {{"why", bound.error()}});
    }
  }

  void listen_for_metrics(const sio::rt::Endpoint& endpoint) {
    const auto bound = ops_server->listen_for_metrics(endpoint);
    if (bound) return ops::log(ops::LogLevel::info, "metrics", {{"url", bound->to_url() + "/metrics"}});
    if (!config.metrics_listen_is_default) {
      throw StartupError(ExitCode::unavailable,
                         "cannot listen for metrics on " + endpoint.to_string() + ": " + bound.error());
    }
    ops::log(ops::LogLevel::warning, "no metrics: the default address is taken",
             {{"address", endpoint.to_string()}, {"why", bound.error()}});
  }

  // Nothing was acknowledged that is not on the disk, and nothing more will be (F4). Who waits is told after this.
  void on_storage_failing() {
    storage_failed = true;
    health.set(ops::Health::State::storage_failed);
  }

  // On the writer's thread, when all who waited have been told.
  void on_storage_failed(const std::string& why) {
    ops::log(ops::LogLevel::error, "the storage has failed; ending", {{"why", why}});
    server->stop();
  }

  // Reads go on, nothing is written or acknowledged any more (F6).
  void on_database_damaged(const std::string& what) {
    health.set(ops::Health::State::damaged);
    ops::log(ops::LogLevel::error,
             "the database is damaged: read-only from now on; stop the server and restore a backup", {{"what", what}});
  }

  void check_database() {
    store->check_in_background([](const store::IntegrityResult& result) {
      if (result.state == store::IntegrityState::sound) return ops::log(ops::LogLevel::info, "the database is sound");
      if (result.state == store::IntegrityState::damaged) return;  // told by on_database_damaged()
      ops::log(ops::LogLevel::warning, "the database was not checked to its end; see: parley check",
               {{"why", result.detail}});
    });
  }

  const Config config;
  const rest::AdminSignupRule admin_signup;
  ops::Health health;
  ops::Metrics metrics;
  auth::PasswordHasher hasher;
  std::unique_ptr<store::SqliteStore> store;
  auth::TokenCodec codec;
  service::Access access;
  service::Accounts accounts;
  auth::MessageLimiter limiter;
  AdminCommands commands;
  std::unique_ptr<OpsServer> ops_server;
  std::unique_ptr<sio::Server> server;
  std::unique_ptr<realtime::Chat> chat;
  std::unique_ptr<service::SendAndWait> sends;
  std::unique_ptr<rest::Api> api;
  std::vector<std::string> urls;
  std::atomic<bool> storage_failed{false};
};

Composition::Composition(const Config& config) {
  make_data_directory(config.data);
  parts_ = std::make_unique<Parts>(config);
  if (const auto& backup = parts_->store->backup()) {
    ops::log(ops::LogLevel::info, "database brought to the newest schema", {{"backup", backup->string()}});
  }
  parts_->wire();
  parts_->listen();
  parts_->store->start();
}

Composition::~Composition() { close(); }

const std::vector<std::string>& Composition::urls() const { return parts_->urls; }

std::string Composition::admin_signup() const { return parts_->admin_signup.describe(); }

bool Composition::admins_open_to_everybody() const { return parts_->admin_signup.open_to_everybody; }

std::optional<std::string> Composition::first_admin_link() const {
  Parts& parts = *parts_;
  if (parts.admin_signup.mode != rest::AdminSignup::invite || parts.urls.empty()) return std::nullopt;
  const auto any_admin = parts.store->directory().any_admin();
  if (!any_admin || *any_admin) return std::nullopt;
  const auto code = parts.accounts.invite(std::nullopt, sio::rt::unix_now_us());
  if (!code) return std::nullopt;
  const std::string& url = parts.urls.front();
  return (url.starts_with("unix:") ? std::string() : url) + "/register#invite=" + code->code;
}

void Composition::run() {
  parts_->ops_server->start();
  parts_->health.set(ops::Health::State::ready);
  parts_->check_database();
  parts_->server->run();
}

void Composition::stop() {
  parts_->health.set(ops::Health::State::draining);
  ops::log(ops::LogLevel::info, "draining");
  // What is queued is committed, and its senders are told, before their connections end; what comes after is not
  // answered at all, so that clients send it again when they are back.
  parts_->chat->begin_drain();
  parts_->store->stop();
  parts_->server->stop();
}

// The writer first, since it calls the chat; then whatever runs threads, since those call all the rest.
ExitCode Composition::close() {
  parts_->store->stop();
  parts_->ops_server.reset();
  parts_->server.reset();
  return parts_->storage_failed ? ExitCode::io : ExitCode::ok;
}

}  // namespace parley::app
