// What each route takes and gives, in words and as JSON Schema: the one table behind /openapi.json and /docs. A route
// that is not in it cannot be added (routes.cpp), and tests hold what is answered against it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "parley/rest/problem.hpp"

namespace parley::rest {

struct FieldDoc {
  std::string_view name;
  std::string_view schema;  // JSON
  bool required = true;
};

struct SchemaDoc {
  std::string_view name;
  std::vector<FieldDoc> fields;
};

enum class Policy : unsigned char { anyone, any, admin };

struct RouteDoc {
  std::string_view method;
  std::string_view pattern;
  std::string_view summary;
  std::string_view takes;  // name of a schema; empty: no body
  int status;              // of success
  std::string_view gives;  // name of a schema, "[name]" for a list of them, or a content type; empty: no body
  std::vector<Problem> problems = {};  // beside those that all routes of its kind have
  bool paged = false;                  // takes limit, after, before; gives Link
  int also_status = 0;                 // another one of success, with the same body; 0: none
  std::string_view proof = {};         // for anyone's routes that take another token: what it is
};

std::span<const RouteDoc> route_docs();
std::span<const SchemaDoc> schema_docs();
// Null: there is none.
const RouteDoc* find_route_doc(std::string_view method, std::string_view pattern);
const SchemaDoc* find_schema_doc(std::string_view name);

// What this route may answer beside success, each once: its own, and those of its policy and of the body or query that
// it takes.
std::vector<Problem> problems_of(const RouteDoc& route, Policy policy);

}  // namespace parley::rest
