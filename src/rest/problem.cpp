#include "parley/rest/problem.hpp"

#include <algorithm>
#include <array>

#include "sio/base/check.hpp"
#include "sio/json/writer.hpp"

namespace parley::rest {
namespace {

constexpr std::array kSpecs{
    ProblemSpec{Problem::bad_request, 400, "bad_request", "The request is not valid"},
    ProblemSpec{Problem::invalid_json, 400, "invalid_json", "The body is not valid JSON"},
    ProblemSpec{Problem::invalid_fields, 422, "invalid_fields", "Some fields are missing or not valid"},
    ProblemSpec{Problem::token_missing, 401, "token_missing", "An access token is required"},
    ProblemSpec{Problem::token_invalid, 401, "token_invalid", "The token is not valid"},
    ProblemSpec{Problem::token_expired, 401, "token_expired", "The token has expired"},
    ProblemSpec{Problem::token_revoked, 401, "token_revoked", "The token has been revoked"},
    ProblemSpec{Problem::invalid_credentials, 401, "invalid_credentials", "Invalid credentials"},
    ProblemSpec{Problem::forbidden, 403, "forbidden", "This is not allowed for you"},
    ProblemSpec{Problem::admin_signup_closed, 403, "admin_signup_closed", "Registration as admin is not open"},
    ProblemSpec{Problem::wrong_password, 403, "wrong_password", "The current password is not right"},
    ProblemSpec{Problem::invalid_code, 403, "invalid_code", "The code is not valid, or was used already"},
    ProblemSpec{Problem::origin_not_allowed, 403, "origin_not_allowed", "Pages of this origin are not allowed here"},
    ProblemSpec{Problem::not_found, 404, "not_found", "There is nothing here"},
    ProblemSpec{Problem::receiver_not_found, 404, "receiver_not_found", "The receiver was not found"},
    ProblemSpec{Problem::method_not_allowed, 405, "method_not_allowed", "This method is not allowed here"},
    ProblemSpec{Problem::request_timeout, 408, "request_timeout", "The request came too slowly"},
    ProblemSpec{Problem::email_taken, 409, "email_taken", "This e-mail address is already registered"},
    ProblemSpec{Problem::last_admin, 409, "last_admin", "The last enabled admin stays: make another one first"},
    ProblemSpec{Problem::client_id_conflict, 409, "client_id_conflict",
                "Another message was sent under this client_id"},
    ProblemSpec{Problem::payload_too_large, 413, "payload_too_large", "The body is too large"},
    ProblemSpec{Problem::uri_too_long, 414, "uri_too_long", "The address is too long"},
    ProblemSpec{Problem::unsupported_media_type, 415, "unsupported_media_type",
                "The body must be application/json without content coding"},
    ProblemSpec{Problem::rate_limited, 429, "rate_limited", "Too many requests, try again later"},
    ProblemSpec{Problem::headers_too_large, 431, "headers_too_large", "The headers are too large"},
    ProblemSpec{Problem::internal, 500, "internal", "Something went wrong on our side"},
    ProblemSpec{Problem::not_implemented, 501, "not_implemented", "This transfer coding is not supported"},
    ProblemSpec{Problem::version_not_supported, 505, "version_not_supported", "This HTTP version is not supported"},
    ProblemSpec{Problem::overloaded, 503, "overloaded", "The server is busy, try again soon"},
    ProblemSpec{Problem::storage_unavailable, 503, "storage_unavailable", "The storage is not available, try again"},
    ProblemSpec{Problem::not_ready, 503, "not_ready", "The server is not ready for requests"},
};

sio::http::Response render(const ProblemSpec& spec, const FieldErrors* errors) {
  std::string body;
  sio::json::Writer json(body);
  json.begin_object().member("msg", spec.sentence).member("code", spec.code);
  if (errors != nullptr) {
    json.key("errors").begin_object();
    for (const auto& [field, why] : *errors) json.member(field, std::string_view(why));
    json.end_object();
  }
  json.end_object();
  return json_answer(spec.status, std::move(body));
}

}  // namespace

std::span<const ProblemSpec> problem_specs() { return kSpecs; }

const ProblemSpec& spec_of(Problem problem) {
  const auto* const spec = std::find_if(kSpecs.begin(), kSpecs.end(),
                                        [problem](const ProblemSpec& each) { return each.problem == problem; });
  SIO_CHECK(spec != kSpecs.end());
  return *spec;
}

sio::http::Response render_problem(Problem problem, std::int64_t retry_after_ms) {
  const ProblemSpec& spec = spec_of(problem);
  static const FieldErrors kNone;
  sio::http::Response response = render(spec, problem == Problem::invalid_fields ? &kNone : nullptr);
  if (spec.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  if (spec.status == 429 || spec.status == 503) {
    response.headers.set("Retry-After", std::to_string(std::max<std::int64_t>(1, (retry_after_ms + 999) / 1'000)));
  }
  return response;
}

sio::http::Response render_field_errors(const FieldErrors& errors) {
  return render(spec_of(Problem::invalid_fields), &errors);
}

Problem problem_of_status(int status) {
  switch (status) {
    case 401:
      return Problem::token_invalid;
    case 403:
      return Problem::origin_not_allowed;
    case 404:
      return Problem::not_found;
    case 405:
      return Problem::method_not_allowed;
    case 408:
      return Problem::request_timeout;
    case 413:
      return Problem::payload_too_large;
    case 414:
      return Problem::uri_too_long;
    case 415:
      return Problem::unsupported_media_type;
    case 429:
      return Problem::rate_limited;
    case 431:
      return Problem::headers_too_large;
    case 501:
      return Problem::not_implemented;
    case 503:
      return Problem::overloaded;
    case 505:
      return Problem::version_not_supported;
    default:
      return status >= 400 && status < 500 ? Problem::bad_request : Problem::internal;
  }
}

sio::http::Response json_answer(int status, std::string body) {
  sio::http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

sio::http::Response empty_answer() {
  sio::http::Response response;
  response.status = 204;
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace parley::rest
