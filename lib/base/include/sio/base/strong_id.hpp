// Ids of different things are different types: a UserId is no MessageId.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace sio {

template <class Tag, class Int = std::int64_t>
struct StrongId {
  Int value{};

  constexpr StrongId() = default;
  // An id from its number: on purpose, never by conversion.
  constexpr explicit StrongId(Int v) : value(v) {}
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

}  // namespace sio

template <class Tag, class Int>
struct std::hash<sio::StrongId<Tag, Int>> {
  std::size_t operator()(sio::StrongId<Tag, Int> id) const noexcept { return std::hash<Int>{}(id.value); }
};
