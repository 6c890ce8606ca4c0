#include "chat_routes.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "page_query.hpp"
#include "parley/domain/timestamp.hpp"
#include "parley/domain/validation.hpp"
#include "parley/rest/problem.hpp"
#include "parley/service/message_json.hpp"
#include "render.hpp"
#include "request_body.hpp"

namespace parley::rest {
namespace {

using sio::http::Response;

}  // namespace

void ChatRoutes::render(sio::json::Writer& json, const service::Person& person) const {
  const service::Presence now = environment_.presence_of(person.user.id);
  const auto last_seen = std::max(person.last_seen_unix_us, now.last_seen_unix_us);
  json.begin_object()
      .member("id", person.user.id.value)
      .member("name", std::string_view(person.user.name))
      .member("role", domain::to_string(person.user.role))
      .member("online", now.online)
      .key("last_seen");
  if (!now.online && last_seen) {
    json.string(domain::to_iso_8601(*last_seen));
  } else {
    json.null();
  }
  json.end_object();
}

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
  return render_page(environment_.directory.list(role, *query), *query, request.http.path,
                     [this](sio::json::Writer& json, const service::Person& person) { render(json, person); });
}

Response ChatRoutes::conversation(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto partner = parse_decimal_id(request.parameter("id"));
  if (!partner) return render_problem(Problem::not_found);
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  return render_page(environment_.messages.conversation(who.user.id, domain::UserId(*partner), *query), *query,
                     "/chat/messages/" + std::to_string(*partner), service::write_message);
}

Response ChatRoutes::conversations(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  if (query->after) return render_field_errors({{"after", "does not apply to this list: newest come first"}});
  const auto page = environment_.messages.conversations(who.user.id, {query->limit, query->before});
  if (!page) return render_problem(problem_of(page.error()));
  Response response =
      render_items(page->items, [this](sio::json::Writer& json, const service::Conversation& conversation) {
        json.begin_object().key("partner");
        render(json, conversation.partner);
        json.key("last_message");
        service::write_message(json, conversation.last_message);
        json.member("unread", conversation.unread).end_object();
      });
  if (page->more && !page->items.empty()) {
    const std::int64_t last = page->items.back().last_message.id.value;
    response.headers.add("Link", next_link("/chat/conversations", *query, last, last));
  }
  return response;
}

Response ChatRoutes::all_messages(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto query = parse_page_query(request.http.query);
  if (!query) return render_field_errors(query.error());
  return render_page(environment_.messages.all_of(who.user.id, *query), *query, "/chat/loaded", service::write_message);
}

Response ChatRoutes::send(const sio::RouteRequest& request, const service::Principal& who) const {
  const auto body = parse_json_body(request.http);
  if (!body) return render_problem(body.error());
  FieldReader fields(*body);
  service::Draft draft{who.user.id, {}, {}, {}, {}};
  draft.receiver = domain::UserId(fields.id("receiver_id"));
  draft.content = fields.text("content", domain::check_content);
  if (auto client_id = fields.optional_text("client_id")) {
    draft.client_id = std::move(*client_id);
    const domain::Flaw flaw = domain::check_client_id(draft.client_id);
    if (flaw != domain::Flaw::none) fields.fail("client_id", domain::to_sentence(flaw));
  }
  if (!fields.ok()) return render_field_errors(fields.errors());
  const auto wait = environment_.sending_limit.try_take(who.user.id.value, environment_.monotonic_now());
  if (wait.count() > 0) {
    environment_.observer.on_rate_limited("message");
    return render_problem(Problem::rate_limited, wait.count());
  }
  const auto sent = environment_.sends.send(draft);
  if (!sent) return render_problem(problem_of(sent.error()));
  std::string answer;
  sio::json::Writer json(answer);
  json.begin_object()
      .member("id", sent->id.value)
      .member("sender_id", draft.sender.value)
      .member("receiver_id", draft.receiver.value)
      .member("content", std::string_view(draft.content))
      .member("timestamp", std::string_view(domain::to_iso_8601(sent->timestamp_unix_us)));
  if (!draft.client_id.empty()) json.member("client_id", std::string_view(draft.client_id));
  json.member(sent->duplicate ? "duplicate" : "read_status", sent->duplicate).end_object();
  return json_answer(sent->duplicate ? 200 : 201, std::move(answer));
}

}  // namespace parley::rest
