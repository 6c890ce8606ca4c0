#include "sio/json/walker.hpp"

#include "text.hpp"

namespace sio::json {

Walker::Step Walker::next() {
  // Commas and colons only separate; where one may stand, the grammar has been checked.
  while (detail::is_space(detail::peek(text_, at_)) || detail::peek(text_, at_) == ',') ++at_;
  switch (detail::peek(text_, at_)) {
    case '\0':
      return Step::done;
    case '{':
      ++at_;
      return Step::begin_object;
    case '[':
      ++at_;
      return Step::begin_array;
    case '}':
    case ']':
      ++at_;
      return Step::end;
    default:
      break;
  }
  const std::size_t begin = at_;
  at_ = detail::skip_value(text_, at_);
  token_ = text_.substr(begin, at_ - begin);
  const std::size_t behind = detail::skip_space(text_, at_);
  if (detail::peek(text_, behind) != ':') return Step::scalar;
  at_ = behind + 1;
  token_ = token_.substr(1, token_.size() - 2);
  return Step::key;
}

}  // namespace sio::json
