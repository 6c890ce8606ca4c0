#include "parley/auth/passwords.hpp"

#include <argon2.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <new>
#include <optional>

#include "parley/auth/random.hpp"
#include "sio/base/check.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kPhcBytesMax = 200;  // the column of the original application
constexpr std::string_view kScheme = "$argon2id$v=19$";

// Bounds of what we are ready to compute for a text that came out of a database.
constexpr Argon2Cost kCostMax{1024 * 1024, 64, 16};

bool take(std::string_view& rest, std::string_view expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(expected.size());
  return true;
}

std::optional<std::uint32_t> take_number(std::string_view& rest) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return number;
}

// The cost a PHC text asks for; none unless it is argon2id within the bounds.
std::optional<Argon2Cost> cost_of(std::string_view phc) {
  if (phc.size() > kPhcBytesMax || phc.find('\0') != std::string_view::npos) return std::nullopt;
  std::string_view rest = phc;
  if (!take(rest, kScheme) || !take(rest, "m=")) return std::nullopt;
  const auto memory = take_number(rest);
  if (!memory || !take(rest, ",t=")) return std::nullopt;
  const auto iterations = take_number(rest);
  if (!iterations || !take(rest, ",p=")) return std::nullopt;
  const auto parallelism = take_number(rest);
  if (!parallelism || !take(rest, "$")) return std::nullopt;
  if (*memory > kCostMax.memory_kib || *iterations > kCostMax.iterations || *parallelism > kCostMax.parallelism) {
    return std::nullopt;
  }
  const std::size_t dollar = rest.find('$');
  if (dollar == std::string_view::npos) return std::nullopt;
  const std::size_t salt_bytes = dollar * 3 / 4;
  const std::size_t hash_bytes = (rest.size() - dollar - 1) * 3 / 4;
  if (salt_bytes < 8 || salt_bytes > 64 || hash_bytes < 16 || hash_bytes > 64) return std::nullopt;
  return Argon2Cost{*memory, *iterations, *parallelism};
}

}  // namespace

PasswordHasher::PasswordHasher(Argon2Cost cost) : cost_(cost), dummy_(hash(random_bytes(kSaltBytes))) {}

std::string PasswordHasher::hash(std::string_view password) const {
  computed_.fetch_add(1, std::memory_order_relaxed);
  const std::string salt = random_bytes(kSaltBytes);
  std::array<char, kPhcBytesMax + 1> phc{};
  const int result =
      argon2id_hash_encoded(cost_.iterations, cost_.memory_kib, cost_.parallelism, password.data(), password.size(),
                            salt.data(), salt.size(), kHashBytes, phc.data(), phc.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
  SIO_CHECK(result == ARGON2_OK);
  return phc.data();
}

bool PasswordHasher::verify(std::string_view phc, std::string_view password) const {
  if (!cost_of(phc)) return verify_dummy(password);
  computed_.fetch_add(1, std::memory_order_relaxed);
  const int result = argon2id_verify(std::string(phc).c_str(), password.data(), password.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
  return result == ARGON2_OK;
}

bool PasswordHasher::verify_dummy(std::string_view password) const {
  computed_.fetch_add(1, std::memory_order_relaxed);
  // Nobody knows what was hashed into the dummy, so the answer is no even if this said yes.
  const int result = argon2id_verify(dummy_.c_str(), password.data(), password.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();  // as verify() would have
  return false;
}

bool PasswordHasher::needs_rehash(std::string_view phc) const {
  const auto cost = cost_of(phc);
  return !cost || cost->memory_kib != cost_.memory_kib || cost->iterations != cost_.iterations ||
         cost->parallelism != cost_.parallelism;
}

}  // namespace parley::auth
