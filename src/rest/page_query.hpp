// limit, after and before of a list (contract 3), and the Link to what comes next in the same direction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "parley/rest/problem.hpp"
#include "sio/base/result.hpp"

namespace parley::rest {

inline constexpr std::uint32_t kPageLimitMax = 1'000;

struct PageQuery {
  std::uint32_t limit = kPageLimitMax;
  std::optional<std::int64_t> after;   // the first ones beyond that id
  std::optional<std::int64_t> before;  // the newest ones below that id
};

sio::Result<PageQuery, FieldErrors> parse_page_query(const sio::http::Query& query);

// `</path?limit=…&after=…>; rel="next"`: after `last_id` going up, before `first_id` going down.
std::string next_link(const std::string& path, const PageQuery& query, std::int64_t first_id, std::int64_t last_id);

// Digits alone, as a number; what does not fit is the greatest there is (and names nothing).
std::optional<std::int64_t> parse_decimal_id(std::string_view text);

}  // namespace parley::rest
