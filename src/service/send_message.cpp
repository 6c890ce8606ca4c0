#include "parley/service/send_message.hpp"

#include <utility>

#include "parley/domain/validation.hpp"

namespace parley::service {

std::optional<SendError> send_message(MessageLog& log, Draft draft) {
  if (domain::check_content(draft.content) != domain::Flaw::none) return SendError::invalid_payload;
  if (!draft.client_id.empty() && domain::check_client_id(draft.client_id) != domain::Flaw::none) {
    return SendError::invalid_payload;
  }
  if (draft.receiver == draft.sender || draft.receiver.value <= 0) return SendError::receiver_not_found;
  if (!log.try_append(std::move(draft))) return SendError::storage_unavailable;
  return std::nullopt;
}

}  // namespace parley::service
