// Beast's parser over one complete head: the grammar of the request line and the fields. The only place that includes
// Beast. Private.
#pragma once

#include <string_view>

#include "parse_error.hpp"
#include "sio/http/message.hpp"

namespace sio::http {

struct HeadGrammar {
  ParseError error;
  bool http_1_1 = true;
};

// `head`: from the request line to its empty line. Fills method, target and headers of `request`, nothing else.
HeadGrammar parse_head_grammar(std::string_view head, Request& request);

}  // namespace sio::http
