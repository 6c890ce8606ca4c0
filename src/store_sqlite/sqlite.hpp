// A thin layer over SQLite's C API: connections and prepared statements as owners, errors as an enum. A connection
// keeps its first error (sticky): after it every step does nothing, so that code reads on as if all was well and looks
// once, at its end. One thread at a time per connection.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace parley::store {

enum class SqlError : std::uint8_t {
  none,
  full,  // the disk is
  busy,  // another connection holds a lock that should be ours
  no_memory,
  interrupted,  // a statement took longer than its deadline
  constraint,   // that we did not expect
  damaged,      // the file cannot be what it is
  not_a_database,
  read_only,  // what is to be written may not be
  io,         // reading, writing or synchronising failed
  other,      // SQL that does not fit the schema, misuse
};
std::string_view to_string(SqlError error);
SqlError sql_error_of(int code);  // an SQLite result code, extended or not

// After these the database is as it was and may be used again; after others only a restart helps.
inline bool is_passing(SqlError error) {
  return error == SqlError::none || error == SqlError::full || error == SqlError::busy ||
         error == SqlError::no_memory || error == SqlError::interrupted;
}

// How long the writer's connection waits for a lock that somebody else holds: nobody should.
inline constexpr int kOthersWaitMs = 2'000;

enum class OpenMode : std::uint8_t {
  read_only,
  read_write,
  immutable,  // read only, no locks, no log: the caller knows that nobody changes the file
};

class Connection {
 public:
  Connection() = default;
  // Never creates the file. On failure error() says why. `vfs` null: the default one.
  Connection(const std::filesystem::path& file, OpenMode mode, const char* vfs = nullptr);
  ~Connection() { close(); }
  Connection(Connection&& other) noexcept { swap(other); }
  Connection& operator=(Connection&& other) noexcept {
    swap(other);
    return *this;
  }

  void close();  // all statements must be gone
  sqlite3* handle() const { return handle_; }

  // Runs one or several statements without parameters or results. False: error() is set.
  bool execute(const char* sql);
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  std::int64_t changes() const { return sqlite3_changes64(handle_); }

  SqlError error() const { return error_; }
  const std::string& error_text() const { return error_text_; }  // SQLite's words; no parameters are in them
  void clear_error();
  void set_error(int code);

 private:
  void swap(Connection& other) noexcept;
  sqlite3* handle_ = nullptr;
  SqlError error_ = SqlError::none;
  std::string error_text_;
};

// A prepared statement, reset by the next bind() chain or when its Rows are done. Texts that are bound must live until
// then.
class Statement {
 public:
  Statement() = default;
  // `sql` is one statement and outlives nothing: SQLite copies it. A connection with an error prepares nothing.
  Statement(Connection& connection, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept { swap(other); }
  Statement& operator=(Statement&& other) noexcept {
    swap(other);
    return *this;
  }

  // Starts anew, with these parameters from the first on.
  template <class... T>
  Statement& bind(const T&... values) {
    reset();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }

  // True: a row is there, read it by the columns. False: the end, or an error (the connection has it).
  bool step();
  // For statements without rows: all of it at once, then reset. False: an error.
  bool run();
  // The same, where a unique index may refuse: false without an error then (`conflict` is set), with one otherwise.
  bool run_unless_conflict(bool& conflict);
  void reset();

  bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  // Valid until the next step or reset.
  std::string_view text(int column) const;

 private:
  void bind_one(int index, std::int64_t value) { sqlite3_bind_int64(handle_, index, value); }
  void bind_one(int index, std::string_view value);
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const std::optional<std::string_view>& value);
  void swap(Statement& other) noexcept;
  Connection* connection_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace parley::store
