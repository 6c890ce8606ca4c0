#include "admin_routes.hpp"

#include <string>
#include <utility>

#include "page_query.hpp"
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

}  // namespace parley::rest
