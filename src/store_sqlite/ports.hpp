// The ports of src/service over the writer and the readers: each call is one read, or one command.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parley/service/directory.hpp"
#include "parley/service/logins.hpp"
#include "parley/service/message_log.hpp"
#include "parley/service/message_reader.hpp"
#include "parley/service/one_time_codes.hpp"
#include "parley/service/presence.hpp"
#include "reader_pool.hpp"
#include "writer.hpp"

namespace parley::store {

class LogPort final : public service::MessageLog {
 public:
  explicit LogPort(Writer& writer) : writer_(writer) {}
  bool try_append(service::Draft&& draft) noexcept override;
  bool try_mark_read(service::ReadMark&& mark) noexcept override;

 private:
  Writer& writer_;
};

class ReaderPort final : public service::MessageReader {
 public:
  explicit ReaderPort(ReaderPool& readers) : readers_(readers) {}
  sio::Result<service::Page<domain::Message>, service::StoreError> conversation(
      domain::UserId me, domain::UserId partner, const service::PageQuery& query) override;
  sio::Result<service::Page<domain::Message>, service::StoreError> all_of(domain::UserId me,
                                                                          const service::PageQuery& query) override;
  sio::Result<service::Page<service::Conversation>, service::StoreError> conversations(
      domain::UserId me, const service::ConversationQuery& query) override;
  sio::Result<service::CatchUp, service::StoreError> catch_up(domain::UserId me,
                                                              const service::CatchUpQuery& query) override;

 private:
  ReaderPool& readers_;
};

class DirectoryPort final : public service::Directory {
 public:
  DirectoryPort(Writer& writer, ReaderPool& readers) : writer_(writer), readers_(readers) {}
  sio::Result<domain::UserId, service::AccountError> add(service::NewUser user) override;
  sio::Result<void, service::AccountError> set_password(domain::UserId id, service::NewPassword password) override;
  sio::Result<domain::User, service::AccountError> change(domain::UserId id, service::UserChange change) override;
  sio::Result<std::optional<domain::User>, service::StoreError> find(domain::UserId id) override;
  sio::Result<std::optional<service::Account>, service::StoreError> find_account(std::string_view email) override;
  sio::Result<service::Page<service::Person>, service::StoreError> list(domain::Role role,
                                                                        const service::PageQuery& query) override;
  sio::Result<service::Page<service::Person>, service::StoreError> list_all(const service::PageQuery& query) override;
  sio::Result<bool, service::StoreError> any_admin() override;

 private:
  Writer& writer_;
  ReaderPool& readers_;
};

class SeenPort final : public service::SeenLog {
 public:
  explicit SeenPort(Writer& writer) : writer_(writer) {}
  bool try_note(std::vector<service::Seen> seen) noexcept override;

 private:
  Writer& writer_;
};

class LoginsPort final : public service::Logins {
 public:
  LoginsPort(Writer& writer, ReaderPool& readers) : writer_(writer), readers_(readers) {}
  sio::Result<void, service::AccountError> begin(service::NewLogin login) override;
  sio::Result<service::Rotated, service::RotateError> rotate(service::Rotation rotation) override;
  sio::Result<void, service::AccountError> end(std::string login_id) override;
  sio::Result<void, service::AccountError> end_all(domain::UserId user) override;
  sio::Result<std::optional<service::Login>, service::StoreError> find(std::string_view login_id) override;

 private:
  Writer& writer_;
  ReaderPool& readers_;
};

class CodesPort final : public service::OneTimeCodes {
 public:
  CodesPort(Writer& writer, ReaderPool& readers) : writer_(writer), readers_(readers) {}
  sio::Result<void, service::AccountError> add_invite(service::NewCode code) override;
  sio::Result<bool, service::StoreError> invite_stands(const service::CodeUse& use) override;
  sio::Result<std::vector<service::Invite>, service::StoreError> invites(std::int64_t now_unix_us) override;
  sio::Result<void, service::AccountError> revoke_invite(std::int64_t id) override;
  sio::Result<void, service::AccountError> add_reset(domain::UserId user, service::NewCode code) override;
  sio::Result<bool, service::StoreError> reset_stands(const service::CodeUse& use) override;
  sio::Result<domain::User, service::AccountError> reset_password(service::CodeUse use,
                                                                  std::string password_hash) override;

 private:
  Writer& writer_;
  ReaderPool& readers_;
};

}  // namespace parley::store
