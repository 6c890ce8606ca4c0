#include <string_view>

#include "parley/service/access.hpp"
#include "parley/service/accounts.hpp"
#include "parley/service/directory.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/store_error.hpp"

namespace parley::service {

std::string_view to_string(StoreError error) {
  switch (error) {
    case StoreError::unavailable:
      return "unavailable";
    case StoreError::timeout:
      return "timeout";
  }
  return "unavailable";
}

std::string_view to_string(AccountError error) {
  switch (error) {
    case AccountError::email_taken:
      return "email_taken";
    case AccountError::admin_exists:
      return "admin_exists";
    case AccountError::not_found:
      return "not_found";
    case AccountError::last_admin:
      return "last_admin";
    case AccountError::changed_meanwhile:
      return "changed_meanwhile";
    case AccountError::invalid_code:
      return "invalid_code";
    case AccountError::storage_unavailable:
      return "storage_unavailable";
  }
  return "storage_unavailable";
}

std::string_view to_code(SendError error) {
  switch (error) {
    case SendError::invalid_payload:
      return "invalid_payload";
    case SendError::receiver_not_found:
      return "receiver_not_found";
    case SendError::client_id_conflict:
      return "client_id_conflict";
    case SendError::sender_disabled:
      return "token_revoked";
    case SendError::storage_unavailable:
      return "storage_unavailable";
  }
  return "storage_unavailable";
}

std::string_view to_code(AccessError error) {
  switch (error) {
    case AccessError::token_missing:
      return "token_missing";
    case AccessError::token_invalid:
      return "token_invalid";
    case AccessError::token_expired:
      return "token_expired";
    case AccessError::token_revoked:
      return "token_revoked";
    case AccessError::storage_unavailable:
      return "storage_unavailable";
  }
  return "token_invalid";
}

std::string_view to_string(Field field) {
  switch (field) {
    case Field::name:
      return "name";
    case Field::email:
      return "email";
    case Field::password:
      return "password";
    case Field::role:
      return "role";
  }
  return "";
}

}  // namespace parley::service
