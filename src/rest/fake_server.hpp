// For tests: the store's ports in memory, and an Api on a router above them, asked without any socket.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "parley/domain/validation.hpp"
#include "parley/rest/api.hpp"

namespace parley::rest::testing {

class FakeStore final : public service::Directory, public service::Logins, public service::MessageReader {
 public:
  // ---- Directory
  sio::Result<domain::UserId, service::AccountError> add(service::NewUser user) override {
    if (failing) return sio::fail(service::AccountError::storage_unavailable);
    for (const auto& account : accounts) {
      if (domain::normal_email(account.user.email) == domain::normal_email(user.email)) {
        return sio::fail(service::AccountError::email_taken);
      }
      if (user.only_if_no_admin && account.user.role == domain::Role::admin) {
        return sio::fail(service::AccountError::admin_exists);
      }
    }
    if (user.invite && invites.erase(user.invite->digest.lookup) == 0) {
      return sio::fail(service::AccountError::invalid_code);
    }
    const domain::UserId id(static_cast<std::int64_t>(accounts.size()) + 1);
    accounts.push_back({{id, user.name, user.email, user.role, false}, user.password_hash});
    return id;
  }
  sio::Result<void, service::AccountError> set_password(domain::UserId id, service::NewPassword password) override {
    if (failing) return sio::fail(service::AccountError::storage_unavailable);
    account(id).password_hash = password.hash;
    std::erase_if(logins,
                  [&](const auto& each) { return each.second.user == id && each.first != password.keep_login; });
    return {};
  }
  sio::Result<domain::User, service::AccountError> change(domain::UserId id, service::UserChange change) override {
    if (failing) return sio::fail(service::AccountError::storage_unavailable);
    if (!is_there(id)) return sio::fail(service::AccountError::not_found);
    if (last_admin_is_asked_for) return sio::fail(service::AccountError::last_admin);
    domain::User& user = account(id).user;
    user.role = change.role.value_or(user.role);
    user.disabled = change.disabled.value_or(user.disabled);
    return user;
  }
  sio::Result<std::optional<domain::User>, service::StoreError> find(domain::UserId id) override {
    if (failing) return sio::fail(service::StoreError::unavailable);
    if (!is_there(id)) return std::optional<domain::User>();
    return std::optional(account(id).user);
  }
  sio::Result<std::optional<service::Account>, service::StoreError> find_account(std::string_view email) override {
    if (failing) return sio::fail(service::StoreError::unavailable);
    for (const auto& each : accounts) {
      if (domain::normal_email(each.user.email) == domain::normal_email(email)) return std::optional(each);
    }
    return std::optional<service::Account>();
  }
  sio::Result<service::Page<service::Person>, service::StoreError> list(domain::Role role,
                                                                        const service::PageQuery& query) override {
    if (failing) return sio::fail(service::StoreError::timeout);
    std::vector<service::Person> all;
    for (const auto& each : accounts) {
      if (each.user.role == role && !each.user.disabled) all.push_back({each.user, last_seen_unix_us});
    }
    return page(std::move(all), query);
  }
  sio::Result<service::Page<service::Person>, service::StoreError> list_all(const service::PageQuery& query) override {
    if (failing) return sio::fail(service::StoreError::timeout);
    std::vector<service::Person> all;
    for (const auto& each : accounts) all.push_back({each.user, last_seen_unix_us});
    return page(std::move(all), query);
  }
  sio::Result<bool, service::StoreError> any_admin() override {
    return std::any_of(accounts.begin(), accounts.end(),
                       [](const auto& each) { return each.user.role == domain::Role::admin; });
  }

  // ---- Logins
  sio::Result<void, service::AccountError> begin(service::NewLogin login) override {
    if (failing) return sio::fail(service::AccountError::storage_unavailable);
    logins[login.id] = login;
    return {};
  }
  sio::Result<service::Rotated, service::RotateError> rotate(service::Rotation rotation) override {
    if (failing) return sio::fail(service::RotateError::storage_unavailable);
    const auto login = logins.find(rotation.login_id);
    if (login == logins.end()) return sio::fail(service::RotateError::ended);
    if (login->second.refresh_token_id != rotation.presented_token_id) {
      logins.erase(login);
      return sio::fail(service::RotateError::reused);
    }
    login->second.refresh_token_id = rotation.fresh_token_id;
    return service::Rotated{account(login->second.user).user, rotation.fresh_token_id};
  }
  sio::Result<void, service::AccountError> end(std::string login_id) override {
    logins.erase(login_id);
    return {};
  }
  sio::Result<void, service::AccountError> end_all(domain::UserId user) override {
    std::erase_if(logins, [user](const auto& each) { return each.second.user == user; });
    return {};
  }
  sio::Result<std::optional<service::Login>, service::StoreError> find(std::string_view login_id) override {
    if (failing) return sio::fail(service::StoreError::unavailable);
    const auto login = logins.find(std::string(login_id));
    if (login == logins.end()) return std::optional<service::Login>();
    const domain::User& user = account(login->second.user).user;
    return std::optional(service::Login{user, !user.disabled});
  }

