// Lists as answers.
#pragma once

#include <string>
#include <vector>

#include "page_query.hpp"
#include "parley/rest/problem.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/message_reader.hpp"
#include "routes.hpp"
#include "sio/json/writer.hpp"

namespace parley::rest {

inline std::int64_t id_of(const service::Person& person) { return person.user.id.value; }
inline std::int64_t id_of(const domain::Message& message) { return message.id.value; }

// A JSON array of what `render(Writer&, item)` writes.
template <class T, class Render>
sio::http::Response render_items(const std::vector<T>& items, const Render& render) {
  std::string body;
  sio::json::Writer json(body);
  json.begin_array();
  for (const T& item : items) render(json, item);
  json.end_array();
  return json_answer(200, std::move(body));
}

// The same of a page, with the Link to the next one if there is one.
template <class T, class Render>
sio::http::Response render_page(const sio::Result<service::Page<T>, service::StoreError>& page,
                                const service::PageQuery& query, const std::string& path, const Render& render) {
  if (!page) return render_problem(problem_of(page.error()));
  sio::http::Response response = render_items(page->items, render);
  if (page->more && !page->items.empty()) {
    response.headers.add("Link", next_link(path, query, id_of(page->items.front()), id_of(page->items.back())));
  }
  return response;
}

}  // namespace parley::rest
