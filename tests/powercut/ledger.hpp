// What a run has told, and when: the truth that an image is judged by. The store's state after each transaction follows
// from it; after a crash the state must be that of some transaction, none earlier than the last that was told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::powercut {

inline constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

struct KnownMessage {
  std::int64_t id = 0;
  std::int64_t sender = 0;
  std::int64_t receiver = 0;
  std::string content;
  std::string client_id;
  std::optional<std::int64_t> timestamp_unix_us;
  bool any_timestamp = false;  // the run that told it is another one
  std::size_t stored_by = 0;   // number of the transaction; 0: it was there before
  std::size_t read_by = kNever;
};

// Accounts and logins: "user:<e-mail>" → role, disabled, hash; "login:<id>" → its refresh token.
using Facts = std::map<std::string, std::string>;

struct Transaction {
  std::size_t told_at = kNever;  // how many calls the disk had seen
  std::uint64_t commit = 0;
  std::int64_t newest_id = 0;
  Facts facts{};  // all of them, after it
};

struct RefusedDraft {
  std::int64_t sender = 0;
  std::int64_t receiver = 0;
  std::string content;
  std::string client_id;
};
struct RefusedMark {
  std::int64_t reader = 0;
  std::int64_t sender = 0;
  std::int64_t up_to = 0;
};

// Of the transaction in which the store failed for good: it may be there or not.
struct Doubt {
  bool any = false;
  std::vector<RefusedDraft> drafts;  // in order
  std::vector<RefusedMark> marks;
  Facts facts;  // all of them, if it is there
};

struct Ledger {
  std::vector<Transaction> transactions{Transaction{.told_at = 0}};  // the first: what was there before
  std::vector<KnownMessage> messages;                                // by id
  Doubt doubt;
  std::string breach;  // what the run itself showed to be wrong

  // The last transaction that had been told when the disk had seen so many calls.
  std::size_t told_by(std::size_t calls) const {
    std::size_t last = 0;
    for (std::size_t i = 1; i < transactions.size(); ++i) {
      if (transactions[i].told_at <= calls) last = i;
    }
    return last;
  }
};

}  // namespace parley::powercut
