#include <atomic>
#include <thread>
#include <utility>

#include "workload.hpp"

namespace parley::powercut {

using domain::UserId;

namespace {

constexpr std::int64_t kExpires = 4'000'000'000'000'000;

}  // namespace

std::string Workload::Person::fact() const {
  return std::string(admin ? "admin" : "user") + "|" + (disabled ? "1" : "0") + "|" + hash;
}

void Workload::end_logins_of(std::int64_t user, Facts& facts) const {
  for (const Login& login : logins_) {
    if (login.user == user) facts.erase("login:" + login.id);
  }
}

// In one transaction with a message that is told: so it is known when the change was. False: it was refused.
bool Workload::change(const std::function<bool(store::SqliteStore&)>& job, Facts after) {
  const bool two = people_.size() >= 2;  // somebody to write to: else the job is alone
  const auto marker = [&] {
    const std::string number = std::to_string(++sends_);
    return push_send(people_[0].id, people_[1].id, number + ":mark", "c" + number);
  };
  if (!two) {
    const bool good = job(*store_);
    const std::lock_guard lock(mutex_);
    if (good) {
      const Transaction& last = ledger_.transactions.back();
      ledger_.transactions.push_back({place_.calls(), last.commit, last.newest_id, std::move(after)});
    } else {
      ledger_.doubt = {true, {}, {}, std::move(after)};
    }
    return good;
  }
  hold(true);
  if (!marker() || !wait_for_all()) {
    hold(false);
    return false;
  }
  bool good = false;
  std::atomic<bool> done{false};
  std::thread waits([&] {
    good = job(*store_);
    done = true;
  });
  while (store_->stats().queued < 2 && !done) std::this_thread::yield();
  {
    const std::lock_guard lock(mutex_);
    facts_to_come_ = std::move(after);
  }
  marker();
  hold(false);
  waits.join();
  wait_for_all();
  return good;
}

void Workload::add_person(const std::string& name, bool admin) {
  if (store_ == nullptr || store_->stats().failed) return;
  Person person{0, name, admin, false, "hash of " + name};
  Facts after = ledger_.transactions.back().facts;
  after[person.key()] = person.fact();
  change(
      [&](store::SqliteStore& store) {
        const auto added = store.directory().add(
            {name, name + "@example.org", person.hash, admin ? domain::Role::admin : domain::Role::user, false});
        if (added) person.id = added->value;
        return added.ok();
      },
      std::move(after));
  if (person.id != 0) people_.push_back(person);
}

void Workload::account_step() {
  if (people_.size() < 3) return add_person("late" + std::to_string(++changes_), false);
  const std::size_t who = 2 + random_.below(people_.size() - 2);
  const std::uint64_t which = random_.below(7);
  ++changes_;
  if (which == 0) return add_person("late" + std::to_string(changes_), random_.percent(20));
  if (which <= 2) return change_person(who, which == 1);
  if (which == 3 && !logins_.empty()) return rotate_login(logins_[random_.below(logins_.size())]);
  if (which == 4 && !logins_.empty()) return end_login(logins_[random_.below(logins_.size())]);
  begin_login(who);
}

// Disables or enables, or sets another password; both may end logins.
void Workload::change_person(std::size_t who, bool password) {
  Person changed = people_[who];
  const UserId id(changed.id);
  Facts after = ledger_.transactions.back().facts;
  if (password) {
    changed.hash = "new hash " + std::to_string(changes_);
  } else {
    changed.disabled = !changed.disabled;
  }
  after[changed.key()] = changed.fact();
  if (password || changed.disabled) end_logins_of(changed.id, after);
  const bool good = change(
      [&](store::SqliteStore& store) {
        return password ? store.directory().set_password(id, {changed.hash, {}, {}}).ok()
                        : store.directory().set_disabled(id, changed.disabled).ok();
      },
      std::move(after));
  if (good) people_[who] = changed;
}

void Workload::begin_login(std::size_t who) {
  const Person& person = people_[who];
  if (person.disabled) return group();
  const Login login{"login-" + std::to_string(changes_), "token " + std::to_string(changes_), person.id};
  Facts after = ledger_.transactions.back().facts;
  after["login:" + login.id] = login.token;
  const bool good = change(
      [&](store::SqliteStore& store) {
        return store.logins().begin({login.id, UserId(person.id), login.token, 1, kExpires, person.hash, ""}).ok();
      },
      std::move(after));
  if (good) logins_.push_back(login);
}

void Workload::rotate_login(Login& login) {
  Facts after = ledger_.transactions.back().facts;
  if (!after.contains("login:" + login.id)) return group();
  const std::string fresh = "token " + std::to_string(changes_);
  after["login:" + login.id] = fresh;
  const bool good = change(
      [&](store::SqliteStore& store) {
        return store.logins().rotate({login.id, login.token, fresh, 1'000'000'000LL * changes_, kExpires}).ok();
      },
      std::move(after));
  if (good) login.token = fresh;
}

void Workload::end_login(const Login& login) {
  Facts after = ledger_.transactions.back().facts;
  after.erase("login:" + login.id);
  change([&](store::SqliteStore& store) { return store.logins().end(login.id).ok(); }, std::move(after));
}

}  // namespace parley::powercut
