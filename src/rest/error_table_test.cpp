// Every error of the layers below has its problem: nothing falls through to `internal`.
#include <gtest/gtest.h>

#include "routes.hpp"

namespace parley::rest {
namespace {

TEST(ErrorTable, EveryAccessErrorHasTheCodeOfTheWire) {
  for (int i = 0; i <= static_cast<int>(service::AccessError::storage_unavailable); ++i) {
    const auto error = static_cast<service::AccessError>(i);
    EXPECT_EQ(spec_of(problem_of(error)).code, service::to_code(error));
    EXPECT_NE(problem_of(error), Problem::internal);
  }
}

TEST(ErrorTable, EveryStoreErrorIsUnavailability) {
  for (int i = 0; i <= static_cast<int>(service::StoreError::timeout); ++i) {
    EXPECT_EQ(problem_of(static_cast<service::StoreError>(i)), Problem::storage_unavailable);
  }
}

TEST(ErrorTable, EveryAccountErrorHasItsProblem) {
  for (int i = 0; i <= static_cast<int>(service::AccountError::storage_unavailable); ++i) {
    EXPECT_NE(problem_of(static_cast<service::AccountError>(i)), Problem::internal) << i;
  }
  EXPECT_EQ(problem_of(service::AccountError::last_admin), Problem::last_admin);
  for (int i = 0; i <= static_cast<int>(service::PasswordChangeError::storage_unavailable); ++i) {
    EXPECT_NE(problem_of(static_cast<service::PasswordChangeError>(i)), Problem::internal) << i;
  }
}

TEST(ErrorTable, EverySendErrorHasTheCodeOfTheWire) {
  EXPECT_EQ(problem_of(service::SendError::invalid_payload), Problem::invalid_fields);
  for (int i = 1; i <= static_cast<int>(service::SendError::storage_unavailable); ++i) {
    const auto error = static_cast<service::SendError>(i);
    EXPECT_EQ(spec_of(problem_of(error)).code, service::to_code(error));
  }
}

TEST(ErrorTable, EveryLoginErrorHasItsProblem) {
  EXPECT_EQ(problem_of(service::LoginError::invalid_credentials), Problem::invalid_credentials);
  EXPECT_EQ(problem_of(service::LoginError::storage_unavailable), Problem::storage_unavailable);
}

}  // namespace
}  // namespace parley::rest
