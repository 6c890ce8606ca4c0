#include "parley/auth/login_limiter.hpp"

#include <algorithm>

#include "parley/auth/rate_limiter.hpp"

namespace parley::auth {
namespace {

std::string pair_key(std::string_view account, std::string_view address) {
  return std::string(account).append(1, '\0').append(address);
}

// Frees a place: what is over first, else any one.
template <class Map, class IsOver>
void make_room(Map& map, std::size_t entries_max, IsOver&& is_over) {
  if (map.size() < entries_max) return;
  std::erase_if(map, is_over);
  if (map.size() >= entries_max) map.erase(map.begin());
}

}  // namespace

LoginLimiter::LoginLimiter(LoginLimits limits) : limits_(limits) {}

bool LoginLimiter::is_known(const std::string& pair, sio::TimePoint now) const {
  const auto entry = known_.find(pair);
  return entry != known_.end() && now - entry->second < limits_.known_address_memory;
}

sio::Milliseconds LoginLimiter::wait_after(std::uint32_t failures) const {
  if (failures < limits_.free_failures) return sio::Milliseconds::zero();
  const std::uint32_t doublings = std::min<std::uint32_t>(failures - limits_.free_failures, 30);
  return std::min(limits_.first_wait * (std::int64_t{1} << doublings), limits_.longest_wait);
}

sio::Milliseconds LoginLimiter::check(std::string_view account, std::string_view address, sio::TimePoint now) {
  if (!limits_.enabled) return sio::Milliseconds::zero();
  const std::string place = address_key(address);
  const std::lock_guard lock(mutex_);
  auto wait = sio::Milliseconds::zero();
  if (const auto entry = addresses_.find(place); entry != addresses_.end()) {
    const sio::TimePoint window_end = entry->second.window_start + limits_.address_window;
    if (entry->second.failures >= limits_.address_failures && now < window_end) {
      wait = std::chrono::ceil<sio::Milliseconds>(window_end - now);
    }
  }
  if (is_known(pair_key(account, place), now)) return wait;
  if (const auto entry = accounts_.find(std::string(account)); entry != accounts_.end()) {
    if (now < entry->second.blocked_until) {
      wait = std::max(wait, std::chrono::ceil<sio::Milliseconds>(entry->second.blocked_until - now));
    }
  }
  return wait;
}

void LoginLimiter::failed(std::string_view account, std::string_view address, sio::TimePoint now) {
  if (!limits_.enabled) return;
  const std::string place = address_key(address);
  const std::lock_guard lock(mutex_);
  make_room(accounts_, limits_.entries_max,
            [&](const auto& entry) { return now - entry.second.last_failure >= limits_.account_memory; });
  make_room(addresses_, limits_.entries_max,
            [&](const auto& entry) { return now - entry.second.window_start >= limits_.address_window; });

  Account& count = accounts_[std::string(account)];
  if (now - count.last_failure >= limits_.account_memory) count.failures = 0;
  ++count.failures;
  count.last_failure = now;
  count.blocked_until = now + wait_after(count.failures);

  Address& at = addresses_[place];
  if (at.failures == 0 || now - at.window_start >= limits_.address_window) at = {0, now};
  ++at.failures;
}

void LoginLimiter::succeeded(std::string_view account, std::string_view address, sio::TimePoint now) {
  if (!limits_.enabled) return;
  const std::string place = address_key(address);
  const std::lock_guard lock(mutex_);
  accounts_.erase(std::string(account));
  make_room(known_, limits_.entries_max,
            [&](const auto& entry) { return now - entry.second >= limits_.known_address_memory; });
  known_[pair_key(account, place)] = now;
}

}  // namespace parley::auth
