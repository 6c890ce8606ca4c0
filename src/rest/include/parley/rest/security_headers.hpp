// The headers that every answer carries (reliability.md X2), files, errors and Engine.IO's answers alike.
#pragma once

#include "sio/http/message.hpp"

namespace parley::rest {

void add_security_headers(sio::http::Headers& headers);

}  // namespace parley::rest
