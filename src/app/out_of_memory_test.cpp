#include "out_of_memory.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "exit_code.hpp"
#include "run.hpp"
#include "sio/base/out_of_memory.hpp"

namespace parley::app {
namespace {

#if defined(__has_feature)
constexpr bool kSanitizerOwnsNew = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizerOwnsNew = true;
#else
constexpr bool kSanitizerOwnsNew = false;
#endif

constexpr int kSystem = static_cast<int>(ExitCode::system);

// A thread that died quietly would leave a server that looks alive.
void throw_in_a_thread(const auto& thrown) {
  end_when_resources_run_out();
  std::thread([&] { throw thrown; }).join();
}

TEST(OutOfMemory, R6_NewThatFailsEndsTheProcessWithALineAndItsCode) {
  if constexpr (kSanitizerOwnsNew) GTEST_SKIP() << "it asks no handler";
  EXPECT_EXIT(
      {
        end_when_resources_run_out();
        // More than there is address space for.
        static_cast<void>(operator new(std::size_t{1} << 62U, std::nothrow));
      },
      ::testing::ExitedWithCode(kSystem), "^parley: out of memory; ending at once");
}

TEST(OutOfMemory, R6_LibrariesInCEndAlike) {
  EXPECT_EXIT(
      {
        end_when_resources_run_out();
        sio::fail_without_memory();
      },
      ::testing::ExitedWithCode(kSystem), "^parley: out of memory");
}

TEST(OutOfMemory, R6_BadAllocThatLeavesAThreadEndsTheProcess) {
  EXPECT_EXIT(throw_in_a_thread(std::bad_alloc()), ::testing::ExitedWithCode(kSystem), "^parley: out of memory");
}

TEST(OutOfMemory, R6_ThreadsThatCannotBeHadEndTheProcess) {
  const std::system_error none(std::make_error_code(std::errc::resource_unavailable_try_again));
  EXPECT_EXIT(throw_in_a_thread(none), ::testing::ExitedWithCode(kSystem), "^parley: the system gave no thread");
}

TEST(OutOfMemory, WhatElseIsThrownStillAborts) {
  EXPECT_EXIT(throw_in_a_thread(std::logic_error("ours")), ::testing::KilledBySignal(SIGABRT), "ours");
  EXPECT_EXIT(throw_in_a_thread(1), ::testing::KilledBySignal(SIGABRT), "");
}

TEST(OutOfMemory, OnlyLackIsLack) {
  EXPECT_TRUE(is_lack_of_resources(std::bad_alloc()));
  for (const std::errc lack : {std::errc::not_enough_memory, std::errc::resource_unavailable_try_again,
                               std::errc::too_many_files_open, std::errc::too_many_files_open_in_system}) {
    EXPECT_TRUE(is_lack_of_resources(std::system_error(std::make_error_code(lack))));
  }
  EXPECT_FALSE(is_lack_of_resources(std::system_error(std::make_error_code(std::errc::io_error))));
  EXPECT_FALSE(is_lack_of_resources(std::runtime_error("x")));
}

}  // namespace
}  // namespace parley::app
