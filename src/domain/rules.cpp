#include "parley/domain/rules.hpp"

namespace parley::domain {

bool may_write(UserId sender, Role sender_role, UserId receiver, Role receiver_role, const ChatRules& rules) {
  if (sender == receiver) return false;
  return sender_role == Role::admin || receiver_role == Role::admin || rules.peer_chat;
}

}  // namespace parley::domain
