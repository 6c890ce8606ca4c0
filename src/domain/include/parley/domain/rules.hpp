// Who may write to whom (contract 3). Pure: what is true of the two people is passed in.
#pragma once

#include "parley/domain/user.hpp"

namespace parley::domain {

struct ChatRules {
  bool peer_chat = false;  // users may write to users
};

// Users to admins, admins to everybody, users to users with peer_chat; nobody to oneself. Disabled people neither
// write nor get anything: that is the caller's to check, since only it knows whether they still are.
bool may_write(UserId sender, Role sender_role, UserId receiver, Role receiver_role, const ChatRules& rules);

}  // namespace parley::domain
