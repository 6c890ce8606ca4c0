#include "sio/http/message.hpp"

#include <algorithm>

#include "percent.hpp"

namespace sio::http {

std::string_view Headers::find(std::string_view name) const {
  for (const Header& header : items_) {
    if (equals_ignore_case(header.name, name)) return header.value;
  }
  return {};
}

bool Headers::contains(std::string_view name) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&](const Header& header) { return equals_ignore_case(header.name, name); });
}

std::string Headers::joined(std::string_view name) const {
  std::string all;
  bool first = true;
  for (const Header& header : items_) {
    if (!equals_ignore_case(header.name, name)) continue;
    if (!first) all += ", ";
    all += header.value;
    first = false;
  }
  return all;
}

void Headers::set(std::string_view name, std::string value) {
  const auto named = [&](const Header& header) { return equals_ignore_case(header.name, name); };
  const auto first = std::find_if(items_.begin(), items_.end(), named);
  if (first == items_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->value = std::move(value);
  items_.erase(std::remove_if(first + 1, items_.end(), named), items_.end());
}

void Headers::remove_if_not(bool (*keep)(std::string_view name)) {
  std::erase_if(items_, [keep](const Header& header) { return !keep(header.name); });
}

Query Query::parse(std::string_view encoded) {
  Query query;
  while (!encoded.empty()) {
    const std::size_t end = std::min(encoded.find('&'), encoded.size());
    const std::string_view item = encoded.substr(0, end);
    encoded.remove_prefix(std::min(end + 1, encoded.size()));
    if (item.empty()) continue;
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view value = item.substr(std::min(equals + 1, item.size()));
    query.items_.emplace_back(percent_decode_query(item.substr(0, equals)), percent_decode_query(value));
  }
  return query;
}

std::string_view Query::find(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  return {};
}

bool Query::contains(std::string_view name) const {
  return std::any_of(items_.begin(), items_.end(), [&](const auto& item) { return item.first == name; });
}

}  // namespace sio::http
