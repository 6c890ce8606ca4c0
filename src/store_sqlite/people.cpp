#include "people.hpp"

namespace parley::store {

People::People(Connection& connection) : select_(connection, "SELECT role, disabled FROM user WHERE id = ?1") {}

std::optional<Person> People::find(domain::UserId id) {
  const auto found = known_.find(id);
  if (found != known_.end()) return found->second;
  if (!select_.bind(id.value).step()) return std::nullopt;
  const Person person{domain::parse_role(select_.text(0)).value_or(domain::Role::user), select_.integer(1) != 0};
  select_.reset();
  if (known_.size() >= kKnownMax) known_.clear();
  known_.emplace(id, person);
  return person;
}

}  // namespace parley::store
