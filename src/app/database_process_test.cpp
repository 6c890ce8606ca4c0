// The executable and its database: damage, a newer schema, backup and restore, as an operator meets them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "process_harness.hpp"

namespace parley::app {
namespace {

using testing::DataDirectory;
using testing::http;
using testing::Process;
using testing::run;
using testing::serve;
using testing::status_of;

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_at(const std::filesystem::path& file, std::streamoff at, const std::string& bytes) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(at);
  out << bytes;
}

void add_user(const DataDirectory& data, const std::string& name) {
  EXPECT_EQ(run({"user", "add", name + "@example.com", "--name", name, "--role", "user", "--data", data.path()},
                "correct horse\n"),
            0);
}

std::string users(const DataDirectory& data) {
  std::string output;
  EXPECT_EQ(run({"user", "list", "--data", data.path()}, "", &output), 0) << output;
  return output;
}

// Everything that could touch the database, and the code it must end with.
void expect_all_refuse(const DataDirectory& data, int code) {
  const std::filesystem::path file = data.path() + "/parley.db";
  const std::string before = bytes_of(file);
  const std::string copy = data.path() + "/copy.db";
  std::string output;
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           serve(data),
           {"migrate", "--data", data.path()},
           {"migrate", "--dry-run", "--data", data.path()},
           {"user", "list", "--data", data.path()},
           {"check", "--data", data.path()},
           {"backup", copy, "--data", data.path()},
       }) {
    EXPECT_EQ(run(arguments, "", &output), code) << arguments.front() << ": " << output;
  }
  EXPECT_EQ(bytes_of(file), before) << "it was written to";
  EXPECT_FALSE(std::filesystem::exists(copy));
}

TEST(Database, F9_ANewerSchemaIsRefusedByEveryCommand) {
  const DataDirectory data;
  add_user(data, "ann");
  const std::string backup = data.path() + "/backup.db";
  ASSERT_EQ(run({"backup", backup, "--data", data.path()}), 0);
  write_at(data.path() + "/parley.db", 60, std::string("\0\0\1\0", 4));  // its version, in SQLite's header
  expect_all_refuse(data, 78);
  write_at(backup, 60, std::string("\0\0\1\0", 4));
  EXPECT_EQ(run({"restore", backup, "--data", data.path()}), 78);
}

TEST(Database, F6_ADamagedHeaderIsRefusedByEveryCommandAndLeftAsItIs) {
  const DataDirectory data;
  add_user(data, "ann");
  write_at(data.path() + "/parley.db", 0, "not SQLite");
  expect_all_refuse(data, 65);
}

