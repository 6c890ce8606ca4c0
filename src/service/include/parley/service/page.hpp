// Lists are read in pages: by id, bounded, oldest first within a page.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace parley::service {

inline constexpr std::uint32_t kPageLimitMax = 1'000;

// `after`: the first `limit` items with a greater id. Otherwise the newest `limit`, with `before` those with a smaller
// id. With both, `before` is ignored.
struct PageQuery {
  std::uint32_t limit = kPageLimitMax;  // 1 to kPageLimitMax
  std::optional<std::int64_t> after;
  std::optional<std::int64_t> before;
};

template <class T>
struct Page {
  std::vector<T> items;  // oldest first, unless the call says otherwise
  bool more = false;     // there are others beyond this page, in the direction in which it was asked for
};

}  // namespace parley::service
