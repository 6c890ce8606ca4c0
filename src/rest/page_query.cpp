#include "page_query.hpp"

#include <charconv>
#include <limits>

namespace parley::rest {

std::optional<std::int64_t> parse_decimal_id(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} ? id : std::numeric_limits<std::int64_t>::max();
}

sio::Result<service::PageQuery, FieldErrors> parse_page_query(const sio::http::Query& query) {
  service::PageQuery page;
  FieldErrors errors;
  if (query.contains("limit")) {
    const auto limit = parse_decimal_id(query.find("limit"));
    if (!limit || *limit < 1 || *limit > service::kPageLimitMax) {
      errors.emplace_back("limit", "must be a whole number from 1 to 1000");
    } else {
      page.limit = static_cast<std::uint32_t>(*limit);
    }
  }
  if (query.contains("after")) {
    page.after = parse_decimal_id(query.find("after"));
    if (!page.after) errors.emplace_back("after", "must be an id");
  }
  if (query.contains("before")) {
    page.before = parse_decimal_id(query.find("before"));
    if (!page.before) errors.emplace_back("before", "must be an id");
    if (query.contains("after")) errors.emplace_back("before", "cannot be combined with after");
  }
  if (!errors.empty()) return sio::fail(std::move(errors));
  return page;
}

std::string next_link(const std::string& path, const service::PageQuery& query, std::int64_t first_id,
                      std::int64_t last_id) {
  const bool upwards = query.after.has_value();
  return "<" + path + "?limit=" + std::to_string(query.limit) + (upwards ? "&after=" : "&before=") +
         std::to_string(upwards ? last_id : first_id) + ">; rel=\"next\"";
}

}  // namespace parley::rest
