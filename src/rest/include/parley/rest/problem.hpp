// Everything a request can be answered with but success, in one table: status, code, sentence. Nothing of SQL, stacks
// or parameters has a way into these bodies: `{"msg":…,"code":…}`, and for 422 the fields' names with why.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/http/message.hpp"

namespace parley::rest {

enum class Problem : std::uint8_t {
  bad_request,
  invalid_json,
  invalid_fields,
  token_missing,
  token_invalid,
  token_expired,
  token_revoked,
  invalid_credentials,
  forbidden,
  admin_signup_closed,
  wrong_password,
  invalid_code,
  origin_not_allowed,
  not_found,
  receiver_not_found,
  method_not_allowed,
  request_timeout,
  email_taken,
  last_admin,
  client_id_conflict,
  payload_too_large,
  uri_too_long,
  unsupported_media_type,
  rate_limited,
  headers_too_large,
  internal,
  not_implemented,
  version_not_supported,
  overloaded,
  storage_unavailable,
  not_ready,
};

struct ProblemSpec {
  Problem problem;
  int status;
  std::string_view code;
  std::string_view sentence;
};
std::span<const ProblemSpec> problem_specs();
const ProblemSpec& spec_of(Problem problem);

// Field name → why it is not acceptable, in the order found.
using FieldErrors = std::vector<std::pair<std::string, std::string>>;

// 401 gets WWW-Authenticate, 429 and 503 get Retry-After (1 s unless told; rounded up).
sio::http::Response render_problem(Problem problem, std::int64_t retry_after_ms = 1'000);
sio::http::Response render_field_errors(const FieldErrors& errors);

// What the server library reports by status alone.
Problem problem_of_status(int status);

// Answers that nobody may keep: JSON, or 204.
sio::http::Response json_answer(int status, std::string body);
sio::http::Response empty_answer();

}  // namespace parley::rest
