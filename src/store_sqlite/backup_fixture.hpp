// What the tests of backups, restores and damage share.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "database_file.hpp"
#include "parley/store_sqlite/backup.hpp"
#include "schema.hpp"
#include "store_fixture.hpp"

namespace parley::store {

class BackupFixture : public StoreTest {
 protected:
  static std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write_file(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
  }
  static std::int64_t number(const std::filesystem::path& file, std::string_view sql) {
    Connection connection = open_to_look(file);
    Statement statement(connection, sql);
    return statement.step() ? statement.integer(0) : -1;
  }
  static void change(const std::filesystem::path& file, const char* sql) {
    Connection connection(file, OpenMode::read_write);
    EXPECT_TRUE(connection.execute(sql)) << connection.error_text();
  }

  void send_some(int count, const std::string& word = "m") {
    for (int i = 0; i < count; ++i) append(ann_, admin_, word + std::to_string(i));
    settle();
  }
  // Another process opens the store, sends, and is gone without closing it: the messages are in the log alone.
  void send_in_log(int count, const std::string& word) {
    const pid_t child = fork();
    if (child == 0) {
      open();
      send_some(count, word);
      _exit(HasFailure() ? 1 : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
  }
  std::filesystem::path backed_up(const char* name = "copy.db") {
    const auto report = back_up({options_.file, dir_ / name, true});
    EXPECT_TRUE(report) << report.error().detail;
    return dir_ / name;
  }
  std::optional<OpenError> error_of_backup(const std::filesystem::path& target, bool overwrite = false) {
    const auto report = back_up({options_.file, target, overwrite});
    return report ? std::nullopt : std::optional(report.error().error);
  }
  RestoreReport restored(const std::filesystem::path& source, bool keep_logins = false) {
    const auto report = restore({options_.file, source, keep_logins});
    EXPECT_TRUE(report) << report.error().detail;
    return report ? *report : RestoreReport{};
  }
  std::optional<OpenError> error_of_restore(const std::filesystem::path& source) {
    const auto report = restore({options_.file, source, false});
    return report ? std::nullopt : std::optional(report.error().error);
  }
  // What ann and the admin wrote, in a database that nobody has open.
  std::vector<std::string> contents_of(const std::filesystem::path& file) {
    StoreOptions options;
    options.file = file;
    const auto opened = SqliteStore::open(options);
    EXPECT_TRUE(opened) << opened.error().detail;
    std::vector<std::string> contents;
    if (!opened) return contents;
    for (service::PageQuery query{.limit = 1'000, .after = 0, .before = {}};;) {
      const auto page = (*opened)->reader().conversation(ann_, admin_, query);
      EXPECT_TRUE(page);
      if (!page || page->items.empty()) return contents;
      for (const auto& message : page->items) contents.push_back(message.content);
      query.after = page->items.back().id.value;
    }
  }
  std::vector<std::string> sorted_names() const {
    auto names = dir_.names();
    std::sort(names.begin(), names.end());
    return names;
  }
  // Overwrites one page of a closed database, counted from 1.
  static void damage_page(const std::filesystem::path& file, std::int64_t page) {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp((page - 1) * 4096);
    out << std::string(4096, '\x5A');
  }
  static std::int64_t root_of(const std::filesystem::path& file, const std::string& name) {
    Connection connection = open_to_look(file);
    Statement statement(connection, "SELECT rootpage FROM sqlite_schema WHERE name = ?1");
    return statement.bind(name).step() ? statement.integer(0) : -1;
  }
};

}  // namespace parley::store
