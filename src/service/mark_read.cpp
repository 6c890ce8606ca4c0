#include "parley/service/mark_read.hpp"

namespace parley::service {

std::optional<MarkError> mark_read(MessageLog& log, domain::UserId reader, domain::UserId sender,
                                   std::optional<domain::MessageId> up_to, domain::MessageId emitted, Origin origin) {
  if (sender.value <= 0) return MarkError::invalid_payload;
  if (!log.try_mark_read({reader, sender, up_to.value_or(emitted), origin})) return MarkError::storage_unavailable;
  return std::nullopt;
}

}  // namespace parley::service
