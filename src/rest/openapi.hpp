// The description of the API, made once from the routes as they were added: OpenAPI 3.1 for programs, a page for
// people.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "route_docs.hpp"

namespace parley::rest {

struct AddedRoute {
  const RouteDoc* doc;
  Policy policy;
};

std::string openapi_document(std::span<const AddedRoute> routes);
// HTML without scripts; its style is docs_style().
std::string docs_page(std::span<const AddedRoute> routes);
std::string_view docs_style();

// Who may, for people.
std::string_view to_sentence(const AddedRoute& route);
// "[Person]" → "Person", and whether it was a list.
std::string_view schema_name(std::string_view gives, bool& is_list);

}  // namespace parley::rest
