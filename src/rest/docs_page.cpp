// The same description as a page. Everything in it is ours, and escaped all the same.
#include <string>

#include "openapi.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-inline-size: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-block: 2.5rem .25rem; font-size: 1.15rem; }
code { font-family: ui-monospace, monospace; font-size: .95em; }
p { margin-block: .25rem .75rem; }
table { border-collapse: collapse; inline-size: 100%; margin-block-end: 1rem; }
th, td { padding: .3rem .75rem .3rem 0; border-block-end: 1px solid #8884; text-align: start; vertical-align: top; }
nav ul { padding: 0; list-style: none; }
a { color: inherit; text-underline-offset: .2em; }
)css";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

std::string link_to(std::string_view schema) { return "<a href=\"#" + escaped(schema) + "\">" + code(schema) + "</a>"; }

std::string anchor(const RouteDoc& route) {
  std::string name(route.method);
  for (const char c : route.pattern) {
    if (c != '{' && c != '}') name += c == '/' ? '-' : c;
  }
  return name;
}

std::string text_in(const sio::json::Value& schema, std::string_view key) {
  const auto value = schema.find(key);
  if (!value) return {};
  if (const auto text = value->as_string()) return *text;
  std::string all;
  if (value->is_array()) {
    for (const sio::json::Value& each : value->elements()) {
      if (!all.empty()) all += " or ";
      all += each.as_string().value_or("");
    }
  }
  return all;
}

std::string row(std::string_view head, const std::string& what) {
  return "<tr><th scope=\"row\">" + std::string(head) + "</th><td>" + what + "</td></tr>\n";
}

std::string field_row(const FieldDoc& field) {
  const sio::json::Value schema(field.schema);
  constexpr std::string_view kReference = "#/components/schemas/";
  std::string what;
  if (const std::string target = text_in(schema, "$ref"); !target.empty()) {
    what = link_to(std::string_view(target).substr(kReference.size()));
  } else {
    const std::string words = text_in(schema, "enum");
    what = escaped(words.empty() ? text_in(schema, "type") : words);
  }
  if (!field.required) what += ", may be left out";
  if (const std::string more = text_in(schema, "description"); !more.empty()) what += ": " + escaped(more);
  return row(code(field.name), what);
}

std::string success(const RouteDoc& route) {
  if (route.gives.empty()) return "nothing";
  if (route.gives.find('/') != std::string_view::npos) return code(route.gives);
  bool is_list = false;
  const std::string one = link_to(schema_name(route.gives, is_list));
  return is_list ? "a list of " + one : one;
}

std::string route_section(const AddedRoute& route) {
  const RouteDoc& doc = *route.doc;
  std::string html =
      "<section>\n<h2 id=\"" + anchor(doc) + "\">" + code(doc.method) + " " + code(doc.pattern) + "</h2>\n";
  html += "<p>" + escaped(doc.summary) + ". " + escaped(to_sentence(route)) + "</p>\n<table>\n";
  if (!doc.takes.empty()) html += row("body", link_to(doc.takes));
  if (doc.paged) html += row("query", code("limit") + ", " + code("after") + " or " + code("before"));
  html += row(std::to_string(doc.status), success(doc));
  if (doc.also_status != 0) html += row(std::to_string(doc.also_status), success(doc) + ", if it was done before");
  for (const Problem problem : problems_of(doc, route.policy)) {
    const ProblemSpec& spec = spec_of(problem);
    html += row(std::to_string(spec.status), code(spec.code) + " " + escaped(spec.sentence));
  }
  return html + "</table>\n</section>\n";
}

std::string schema_section(const SchemaDoc& schema) {
  std::string html = "<section>\n<h2 id=\"" + escaped(schema.name) + "\">" + code(schema.name) + "</h2>\n<table>\n";
  for (const FieldDoc& field : schema.fields) html += field_row(field);
  return html + "</table>\n</section>\n";
}

}  // namespace

std::string_view docs_style() { return kStyle; }

std::string docs_page(std::span<const AddedRoute> routes) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Parley: the API</title>\n"
      "<link rel=\"stylesheet\" href=\"/docs.css\">\n</head>\n<body>\n<main>\n<h1>Parley: the API</h1>\n"
      "<p>JSON in and out. Messages go over Socket.IO; this is all the rest. For programs: "
      "<a href=\"/openapi.json\">OpenAPI 3.1</a>.</p>\n<nav aria-label=\"Routes\">\n<ul>\n";
  for (const AddedRoute& route : routes) {
    html += "<li><a href=\"#" + anchor(*route.doc) + "\">" + code(route.doc->method) + " " + code(route.doc->pattern) +
            "</a></li>\n";
  }
  html += "</ul>\n</nav>\n";
  for (const AddedRoute& route : routes) html += route_section(route);
  for (const SchemaDoc& schema : schema_docs()) html += schema_section(schema);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace parley::rest
