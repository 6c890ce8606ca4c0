// The executable as its users meet it: exit codes, start and end, commands beside a running server.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "process_harness.hpp"

namespace parley::app {
namespace {

using testing::DataDirectory;
using testing::http;
using testing::Process;
using testing::run;
using testing::serve;
using testing::status_of;

std::string credentials(const std::string& email, const std::string& password) {
  return R"({"email":")" + email + R"(","password":")" + password + "\"}";
}

std::string registration(const std::string& email, const std::string& role) {
  return R"({"name":"N","email":")" + email + R"(","password":"correct horse","role":")" + role + "\"}";
}

TEST(Executable, ServesUntilSigtermAndThenEndsWell) {
  const DataDirectory data;
  Process server(serve(data));
  const std::string url = server.wait_for("listening on ");
  ASSERT_TRUE(url.starts_with("http://127.0.0.1:")) << server.all_output();
  EXPECT_NE(url, "http://127.0.0.1:0");
  EXPECT_EQ(server.wait_for("admin sign-up: "), "open for requests from this machine");
  const std::string ready = http(url, "GET", "/readyz");
  EXPECT_EQ(status_of(ready), 200) << ready;
  EXPECT_NE(ready.find("X-Request-Id: "), std::string::npos);
  EXPECT_NE(ready.find("Content-Security-Policy: "), std::string::npos);
  EXPECT_EQ(status_of(http(url, "POST", "/auth/register", registration("a@example.com", "admin"))), 201);
  const std::string login = http(url, "POST", "/auth/login", credentials("a@example.com", "correct horse"));
  EXPECT_EQ(status_of(login), 200) << login;
  server.signal(SIGTERM);
  EXPECT_EQ(server.finish(), 0) << server.all_output();
  struct stat info{};
  for (const char* file : {"/jwt.key", "/parley.db"}) {
    ASSERT_EQ(::stat((data.path() + file).c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_mode & 0777U, 0600U) << file;
  }
}

TEST(Executable, X9_SecretsAreNotInItsOutput) {
  const DataDirectory data;
  Process server(serve(data, {"--log-level", "debug"}));
  const std::string url = server.wait_for("listening on ");
  http(url, "POST", "/auth/register", registration("a@example.com", "admin"));
  const std::string login = http(url, "POST", "/auth/login", credentials("a@example.com", "correct horse"));
  const std::size_t token = login.find("eyJ");
  ASSERT_NE(token, std::string::npos);
  http(url, "GET", "/chat/info", "",
       "Authorization: Bearer " + login.substr(token, login.find('"', token) - token) + "\r\n");
  http(url, "POST", "/auth/login", credentials("a@example.com", "wrong canary"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.finish(), 0);
  for (const std::string_view secret : {"correct horse", "wrong canary", "eyJ", "argon2id"}) {
    EXPECT_EQ(server.all_output().find(secret), std::string::npos) << secret;
  }
}

TEST(Executable, F7_ASecondServerOnTheSameDataIsRefusedWhileCommandsWork) {
  const DataDirectory data;
  Process server(serve(data));
  const std::string url = server.wait_for("listening on ");
  ASSERT_FALSE(url.empty());
  EXPECT_EQ(run(serve(data)), 73);

  std::string output;
  EXPECT_EQ(run({"user", "add", "ann@example.com", "--name", "Ann", "--role", "admin", "--data", data.path(), "--json"},
                "correct horse\n", &output),
            0);
  EXPECT_EQ(output,
            "{\"id\":1,\"email\":\"ann@example.com\",\"name\":\"Ann\",\"role\":\"admin\",\"disabled\":false}\n");
  EXPECT_EQ(status_of(http(url, "POST", "/auth/login", credentials("ann@example.com", "correct horse"))), 200);
  EXPECT_EQ(run({"user", "password", "1", "--data", data.path()}, "another horse\n"), 0);
  EXPECT_EQ(status_of(http(url, "POST", "/auth/login", credentials("ann@example.com", "correct horse"))), 401);
  EXPECT_EQ(status_of(http(url, "POST", "/auth/login", credentials("ann@example.com", "another horse"))), 200);
  EXPECT_EQ(run({"user", "list", "--data", data.path()}, "", &output), 0);
  EXPECT_NE(output.find("ann@example.com"), std::string::npos) << output;
  EXPECT_EQ(run({"check", "--data", data.path()}, "", &output), 0) << output;
  EXPECT_EQ(run({"migrate", "--dry-run", "--data", data.path()}, "", &output), 0) << output;

  struct stat info{};
  ASSERT_EQ(::stat((data.path() + "/control.sock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Executable, A7_ADisabledUserIsOut) {
  const DataDirectory data;
  Process server(serve(data));
  const std::string url = server.wait_for("listening on ");
  http(url, "POST", "/auth/register", registration("a@example.com", "admin"));
  http(url, "POST", "/auth/register", registration("u@example.com", "user"));
  const std::string login = http(url, "POST", "/auth/login", credentials("u@example.com", "correct horse"));
  const std::size_t token = login.find("eyJ");
  ASSERT_NE(token, std::string::npos) << login;
  const std::string bearer = "Authorization: Bearer " + login.substr(token, login.find('"', token) - token) + "\r\n";
  EXPECT_EQ(status_of(http(url, "GET", "/chat/info", "", bearer)), 200);
  EXPECT_EQ(run({"user", "disable", "u@example.com", "--data", data.path()}), 0);
  const std::string refused = http(url, "GET", "/chat/info", "", bearer);
  EXPECT_EQ(status_of(refused), 401);
  EXPECT_NE(refused.find("token_revoked"), std::string::npos) << refused;
  EXPECT_EQ(run({"user", "disable", "a@example.com", "--data", data.path()}), 65) << "the last admin stays";
  EXPECT_EQ(run({"user", "enable", "u@example.com", "--data", data.path()}), 0);
  EXPECT_EQ(status_of(http(url, "POST", "/auth/login", credentials("u@example.com", "correct horse"))), 200);
}

TEST(Executable, AccountsAreMadeWithoutAServerToo) {
  const DataDirectory data;
  std::string output;
  EXPECT_EQ(run({"user", "list", "--data", data.path()}), 69) << "there is nothing yet, and nothing is made";
  EXPECT_EQ(run({"user", "add", "ann@example.com", "--name", "Ann", "--role", "admin", "--data", data.path()},
                "correct horse\n", &output),
            0)
      << output;
  EXPECT_EQ(run({"user", "add", "ANN@example.com", "--name", "Ann", "--role", "user", "--data", data.path()},
                "correct horse\n"),
            73);
  EXPECT_EQ(
      run({"user", "add", "bob@example.com", "--name", "Bob", "--role", "user", "--data", data.path()}, "short\n"), 65);
  EXPECT_EQ(run({"user", "add", "bob@example.com", "--name", "Bob", "--role", "user", "--data", data.path()}), 65);
  EXPECT_EQ(run({"user", "role", "nobody@example.com", "user", "--data", data.path()}), 65);
  EXPECT_EQ(run({"user", "role", "ann@example.com", "user", "--data", data.path()}), 65) << "the last admin stays";
  EXPECT_EQ(run({"user", "list", "--data", data.path(), "--json"}, "", &output), 0);
  EXPECT_EQ(output,
            "{\"id\":1,\"email\":\"ann@example.com\",\"name\":\"Ann\",\"role\":\"admin\",\"disabled\":false}\n");
  EXPECT_EQ(run({"check", "--data", data.path()}, "", &output), 0) << output;
  EXPECT_EQ(run({"migrate", "--data", data.path()}, "", &output), 0) << output;
}

TEST(Executable, ExitCodesFollowSysexits) {
  const DataDirectory data;
  EXPECT_EQ(run({}), 64);
  EXPECT_EQ(run({"serve", "--no-such-flag"}), 64);
  EXPECT_EQ(run({"serve", "--listen", "nowhere"}), 64);
  EXPECT_EQ(run({"serve", "--config", "/nonexistent.toml"}), 78);
  EXPECT_EQ(run(serve(data, {"--listen", "0.0.0.0:0", "--rate-limits", "off"})), 78);
  EXPECT_EQ(run({"serve", "--data", "/proc/nothing/data", "--listen", "127.0.0.1:0"}), 73);
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_EQ(run({"--help"}), 0);
  Process environment({"serve", "--data", data.path()}, {"PARLEY_LISTN=127.0.0.1:0"});
  EXPECT_EQ(environment.finish(), 78);
  EXPECT_NE(environment.all_output().find("PARLEY_LISTN"), std::string::npos);
}

TEST(Executable, F6_AFileThatIsNoDatabaseIsLeftAsItIs) {
  const DataDirectory data;
  std::filesystem::create_directories(data.path());
  std::ofstream(data.path() + "/parley.db") << "this is a letter, not a database, and it is long enough to be read as "
                                               "the header of one if anybody tried";
  EXPECT_EQ(run(serve(data)), 65);
  EXPECT_EQ(run({"check", "--data", data.path()}), 65);
  std::ifstream in(data.path() + "/parley.db");
  std::string first;
  in >> first;
  EXPECT_EQ(first, "this");
}

TEST(Executable, MetricsAreOnAListenerOfTheirOwnWithoutTheControlRoute) {
  const DataDirectory data;
  Process server({"serve", "--data", data.path(), "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
                  "--log-format", "text"});
  const std::string url = server.wait_for("listening on ");
  ASSERT_FALSE(url.empty());
  // The log is written by a thread of its own, so its lines and ours come in any order.
  const std::string metrics_url = server.find("metrics url=");
  ASSERT_TRUE(metrics_url.ends_with("/metrics")) << server.all_output();
  const std::string metrics = metrics_url.substr(0, metrics_url.rfind('/'));
  const std::string answer = http(metrics, "GET", "/metrics");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("parley_ready 1"), std::string::npos) << answer;
  EXPECT_EQ(status_of(http(metrics, "POST", "/control", R"({"command":"list"})")), 404);
  EXPECT_EQ(status_of(http(url, "POST", "/control", R"({"command":"list"})")), 404);
  EXPECT_EQ(status_of(http(url, "GET", "/metrics")), 404);
}

TEST(Executable, AdminsSignUpFreelyOnlyOnThisMachine) {
  const DataDirectory data;
  Process server(serve(data));
  const std::string url = server.wait_for("listening on ");
  const std::string proxied =
      http(url, "POST", "/auth/register", registration("a@example.com", "admin"), "X-Forwarded-For: 192.0.2.1\r\n");
  EXPECT_EQ(status_of(proxied), 403);
  EXPECT_NE(proxied.find("admin_signup_closed"), std::string::npos) << proxied;

  const DataDirectory other;
  Process beyond(serve(other, {"--cors-origin", "https://app.example"}));
  const std::string beyond_url = beyond.wait_for("listening on ");
  EXPECT_TRUE(beyond.wait_for("admin sign-up: ").starts_with("by invitation only"));
  EXPECT_EQ(status_of(http(beyond_url, "POST", "/auth/register", registration("a@example.com", "admin"))), 403);
  EXPECT_EQ(status_of(http(beyond_url, "POST", "/auth/register", registration("u@example.com", "user"))), 201);
}

}  // namespace
}  // namespace parley::app
