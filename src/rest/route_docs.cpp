#include "route_docs.hpp"

#include <algorithm>

namespace parley::rest {
namespace {

using P = Problem;

constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kId = R"({"type":"integer","minimum":1})";
constexpr std::string_view kFlag = R"({"type":"boolean"})";
constexpr std::string_view kCount = R"({"type":"integer","minimum":0})";
constexpr std::string_view kRole = R"({"type":"string","enum":["admin","user"]})";
constexpr std::string_view kName = R"({"type":"string","description":"1 to 100 characters"})";
constexpr std::string_view kEmail = R"({"type":"string","description":"an e-mail address, at most 100 bytes"})";
constexpr std::string_view kNewPassword =
    R"({"type":"string","description":"8 to 128 bytes, not among the most common ones"})";
constexpr std::string_view kTime = R"({"type":"string","description":"UTC, ISO 8601 without zone"})";
constexpr std::string_view kTimeOrNull =
    R"({"type":["string","null"],"description":"UTC, ISO 8601 without zone; null if it is not known"})";
constexpr std::string_view kClientId = R"({"type":"string","description":"as the sender gave it"})";

const std::vector<SchemaDoc>& schemas() {
  static const std::vector<SchemaDoc> all{
      {"Problem", {{"msg", kText}, {"code", kText}}},
      {"InvalidFields",
       {{"msg", kText},
        {"code", kText},
        {"errors", R"({"type":"object","additionalProperties":{"type":"string"},"description":"field: why"})"}}},
      {"Registration",
       {{"name", kName},
        {"email", kEmail},
        {"password", kNewPassword},
        {"role", kRole},
        {"invite", R"({"type":"string","description":"for admins, where they sign up by invitation"})", false}}},
      {"Registered", {{"msg", kText}, {"id", kId}}},
      {"Credentials",
       {{"email", kText},
        {"password", kText},
        {"role", R"({"type":"string","enum":["admin","user"],"description":"another one is refused"})", false}}},
      {"Grant",
       {{"access_token", kText},
        {"refresh_token", kText},
        {"name", kText},
        {"id", kId},
        {"role", kRole},
        {"expires_in", R"({"type":"integer","description":"life of the access token in seconds"})"}}},
      {"PasswordChange", {{"current_password", kText}, {"new_password", kNewPassword}}},
      {"PasswordReset", {{"code", kText}, {"new_password", kNewPassword}}},
      {"Me", {{"id", kId}, {"name", kText}, {"email", kText}, {"role", kRole}}},
      {"Person", {{"id", kId}, {"name", kText}, {"role", kRole}, {"online", kFlag}, {"last_seen", kTimeOrNull}}},
      {"Message",
       {{"id", kId},
        {"sender_id", kId},
        {"receiver_id", kId},
        {"content", kText},
        {"timestamp", kTimeOrNull},
        {"read_status", kFlag},
        {"client_id", kClientId, false}}},
      {"NewMessage",
       {{"receiver_id", R"({"type":["integer","string"],"description":"a string: in decimal"})"},
        {"content", R"({"type":"string","description":"1 to 16,384 characters, not only white space"})"},
        {"client_id",
         R"({"type":"string","description":"1 to 64 printable ASCII characters: repeated, it is sent once"})", false}}},
      {"SentMessage",
       {{"id", kId},
        {"sender_id", kId},
        {"receiver_id", kId},
        {"content", kText},
        {"timestamp", kTime},
        {"read_status", kFlag, false},
        {"client_id", kClientId, false},
        {"duplicate", R"({"type":"boolean","description":"true, with status 200: it was sent before"})", false}}},
      {"Conversation",
       {{"partner", R"({"$ref":"#/components/schemas/Person"})"},
        {"last_message", R"({"$ref":"#/components/schemas/Message"})"},
        {"unread", kCount}}},
      {"User", {{"id", kId}, {"name", kText}, {"email", kText}, {"role", kRole}, {"disabled", kFlag}}},
      {"UserChange", {{"role", kRole, false}, {"disabled", kFlag, false}}},
      {"Code", {{"code", kText}, {"expires", kTime}}},
      {"Settings",
       {{"admin_signup", R"({"type":"string","enum":["open","first","invite","closed"]})"},
        {"open_to_everybody",
         R"({"type":"boolean","description":"anybody who can reach this server may register as admin"})"}}},
      {"Status", {{"status", kText}}}};
  return all;
}

std::vector<RouteDoc> auth_routes() {
  return {
      {"POST",
       "/auth/register",
       "Make an account",
       "Registration",
       201,
       "Registered",
       {P::admin_signup_closed, P::email_taken, P::rate_limited, P::storage_unavailable, P::overloaded}},
      {"POST",
       "/auth/login",
       "Get tokens for an account",
       "Credentials",
       200,
       "Grant",
       {P::invalid_credentials, P::rate_limited, P::storage_unavailable, P::overloaded}},
      {"POST",
       "/auth/refresh",
       "Get a new pair of tokens; a refresh token works once",
       "",
       200,
       "Grant",
       {P::token_missing, P::token_invalid, P::token_expired, P::token_revoked, P::storage_unavailable, P::overloaded},
       false,
       0,
       "the refresh token"},
      {"POST",
       "/auth/reset",
       "Set a new password with a code from an admin; all logins of the user end",
       "PasswordReset",
       204,
       "",
       {P::invalid_code, P::rate_limited, P::storage_unavailable, P::overloaded}},
      {"POST", "/auth/logout", "End this login", "", 204, ""},
      {"POST", "/auth/logout_all", "End all logins of the caller", "", 204, ""},
      {"PUT",
       "/auth/password",
       "Set one's own password; other logins end",
       "PasswordChange",
       204,
       "",
       {P::wrong_password, P::not_found, P::rate_limited}}};
}

std::vector<RouteDoc> chat_routes() {
  return {{"GET", "/chat/info", "Who the caller is", "", 200, "Me"},
          {"GET", "/chat/admins", "Admins one can write to", "", 200, "[Person]", {}, true},
          {"GET", "/chat/users", "Users", "", 200, "[Person]", {}, true},
          {"GET",
           "/chat/messages/{id}",
           "The conversation with somebody, oldest first",
           "",
           200,
           "[Message]",
           {P::not_found},
           true},
          {"POST",
           "/chat/messages",
           "Send a message; repeated under its client_id: 200, with what it got the first time",
           "NewMessage",
           201,
           "SentMessage",
           {P::receiver_not_found, P::client_id_conflict, P::rate_limited},
           false,
           200},
          {"GET", "/chat/loaded", "All messages of the caller, oldest first", "", 200, "[Message]", {}, true},
          {"GET",
           "/chat/conversations",
           "Whom the caller talks to, newest first; paged by its Link",
           "",
           200,
           "[Conversation]",
           {},
           true}};
}

std::vector<RouteDoc> admin_routes() {
  return {{"GET", "/admin/users", "Everybody, disabled people too", "", 200, "[User]", {}, true},
          {"PATCH",
           "/admin/users/{id}",
           "Change role or state of somebody; what is not given stays",
           "UserChange",
           200,
           "User",
           {P::not_found, P::last_admin}},
          {"POST",
           "/admin/users/{id}/reset",
           "Make a code with which somebody sets a new password, once, within 24 hours",
           "",
           201,
           "Code",
           {P::not_found}},
          {"POST",
           "/admin/invites",
           "Make a code that lets one admin sign up, within 7 days",
           "",
           201,
           "Code",
           {P::admin_signup_closed}},
          {"GET", "/admin/settings", "How this server was started", "", 200, "Settings"}};
}

std::vector<RouteDoc> other_routes() {
  return {{"GET", "/healthz", "Whether the process lives", "", 200, "Status"},
          {"GET", "/readyz", "Whether it takes requests", "", 200, "Status", {P::not_ready}},
          {"GET", "/openapi.json", "This description, as OpenAPI 3.1", "", 200, "application/json"},
          {"GET", "/docs", "This description, as a page", "", 200, "text/html; charset=utf-8"},
          {"GET", "/docs.css", "How that page looks", "", 200, "text/css; charset=utf-8"}};
}

const std::vector<RouteDoc>& routes() {
  static const std::vector<RouteDoc> all = [] {
    std::vector<RouteDoc> together;
    for (const auto& part : {auth_routes(), chat_routes(), admin_routes(), other_routes()}) {
      together.insert(together.end(), part.begin(), part.end());
    }
    return together;
  }();
  return all;
}

}  // namespace

std::span<const RouteDoc> route_docs() { return routes(); }
std::span<const SchemaDoc> schema_docs() { return schemas(); }

const RouteDoc* find_route_doc(std::string_view method, std::string_view pattern) {
  const auto found = std::find_if(routes().begin(), routes().end(), [&](const RouteDoc& each) {
    return each.method == method && each.pattern == pattern;
  });
  return found == routes().end() ? nullptr : &*found;
}

const SchemaDoc* find_schema_doc(std::string_view name) {
  const auto found =
      std::find_if(schemas().begin(), schemas().end(), [&](const SchemaDoc& each) { return each.name == name; });
  return found == schemas().end() ? nullptr : &*found;
}

std::vector<Problem> problems_of(const RouteDoc& route, Policy policy) {
  std::vector<Problem> all(route.problems);
  if (policy != Policy::anyone) {
    all.insert(all.end(), {P::token_missing, P::token_invalid, P::token_expired, P::token_revoked,
                           P::storage_unavailable, P::overloaded});
  }
  if (policy == Policy::admin) all.push_back(P::forbidden);
  if (!route.takes.empty()) {
    all.insert(all.end(), {P::invalid_json, P::payload_too_large, P::unsupported_media_type, P::invalid_fields});
  }
  if (route.paged) all.push_back(P::invalid_fields);
  std::sort(all.begin(), all.end(), [](Problem a, Problem b) {
    return std::pair(spec_of(a).status, spec_of(a).code) < std::pair(spec_of(b).status, spec_of(b).code);
  });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace parley::rest
