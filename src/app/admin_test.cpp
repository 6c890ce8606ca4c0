#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "admin_commands.hpp"
#include "password_input.hpp"
#include "startup.hpp"
#include "table.hpp"

namespace parley::app {
namespace {

TEST(AdminJson, RequestsAndResultsSurviveTheirJsonForm) {
  for (const auto command : {Command::user_add, Command::user_list, Command::user_password, Command::user_role,
                             Command::user_disable, Command::user_enable, Command::user_reset, Command::invite_create,
                             Command::invite_list, Command::invite_revoke}) {
    const AdminRequest request{command, "zo\xC3\xAB@example.com", "Zo\xC3\xAB \"Z\"\n", "admin", "p\\ss\"w\xC3\xB6rd"};
    const auto back = admin_request_from_json(to_json(request));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->command, command);
    EXPECT_EQ(back->account, request.account);
    EXPECT_EQ(back->name, request.name);
    EXPECT_EQ(back->role, request.role);
    EXPECT_EQ(back->password, request.password);
  }
  const AdminResult result{ExitCode::cannot_create,
                           "taken",
                           {{domain::UserId(7), "Ann", "ann@example.com", domain::Role::admin, true},
                            {domain::UserId(8), "Bob", "bob@example.com", domain::Role::user, false}}};
  const auto back = admin_result_from_json(to_json(result));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->code, ExitCode::cannot_create);
  EXPECT_EQ(back->error, "taken");
  ASSERT_EQ(back->users.size(), 2U);
  EXPECT_EQ(back->users[0].id.value, 7);
  EXPECT_EQ(back->users[0].role, domain::Role::admin);
  EXPECT_TRUE(back->users[0].disabled);
  EXPECT_EQ(back->users[1].email, "bob@example.com");
}

TEST(AdminJson, CodesAndInvitesSurviveTheirJsonForm) {
  AdminResult result;
  EXPECT_FALSE(admin_result_from_json(to_json(result))->issued);
  result.issued = {"7K3QX9-D2MNAB-V0TRW8-H5JCEZ", 1'732'708'800'000'000};
  result.invites = {{1, std::nullopt, 5, 6}, {2, domain::UserId(7), 8, 9}};
  const auto back = admin_result_from_json(to_json(result));
  ASSERT_TRUE(back && back->issued);
  EXPECT_EQ(back->issued->code, result.issued->code);
  EXPECT_EQ(back->issued->expires_unix_us, result.issued->expires_unix_us);
  ASSERT_EQ(back->invites.size(), 2U);
  EXPECT_FALSE(back->invites[0].made_by);
  EXPECT_EQ(back->invites[1].made_by, domain::UserId(7));
  EXPECT_EQ(back->invites[1].made_unix_us, 8);
  EXPECT_EQ(back->invites[1].expires_unix_us, 9);
  EXPECT_FALSE(admin_result_from_json(R"({"exit":0,"users":[],"invites":[{}]})"));
}

TEST(AdminJson, WhatIsNoneOfThemIsRefused) {
  for (const std::string_view text : {"", "{", "[]", "{}", R"({"command":"serve"})", R"({"command":7})"}) {
    EXPECT_FALSE(admin_request_from_json(text).has_value()) << text;
  }
  for (const std::string_view text :
       {"", "{}", R"({"exit":0})", R"({"exit":0,"users":[{}]})", R"({"exit":"0","users":[]})"}) {
    EXPECT_FALSE(admin_result_from_json(text).has_value()) << text;
  }
}

TEST(ExitCodes, EveryReasonNotToOpenTheDatabaseHasOneOfTheContract) {
  const std::vector<std::pair<store::OpenError, int>> due{{store::OpenError::in_use, 73},
                                                          {store::OpenError::cannot_create, 73},
                                                          {store::OpenError::not_a_database, 65},
                                                          {store::OpenError::damaged, 65},
                                                          {store::OpenError::orphaned_log, 65},
                                                          {store::OpenError::unfinished, 65},
                                                          {store::OpenError::schema_newer, 78},
                                                          {store::OpenError::schema_older, 78},
                                                          {store::OpenError::io, 74}};
  for (int i = 0; i <= static_cast<int>(store::OpenError::io); ++i) {
    bool found = false;
    for (const auto& [error, code] : due) {
      if (static_cast<int>(error) != i) continue;
      found = true;
      EXPECT_EQ(static_cast<int>(exit_code_of(error)), code) << i;
    }
    EXPECT_TRUE(found) << i;
  }
}

TEST(PasswordInput, IsTheFirstLineWithoutItsEnd) {
  std::istringstream unix_line("correct horse\nmore\n");
  EXPECT_EQ(read_password_line(unix_line), "correct horse");
  std::istringstream dos_line("correct horse\r\n");
  EXPECT_EQ(read_password_line(dos_line), "correct horse");
  std::istringstream unfinished(" spaces stay ");
  EXPECT_EQ(read_password_line(unfinished), " spaces stay ");
  std::istringstream nothing("");
  EXPECT_THROW(read_password_line(nothing), StartupError);
}

TEST(Tables, AlignTheirColumnsAndShowHostileNamesAsText) {
  Table table({"ID", "NAME", "ROLE"});
  table.add({"7", "Zo\xC3\xAB", "user"});
  table.add({"12", "a\x1B[31mb\n", "admin"});
  EXPECT_EQ(table.render(),
            "ID  NAME      ROLE\n"
            "7   Zo\xC3\xAB       user\n"
            "12  a?[31mb?  admin\n");
}

TEST(DataDirectory, IsMadeForItsOwnerAlone) {
  const auto root = std::filesystem::temp_directory_path() / ("parley-app-" + std::to_string(::getpid()));
  const auto directory = root / "a" / "data";
  make_data_directory(directory);
  make_data_directory(directory);
  EXPECT_EQ(std::filesystem::status(directory).permissions(), std::filesystem::perms::owner_all);
  EXPECT_THROW(make_data_directory("/proc/nothing/data"), StartupError);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace parley::app
