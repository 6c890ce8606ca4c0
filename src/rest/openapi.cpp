#include "openapi.hpp"

#include <map>
#include <vector>

#include "sio/json/writer.hpp"

namespace parley::rest {
namespace {

using sio::json::Writer;

constexpr std::string_view kIntroduction =
    "Accounts, people and histories of a Parley server; messages themselves go over Socket.IO. JSON in and out, UTF-8. "
    "Fields that are not named here are ignored. Every failure is a Problem; beside those listed, any request may get "
    "404 not_found, 405 method_not_allowed, 408 request_timeout, 413 payload_too_large, 500 internal and 503 "
    "overloaded.";

std::string reference(std::string_view schema) {
  return R"({"$ref":"#/components/schemas/)" + std::string(schema) + "\"}";
}

void write_schema(Writer& json, const SchemaDoc& schema) {
  json.key(schema.name).begin_object().member("type", "object").key("properties").begin_object();
  for (const FieldDoc& field : schema.fields) json.key(field.name).raw(field.schema);
  json.end_object().key("required").begin_array();
  for (const FieldDoc& field : schema.fields) {
    if (field.required) json.string(field.name);
  }
  json.end_array().end_object();
}

void write_components(Writer& json) {
  json.key("components").begin_object().key("securitySchemes").begin_object();
  for (const std::string_view scheme : {"access", "refresh"}) {
    json.key(scheme).begin_object().member("type", "http").member("scheme", "bearer").member("bearerFormat", "JWT");
    json.end_object();
  }
  json.end_object().key("schemas").begin_object();
  for (const SchemaDoc& schema : schema_docs()) write_schema(json, schema);
  json.end_object().end_object();
}

void write_content(Writer& json, std::string_view type, std::string_view schema) {
  json.key("content").begin_object().key(type).begin_object().key("schema").raw(schema);
  json.end_object().end_object();
}

void write_parameter(Writer& json, std::string_view name, std::string_view in, std::string_view schema) {
  json.begin_object().member("name", name).member("in", in).member("required", in == "path").key("schema").raw(schema);
  json.end_object();
}

void write_parameters(Writer& json, const RouteDoc& route) {
  const bool has_id = route.pattern.find("{id}") != std::string_view::npos;
  if (!has_id && !route.paged) return;
  json.key("parameters").begin_array();
  if (has_id) write_parameter(json, "id", "path", R"({"type":"integer"})");
  if (route.paged) {
    write_parameter(json, "limit", "query", R"({"type":"integer","minimum":1,"maximum":1000,"default":1000})");
    write_parameter(json, "before", "query", R"({"type":"integer"})");
    if (route.pattern != "/chat/conversations") write_parameter(json, "after", "query", R"({"type":"integer"})");
  }
  json.end_array();
}

void write_header(Writer& json, std::string_view name, std::string_view description) {
  json.key("headers").begin_object().key(name).begin_object().member("description", description);
  json.key("schema").raw(R"({"type":"string"})").end_object().end_object();
}

void write_success(Writer& json, const RouteDoc& route, int status) {
  json.key(std::to_string(status)).begin_object();
  json.member("description", status == route.status ? "Done" : "It was done before");
  if (route.paged) write_header(json, "Link", R"(the next page, rel="next", while there is one)");
  if (route.gives.find('/') != std::string_view::npos) {
    const bool is_json = route.gives == "application/json";
    write_content(json, route.gives, is_json ? R"({"type":"object"})" : R"({"type":"string"})");
  } else if (!route.gives.empty()) {
    bool is_list = false;
    const std::string one = reference(schema_name(route.gives, is_list));
    write_content(json, "application/json", is_list ? R"({"type":"array","items":)" + one + "}" : one);
  }
  json.end_object();
}

void write_problems(Writer& json, const std::vector<Problem>& problems) {
  std::map<int, std::vector<Problem>> by_status;
  for (const Problem problem : problems) by_status[spec_of(problem).status].push_back(problem);
  for (const auto& [status, all] : by_status) {
    std::string description;
    for (const Problem problem : all) {
      if (!description.empty()) description += "; ";
      description.append(spec_of(problem).code).append(": ").append(spec_of(problem).sentence);
    }
    json.key(std::to_string(status)).begin_object().member("description", std::string_view(description));
    if (status == 401) write_header(json, "WWW-Authenticate", "Bearer");
    if (status == 429 || status == 503) write_header(json, "Retry-After", "seconds");
    write_content(json, "application/json", reference(status == 422 ? "InvalidFields" : "Problem"));
    json.end_object();
  }
}

void write_route(Writer& json, const AddedRoute& route) {
  const RouteDoc& doc = *route.doc;
  std::string method(doc.method);
  for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
  json.key(method).begin_object().member("summary", doc.summary).member("description", to_sentence(route));
  json.key("security").begin_array();
  if (route.policy != Policy::anyone) json.begin_object().key("access").begin_array().end_array().end_object();
  if (!doc.proof.empty()) json.begin_object().key("refresh").begin_array().end_array().end_object();
  json.end_array();
  write_parameters(json, doc);
  if (!doc.takes.empty()) {
    json.key("requestBody").begin_object().member("required", true);
    write_content(json, "application/json", reference(doc.takes));
    json.end_object();
  }
  json.key("responses").begin_object();
  write_success(json, doc, doc.status);
  if (doc.also_status != 0) write_success(json, doc, doc.also_status);
  write_problems(json, problems_of(doc, route.policy));
  json.end_object().end_object();
}

}  // namespace

std::string_view schema_name(std::string_view gives, bool& is_list) {
  is_list = gives.starts_with('[');
  return is_list ? gives.substr(1, gives.size() - 2) : gives;
}

std::string_view to_sentence(const AddedRoute& route) {
  if (!route.doc->proof.empty()) return "For whoever has the refresh token.";
  switch (route.policy) {
    case Policy::anyone:
      return "For anyone.";
    case Policy::any:
      return "For whoever is logged in.";
    case Policy::admin:
      return "For admins.";
  }
  return "";
}

std::string openapi_document(std::span<const AddedRoute> routes) {
  std::map<std::string_view, std::vector<const AddedRoute*>> by_pattern;
  for (const AddedRoute& route : routes) by_pattern[route.doc->pattern].push_back(&route);
  std::string text;
  Writer json(text);
  json.begin_object().member("openapi", "3.1.0").key("info").begin_object();
  json.member("title", "Parley").member("version", "1").member("description", kIntroduction).end_object();
  json.key("paths").begin_object();
  for (const auto& [pattern, all] : by_pattern) {
    json.key(pattern).begin_object();
    for (const AddedRoute* const route : all) write_route(json, *route);
    json.end_object();
  }
  json.end_object();
  write_components(json);
  json.end_object();
  return text;
}

}  // namespace parley::rest
