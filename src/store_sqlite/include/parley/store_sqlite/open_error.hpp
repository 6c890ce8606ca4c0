// Why a database file cannot be used. Each has an exit code (sysexits) in the app's table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::store {

enum class OpenError : std::uint8_t {
  in_use,          // another server has it                                                    73
  cannot_create,   // the file, its lock or its backup cannot be made                          73
  not_a_database,  // the file is something else, or has tables that are not ours              65
  damaged,         // the header, the log or the schema cannot be read                         65
  orphaned_log,    // the file is gone, but its write-ahead log is there: it may be all that is left 65
  unfinished,      // a restore of it was interrupted; the next server, or the next restore, completes it 65
  schema_newer,    // made by a newer program                                                  78
  schema_older,    // migrations are due and were forbidden                                    78
  io,              // reading or writing failed                                                74
};
std::string_view to_string(OpenError error);

struct OpenFailure {
  OpenError error;
  std::string detail;  // a sentence for the operator, with the file's name; no content of the database
};

}  // namespace parley::store
