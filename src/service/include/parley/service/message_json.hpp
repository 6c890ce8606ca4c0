// A message as clients get it, over REST and in events alike: one place for its fields and their order.
#pragma once

#include "parley/domain/message.hpp"
#include "sio/json/writer.hpp"

namespace parley::service {

// {"id","sender_id","receiver_id","content","timestamp","read_status"} and, if it has one, "client_id". A message of
// the original application without a timestamp has null there.
void write_message(sio::json::Writer& writer, const domain::Message& message);

}  // namespace parley::service