  // ---- MessageReader
  sio::Result<service::Page<domain::Message>, service::StoreError> conversation(
      domain::UserId me, domain::UserId partner, const service::PageQuery& query) override {
    if (failing) return sio::fail(service::StoreError::unavailable);
    std::vector<domain::Message> mine;
    for (const auto& each : messages) {
      if ((each.sender == me && each.receiver == partner) || (each.sender == partner && each.receiver == me)) {
        mine.push_back(each);
      }
    }
    return page(std::move(mine), query);
  }
  sio::Result<service::Page<domain::Message>, service::StoreError> all_of(domain::UserId me,
                                                                          const service::PageQuery& query) override {
    if (failing) return sio::fail(service::StoreError::unavailable);
    std::vector<domain::Message> mine;
    for (const auto& each : messages) {
      if (each.sender == me || each.receiver == me) mine.push_back(each);
    }
    return page(std::move(mine), query);
  }
  sio::Result<service::Page<service::Conversation>, service::StoreError> conversations(
      domain::UserId, const service::ConversationQuery& query) override {
    if (failing) return sio::fail(service::StoreError::unavailable);
    asked = query;
    return talks;
  }
  sio::Result<service::CatchUp, service::StoreError> catch_up(domain::UserId, const service::CatchUpQuery&) override {
    return service::CatchUp{};
  }

  service::Account& account(domain::UserId id) { return accounts.at(static_cast<std::size_t>(id.value - 1)); }

  std::vector<service::Account> accounts;
  std::map<std::string, service::NewLogin> logins;
  std::vector<domain::Message> messages;
  service::Page<service::Conversation> talks;
  service::ConversationQuery asked;
  std::optional<std::int64_t> last_seen_unix_us;
  bool failing = false;
  bool last_admin_is_asked_for = false;
  std::map<std::string, service::NewCode> invites;  // by their lookup

  bool is_there(domain::UserId id) const {
    return id.value >= 1 && id.value <= static_cast<std::int64_t>(accounts.size());
  }

 private:
  static std::int64_t id_of(const domain::Message& message) { return message.id.value; }
  static std::int64_t id_of(const service::Person& person) { return person.user.id.value; }
  template <class T>
  static service::Page<T> page(std::vector<T> all, const service::PageQuery& query) {
    service::Page<T> result;
    if (query.after) {
      std::erase_if(all, [&](const T& each) { return id_of(each) <= *query.after; });
    } else if (query.before) {
      std::erase_if(all, [&](const T& each) { return id_of(each) >= *query.before; });
    }
    result.more = all.size() > query.limit;
    if (result.more && query.after) all.resize(query.limit);
    if (result.more && !query.after) all.erase(all.begin(), all.end() - query.limit);
    result.items = std::move(all);
    return result;
  }
};

class FakeCodes final : public service::OneTimeCodes {
 public:
  explicit FakeCodes(FakeStore& store) : store_(store) {}
  sio::Result<void, service::AccountError> add_invite(service::NewCode code) override {
    if (store_.failing) return sio::fail(service::AccountError::storage_unavailable);
    store_.invites[code.digest.lookup] = code;
    return {};
  }
  sio::Result<bool, service::StoreError> invite_stands(const service::CodeUse& use) override {
    if (store_.failing) return sio::fail(service::StoreError::unavailable);
    const auto found = store_.invites.find(use.digest.lookup);
    return found != store_.invites.end() && found->second.expires_unix_us > use.now_unix_us;
  }
  sio::Result<std::vector<service::Invite>, service::StoreError> invites(std::int64_t) override {
    return std::vector<service::Invite>();
  }
  sio::Result<void, service::AccountError> revoke_invite(std::int64_t) override {
    return sio::fail(service::AccountError::not_found);
  }
  sio::Result<void, service::AccountError> add_reset(domain::UserId user, service::NewCode code) override {
    if (store_.failing) return sio::fail(service::AccountError::storage_unavailable);
    if (!store_.is_there(user)) return sio::fail(service::AccountError::not_found);
    resets_[code.digest.lookup] = {user, code.expires_unix_us};
    return {};
  }
  sio::Result<bool, service::StoreError> reset_stands(const service::CodeUse& use) override {
    if (store_.failing) return sio::fail(service::StoreError::unavailable);
    const auto found = resets_.find(use.digest.lookup);
    return found != resets_.end() && found->second.second > use.now_unix_us;
  }
  sio::Result<domain::User, service::AccountError> reset_password(service::CodeUse use, std::string hash) override {
    const auto found = resets_.find(use.digest.lookup);
    if (found == resets_.end()) return sio::fail(service::AccountError::invalid_code);
    const domain::UserId user = found->second.first;
    resets_.erase(found);
    if (const auto set = store_.set_password(user, {std::move(hash), {}, {}}); !set) return sio::fail(set.error());
    return store_.account(user).user;
  }

