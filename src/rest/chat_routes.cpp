#include "chat_routes.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "page_query.hpp"
#include "parley/rest/problem.hpp"
#include "parley/service/message_json.hpp"
#include "routes.hpp"
#include "sio/json/writer.hpp"

namespace parley::rest {
namespace {

using sio::http::Response;

void render(sio::json::Writer& json, const domain::User& user) {
  json.begin_object()
      .member("id", user.id.value)
      .member("name", std::string_view(user.name))
      .member("role", domain::to_string(user.role))
      .end_object();
}

void render(sio::json::Writer& json, const domain::Message& message) { service::write_message(json, message); }

// A page as a JSON array, with the Link to the next one if there is one.
template <class T>
Response render_page(const sio::Result<service::Page<T>, service::StoreError>& page, const service::PageQuery& query,
                     const std::string& path) {
  if (!page) return render_problem(problem_of(page.error()));
  std::string body;
  sio::json::Writer json(body);
  json.begin_array();
  for (const T& item : page->items) render(json, item);
  json.end_array();
  Response response = json_answer(200, std::move(body));
  if (page->more && !page->items.empty()) {
    response.headers.add("Link", next_link(path, query, page->items.front().id.value, page->items.back().id.value));
  }
  return response;
}

}  // namespace

Response ChatRoutes::info(const service::Principal& who) const {
  std::string body;
  sio::json::Writer(body)
      .begin_object()
      .member("id", who.user.id.value)
      .member("name", std::string_view(who.user.name))
      .member("email", std::string_view(who.user.email))
      .member("role", domain::to_string(who.user.role))
      .end_object();
  return json_answer(200, std::move(body));
}

Response ChatRoutes::people(const sio::RouteRequest& request, domain::Role role) const {
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  return render_page(environment_.directory.list(role, *query), *query, request.http.path);
}

Response ChatRoutes::conversation(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto partner = parse_decimal_id(request.parameter("id"));
  if (!partner) return render_problem(Problem::not_found);
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  return render_page(environment_.messages.conversation(who.user.id, domain::UserId(*partner), *query), *query,
                     "/chat/messages/" + std::to_string(*partner));
}

Response ChatRoutes::all_messages(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  return render_page(environment_.messages.all_of(who.user.id, *query), *query, "/chat/loaded");
}

}  // namespace parley::rest
