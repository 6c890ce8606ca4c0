// Opens what a crash has left with the real store, and holds it against a ledger: everything that was told is there,
// once, as it was told; what was not told is there whole or not at all; the position, the read marks and the accounts
// belong to the same transaction; a repeat gets its first id, new messages get ids above all that were told.
#pragma once

#include <cstddef>
#include <string>

#include "ledger.hpp"
#include "random.hpp"
#include "workload.hpp"

namespace parley::powercut {

// "" or what is wrong. `told`: the number of the last transaction that had been told. `after`, if wanted: the ledger of
// what judging itself did, which is another run (it writes, and stops the store): for cuts in a recovery.
std::string judge(const Place& place, const Ledger& ledger, std::size_t told, Random random, Ledger* after = nullptr);

// Before the store opens it: a database whose migration was interrupted is the old one or the new one, never between;
// if it is the new one, or there is a backup at all, the backup is whole. `original`: what was there before. `names`:
// of the files beside it. Sets `migrated`.
std::string judge_migration(const Place& place, const Ledger& original, const std::vector<std::string>& names,
                            bool& migrated);

// A database of the original application (schema 1, as it wrote it), and what is in it.
void make_original(const Place& place);
Ledger original_ledger();

}  // namespace parley::powercut