 private:
  FakeStore& store_;
  std::map<std::string, std::pair<domain::UserId, std::int64_t>> resets_;  // by their lookup
};

// Stores at once what is sent to anybody below 99; a client_id of "used" was used before, "other" for another.
class FakeLog final : public service::MessageLog {
 public:
  bool try_append(service::Draft&& draft) noexcept override {
    if (failing) return false;
    auto batch = std::make_shared<service::CommittedBatch>();
    const auto refuse = [&](service::SendError error) {
      batch->outcomes.emplace_back(service::SendRefused{draft.sender, draft.client_id, error, draft.origin});
    };
    if (draft.receiver.value >= 99) {
      refuse(service::SendError::receiver_not_found);
    } else if (draft.client_id == "other") {
      refuse(service::SendError::client_id_conflict);
    } else if (draft.client_id == "used") {
      batch->outcomes.emplace_back(service::Duplicate{draft.sender, draft.receiver, draft.client_id,
                                                      domain::MessageId(1), 1'732'700'000'123'456, draft.origin});
    } else {
      batch->outcomes.emplace_back(service::Stored{{domain::MessageId(7), draft.sender, draft.receiver, draft.content,
                                                    1'732'700'001'000'000, false, draft.client_id},
                                                   draft.origin});
    }
    listener->on_committed(std::move(batch));
    return true;
  }
  bool try_mark_read(service::ReadMark&&) noexcept override { return false; }

  service::CommitListener* listener = nullptr;
  bool failing = false;
};

class NoDelivery final : public service::CommitListener {
 public:
  void on_committed(service::BatchPtr) noexcept override {}
};

struct Setup {
  AdminSignupRule admin_signup{AdminSignup::open, false, false};
  sio::http::CorsPolicy cors;
  bool rate_limits = false;
};

class FakeServer {
 public:
  explicit FakeServer(const Setup& setup = {})
      : codec(auth::SecretKey(std::string(32, 'k'))),
        hasher({64, 1, 1}),
        access(codec, store),
        accounts(store, store, codes, hasher, codec, {}),
        environment{accounts,
                    access,
                    store,
                    store,
                    [this](domain::UserId id) { return service::Presence{online.contains(id), std::nullopt}; },
                    {},
                    setup.admin_signup,
                    setup.cors,
                    setup.rate_limits,
                    [this] { return ready; },
                    [this] { return now_unix_us; },
                    [this] { return now; },
                    {[this](const sio::RouteRequest&, const sio::http::Response&) { ++answers; },
                     [this](bool good) { ++(good ? good_logins : failed_logins); },
                     [this](std::string_view limit) { limited.emplace_back(limit); }},
                    sends,
                    sending_limit},
        api(environment) {
    log.listener = &sends;
    api.install(router);
  }

  // As the server would do it: match, run or render, filter.
  sio::http::Response ask(const std::string& method, const std::string& target, const std::string& body = "",
                          const std::vector<sio::http::Header>& headers = {}) {
    sio::http::Request request;
    request.method = method;
    request.target = target;
    const std::size_t question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string::npos) request.query = sio::http::Query::parse(target.substr(question + 1));
    request.remote_address = address;
    request.body = body;
    request.headers.add("Host", "localhost:5000");
    if (method != "GET") request.headers.add("Content-Type", "application/json");
    for (auto& header : headers) request.headers.set(header.name, header.value);
    sio::HttpRouter::Match match = router.match(method, request.path);
    const sio::RouteRequest route_request{request, "request-1", match.parameters};
    sio::http::Response response = match.fallback           ? router.fallback()(route_request)
                                   : match.route == nullptr ? router.error(match.status, &route_request)
                                                            : match.route->handler(route_request);
    if (!match.allow.empty()) response.headers.set("Allow", match.allow);
    router.filter(route_request, response);
    return response;
  }
  sio::http::Response ask_as(const std::string& token, const std::string& method, const std::string& target,
                             const std::string& body = "") {
    return ask(method, target, body, {{"Authorization", "Bearer " + token}});
  }

  FakeStore store;
  FakeCodes codes{store};
  FakeLog log;
  NoDelivery nobody;
  service::SendAndWait sends{log, nobody};
  auth::MessageLimiter sending_limit{{5.0, 2}, true};
  auth::TokenCodec codec;
  auth::PasswordHasher hasher;
  service::Access access;
  service::Accounts accounts;
  bool ready = true;
  std::int64_t now_unix_us = 1'732'700'000'000'000;
  sio::TimePoint now{std::chrono::hours(1)};
  std::string address = "127.0.0.1";
  std::set<domain::UserId> online;
  int answers = 0;
  int good_logins = 0;
  int failed_logins = 0;
  std::vector<std::string> limited;
  sio::HttpRouter router;
  Environment environment;
  Api api;
};

}  // namespace parley::rest::testing