TEST(Database, F6_ADamagedSchemaIsRefusedByEveryCommandAndLeftAsItIs) {
  const DataDirectory data;
  add_user(data, "ann");
  write_at(data.path() + "/parley.db", 100, std::string(3'000, '\x5A'));
  expect_all_refuse(data, 65);
}

TEST(Database, F6_ADamagedLogIsRefusedByEveryCommandAndLeftAsItIs) {
  const DataDirectory data;
  Process server(serve(data));
  ASSERT_FALSE(server.wait_for("listening on ").empty());
  add_user(data, "ann");
  server.signal(SIGKILL);
  server.finish();
  write_at(data.path() + "/parley.db-wal", 4, "\x5A");
  const std::string log = bytes_of(data.path() + "/parley.db-wal");
  expect_all_refuse(data, 65);
  EXPECT_EQ(bytes_of(data.path() + "/parley.db-wal"), log);
  write_at(data.path() + "/parley.db-wal", 4, std::string(1, '\0'));
  EXPECT_NE(users(data).find("ann@example.com"), std::string::npos) << "all was in the log";
}

TEST(Database, F6_AMissingDatabaseWhoseLogIsThereIsNotBegunAnew) {
  const DataDirectory data;
  Process server(serve(data));
  ASSERT_FALSE(server.wait_for("listening on ").empty());
  add_user(data, "ann");
  server.signal(SIGKILL);
  server.finish();
  std::filesystem::remove(data.path() + "/parley.db");
  EXPECT_EQ(run(serve(data)), 65);
  EXPECT_FALSE(std::filesystem::exists(data.path() + "/parley.db"));
}

TEST(Database, F6_DamageThatIsFoundAfterTheStartMakesItUnreadyAndIsLoggedAndCounted) {
  const DataDirectory data;
  for (int i = 0; i < 3; ++i) add_user(data, "u" + std::to_string(i));
  // The last page, of the newest table: nobody needs it for starting.
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(data.path() + "/parley.db"));
  write_at(data.path() + "/parley.db", size - 4'096, std::string(4'096, '\x5A'));
  Process server({"serve", "--data", data.path(), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
                  "--log-format", "text"});
  const std::string url = server.wait_for("listening on ");
  ASSERT_FALSE(url.empty());
  EXPECT_NE(server.find("the database is damaged: read-only from now on"), "");
  EXPECT_EQ(status_of(http(url, "GET", "/readyz")), 503);
  EXPECT_EQ(status_of(http(url, "GET", "/healthz")), 200);
  const std::string metrics_url = server.find("metrics url=");
  const std::string metrics = http(metrics_url.substr(0, metrics_url.rfind('/')), "GET", "/metrics");
  EXPECT_NE(metrics.find("parley_database_damaged 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("parley_database_checked 0"), std::string::npos);
  EXPECT_NE(metrics.find("parley_ready 0"), std::string::npos);
  server.signal(SIGTERM);
  EXPECT_EQ(server.finish(), 0);
}

TEST(Database, F7_BackupAndCheckWorkBesideAServerAndRestoreWaitsForItsEnd) {
  const DataDirectory data;
  Process server(serve(data, {"--log-format", "text"}));
  ASSERT_FALSE(server.wait_for("listening on ").empty());
  add_user(data, "ann");
  const std::string backup = data.path() + "/backup.db";
  std::string output;
  EXPECT_EQ(run({"backup", backup, "--data", data.path(), "--json"}, "", &output), 0) << output;
  EXPECT_NE(output.find("\"file\":\"" + backup + "\""), std::string::npos) << output;
  struct stat info{};
  ASSERT_EQ(::stat(backup.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(run({"backup", backup, "--data", data.path()}), 73) << "it exists";
  EXPECT_EQ(run({"backup", backup, "--overwrite", "--data", data.path()}), 0);
  EXPECT_EQ(run({"backup", data.path() + "/parley.db", "--overwrite", "--data", data.path()}), 73);
  EXPECT_EQ(run({"backup", "--data", data.path()}), 64);
  EXPECT_EQ(run({"check", "--data", data.path()}, "", &output), 0) << output;
  EXPECT_NE(output.find("server: runs on these data"), std::string::npos) << output;
  EXPECT_NE(server.find("the database is sound"), server.all_output()) << "the check of its own found nothing";
  add_user(data, "bob");
  EXPECT_EQ(run({"restore", backup, "--data", data.path()}), 73);
  EXPECT_NE(users(data).find("bob@example.com"), std::string::npos);
  server.signal(SIGTERM);
  EXPECT_EQ(server.finish(), 0);

  EXPECT_EQ(run({"restore", backup, "--data", data.path()}, "", &output), 0) << output;
  EXPECT_NE(output.find("kept: " + data.path() + "/parley.db.before-restore-20"), std::string::npos) << output;
  EXPECT_EQ(users(data).find("bob@example.com"), std::string::npos);
  EXPECT_NE(users(data).find("ann@example.com"), std::string::npos);
  EXPECT_EQ(run({"check", "--data", data.path()}, "", &output), 0) << output;
  EXPECT_NE(output.find("server: none runs on these data"), std::string::npos) << output;
}

TEST(Database, ABackupOfNothingIsRefusedAndNothingIsMade) {
  const DataDirectory data;
  EXPECT_EQ(run({"backup", "/tmp/parley-none.db", "--data", data.path()}), 69);
  EXPECT_FALSE(std::filesystem::exists(data.path()));
  EXPECT_EQ(run({"restore", data.path() + "/none.db", "--data", data.path()}), 65);
}

}  // namespace
}  // namespace parley::app
