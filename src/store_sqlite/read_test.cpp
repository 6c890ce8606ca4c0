#include <algorithm>
#include <array>
#include <random>

#include "store_fixture.hpp"

namespace parley::store {
namespace {

using service::CatchUp;
using service::PageQuery;

class ReadTest : public StoreTest {
 protected:
  void SetUp() override { open_with_people(); }

  static std::vector<std::int64_t> ids_of(const std::vector<domain::Message>& messages) {
    std::vector<std::int64_t> ids;
    for (const auto& message : messages) ids.push_back(message.id.value);
    return ids;
  }
  CatchUp catch_up(domain::UserId me, std::int64_t after, std::uint32_t most = 500, std::size_t bytes = 256 * 1024) {
    return catch_up_from(me, after, after, most, bytes);
  }
  CatchUp catch_up_from(domain::UserId me, std::int64_t after, std::int64_t reads_after, std::uint32_t most = 500,
                        std::size_t bytes = 256 * 1024) {
    auto page = store_->reader().catch_up(me, {domain::MessageId(after), domain::MessageId(reads_after), most, bytes});
    EXPECT_TRUE(page);
    return page ? std::move(*page) : CatchUp();
  }
};

TEST_F(ReadTest, AConversationIsPagedInBothDirectionsOldestFirst) {
  for (int i = 0; i < 10; ++i) append(i % 2 == 0 ? ann_ : admin_, i % 2 == 0 ? admin_ : ann_, std::to_string(i));
  settle();
  const auto page = [&](const PageQuery& query) {
    auto result = store_->reader().conversation(ann_, admin_, query);
    return std::pair(ids_of(result->items), result->more);
  };
  using Page = std::pair<std::vector<std::int64_t>, bool>;
  EXPECT_EQ(page({.limit = 3, .after = {}, .before = {}}), Page({8, 9, 10}, true));
  EXPECT_EQ(page({.limit = 3, .after = {}, .before = 8}), Page({5, 6, 7}, true));
  EXPECT_EQ(page({.limit = 5, .after = {}, .before = 6}), Page({1, 2, 3, 4, 5}, false));
  EXPECT_EQ(page({.limit = 3, .after = 0, .before = {}}), Page({1, 2, 3}, true));
  EXPECT_EQ(page({.limit = 3, .after = 7, .before = {}}), Page({8, 9, 10}, false));
  EXPECT_EQ(page({.limit = 3, .after = 10, .before = {}}), Page({}, false));
  EXPECT_EQ(page({.limit = 3, .after = 7, .before = 2}), Page({8, 9, 10}, false)) << "after wins";
}

TEST_F(ReadTest, APartnerWhoIsGoneOrNeverWasIsNoError) {
  EXPECT_TRUE(history(ann_, domain::UserId(12'345)).empty());
  sent_id(ann_, admin_);
  store_.reset();
  {
    Connection connection(options_.file, OpenMode::read_write);
    ASSERT_TRUE(connection.execute("DELETE FROM user WHERE role = 'admin'"));
  }
  open();
  EXPECT_EQ(history(ann_, admin_).size(), 1U);
}

TEST_F(ReadTest, ConversationsAreNewestFirstWithWhatIsUnread) {
  const auto list = [&](domain::UserId me, const service::ConversationQuery& query = {}) {
    const auto page = store_->reader().conversations(me, query);
    std::string text;
    for (const auto& each : page->items)
      text += each.partner.user.name + " " + std::to_string(each.last_message.id.value) + " unread " +
              std::to_string(each.unread) + "; ";
    return text + (page->more ? "more" : "");
  };
  EXPECT_EQ(list(admin_), "");
  sent_id(ann_, admin_);
  sent_id(ann_, admin_);
  sent_id(bob_, admin_);
  sent_id(admin_, ann_);
  EXPECT_EQ(list(admin_), "ann 4 unread 2; bob 3 unread 1; ");
  EXPECT_EQ(list(ann_), "admin 4 unread 1; ");
  mark(admin_, ann_, 1);
  EXPECT_EQ(list(admin_), "ann 4 unread 1; bob 3 unread 1; ");
  EXPECT_EQ(list(admin_, {.limit = 1, .before = {}}), "ann 4 unread 1; more");
  EXPECT_EQ(list(admin_, {.limit = 1, .before = 4}), "bob 3 unread 1; ");
  ASSERT_TRUE(store_->directory().set_disabled(ann_, true));
  EXPECT_EQ(list(admin_), "bob 3 unread 1; ");
  EXPECT_EQ(list(admin_, {.limit = 1, .before = {}}), "bob 3 unread 1; ") << "disabled people take no place";
}

TEST_F(ReadTest, WhenPeopleWereLastSeenIsKeptAndOnlyGrows) {
  const auto last_seen = [&](domain::UserId user) {
    const auto everybody = store_->directory().list_all({});
    for (const auto& person : everybody->items)
      if (person.user.id == user) return person.last_seen_unix_us;
    return std::optional<std::int64_t>();
  };
  EXPECT_EQ(last_seen(ann_), std::nullopt);
  ASSERT_TRUE(store_->seen().try_note({{ann_, 2'000}, {bob_, 3'000}}));
  ASSERT_TRUE(store_->seen().try_note({{ann_, 1'000}}));
  reopen();
  EXPECT_EQ(last_seen(ann_), 2'000);
  EXPECT_EQ(last_seen(bob_), 3'000);
  EXPECT_EQ(last_seen(admin_), std::nullopt);
}

// A11: what is not of the caller does not exist.
TEST_F(ReadTest, A11_NobodyReadsWhatOthersWrote) {
  sent_id(ann_, admin_);
  EXPECT_TRUE(history(bob_, admin_).empty());
  EXPECT_TRUE(history(bob_, ann_).empty());
  EXPECT_TRUE(store_->reader().all_of(bob_, {})->items.empty());
  EXPECT_TRUE(store_->reader().conversations(bob_, {})->items.empty());
  EXPECT_TRUE(catch_up(bob_, 0).messages.empty());
}

// Every way of reading against a model, over random conversations, bounds and limits.
TEST_F(ReadTest, PagesAreThoseOfAModel) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable on purpose
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<domain::UserId> people{admin_};
    for (int i = 0; i < 6; ++i) {
      people.push_back(add("p" + std::to_string(seed) + "-" + std::to_string(i), domain::Role::admin));
    }
    for (int i = 0; i < 400; ++i) {
      const auto from = below(people.size());
      const auto to = (from + 1 + below(people.size() - 1)) % people.size();
      append(people[from], people[to], "m" + std::to_string(i));
    }
    settle();
    std::vector<domain::Message> all;
    for (const auto& stored : recorder_->all<service::Stored>()) all.push_back(stored.message);
    const auto newest = static_cast<std::size_t>(all.back().id.value);

    const auto expected = [&](auto&& is_mine, const PageQuery& query) {
      std::vector<std::int64_t> ids;
      for (const auto& message : all) {
        const std::int64_t id = message.id.value;
        const bool inside = query.after ? id > *query.after : !query.before || id < *query.before;
        if (inside && is_mine(message)) ids.push_back(id);
      }
      const std::size_t keep = std::min<std::size_t>(ids.size(), query.limit);
      if (query.after) return std::vector(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(keep));
      return std::vector(ids.end() - static_cast<std::ptrdiff_t>(keep), ids.end());
    };
    for (int round = 0; round < 150; ++round) {
      const auto me = people[below(people.size())];
      const auto partner = people[below(people.size())];
      PageQuery query{.limit = static_cast<std::uint32_t>(1 + below(100)), .after = {}, .before = {}};
      if (below(3) == 0) query.after = static_cast<std::int64_t>(below(newest + 2));
      if (below(3) == 0) query.before = static_cast<std::int64_t>(below(newest + 2));
      const auto of_me = [&](const domain::Message& m) { return m.sender == me || m.receiver == me; };
      const auto of_pair = [&](const domain::Message& m) {
        return (m.sender == me && m.receiver == partner) || (m.sender == partner && m.receiver == me);
      };
      EXPECT_EQ(ids_of(store_->reader().all_of(me, query)->items), expected(of_me, query));
      EXPECT_EQ(ids_of(history(me, partner, query)), expected(of_pair, query));
      const auto after = static_cast<std::int64_t>(below(newest + 1));
      const auto page = catch_up(me, after, query.limit);
      const auto missed = expected(of_me, {.limit = 1'000, .after = after, .before = {}});
      EXPECT_EQ(ids_of(page.messages), expected(of_me, {.limit = query.limit, .after = after, .before = {}}));
      EXPECT_EQ(page.more, missed.size() > query.limit);
    }
  }
}

// "Index reads": what a table scan would cost shows only with millions of messages, so the plans are looked at.
TEST_F(ReadTest, ConversationsAreReadByTheIndexWithoutSorting) {
  Connection connection(options_.file, OpenMode::read_only);
  for (const std::string_view sql :
       {"EXPLAIN QUERY PLAN SELECT id, content FROM chat WHERE min(sender_id, receiver_id) = min(?1, ?2)"
        " AND max(sender_id, receiver_id) = max(?1, ?2) AND id > ?3 ORDER BY id LIMIT ?4",
        "EXPLAIN QUERY PLAN SELECT id FROM chat WHERE min(sender_id, receiver_id) = min(?1, ?2)"
        " AND max(sender_id, receiver_id) = max(?1, ?2) AND id < ?3 ORDER BY id DESC LIMIT ?4",
        "EXPLAIN QUERY PLAN UPDATE chat SET read_status = 1 WHERE min(sender_id, receiver_id) = min(?1, ?2)"
        " AND max(sender_id, receiver_id) = max(?1, ?2) AND id > ?3 AND id <= ?4 AND sender_id = ?2"
        " AND receiver_id = ?1 AND read_status IS NOT 1"}) {
    Statement plan(connection, sql);
    ASSERT_TRUE(plan.step()) << sql;
    const std::string line(plan.text(3));
    EXPECT_NE(line.find("chat_by_conversation"), std::string::npos) << line;
    EXPECT_TRUE(line.find("rowid>?") != std::string::npos || line.find("rowid<?") != std::string::npos) << line;
    EXPECT_FALSE(plan.step()) << "a second step would be a sort";
  }
}

TEST_F(ReadTest, F20_CatchingUpByPagesGivesEverythingOnceInOrder) {
  for (int i = 0; i < 57; ++i) append(i % 3 == 0 ? admin_ : ann_, i % 3 == 0 ? ann_ : admin_, "x");
  for (int i = 0; i < 20; ++i) append(bob_, admin_, "x");
  settle();
  std::vector<std::int64_t> got;
  std::int64_t after = 0;
  for (bool more = true; more;) {
    const CatchUp page = catch_up(ann_, after, 10);
    ASSERT_FALSE(page.messages.empty());
    for (const std::int64_t id : ids_of(page.messages)) got.push_back(id);
    after = got.back();
    more = page.more;
    EXPECT_EQ(page.newest_id.value, 77);
    EXPECT_EQ(page.commit, recorder_->batches().back()->commit);
  }
  EXPECT_EQ(got, ids_of(store_->reader().all_of(ann_, {})->items));
  EXPECT_EQ(got.size(), 57U);
  EXPECT_TRUE(catch_up(ann_, 77).messages.empty());
  EXPECT_FALSE(catch_up(ann_, 77).more);
}

TEST_F(ReadTest, F20_APageOfCatchingUpIsBoundedInBytesButHasAtLeastOne) {
  for (int i = 0; i < 5; ++i) append(ann_, admin_, std::string(1'000, 'x'));
  settle();
  CatchUp page = catch_up(ann_, 0, 500, 2'500);
  EXPECT_EQ(page.messages.size(), 2U);
  EXPECT_TRUE(page.more);
  page = catch_up(ann_, 0, 500, 10);
  EXPECT_EQ(page.messages.size(), 1U);
  EXPECT_TRUE(page.more);
  page = catch_up(ann_, 4, 500, 10);
  EXPECT_EQ(page.messages.size(), 1U);
  EXPECT_FALSE(page.more);
}

TEST_F(ReadTest, F20_ACursorBeyondTheNewestIdMeansReset) {
  sent_id(ann_, admin_);
  EXPECT_FALSE(catch_up(ann_, 1).reset);
  const CatchUp page = catch_up(ann_, 2);
  EXPECT_TRUE(page.reset);
  EXPECT_EQ(page.newest_id.value, 1);
  EXPECT_EQ(page.commit, recorder_->batches().back()->commit);
  EXPECT_FALSE(catch_up(bob_, 1).reset) << "the newest id of any message counts, not of one's own";
}

TEST_F(ReadTest, F21_MarksReadWhatTheSenderWroteUpToThatId) {
  for (int i = 0; i < 4; ++i) append(ann_, admin_, "x");
  append(admin_, ann_, "answer");
  append(bob_, admin_, "x");
  settle();
  const auto marked = mark(admin_, ann_, 2);
  EXPECT_TRUE(marked.changed);
  EXPECT_EQ(marked.up_to.value, 2);
  std::vector<bool> read;
  for (const auto& message : history(ann_, admin_)) read.push_back(message.read);
  EXPECT_EQ(read, (std::vector<bool>{true, true, false, false, false}));
  EXPECT_FALSE(history(bob_, admin_)[0].read);
}

TEST_F(ReadTest, F21_AMarkThatChangesNothingSaysSo) {
  append(ann_, admin_, "x");
  append(admin_, ann_, "x");
  settle();
  EXPECT_TRUE(mark(admin_, ann_, 2).changed);
  EXPECT_FALSE(mark(admin_, ann_, 2).changed) << "again";
  EXPECT_FALSE(mark(admin_, ann_, 1).changed) << "marks only go up";
  EXPECT_FALSE(mark(admin_, bob_, 2).changed) << "bob wrote nothing";
  EXPECT_FALSE(mark(ann_, domain::UserId(999), 2).changed);
  EXPECT_TRUE(history(ann_, admin_)[0].read);
  EXPECT_FALSE(history(ann_, admin_)[1].read);
}

// Else a huge up_to_id would mark what nobody has seen yet.
TEST_F(ReadTest, F21_AMarkNeverReachesBeyondWhatWasCommittedBefore) {
  sent_id(ann_, admin_);
  recorder_->hold();
  append(ann_, admin_, "holds the writer up");
  recorder_->wait_for(2);
  append(ann_, admin_, "not seen yet");
  append_mark(admin_, ann_, INT64_MAX);
  recorder_->let_go();
  settle();
  EXPECT_EQ(recorder_->all<service::Marked>().back().up_to.value, 2);
  const auto messages = history(ann_, admin_);
  EXPECT_TRUE(messages[1].read);
  EXPECT_FALSE(messages[2].read);
  EXPECT_TRUE(mark(admin_, ann_, INT64_MAX).changed);
  EXPECT_TRUE(history(ann_, admin_)[2].read);
}

TEST_F(ReadTest, F21_MarksSurviveARestart) {
  sent_id(ann_, admin_);
  mark(admin_, ann_, 1);
  reopen();
  EXPECT_TRUE(history(ann_, admin_)[0].read);
  EXPECT_FALSE(mark(admin_, ann_, 1).changed);
  sent_id(ann_, admin_);
  EXPECT_TRUE(mark(admin_, ann_, 2).changed);
}

// Guarantee 5: who was away hears of the marks made since, as reader and as sender.
TEST_F(ReadTest, F21_ReadsAreTheMarksMadeSinceTheCursor) {
  sent_id(ann_, admin_);  // 1
  mark(admin_, ann_, 1);  // when 1 was the newest
  sent_id(admin_, ann_);  // 2
  sent_id(bob_, admin_);  // 3
  mark(ann_, admin_, 2);  // when 3 was the newest
  using Marks = std::vector<std::array<std::int64_t, 3>>;
  const auto reads = [&](domain::UserId me, std::int64_t after) {
    Marks marks;
    for (const auto& read : catch_up(me, after).reads) {
      marks.push_back({read.sender.value, read.receiver.value, read.up_to.value});
    }
    std::sort(marks.begin(), marks.end());
    return marks;
  };
  const std::array<std::int64_t, 3> of_admin{ann_.value, admin_.value, 1};
  const std::array<std::int64_t, 3> of_ann{admin_.value, ann_.value, 2};
  EXPECT_EQ(reads(ann_, 0), Marks({of_ann, of_admin}));
  EXPECT_EQ(reads(ann_, 1), Marks({of_ann, of_admin}))
      << "made when the newest id was the cursor: may have been missed";
  EXPECT_EQ(reads(ann_, 2), Marks({of_ann}));
  EXPECT_EQ(reads(admin_, 3), Marks({of_ann}));
  EXPECT_EQ(reads(bob_, 0), Marks());
}

TEST_F(ReadTest, F21_ReadsComeWithTheLastPageOrWhereTheCursorOfThePageIsTheCallers) {
  for (int i = 0; i < 3; ++i) sent_id(ann_, admin_);
  mark(admin_, ann_, 3);
  EXPECT_EQ(catch_up_from(ann_, 1, 0, 1).reads.size(), 0U) << "a page in the middle of one catching up";
  EXPECT_EQ(catch_up_from(ann_, 2, 0, 1).reads.size(), 1U) << "its last page";
  EXPECT_EQ(catch_up(ann_, 1, 1).reads.size(), 1U) << "resume: each page is asked for by itself";
}

TEST_F(ReadTest, TheCommitOfAPageCountsMarksToo) {
  sent_id(ann_, admin_);
  const std::uint64_t before = catch_up(ann_, 1).commit;
  mark(admin_, ann_, 1);
  EXPECT_EQ(catch_up(ann_, 1).commit, before + 1);
  EXPECT_EQ(recorder_->batches().back()->commit, before + 1);
  mark(admin_, ann_, 1);
  EXPECT_EQ(catch_up(ann_, 1).commit, before + 1) << "nothing changed";
  reopen();
  EXPECT_EQ(store_->commit_at_start(), before + 1);
}

}  // namespace
}  // namespace parley::store
