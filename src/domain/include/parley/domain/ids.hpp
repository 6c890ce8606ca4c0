// Ids of people and messages. Both start at 1; 0 names nobody and nothing.
#pragma once

#include "sio/base/strong_id.hpp"

namespace parley::domain {

struct UserTag;
struct MessageTag;

using UserId = sio::StrongId<UserTag>;
using MessageId = sio::StrongId<MessageTag>;

}  // namespace parley::domain
