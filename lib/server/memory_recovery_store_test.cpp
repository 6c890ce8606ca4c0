// The store in memory: its log of events and its sessions, under virtual time; and for whom an event is.
#include <gtest/gtest.h>

#include "sio/server/recovery.hpp"

namespace sio {
namespace {

std::shared_ptr<const RecoverableEvent> event(EventId id, EmitTarget target = {}, std::size_t bytes = 10) {
  auto made = std::make_shared<RecoverableEvent>();
  made->id = id;
  made->target = std::move(target);
  made->packet.text = SharedBytes(std::string(bytes, 'x'));
  return made;
}

RecoverableSession session(std::uint64_t key, TimePoint ended_at) {
  RecoverableSession made;
  made.key = key;
  made.sid = "sid" + std::to_string(key);
  made.ended_at = ended_at;
  return made;
}

TimePoint at(int ms) { return TimePoint(Milliseconds(ms)); }

// Position and id of what is kept, the last one first; not those up to `position`.
std::string kept_after(const RecoveryStore& store, LogPosition position = 0) {
  std::string seen;
  store.visit_back([&](LogPosition at, const auto& each) {
    if (at <= position) return false;
    seen += std::to_string(at) + ":" + std::to_string(each->id) + " ";
    return true;
  });
  return seen;
}

std::string keys(const std::vector<RecoverableSession>& sessions) {
  std::string text;
  for (const RecoverableSession& each : sessions) text += std::to_string(each.key) + " ";
  return text;
}

RecoveryLimits limits() {
  RecoveryLimits limits;
  limits.max_disconnection_duration = Milliseconds(1'000);
  limits.sessions_max = 3;
  limits.events_max = 4;
  limits.events_bytes_max = 100'000;
  return limits;
}

TEST(MemoryRecoveryStore, VisitsEventsFromTheLastOneBack) {
  MemoryRecoveryStore store(limits());
  EXPECT_EQ(kept_after(store), "");
  for (LogPosition i = 1; i <= 4; ++i) store.append(i, event(10 * i));
  EXPECT_EQ(kept_after(store), "4:40 3:30 2:20 1:10 ");
  EXPECT_EQ(kept_after(store, 2), "4:40 3:30 ");
  EXPECT_EQ(kept_after(store, 4), "");
  EXPECT_EQ(store.dropped_up_to(), 0U);
}

TEST(MemoryRecoveryStore, TheOldestEventsGoFirst) {
  MemoryRecoveryStore store(limits());
  for (LogPosition i = 1; i <= 6; ++i) store.append(i, event(i));
  EXPECT_EQ(store.dropped_up_to(), 2U);
  EXPECT_EQ(kept_after(store), "6:6 5:5 4:4 3:3 ");
}

TEST(MemoryRecoveryStore, BytesAreBoundedToo) {
  RecoveryLimits few = limits();
  few.events_bytes_max = 2'500;
  MemoryRecoveryStore store(few);
  store.append(1, event(1, {}, 1'000));
  store.append(2, event(2, {}, 1'000));
  EXPECT_EQ(kept_after(store), "2:2 1:1 ");
  store.append(3, event(3, {}, 1'000));
  EXPECT_EQ(kept_after(store), "3:3 2:2 ");
  store.append(4, event(4, {}, 5'000));  // more than may be kept at all
  EXPECT_EQ(store.dropped_up_to(), 4U);
  EXPECT_EQ(store.event_count(), 0U);
  EXPECT_EQ(store.event_bytes(), 0U);
  store.append(5, event(5));
  EXPECT_EQ(kept_after(store), "5:5 ");
}

TEST(MemoryRecoveryStore, AttachmentsAndRoomsCount) {
  const std::size_t plain = memory_bytes(*event(1));
  auto binary = *event(1);
  binary.packet.attachments.emplace_back(std::string(5'000, 'b'));
  EXPECT_GE(memory_bytes(binary), plain + 5'000);
  EmitTarget target;
  target.rooms = {std::string(300, 'r')};
  target.except_rooms = {std::string(400, 'e')};
  EXPECT_GE(memory_bytes(*event(1, target)), plain + 700);
}

TEST(MemoryRecoveryStore, SessionIsFoundUntilTaken) {
  MemoryRecoveryStore store(limits());
  store.keep(session(7, at(0)));
  EXPECT_EQ(store.find(8), nullptr);
  ASSERT_NE(store.find(7), nullptr);
  EXPECT_EQ(store.find(7)->sid, "sid7");
  EXPECT_EQ(store.take(7).sid, "sid7");
  EXPECT_EQ(store.find(7), nullptr);
  EXPECT_EQ(store.session_count(), 0U);
}

TEST(MemoryRecoveryStore, SessionsExpireByAge) {
  MemoryRecoveryStore store(limits());
  store.keep(session(1, at(0)));
  store.keep(session(2, at(500)));
  EXPECT_EQ(keys(store.remove_expired(at(1'000))), "");
  EXPECT_EQ(keys(store.remove_expired(at(1'001))), "1 ");
  EXPECT_EQ(store.find(1), nullptr);
  EXPECT_EQ(keys(store.remove_expired(at(9'000))), "2 ");
  EXPECT_EQ(store.session_count(), 0U);
}

TEST(MemoryRecoveryStore, OldestSessionGoesOverTheBound) {
  MemoryRecoveryStore store(limits());
  for (int i = 1; i <= 5; ++i) store.keep(session(static_cast<std::uint64_t>(i), at(i)));
  EXPECT_EQ(keys(store.remove_expired(at(5))), "1 2 ");
  EXPECT_EQ(store.session_count(), 3U);
}

// A session that was taken and not used comes back with its old time.
TEST(MemoryRecoveryStore, SessionThatComesBackKeepsItsAge) {
  MemoryRecoveryStore store(limits());
  for (int i = 1; i <= 3; ++i) store.keep(session(static_cast<std::uint64_t>(i), at(i * 100)));
  store.keep(store.take(1));
  EXPECT_EQ(keys(store.remove_expired(at(1'101))), "1 ");
}

struct ForWhom : testing::Test {
  ForWhom() {
    one.key = 1;
    one.sid = "id-of-one";
    one.joined = 10;
    one.stays = {{"always", 10}, {"once", 20, 30}, {"once", 40, 50}};
    one.refs = {SocketRef{5}, SocketRef{6}};
  }
  bool is_for_me(LogPosition position, const EmitTarget& target) const {
    return one.is_for_me(*event(77, target), position);
  }
  static EmitTarget to(std::vector<std::string> rooms, std::vector<std::string> except = {}) {
    EmitTarget target;
    target.rooms = std::move(rooms);
    target.except_rooms = std::move(except);
    return target;
  }
  RecoverableSession one;
};

TEST_F(ForWhom, EventsToAllOnlyOnceItHadJoined) {
  EXPECT_FALSE(is_for_me(10, {}));
  EXPECT_TRUE(is_for_me(11, {}));
  EXPECT_FALSE(is_for_me(10, to({"id-of-one"})));
  EXPECT_TRUE(is_for_me(11, to({"id-of-one"})));
}

TEST_F(ForWhom, EventsToARoomOnlyWhileInIt) {
  for (const LogPosition in : {21U, 30U, 41U, 50U}) EXPECT_TRUE(is_for_me(in, to({"once"}))) << in;
  for (const LogPosition out : {11U, 20U, 31U, 40U, 51U}) EXPECT_FALSE(is_for_me(out, to({"once"}))) << out;
  EXPECT_TRUE(is_for_me(35, to({"once", "always"})));
  EXPECT_FALSE(is_for_me(35, to({"never"})));
}

TEST_F(ForWhom, ExceptedRoomsAndSocketsAreLeftOut) {
  EXPECT_FALSE(is_for_me(25, to({"always"}, {"once"})));
  EXPECT_TRUE(is_for_me(35, to({"always"}, {"once"})));
  EXPECT_FALSE(is_for_me(35, to({}, {"id-of-one"})));
  for (const std::uint64_t ref : {5U, 6U}) {
    EmitTarget target;
    target.except_socket = SocketRef{ref};
    EXPECT_FALSE(is_for_me(35, target));
  }
  EmitTarget other;
  other.except_socket = SocketRef{7};
  EXPECT_TRUE(is_for_me(35, other));
}

TEST_F(ForWhom, WhatItHadIsNotForItAgain) {
  one.had = {70, 77};
  EXPECT_FALSE(is_for_me(35, to({"always"})));
  one.had = {70};
  EXPECT_TRUE(is_for_me(35, to({"always"})));
}

TEST_F(ForWhom, EventsToOneSocketAreItsAlone) {
  auto direct = *event(77);
  direct.only = 1;
  EXPECT_TRUE(one.is_for_me(direct, 35));
  direct.only = 2;
  EXPECT_FALSE(one.is_for_me(direct, 35));
}

}  // namespace
}  // namespace sio
