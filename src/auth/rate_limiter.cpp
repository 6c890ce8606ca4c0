#include "parley/auth/rate_limiter.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <functional>

#include "sio/base/check.hpp"

namespace parley::auth {

template <class Key>
BasicRateLimiter<Key>::BasicRateLimiter(Rate rate, bool enabled, std::size_t keys_max)
    : interval_(0),
      tolerance_(0),
      enabled_(enabled),
      keys_per_stripe_max_(std::max<std::size_t>(1, keys_max / kStripes)) {
  SIO_CHECK(rate.per_second > 0 && rate.burst >= 1);
  interval_ = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / rate.per_second));
  tolerance_ = interval_ * (rate.burst - 1);
}

template <class Key>
RetryAfter BasicRateLimiter<Key>::try_take(const Key& key, sio::TimePoint now) {
  if (!enabled_) return RetryAfter::zero();
  Stripe& stripe = stripe_of(key);
  const std::lock_guard lock(stripe.mutex);
  auto entry = stripe.full_at.find(key);
  if (entry == stripe.full_at.end()) {
    if (stripe.full_at.size() >= keys_per_stripe_max_) make_room(stripe, now);
    entry = stripe.full_at.emplace(key, now).first;
  }
  const sio::TimePoint full_at = std::max(entry->second, now);
  const auto ahead = full_at - now;
  if (ahead > tolerance_) return std::chrono::ceil<RetryAfter>(ahead - tolerance_);
  entry->second = full_at + interval_;
  return RetryAfter::zero();
}

template <class Key>
void BasicRateLimiter<Key>::give_back(const Key& key, sio::TimePoint now) {
  if (!enabled_) return;
  Stripe& stripe = stripe_of(key);
  const std::lock_guard lock(stripe.mutex);
  const auto entry = stripe.full_at.find(key);
  if (entry == stripe.full_at.end()) return;
  entry->second -= interval_;
  if (entry->second <= now) stripe.full_at.erase(entry);
}

template <class Key>
std::size_t BasicRateLimiter<Key>::size() const {
  std::size_t keys = 0;
  for (const Stripe& stripe : stripes_) {
    const std::lock_guard lock(stripe.mutex);
    keys += stripe.full_at.size();
  }
  return keys;
}

template <class Key>
typename BasicRateLimiter<Key>::Stripe& BasicRateLimiter<Key>::stripe_of(const Key& key) {
  return stripes_[std::hash<Key>{}(key) % kStripes];
}

template <class Key>
void BasicRateLimiter<Key>::make_room(Stripe& stripe, sio::TimePoint now) {
  // A full bucket is the same as none at all.
  std::erase_if(stripe.full_at, [now](const auto& entry) { return entry.second <= now; });
  if (stripe.full_at.size() < keys_per_stripe_max_) return;
  const auto least_used = std::min_element(stripe.full_at.begin(), stripe.full_at.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
  stripe.full_at.erase(least_used);
}

template class BasicRateLimiter<std::int64_t>;
template class BasicRateLimiter<std::string>;

std::string address_key(std::string_view address) {
  std::string text(address);
  in6_addr parsed{};
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
    return inet_ntop(AF_INET, parsed.s6_addr + 12, out.data(), out.size());
  }
  std::fill(parsed.s6_addr + 8, parsed.s6_addr + 16, static_cast<unsigned char>(0));
  return std::string(inet_ntop(AF_INET6, &parsed, out.data(), out.size())) + "/64";
}

}  // namespace parley::auth
