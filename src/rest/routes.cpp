#include "routes.hpp"

#include <set>
#include <utility>

#include "sio/base/check.hpp"

namespace parley::rest {

Routes::Routes(sio::HttpRouter& router, const Environment& environment) : router_(router), environment_(environment) {}

void Routes::anyone(std::string method, std::string pattern, sio::RunOn run_on, AnyoneHandler handler) {
  describe(method, pattern, Policy::anyone);
  add(std::move(method), std::move(pattern), run_on, std::move(handler));
}

void Routes::any(std::string method, std::string pattern, MemberHandler handler, sio::RunOn run_on) {
  members(std::move(method), std::move(pattern), Policy::any, run_on, std::move(handler));
}

void Routes::admin(std::string method, std::string pattern, MemberHandler handler) {
  members(std::move(method), std::move(pattern), Policy::admin, sio::RunOn::pool, std::move(handler));
}

void Routes::describe(std::string_view method, std::string_view pattern, Policy policy) {
  const RouteDoc* const doc = find_route_doc(method, pattern);
  SIO_CHECK(doc != nullptr);
  added_.push_back({doc, policy});
}

void Routes::add(std::string method, std::string pattern, sio::RunOn run_on, AnyoneHandler handler) {
  sio::Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.run_on = run_on;
  route.handler = std::move(handler);
  router_.add(std::move(route));
}

void Routes::add_text(const std::string& pattern, std::string_view type, const std::shared_ptr<std::string>& text) {
  anyone("GET", pattern, sio::RunOn::shard, [type, text](const sio::RouteRequest&) {
    sio::http::Response response;
    response.headers.add("Content-Type", std::string(type));
    response.headers.add("Cache-Control", "no-cache");
    response.body = *text;
    return response;
  });
}

void Routes::add_description() {
  const auto document = std::make_shared<std::string>();
  const auto page = std::make_shared<std::string>();
  add_text("/openapi.json", "application/json", document);
  add_text("/docs", "text/html; charset=utf-8", page);
  add_text("/docs.css", "text/css; charset=utf-8", std::make_shared<std::string>(docs_style()));
  *document = openapi_document(added_);
  *page = docs_page(added_);
}

void Routes::members(std::string method, std::string pattern, Policy policy, sio::RunOn run_on, MemberHandler handler) {
  describe(method, pattern, policy);
  const bool admins_only = policy == Policy::admin;
  add(std::move(method), std::move(pattern), run_on,
      [this_environment = &environment_, admins_only, handle = std::move(handler)](const sio::RouteRequest& request) {
        const std::int64_t now_unix_s = this_environment->unix_now_us() / 1'000'000;
        const auto token = auth::bearer_token(request.http.headers.find("authorization"));
        const auto who = this_environment->access.authenticate(token, now_unix_s);
        if (!who) return render_problem(problem_of(who.error()));
        if (admins_only && who->user.role != domain::Role::admin) return render_problem(Problem::forbidden);
        return handle(request, *who);
      });
}

void Routes::add_preflights() {
  if (!environment_.cors.enabled()) return;
  std::set<std::string> patterns;
  for (const sio::Route& route : router_.routes()) patterns.insert(route.pattern);
  for (const std::string& pattern : patterns) {
    add("OPTIONS", pattern, sio::RunOn::shard, [this_environment = &environment_](const sio::RouteRequest& request) {
      return this_environment->cors.preflight(request.http);
    });
  }
}

Problem problem_of(service::AccessError error) {
  switch (error) {
    case service::AccessError::token_missing:
      return Problem::token_missing;
    case service::AccessError::token_invalid:
      return Problem::token_invalid;
    case service::AccessError::token_expired:
      return Problem::token_expired;
    case service::AccessError::token_revoked:
      return Problem::token_revoked;
    case service::AccessError::storage_unavailable:
      return Problem::storage_unavailable;
  }
  return Problem::internal;
}

Problem problem_of(service::StoreError error) {
  switch (error) {
    case service::StoreError::unavailable:
    case service::StoreError::timeout:
      return Problem::storage_unavailable;
  }
  return Problem::internal;
}

Problem problem_of(service::AccountError error) {
  switch (error) {
    case service::AccountError::email_taken:
      return Problem::email_taken;
    case service::AccountError::admin_exists:
      return Problem::admin_signup_closed;
    case service::AccountError::not_found:
      return Problem::not_found;
    case service::AccountError::last_admin:
      return Problem::last_admin;
    case service::AccountError::invalid_code:
      return Problem::invalid_code;
    case service::AccountError::changed_meanwhile:  // whoever tries again finds it as it is now
    case service::AccountError::storage_unavailable:
      return Problem::storage_unavailable;
  }
  return Problem::internal;
}

Problem problem_of(service::SendError error) {
  switch (error) {
    case service::SendError::invalid_payload:
      return Problem::invalid_fields;
    case service::SendError::receiver_not_found:
      return Problem::receiver_not_found;
    case service::SendError::client_id_conflict:
      return Problem::client_id_conflict;
    case service::SendError::sender_disabled:
      return Problem::token_revoked;
    case service::SendError::storage_unavailable:
      return Problem::storage_unavailable;
  }
  return Problem::internal;
}

Problem problem_of(service::PasswordChangeError error) {
  switch (error) {
    case service::PasswordChangeError::wrong_password:
      return Problem::wrong_password;
    case service::PasswordChangeError::invalid_code:
      return Problem::invalid_code;
    case service::PasswordChangeError::unacceptable:
      return Problem::invalid_fields;
    case service::PasswordChangeError::not_found:
      return Problem::not_found;
    case service::PasswordChangeError::storage_unavailable:
      return Problem::storage_unavailable;
  }
  return Problem::internal;
}

Problem problem_of(service::LoginError error) {
  switch (error) {
    case service::LoginError::invalid_credentials:
      return Problem::invalid_credentials;
    case service::LoginError::storage_unavailable:
      return Problem::storage_unavailable;
  }
  return Problem::internal;
}

}  // namespace parley::rest
