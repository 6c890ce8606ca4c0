#include "sio/json/value.hpp"

#include <charconv>
#include <system_error>

#include "number.hpp"
#include "sio/base/check.hpp"
#include "text.hpp"

namespace sio::json {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && detail::is_space(text.back())) text.remove_suffix(1);
  text.remove_prefix(detail::skip_space(text, 0));
  return text;
}

bool is_escaped(std::string_view raw) { return raw.find('\\') != std::string_view::npos; }

void assign_unescaped(std::string& out, std::string_view raw) {
  out.resize(raw.size());
  out.resize(detail::unescape(raw, out.data()));
}

}  // namespace

Value::Value(std::string_view text) : text_(trim(text)) { SIO_CHECK(!text_.empty()); }

Kind Value::kind() const {
  switch (text_.front()) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      return Kind::number;
  }
}

std::optional<bool> Value::as_bool() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return text_.front() == 't';
}

std::optional<std::int64_t> Value::as_int64() const {
  std::int64_t number = 0;
  const char* const begin = text_.data();
  const char* const end = begin + text_.size();
  const auto parsed = std::from_chars(begin, end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return number;
}

std::optional<double> Value::as_double() const {
  if (kind() != Kind::number) return std::nullopt;
  return detail::to_double(text_);
}

std::optional<std::string_view> Value::as_string(std::string& buffer) const {
  if (kind() != Kind::string) return std::nullopt;
  const std::string_view raw = text_.substr(1, text_.size() - 2);
  if (!is_escaped(raw)) return raw;
  assign_unescaped(buffer, raw);
  return buffer;
}

std::optional<std::string> Value::as_string() const {
  std::string buffer;
  const auto view = as_string(buffer);
  if (!view) return std::nullopt;
  return buffer.empty() ? std::string(*view) : std::move(buffer);
}

std::optional<Value> Value::find(std::string_view key) const {
  for (const Member member : members()) {
    if (member.key_is(key)) return member.value;
  }
  return std::nullopt;
}

std::optional<Value> Value::at(std::size_t index) const {
  for (const Value element : elements()) {
    if (index-- == 0) return element;
  }
  return std::nullopt;
}

Elements Value::elements() const { return Elements(is_array() ? text_ : "[]"); }
Members Value::members() const { return Members(is_object() ? text_ : "{}"); }

std::string Member::key() const {
  std::string key;
  assign_unescaped(key, raw_key);
  return key;
}

bool Member::key_is(std::string_view key) const {
  if (raw_key.size() < key.size()) return false;  // escapes only ever make it longer
  return is_escaped(raw_key) ? this->key() == key : raw_key == key;
}

// Between two elements, `rest_` begins with the bracket or comma before the next one, or with the closing bracket.
void Elements::advance() {
  std::size_t at = started_ && rest_.front() == ']' ? 0 : detail::skip_space(rest_, 1);
  if (detail::peek(rest_, at) == ']') {
    done_ = true;
    return;
  }
  started_ = true;
  const std::size_t end = detail::skip_value(rest_, at);
  current_ = Value(rest_.substr(at, end - at));
  at = detail::skip_space(rest_, end);
  SIO_CHECK(at < rest_.size());
  rest_.remove_prefix(at);
}

void Members::advance() {
  std::size_t at = started_ && rest_.front() == '}' ? 0 : detail::skip_space(rest_, 1);
  if (detail::peek(rest_, at) == '}') {
    done_ = true;
    return;
  }
  started_ = true;
  SIO_CHECK(detail::peek(rest_, at) == '"');
  const std::size_t key_end = detail::skip_string(rest_, at);
  current_.raw_key = rest_.substr(at + 1, key_end - at - 2);
  at = detail::skip_space(rest_, key_end);  // the colon
  at = detail::skip_space(rest_, at + 1);
  const std::size_t end = detail::skip_value(rest_, at);
  current_.value = Value(rest_.substr(at, end - at));
  at = detail::skip_space(rest_, end);
  SIO_CHECK(at < rest_.size());
  rest_.remove_prefix(at);
}

}  // namespace sio::json
