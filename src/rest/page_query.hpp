// limit, after and before of a list (contract 3), and the Link to what comes next in the same direction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parley/rest/problem.hpp"
#include "parley/service/page.hpp"
#include "sio/base/result.hpp"

namespace parley::rest {

sio::Result<service::PageQuery, FieldErrors> parse_page_query(const sio::http::Query& query);

// `</path?limit=…&after=…>; rel="next"`: after `last_id` going up, before `first_id` going down.
std::string next_link(const std::string& path, const service::PageQuery& query, std::int64_t first_id,
                      std::int64_t last_id);

// Digits alone, as a number; what does not fit is the greatest there is (and names nothing).
std::optional<std::int64_t> parse_decimal_id(std::string_view text);

}  // namespace parley::rest
