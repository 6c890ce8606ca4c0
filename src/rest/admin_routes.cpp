#include "admin_routes.hpp"

#include <string>
#include <utility>

#include "page_query.hpp"
#include "parley/domain/timestamp.hpp"
#include "parley/domain/validation.hpp"
#include "parley/rest/problem.hpp"
#include "render.hpp"
#include "request_body.hpp"
#include "routes.hpp"

namespace parley::rest {
namespace {

using sio::http::Response;

void render_person(sio::json::Writer& json, const domain::User& user) {
  json.begin_object()
      .member("id", user.id.value)
      .member("name", std::string_view(user.name))
      .member("email", std::string_view(user.email))
      .member("role", domain::to_string(user.role))
      .member("disabled", user.disabled)
      .end_object();
}

Response render_code(const sio::Result<service::IssuedCode, service::AccountError>& issued) {
  if (!issued) return render_problem(problem_of(issued.error()));
  std::string answer;
  sio::json::Writer(answer)
      .begin_object()
      .member("code", std::string_view(issued->code))
      .member("expires", std::string_view(domain::to_iso_8601(issued->expires_unix_us)))
      .end_object();
  return json_answer(201, std::move(answer));
}

}  // namespace

Response AdminRoutes::people(const sio::RouteRequest& request) const {
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  return render_page(environment_.directory.list_all(*query), *query, request.http.path,
                     [](sio::json::Writer& json, const service::Person& each) { render_person(json, each.user); });
}

Response AdminRoutes::change(const sio::RouteRequest& request) const {
  const auto id = parse_decimal_id(request.parameter("id"));
  if (!id) return render_problem(Problem::not_found);
  const auto body = parse_json_body(request.http);
  if (!body) return render_problem(body.error());
  FieldReader fields(*body);
  service::UserChange change;
  change.disabled = fields.optional_bool("disabled");
  if (const auto role = fields.optional_text("role")) {
    change.role = domain::parse_role(*role);
    if (!change.role) fields.fail("role", domain::to_sentence(domain::Flaw::not_a_role));
  }
  if (!fields.ok()) return render_field_errors(fields.errors());

  const auto user = environment_.directory.change(domain::UserId(*id), change);
  if (!user) return render_problem(problem_of(user.error()));
  std::string answer;
  sio::json::Writer json(answer);
  render_person(json, *user);
  return json_answer(200, std::move(answer));
}

Response AdminRoutes::reset(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto id = parse_decimal_id(request.parameter("id"));
  if (!id) return render_problem(Problem::not_found);
  return render_code(environment_.accounts.issue_reset(domain::UserId(*id), who.user.id, environment_.unix_now_us()));
}

// Where nobody may sign up as admin, a code for it would be of no use to whoever gets it.
Response AdminRoutes::invite(const service::Principal& who) const {
  if (environment_.admin_signup.mode == AdminSignup::closed) return render_problem(Problem::admin_signup_closed);
  return render_code(environment_.accounts.invite(who.user.id, environment_.unix_now_us()));
}

Response AdminRoutes::settings() const {
  const AdminSignupRule& rule = environment_.admin_signup;
  std::string answer;
  sio::json::Writer(answer)
      .begin_object()
      .member("admin_signup", to_string(rule.mode))
      .member("open_to_everybody", rule.open_to_everybody)
      .end_object();
  return json_answer(200, std::move(answer));
}

}  // namespace parley::rest
