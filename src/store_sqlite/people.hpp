// What the writer must know of people for each message: looked up once, then remembered. Only the writer's thread
// touches it, and only the writer changes people, so what is remembered is true until it is forgotten.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "parley/domain/user.hpp"
#include "sqlite.hpp"

namespace parley::store {

struct Person {
  domain::Role role = domain::Role::user;
  bool disabled = false;
};

class People {
 public:
  explicit People(Connection& connection);
  // None: no such person. A role that is neither word counts as user.
  std::optional<Person> find(domain::UserId id);
  void forget(domain::UserId id) { known_.erase(id); }
  void forget_all() { known_.clear(); }

 private:
  static constexpr std::size_t kKnownMax = 200'000;
  Statement select_;
  std::unordered_map<domain::UserId, Person> known_;
};

}  // namespace parley::store
