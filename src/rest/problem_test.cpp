#include "parley/rest/problem.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"

namespace parley::rest {
namespace {

TEST(Problems, EachHasOneRowWithItsOwnCode) {
  std::set<std::string_view> codes;
  std::set<Problem> problems;
  for (const ProblemSpec& spec : problem_specs()) {
    EXPECT_TRUE(codes.insert(spec.code).second) << spec.code;
    EXPECT_TRUE(problems.insert(spec.problem).second) << spec.code;
    EXPECT_GE(spec.status, 400) << spec.code;
    EXPECT_FALSE(spec.sentence.empty()) << spec.code;
  }
  for (int i = 0; i <= static_cast<int>(Problem::not_ready); ++i) {
    EXPECT_TRUE(problems.contains(static_cast<Problem>(i))) << i;
  }
}

TEST(Problems, AreRenderedAsTheContractSays) {
  for (const ProblemSpec& spec : problem_specs()) {
    const auto response = render_problem(spec.problem);
    EXPECT_EQ(response.status, spec.status) << spec.code;
    EXPECT_EQ(response.headers.find("content-type"), "application/json") << spec.code;
    EXPECT_EQ(response.headers.find("cache-control"), "no-store") << spec.code;
    ASSERT_EQ(sio::json::scan(response.body), sio::json::Error::none) << response.body;
    const sio::json::Value body(response.body);
    EXPECT_EQ(body.find("msg")->as_string(), spec.sentence);
    EXPECT_EQ(body.find("code")->as_string(), spec.code);
    EXPECT_EQ(body.find("errors").has_value(), spec.status == 422) << spec.code;
    EXPECT_EQ(response.headers.contains("www-authenticate"), spec.status == 401) << spec.code;
    EXPECT_EQ(response.headers.contains("retry-after"), spec.status == 429 || spec.status == 503) << spec.code;
  }
}

TEST(Problems, CodesAndStatusesAreThoseOfTheContract) {
  const std::vector<std::pair<std::string_view, int>> due{{"invalid_json", 400},
                                                          {"invalid_fields", 422},
                                                          {"token_missing", 401},
                                                          {"token_invalid", 401},
                                                          {"token_expired", 401},
                                                          {"token_revoked", 401},
                                                          {"forbidden", 403},
                                                          {"admin_signup_closed", 403},
                                                          {"not_found", 404},
                                                          {"receiver_not_found", 404},
                                                          {"method_not_allowed", 405},
                                                          {"email_taken", 409},
                                                          {"client_id_conflict", 409},
                                                          {"payload_too_large", 413},
                                                          {"unsupported_media_type", 415},
                                                          {"rate_limited", 429},
                                                          {"internal", 500},
                                                          {"overloaded", 503},
                                                          {"storage_unavailable", 503}};
  for (const auto& [code, status] : due) {
    bool found = false;
    for (const ProblemSpec& spec : problem_specs()) found = found || (spec.code == code && spec.status == status);
    EXPECT_TRUE(found) << code;
  }
}

TEST(Problems, WaitsAreWholeSecondsRoundedUp) {
  EXPECT_EQ(render_problem(Problem::rate_limited, 1).headers.find("retry-after"), "1");
  EXPECT_EQ(render_problem(Problem::rate_limited, 1'001).headers.find("retry-after"), "2");
  EXPECT_EQ(render_problem(Problem::rate_limited, 900'000).headers.find("retry-after"), "900");
}

TEST(Problems, FieldErrorsNameTheirFields) {
  const auto response = render_field_errors({{"email", "is required"}, {"name", "is too \"long\""}});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.body, R"({"msg":"Some fields are missing or not valid","code":"invalid_fields",)"
                           R"("errors":{"email":"is required","name":"is too \"long\""}})");
}

TEST(Problems, EveryStatusOfTheServerHasAProblemOfThatStatus) {
  for (const int status : {400, 403, 404, 405, 408, 413, 414, 415, 429, 431, 500, 501, 503, 505}) {
    EXPECT_EQ(spec_of(problem_of_status(status)).status, status);
  }
  EXPECT_EQ(problem_of_status(418), Problem::bad_request);
  EXPECT_EQ(problem_of_status(599), Problem::internal);
}

}  // namespace
}  // namespace parley::rest
