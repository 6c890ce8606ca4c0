// Argon2id hashes of passwords, kept as PHC text (`$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`), at most 200 bytes.
// Decides nothing about which passwords are good enough (that is the domain's) and holds no accounts.
// Every call here costs 20 ms and 19 MiB on purpose: on the hash pool only, never on a shard.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::auth {

struct Argon2Cost {
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t iterations = 2;
  std::uint32_t parallelism = 1;
};

// Immutable after construction: usable from several threads at once. A hash whose memory cannot be had throws
// std::bad_alloc, and the next one may succeed.
class PasswordHasher {
 public:
  // Computes the dummy hash, so costs one hash. Weaker costs are for tests.
  explicit PasswordHasher(Argon2Cost cost = {});

  // PHC text with a fresh 16-byte salt and a 32-byte hash.
  std::string hash(std::string_view password) const;

  // Whether `password` is the one of `phc`. Any argon2id PHC text with m ≤ 1 GiB, t ≤ 64, p ≤ 16, a salt of 8–64 and
  // a hash of 16–64 bytes is understood; other text (another scheme, damage) is false, after the time of a dummy.
  bool verify(std::string_view phc, std::string_view password) const;

  // For an account that does not exist: takes as long as verify() and says no.
  bool verify_dummy(std::string_view password) const;

  // True when `phc` is not of today's cost: hash the password anew after the next good login.
  bool needs_rehash(std::string_view phc) const;

  // Hashes computed so far, the dummy's included. From any thread.
  std::uint64_t computed() const { return computed_.load(std::memory_order_relaxed); }

 private:
  mutable std::atomic<std::uint64_t> computed_{0};
  Argon2Cost cost_;
  std::string dummy_;
};

}  // namespace parley::auth
