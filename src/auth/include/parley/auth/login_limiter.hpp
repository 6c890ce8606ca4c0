// Failed logins (contract 5, A1): per account 5 free, then waits of 1 s doubling to 15 min; per network address 30 in
// 15 min. An address where the account logged in within 30 days is not held up by the account's count, else anybody
// could lock anybody out. No account is ever locked for good. E-mail addresses that nobody has count alike.
// In memory and bounded; time is passed in; usable from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sio/base/time.hpp"

namespace parley::auth {

struct LoginLimits {
  bool enabled = true;
  std::uint32_t free_failures = 5;
  sio::Milliseconds first_wait{1'000};
  sio::Milliseconds longest_wait{15 * 60 * 1'000};
  // A count is forgotten when nothing failed for this long.
  sio::Milliseconds account_memory{24 * 3'600 * 1'000};
  std::uint32_t address_failures = 30;
  sio::Milliseconds address_window{15 * 60 * 1'000};
  std::chrono::hours known_address_memory{30 * 24};
  std::size_t entries_max = 100'000;  // of each kind
};

class LoginLimiter {
 public:
  explicit LoginLimiter(LoginLimits limits = {});

  // Before the password is looked at. Zero: go ahead; else how long to wait. Counts nothing.
  // `account` is the e-mail address as the database compares it (lower case), `address` the client's.
  sio::Milliseconds check(std::string_view account, std::string_view address, sio::TimePoint now);
  // After it: the outcome.
  void failed(std::string_view account, std::string_view address, sio::TimePoint now);
  void succeeded(std::string_view account, std::string_view address, sio::TimePoint now);

 private:
  struct Account {
    std::uint32_t failures = 0;
    sio::TimePoint last_failure{};
    sio::TimePoint blocked_until{};
  };
  struct Address {
    std::uint32_t failures = 0;
    sio::TimePoint window_start{};
  };
  bool is_known(const std::string& pair, sio::TimePoint now) const;
  sio::Milliseconds wait_after(std::uint32_t failures) const;

  LoginLimits limits_;
  std::mutex mutex_;
  std::unordered_map<std::string, Account> accounts_;
  std::unordered_map<std::string, Address> addresses_;
  std::unordered_map<std::string, sio::TimePoint> known_;  // account and address → last good login
};

}  // namespace parley::auth
