#include "workload.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace parley::powercut {
namespace {

using domain::MessageId;
using domain::UserId;

constexpr std::size_t kCheckpointPages = 16;

}  // namespace

store::StoreOptions options_for(const Place& place) {
  store::StoreOptions options;
  options.queue_age_max = std::chrono::hours(1);  // what happens must not depend on how busy the machine is
  options.file = place.file;
  options.readers = 1;
  options.vfs = place.vfs;
  options.files = place.files;
  // Often, and whatever waits: so that the same seed checkpoints at the same calls.
  options.checkpoint_pages = kCheckpointPages;
  options.checkpoint_pages_busy = kCheckpointPages;
  return options;
}

Workload::Workload(Place place, const WorkloadOptions& options, Ledger before)
    : place_(std::move(place)), options_(options), random_(options.seed), ledger_(std::move(before)) {}

Workload::~Workload() { stop(); }

void Workload::run() {
  if (open()) {
    opened_at_ = place_.calls();
    const bool all_there = add_people();
    for (int i = 0; all_there && i < options_.steps && store_ && !store_->stats().failed; ++i) step();
  }
  stop();
  // What was refused because of something that passes is not there; only the last failure leaves a doubt.
  if (!failed_) ledger_.doubt = {};
}

bool Workload::open() {
  auto opened = store::SqliteStore::open(options_for(place_));
  if (!opened) return false;
  store_ = std::move(*opened);
  const Transaction& last = ledger_.transactions.back();
  if (store_->newest_id_at_start().value != last.newest_id || store_->commit_at_start() != last.commit) {
    breach("a start finds another position than was told");
  }
  store_->set_commit_listener(*this);
  store_->start();
  return true;
}

void Workload::stop() {
  if (!store_) return;
  hold(false);
  store_->stop();
  failed_ = failed_ || store_->stats().failed;
  store_.reset();
}

// Each is tried twice: a disk that was full for one call is no reason to go on without somebody.
bool Workload::add_people() {
  for (const char* name : {"boss", "aide", "ann", "bob", "cid", "dot"}) {
    const std::size_t before = people_.size();
    for (int tries = 0; tries < 2 && people_.size() == before; ++tries) add_person(name, before < 2);
    if (people_.size() == before) return false;
  }
  return true;
}

void Workload::step() {
  const std::uint64_t die = random_.below(100);
  if (options_.accounts && (die < 15 || !options_.messages)) return account_step();
  if (die < 18) {
    stop();
    if (!failed_) open();
    return;
  }
  if (die < 25 && !people_.empty()) {
    const auto page = store_->reader().catch_up(UserId(people_.front().id), {MessageId(0), MessageId(0)});
    const std::lock_guard lock(mutex_);
    if (page && page->newest_id.value < ledger_.transactions.back().newest_id) breach("a read is behind what was told");
    return;
  }
  group();
}

// ---------------------------------------------------------------- commands

void Workload::hold(bool held) {
  const std::lock_guard lock(mutex_);
  held_ = held;
  if (!held) ++releases_;
  told_.notify_all();
}

bool Workload::wait_for_all() {
  std::unique_lock lock(mutex_);
  const bool all = told_.wait_for(lock, std::chrono::seconds(60), [this] { return outcomes_ >= pushed_; });
  if (!all) breach("outcomes are missing");
  return all && !store_->stats().failed;
}

// The first command is one transaction, all others are the next: they are queued while the first is told.
void Workload::group() {
  const std::uint64_t others = random_.below(6);
  hold(true);
  if (push_something() && wait_for_all()) {
    for (std::uint64_t i = 0; i < others; ++i) push_something();
  }
  hold(false);
  wait_for_all();
}

bool Workload::push_something() {
  const std::uint64_t die = random_.below(100);
  if (die < 12) return push_some_repeat();
  if (die < 30) return push_some_mark();
  return push_some_send();
}

bool Workload::push_send(std::int64_t sender, std::int64_t receiver, std::string content, std::string client_id) {
  {
    const std::lock_guard lock(mutex_);
    sent_[content] = {sender, receiver, content, client_id};
    ++pushed_;
  }
  if (store_->log().try_append({UserId(sender), UserId(receiver), std::move(content), std::move(client_id), {}})) {
    return true;
  }
  const std::lock_guard lock(mutex_);
  --pushed_;
  return false;
}

