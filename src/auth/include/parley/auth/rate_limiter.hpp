// How often something may happen per key (a user, an address): a token bucket as GCRA, one instant a key. `burst` at
// once, then `per_second`. Bounded: at most `keys_max` keys are remembered; when full, those that are forgotten first
// are the ones that have used least. Time is passed in. Usable from several threads: a short striped lock, no I/O.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sio/base/time.hpp"

namespace parley::auth {

struct Rate {
  double per_second = 5.0;   // over 0
  std::uint32_t burst = 20;  // at least 1
};

// Zero: go ahead, counted. Else how long to wait, nothing was counted; at least 1 ms.
using RetryAfter = sio::Milliseconds;

template <class Key>
class BasicRateLimiter {
 public:
  // `enabled` false: never limits, remembers nothing (`--rate-limits off`).
  BasicRateLimiter(Rate rate, bool enabled, std::size_t keys_max = 100'000);

  RetryAfter try_take(const Key& key, sio::TimePoint now);
  // Gives one back, for something that was counted and did not happen.
  void give_back(const Key& key, sio::TimePoint now);
  // Keys remembered now, for tests and metrics.
  std::size_t size() const;

 private:
  static constexpr std::size_t kStripes = 16;
  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<Key, sio::TimePoint> full_at;  // when the bucket of the key will be full again
  };
  Stripe& stripe_of(const Key& key);
  void make_room(Stripe& stripe, sio::TimePoint now);

  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds tolerance_;
  bool enabled_;
  std::size_t keys_per_stripe_max_;
  std::array<Stripe, kStripes> stripes_;
};

extern template class BasicRateLimiter<std::int64_t>;
extern template class BasicRateLimiter<std::string>;

// Messages of one user (contract 5: 20 at once, then 5/s); the key is the user id.
using MessageLimiter = BasicRateLimiter<std::int64_t>;
// Registrations per network address (5/h).
using AddressLimiter = BasicRateLimiter<std::string>;

// What an address counts as: an IPv4 address (also mapped into IPv6) alone, an IPv6 address with its /64, since one
// subscriber has all of it. Other text ("unix") counts as it is.
std::string address_key(std::string_view address);

}  // namespace parley::auth
