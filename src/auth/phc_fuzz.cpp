// The text form of password hashes, as it comes out of a database: only what a second grammar of the header's words
// takes is computed, never more than was agreed on, and no other text is the hash of a password. What would cost much
// is parsed and not computed here.

// libFuzzer: -max_len=224

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "parley/auth/passwords.hpp"
#include "sio/base/check.hpp"

namespace {

using parley::auth::Argon2Cost;
using parley::auth::PasswordHasher;

constexpr Argon2Cost kCheap{.memory_kib = 8, .iterations = 1, .parallelism = 1};

const PasswordHasher& hasher() {
  static const PasswordHasher cheap(kCheap);
  return cheap;
}

std::optional<std::uint32_t> field(std::string_view& rest, std::string_view name, char end) {
  if (rest.substr(0, name.size()) != name) return std::nullopt;
  rest.remove_prefix(name.size());
  std::uint64_t number = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits) {
    number = number * 10 + static_cast<std::uint64_t>(rest[digits] - '0');
    if (number > UINT32_MAX) return std::nullopt;
  }
  if (digits == 0 || digits == rest.size() || rest[digits] != end) return std::nullopt;
  rest.remove_prefix(digits + 1);
  return static_cast<std::uint32_t>(number);
}

// The cost that a text asks for, by passwords.hpp; none if it is not understood.
std::optional<Argon2Cost> cost_by_hand(std::string_view phc) {
  if (phc.size() > 200 || phc.find('\0') != std::string_view::npos) return std::nullopt;
  constexpr std::string_view kScheme = "$argon2id$v=19$";
  if (phc.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  phc.remove_prefix(kScheme.size());
  const auto memory = field(phc, "m=", ',');
  const auto iterations = memory ? field(phc, "t=", ',') : std::nullopt;
  const auto parallelism = iterations ? field(phc, "p=", '$') : std::nullopt;
  if (!parallelism || *memory > 1024U * 1024U || *iterations > 64 || *parallelism > 16) return std::nullopt;
  const std::size_t dollar = phc.find('$');
  if (dollar == std::string_view::npos) return std::nullopt;
  const std::size_t salt = dollar * 3 / 4;
  const std::size_t hash = (phc.size() - dollar - 1) * 3 / 4;
  if (salt < 8 || salt > 64 || hash < 16 || hash > 64) return std::nullopt;
  return Argon2Cost{*memory, *iterations, *parallelism};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  const std::string phc(input.until('\n'));
  const std::string_view password = input.rest();
  const auto cost = cost_by_hand(phc);
  const bool today = cost && cost->memory_kib == kCheap.memory_kib && cost->iterations == kCheap.iterations &&
                     cost->parallelism == kCheap.parallelism;
  SIO_CHECK(hasher().needs_rehash(phc) == !today);

  // One of 64 is computed: it costs a hundred times what the parser does.
  const bool cheap = !cost || (cost->memory_kib <= 64 && cost->iterations <= 2);
  if (cheap && (password.size() & 63U) == 1) {
    const bool verified = hasher().verify(phc, password);
    SIO_CHECK(!verified || cost);
    // Only the very text of the hash, and a password that it is the hash of, pass.
    if (verified) SIO_CHECK(!hasher().verify(phc, std::string(password) + "x"));
  }
  return 0;
}
