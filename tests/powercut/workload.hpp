// A seeded life of a store: several people write to each other, repeat sends under their client_ids, mark as read;
// accounts and logins change; somebody reads; now and then the store is stopped and opened again. The real SqliteStore,
// its writer thread included; the same seed makes the same transactions of the same calls. What it tells goes into a
// ledger.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ledger.hpp"
#include "parley/store_sqlite/store.hpp"
#include "random.hpp"

namespace parley::powercut {

// Where a database is.
struct Place {
  std::filesystem::path file;
  const char* vfs = nullptr;
  store::Files* files = nullptr;
  std::function<std::size_t()> calls = [] { return std::size_t{0}; };  // how many calls its disk has seen
};
store::StoreOptions options_for(const Place& place);

struct WorkloadOptions {
  std::uint64_t seed = 1;
  int steps = 40;
  bool accounts = true;  // changes of accounts and logins among the steps
  bool messages = true;  // sends and marks
};

class Workload final : public service::CommitListener {
 public:
  // `before`: what is in the database already.
  Workload(Place place, const WorkloadOptions& options, Ledger before = {});
  ~Workload() override;

  // All of it: opens, works, stops. Ends early when the store does not open, or fails.
  void run();

  Ledger& ledger() { return ledger_; }
  std::size_t opened_at() const { return opened_at_; }  // calls when the first start was over; kNever: it failed
  bool failed() const { return failed_; }               // the store failed for good
  // On the writer's thread, after each batch: the number of the last transaction told.
  void set_on_told(std::function<void(const service::CommittedBatch&, std::size_t)> on_told) {
    on_told_ = std::move(on_told);
  }

  void on_committed(service::BatchPtr batch) noexcept override;

 private:
  bool open();
  void stop();
  bool add_people();
  void step();

  // ---- commands
  bool push_send(std::int64_t sender, std::int64_t receiver, std::string content, std::string client_id);
  bool push_some_send();
  bool push_some_repeat();
  bool push_some_mark();
  bool push_something();
  void group();
  void hold(bool held);
  bool wait_for_all();

  // ---- accounts
  void account_step();
  void add_person(const std::string& name, bool admin);
  void change_person(std::size_t who, bool password);
  struct Login {
    std::string id;
    std::string token;
    std::int64_t user = 0;
  };
  void begin_login(std::size_t who);
  void rotate_login(Login& login);
  void end_login(const Login& login);
  bool change(const std::function<bool(store::SqliteStore&)>& job, Facts after);
  void end_logins_of(std::int64_t user, Facts& facts) const;

  // ---- told, with the mutex held
  void take(const service::Stored& stored, std::size_t transaction);
  void take(const service::Duplicate& duplicate);
  void take(const service::Marked& marked, std::size_t transaction);
  void breach(const std::string& what);

  struct Person {
    std::int64_t id = 0;
    std::string name;
    bool admin = false;
    bool disabled = false;
    std::string hash;
    std::string fact() const;  // as in Facts
    std::string key() const { return "user:" + name + "@example.org"; }
  };

  const Place place_;
  const WorkloadOptions options_;
  Random random_;
  std::unique_ptr<store::SqliteStore> store_;
  std::size_t opened_at_ = kNever;
  bool failed_ = false;
  std::vector<Person> people_;  // the first two are admins whom nobody disables
  std::vector<Login> logins_;
  int sends_ = 0;
  int changes_ = 0;

  std::function<void(const service::CommittedBatch&, std::size_t)> on_told_;
  std::mutex mutex_;
  std::condition_variable told_;
  bool held_ = false;
  std::uint64_t releases_ = 0;
  std::size_t pushed_ = 0;
  std::size_t outcomes_ = 0;
  std::map<std::string, RefusedDraft> sent_;  // by content
  std::optional<Facts> facts_to_come_;        // of the job that is in the next transaction
  Ledger ledger_;
};

}  // namespace parley::powercut
