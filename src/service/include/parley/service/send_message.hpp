// Sending a message: what a shard can decide at once, then the writer's queue. The rest (who may write to whom,
// client_id) is decided in the writer's transaction and comes back as an outcome.
#pragma once

#include <optional>

#include "parley/service/message_log.hpp"

namespace parley::service {

// From any thread; never blocks. None: queued, an outcome will come for draft.origin. Otherwise refused here and now
// (invalid_payload, storage_unavailable; receiver_not_found for oneself), and nothing comes.
std::optional<SendError> send_message(MessageLog& log, Draft draft);

}  // namespace parley::service
