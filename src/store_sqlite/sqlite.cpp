#include "sqlite.hpp"

#include <utility>

namespace parley::store {
namespace {

// Every byte escaped that could mean something in a URI.
std::string immutable_uri(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
  std::string uri = "file:";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri.push_back('%');
      uri.push_back(kDigits[byte >> 4U]);
      uri.push_back(kDigits[byte & 15U]);
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

std::string_view to_string(SqlError error) {
  switch (error) {
    case SqlError::none:
      return "none";
    case SqlError::full:
      return "disk full";
    case SqlError::busy:
      return "locked by somebody else";
    case SqlError::no_memory:
      return "out of memory";
    case SqlError::interrupted:
      return "took too long";
    case SqlError::constraint:
      return "constraint";
    case SqlError::damaged:
      return "damaged";
    case SqlError::not_a_database:
      return "not a database";
    case SqlError::read_only:
      return "read only";
    case SqlError::io:
      return "input/output";
    case SqlError::other:
      return "unexpected";
  }
  return "unexpected";
}

SqlError sql_error_of(int code) {
  if (code == SQLITE_IOERR_NOMEM) return SqlError::no_memory;
  // The index of the log (of no use after a crash) could not grow: on a full disk, and nothing depends on it.
  if (code == SQLITE_IOERR_SHMSIZE) return SqlError::full;
  switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return SqlError::none;
    case SQLITE_FULL:
      return SqlError::full;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return SqlError::busy;
    case SQLITE_NOMEM:
      return SqlError::no_memory;
    case SQLITE_INTERRUPT:
      return SqlError::interrupted;
    case SQLITE_CONSTRAINT:
      return SqlError::constraint;
    case SQLITE_CORRUPT:
      return SqlError::damaged;
    case SQLITE_NOTADB:
      return SqlError::not_a_database;
    case SQLITE_READONLY:
      return SqlError::read_only;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
      return SqlError::io;
    default:
      return SqlError::other;
  }
}

Connection::Connection(const std::filesystem::path& file, OpenMode mode, const char* vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | (mode == OpenMode::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  std::string name = file.native();
  if (mode == OpenMode::immutable) {
    flags |= SQLITE_OPEN_URI;
    name = immutable_uri(name);
  }
  const int code = sqlite3_open_v2(name.c_str(), &handle_, flags, vfs);
  if (handle_ != nullptr) {
    sqlite3_extended_result_codes(handle_, 1);
    // Its own SQL only, and defensive: what a damaged or planted schema says can do less.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (mode != OpenMode::read_write) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  if (code != SQLITE_OK) set_error(code);
}

void Connection::close() {
  sqlite3_close(handle_);
  handle_ = nullptr;
}

bool Connection::execute(const char* sql) {
  if (error_ != SqlError::none) return false;
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) set_error(code);
  return code == SQLITE_OK;
}

void Connection::clear_error() {
  error_ = SqlError::none;
  error_text_.clear();
}

void Connection::set_error(int code) {
  if (error_ != SqlError::none) return;
  error_ = sql_error_of(code);
  error_text_ = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  error_text_ += " (" + std::to_string(code) + ")";
}

void Connection::swap(Connection& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(error_, other.error_);
  std::swap(error_text_, other.error_text_);
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection) {
  if (connection.error() != SqlError::none) return;
  const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (code != SQLITE_OK) connection.set_error(code);
}

Statement::~Statement() { sqlite3_finalize(handle_); }

bool Statement::step() {
  if (connection_->error() != SqlError::none) return false;
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_->set_error(code);
  reset();
  return false;
}

bool Statement::run() {
  while (step()) {
  }
  return connection_->error() == SqlError::none;
}

bool Statement::run_unless_conflict(bool& conflict) {
  conflict = false;
  if (connection_->error() != SqlError::none) return false;
  const int code = sqlite3_step(handle_);
  conflict = code == SQLITE_CONSTRAINT_UNIQUE;
  if (code != SQLITE_DONE && !conflict) connection_->set_error(code);
  reset();
  return code == SQLITE_DONE;
}

void Statement::reset() {
  if (handle_ != nullptr) sqlite3_reset(handle_);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  // Without memory SQLite has no text and says so nowhere else: it must not pass for an empty one.
  if (bytes == nullptr && !is_null(column)) connection_->set_error(SQLITE_NOMEM);
  return {bytes, bytes == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

void Statement::bind_one(int index, std::string_view value) {
  const int code = sqlite3_bind_text64(handle_, index, value.data() == nullptr ? "" : value.data(), value.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK && connection_ != nullptr) connection_->set_error(code);
}

void Statement::bind_one(int index, const std::optional<std::string_view>& value) {
  if (value) {
    bind_one(index, *value);
  } else {
    sqlite3_bind_null(handle_, index);
  }
}

void Statement::swap(Statement& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(handle_, other.handle_);
}

}  // namespace parley::store
