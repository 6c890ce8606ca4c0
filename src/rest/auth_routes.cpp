#include "auth_routes.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "parley/auth/tokens.hpp"
#include "parley/domain/validation.hpp"
#include "parley/rest/problem.hpp"
#include "request_body.hpp"
#include "routes.hpp"
#include "sio/json/writer.hpp"

namespace parley::rest {
namespace {

using sio::http::Response;

// Five registrations an hour and address, all at once if need be.
constexpr auth::Rate kRegistrationRate{5.0 / 3'600.0, 5};

// Codes for a new password that do not stand: 30 in 15 minutes and address, as for failed logins.
constexpr auth::Rate kResetRate{30.0 / 900.0, 30};

service::AdminSignupDecision decide(AdminSignup mode, bool with_invite) {
  using Decision = service::AdminSignupDecision;
  switch (mode) {
    case AdminSignup::open:
      return Decision::allowed;
    case AdminSignup::first:
      return with_invite ? Decision::by_invite : Decision::only_first;
    case AdminSignup::invite:
      return with_invite ? Decision::by_invite : Decision::refused;
    case AdminSignup::closed:
      return Decision::refused;
  }
  return Decision::refused;
}

Response render_grant(const service::Grant& grant) {
  std::string body;
  sio::json::Writer(body)
      .begin_object()
      .member("access_token", std::string_view(grant.access_token))
      .member("refresh_token", std::string_view(grant.refresh_token))
      .member("name", std::string_view(grant.user.name))
      .member("id", grant.user.id.value)
      .member("role", domain::to_string(grant.user.role))
      .member("expires_in", std::int64_t{grant.expires_in.count()})
      .end_object();
  return json_answer(200, std::move(body));
}

Response render_refusal(const service::RegistrationRefused& refused) {
  using Why = service::RegistrationRefused::Why;
  switch (refused.why) {
    case Why::invalid_fields: {
      FieldErrors errors;
      for (const service::FieldFlaw& flaw : refused.flaws) {
        errors.emplace_back(service::to_string(flaw.field), domain::to_sentence(flaw.flaw));
      }
      return render_field_errors(errors);
    }
    case Why::admin_signup_closed:
      return render_problem(Problem::admin_signup_closed);
    case Why::email_taken:
      return render_problem(Problem::email_taken);
    case Why::storage_unavailable:
      return render_problem(Problem::storage_unavailable);
  }
  return render_problem(Problem::internal);
}

}  // namespace

AuthRoutes::AuthRoutes(const Environment& environment)
    : environment_(environment),
      logins_({.enabled = environment.rate_limits}),
      registrations_(kRegistrationRate, environment.rate_limits),
      resets_(kResetRate, environment.rate_limits) {}

Response AuthRoutes::register_user(const sio::RouteRequest& request) {
  const auto body = parse_json_body(request.http);
  if (!body) return render_problem(body.error());
  FieldReader fields(*body);
  const std::string name = fields.text("name");
  const std::string email = fields.text("email");
  const std::string password = fields.text("password");
  const std::string role = fields.text("role");
  const std::string invite = fields.optional_text("invite").value_or("");
  if (!fields.ok()) return render_field_errors(fields.errors());

  const std::string place = auth::address_key(request.http.remote_address);
  const auto wait = registrations_.try_take(place, environment_.monotonic_now());
  if (wait > auth::RetryAfter::zero()) {
    environment_.observer.on_rate_limited("registration");
    return render_problem(Problem::rate_limited, wait.count());
  }
  const auto decision = decide(environment_.admin_signup.for_request(request.http), !invite.empty());
  const auto id =
      environment_.accounts.register_user({name, email, password, role, decision, invite, environment_.unix_now_us()});
  if (!id) {
    // Who asks whether an address is taken has used up a try; who mistyped, or met our failure, has not.
    if (id.error().why != service::RegistrationRefused::Why::email_taken) {
      registrations_.give_back(place, environment_.monotonic_now());
    }
    return render_refusal(id.error());
  }
  std::string answer;
  sio::json::Writer(answer)
      .begin_object()
      .member("msg", "Registration successful")
      .member("id", id->value)
      .end_object();
  return json_answer(201, std::move(answer));
}

Response AuthRoutes::log_in(const sio::RouteRequest& request) {
  const auto body = parse_json_body(request.http);
  if (!body) return render_problem(body.error());
  FieldReader fields(*body);
  const std::string email = fields.text("email");
  const std::string password = fields.text("password");
  const std::string role = fields.optional_text("role").value_or("");
  if (!role.empty() && !domain::parse_role(role)) {
    fields.fail("role", domain::to_sentence(domain::Flaw::not_a_role));
  }
  if (!fields.ok()) return render_field_errors(fields.errors());

  const std::string account = domain::normal_email(email);
  const std::string& address = request.http.remote_address;
  const auto wait = logins_.check(account, address, environment_.monotonic_now());
  if (wait > sio::Milliseconds::zero()) {
    environment_.observer.on_rate_limited("login");
    return render_problem(Problem::rate_limited, wait.count());
  }
  const auto grant = environment_.accounts.log_in(email, password, role, environment_.unix_now_us());
  if (!grant) {
    if (grant.error() == service::LoginError::invalid_credentials) {
      logins_.failed(account, address, environment_.monotonic_now());
      environment_.observer.on_login(false);
    }
    return render_problem(problem_of(grant.error()));
  }
  logins_.succeeded(account, address, environment_.monotonic_now());
  environment_.observer.on_login(true);
  return render_grant(*grant);
}

Response AuthRoutes::refresh(const sio::RouteRequest& request) {
  const std::string_view token = auth::bearer_token(request.http.headers.find("authorization"));
  const auto grant = environment_.accounts.refresh(token, environment_.unix_now_us());
  if (!grant) return render_problem(problem_of(grant.error()));
  return render_grant(*grant);
}

Response AuthRoutes::reset_password(const sio::RouteRequest& request) {
  const auto body = parse_json_body(request.http);
  if (!body) return render_problem(body.error());
  FieldReader fields(*body);
  const std::string code = fields.text("code");
  const std::string fresh = fields.text("new_password", domain::check_password);
  if (!fields.ok()) return render_field_errors(fields.errors());

  const std::string& address = request.http.remote_address;
  const std::string place = auth::address_key(address);
  const auto wait = resets_.try_take(place, environment_.monotonic_now());
  if (wait > auth::RetryAfter::zero()) {
    environment_.observer.on_rate_limited("reset");
    return render_problem(Problem::rate_limited, wait.count());
  }
  const auto user = environment_.accounts.reset_password(code, fresh, environment_.unix_now_us());
  if (user || user.error() != service::PasswordChangeError::invalid_code) {
    resets_.give_back(place, environment_.monotonic_now());
  }
  if (!user) return render_problem(problem_of(user.error()));
  // Who has shown a code need not wait for what others, or they themselves, got wrong before.
  logins_.succeeded(domain::normal_email(user->email), address, environment_.monotonic_now());
  return empty_answer();
}

Response AuthRoutes::log_out(const service::Principal& who) const {
  const auto ended = environment_.accounts.log_out(who);
  return ended ? empty_answer() : render_problem(problem_of(ended.error()));
}

Response AuthRoutes::log_out_everywhere(const service::Principal& who) const {
  const auto ended = environment_.accounts.log_out_everywhere(who);
  return ended ? empty_answer() : render_problem(problem_of(ended.error()));
}

// Whoever has somebody's token alone must not find out the password with it: wrong ones count as failed logins.
Response AuthRoutes::change_password(const sio::RouteRequest& request, const service::Principal& who) {
  const auto body = parse_json_body(request.http);
  if (!body) return render_problem(body.error());
  FieldReader fields(*body);
  const std::string current = fields.text("current_password");
  const std::string fresh = fields.text("new_password", domain::check_password);
  if (!fields.ok()) return render_field_errors(fields.errors());

  const std::string account = domain::normal_email(who.user.email);
  const std::string& address = request.http.remote_address;
  const auto wait = logins_.check(account, address, environment_.monotonic_now());
  if (wait > sio::Milliseconds::zero()) {
    environment_.observer.on_rate_limited("login");
    return render_problem(Problem::rate_limited, wait.count());
  }
  const auto changed = environment_.accounts.change_password(who, current, fresh);
  if (changed) return empty_answer();
  if (changed.error() == service::PasswordChangeError::wrong_password) {
    logins_.failed(account, address, environment_.monotonic_now());
  }
  return render_problem(problem_of(changed.error()));
}

}  // namespace parley::rest