bool Workload::push_some_send() {
  const Person& sender = people_[random_.below(people_.size())];
  const Person* receiver = &people_[random_.below(sender.admin ? people_.size() : 2)];
  if (receiver == &sender) receiver = &people_[sender.id == people_[0].id ? 1 : 0];
  const std::uint64_t die = random_.below(100);
  const std::uint64_t length = die < 70 ? random_.below(80) : die < 90 ? random_.below(900) : random_.below(9'000);
  const std::string number = std::to_string(++sends_);
  std::string client_id = random_.percent(80) ? "c" + number : "";
  return push_send(sender.id, receiver->id, number + ":" + std::string(length, static_cast<char>('a' + die % 26)),
                   std::move(client_id));
}

// Mostly as it was sent; now and then other content under the same client_id, which is refused.
bool Workload::push_some_repeat() {
  std::optional<KnownMessage> again;
  {
    const std::lock_guard lock(mutex_);
    if (!ledger_.messages.empty()) again = ledger_.messages[random_.below(ledger_.messages.size())];
  }
  if (!again || again->client_id.empty()) return push_some_send();
  const bool conflict = random_.percent(10);
  return push_send(again->sender, again->receiver, again->content + (conflict ? "!" : ""), again->client_id);
}

bool Workload::push_some_mark() {
  const Person& reader = people_[random_.below(people_.size())];
  const Person& sender = people_[random_.below(people_.size())];
  std::int64_t up_to = 0;
  {
    const std::lock_guard lock(mutex_);
    up_to = ledger_.transactions.back().newest_id + 2 - static_cast<std::int64_t>(random_.below(12));
    ++pushed_;
  }
  if (store_->log().try_mark_read(
          {UserId(reader.id), UserId(sender.id), MessageId(std::max<std::int64_t>(up_to, 0)), {}})) {
    return true;
  }
  const std::lock_guard lock(mutex_);
  --pushed_;
  return false;
}

// ---------------------------------------------------------------- what is told

void Workload::breach(const std::string& what) {
  if (ledger_.breach.empty()) ledger_.breach = what;
}

void Workload::take(const service::Stored& stored, std::size_t transaction) {
  const domain::Message& message = stored.message;
  const auto sent = sent_.find(message.content);
  if (sent == sent_.end() || sent->second.sender != message.sender.value ||
      sent->second.receiver != message.receiver.value || sent->second.client_id != message.client_id) {
    return breach("told is what nobody sent");
  }
  ledger_.messages.push_back({message.id.value, message.sender.value, message.receiver.value, message.content,
                              message.client_id, message.timestamp_unix_us, false, transaction, kNever});
}

void Workload::take(const service::Duplicate& duplicate) {
  const auto first = std::find_if(ledger_.messages.begin(), ledger_.messages.end(), [&](const KnownMessage& known) {
    return known.sender == duplicate.sender.value && known.client_id == duplicate.client_id;
  });
  if (first == ledger_.messages.end() || first->id != duplicate.id.value ||
      (!first->any_timestamp && first->timestamp_unix_us != duplicate.timestamp_unix_us)) {
    breach("a repeat gets another id or time than the first");
  }
}

void Workload::take(const service::Marked& marked, std::size_t transaction) {
  for (KnownMessage& known : ledger_.messages) {
    if (known.id <= marked.up_to.value && known.sender == marked.sender.value &&
        known.receiver == marked.reader.value) {
      known.read_by = std::min(known.read_by, transaction);
    }
  }
}

void Workload::on_committed(service::BatchPtr batch) noexcept {
  std::unique_lock lock(mutex_);
  const Transaction last = ledger_.transactions.back();
  const std::size_t number = ledger_.transactions.size();
  bool committed = false;
  for (const service::Outcome& outcome : batch->outcomes) {
    if (const auto* stored = std::get_if<service::Stored>(&outcome)) {
      take(*stored, number);
      committed = true;
    } else if (const auto* duplicate = std::get_if<service::Duplicate>(&outcome)) {
      take(*duplicate);
      committed = true;
    } else if (const auto* marked = std::get_if<service::Marked>(&outcome)) {
      take(*marked, number);
      committed = true;
    } else if (const auto* refused = std::get_if<service::SendRefused>(&outcome)) {
      if (refused->error != service::SendError::storage_unavailable) committed = true;
    }
  }
  if (committed) {
    ledger_.doubt = {};
    if (batch->commit != last.commit || facts_to_come_) {
      Transaction told{place_.calls(), batch->commit, batch->newest_id.value, facts_to_come_.value_or(last.facts)};
      if (told.newest_id < last.newest_id || told.commit > last.commit + 1)
        breach("positions do not follow each other");
      ledger_.transactions.push_back(std::move(told));
    }
  } else {
    ledger_.doubt.any = true;
    ledger_.doubt.facts = facts_to_come_.value_or(last.facts);
    for (const service::Outcome& outcome : batch->outcomes) {
      if (const auto* mark = std::get_if<service::MarkRefused>(&outcome)) {
        ledger_.doubt.marks.push_back({mark->reader.value, mark->sender.value, last.newest_id});
      } else if (const auto* refused = std::get_if<service::SendRefused>(&outcome)) {
        for (const auto& [content, draft] : sent_) {
          if (draft.sender == refused->sender.value && draft.client_id == refused->client_id) {
            ledger_.doubt.drafts.push_back(draft);
          }
        }
      }
    }
  }
  facts_to_come_.reset();
  outcomes_ += batch->outcomes.size();
  if (on_told_) on_told_(*batch, ledger_.transactions.size() - 1);
  told_.notify_all();
  // By the count: it may be held again before this thread has seen that it was let go.
  told_.wait(lock, [this, releases = releases_] { return !held_ || releases_ != releases; });
}

}  // namespace parley::powercut
