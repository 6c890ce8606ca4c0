#include <algorithm>
#include <map>
#include <random>

#include "conversation_list.hpp"
#include "store_fixture.hpp"

namespace parley::store {
namespace {

struct Line {
  std::int64_t partner;
  std::int64_t last_id;
  std::int64_t unread;
  friend bool operator==(const Line&, const Line&) = default;
  friend void PrintTo(const Line& line, std::ostream* out) {
    *out << "{partner " << line.partner << ", last " << line.last_id << ", unread " << line.unread << "}";
  }
};

class ConversationListTest : public StoreTest {
 protected:
  void SetUp() override { open_with_people(); }

  service::Page<service::Conversation> page(domain::UserId me, const service::ConversationQuery& query = {}) {
    auto read = store_->reader().conversations(me, query);
    EXPECT_TRUE(read);
    return read ? std::move(*read) : service::Page<service::Conversation>();
  }
  std::vector<Line> lines(domain::UserId me, const service::ConversationQuery& query = {}) {
    std::vector<Line> lines;
    for (const auto& each : page(me, query).items)
      lines.push_back({each.partner.user.id.value, each.last_message.id.value, each.unread});
    return lines;
  }
};

TEST_F(ConversationListTest, ALineHasThePartnerTheLastMessageAndWhatIsUnread) {
  sent_id(ann_, admin_, "first");
  sent_id(ann_, admin_, "second", "c2");
  const auto of_admin = page(admin_);
  ASSERT_EQ(of_admin.items.size(), 1U);
  const service::Conversation& line = of_admin.items[0];
  EXPECT_EQ(line.partner.user.id, ann_);
  EXPECT_EQ(line.partner.user.name, "ann");
  EXPECT_EQ(line.partner.user.role, domain::Role::user);
  EXPECT_EQ(line.last_message.id.value, 2);
  EXPECT_EQ(line.last_message.sender, ann_);
  EXPECT_EQ(line.last_message.receiver, admin_);
  EXPECT_EQ(line.last_message.content, "second");
  EXPECT_EQ(line.last_message.client_id, "c2");
  EXPECT_TRUE(line.last_message.timestamp_unix_us);
  EXPECT_EQ(line.unread, 2);
  EXPECT_EQ(lines(ann_), (std::vector<Line>{{admin_.value, 2, 0}})) << "one's own messages are not unread";
}

// A11, guarantee 2.
TEST_F(ConversationListTest, A11_NobodySeesAConversationOfOthers) {
  sent_id(ann_, admin_);
  EXPECT_TRUE(lines(bob_).empty());
  EXPECT_TRUE(lines(domain::UserId(999)).empty());
}

// A mark reaches as far as it says; what the reader writes in between changes nothing.
TEST_F(ConversationListTest, UnreadIsWhatThePartnerWroteBeyondTheMark) {
  for (int i = 0; i < 5; ++i) sent_id(ann_, admin_);
  mark(admin_, ann_, 3);
  sent_id(admin_, ann_);
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{ann_.value, 6, 2}}));
  EXPECT_EQ(lines(ann_), (std::vector<Line>{{admin_.value, 6, 1}}));
  mark(admin_, ann_, 6);
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{ann_.value, 6, 0}}));
  sent_id(ann_, admin_);
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{ann_.value, 7, 1}}));
}

TEST_F(ConversationListTest, PartnersWhoAreDisabledOrGoneAreInNoList) {
  sent_id(ann_, admin_);
  sent_id(bob_, admin_);
  ASSERT_TRUE(store_->directory().set_disabled(bob_, true));
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{ann_.value, 1, 1}}));
  const auto limited = page(admin_, {.limit = 1, .before = {}});
  EXPECT_FALSE(limited.more) << "the disabled one is no next page";
  ASSERT_TRUE(store_->directory().set_disabled(bob_, false));
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{bob_.value, 2, 1}, {ann_.value, 1, 1}}));
  store_.reset();
  {
    Connection connection(options_.file, OpenMode::read_write);
    ASSERT_TRUE(connection.execute("DELETE FROM user WHERE name = 'bob'"));
  }
  open();
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{ann_.value, 1, 1}}));
}

// R5: what one person can be made to wait for by another is bounded.
TEST_F(ConversationListTest, CountingStopsAtTenThousandMessages) {
  for (int i = 0; i < 10'050; ++i) append(ann_, admin_, "x");
  settle();
  EXPECT_EQ(lines(admin_), (std::vector<Line>{{ann_.value, 10'050, 10'000}}));
}

// Order, pages and counts against a model, over random sends and marks.
TEST_F(ConversationListTest, PagesAreThoseOfAModel) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);  // NOLINT(cert-msc32-c,cert-msc51-cpp): repeatable on purpose
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<domain::UserId> people;
    for (int i = 0; i < 8; ++i) {
      people.push_back(add("m" + std::to_string(seed) + "-" + std::to_string(i), domain::Role::admin));
    }
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> last;                 // of a pair, lower id first
    std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::int64_t>> unread;  // of reader and sender
    for (int round = 0; round < 200; ++round) {
      const auto from = people[below(people.size())];
      const auto to = people[below(people.size())];
      if (from == to) continue;
      if (below(4) > 0) {
        const std::int64_t id = sent_id(from, to);
        last[std::minmax(from.value, to.value)] = id;
        unread[{to.value, from.value}].push_back(id);
      } else {
        const auto up_to = static_cast<std::int64_t>(below(static_cast<std::size_t>(round) + 1));
        mark(from, to, up_to);
        std::erase_if(unread[{from.value, to.value}], [&](std::int64_t id) { return id <= up_to; });
      }
      const auto me = people[below(people.size())];
      std::vector<Line> expected;
      for (const auto& [pair, id] : last) {
        if (pair.first != me.value && pair.second != me.value) continue;
        const std::int64_t partner = pair.first == me.value ? pair.second : pair.first;
        expected.push_back({partner, id, static_cast<std::int64_t>(unread[{me.value, partner}].size())});
      }
      std::sort(expected.begin(), expected.end(), [](const Line& a, const Line& b) { return a.last_id > b.last_id; });
      EXPECT_EQ(lines(me), expected);
      std::vector<Line> paged;
      service::ConversationQuery query{.limit = static_cast<std::uint32_t>(1 + below(3)), .before = {}};
      for (bool more = !expected.empty(); more && paged.size() <= expected.size();) {
        const auto next = lines(me, query);
        ASSERT_FALSE(next.empty());
        more = page(me, query).more;
        paged.insert(paged.end(), next.begin(), next.end());
        query.before = next.back().last_id;
      }
      EXPECT_EQ(paged, expected);
    }
  }
}

// What a scan would cost shows only with many messages, so the plans are looked at.
TEST_F(ConversationListTest, EachConversationIsOneLookIntoTheIndex) {
  Connection connection(options_.file, OpenMode::read_only);
  ConversationList list(connection);
  int statements = 0;
  for (sqlite3_stmt* each = nullptr; (each = sqlite3_next_stmt(connection.handle(), each)) != nullptr; ++statements) {
    const std::string sql = sqlite3_sql(each);
    Statement plan(connection, "EXPLAIN QUERY PLAN " + sql);
    std::string steps;
    while (plan.step()) steps += std::string(plan.text(3)) + "\n";
    EXPECT_EQ(steps.find("SCAN user"), std::string::npos) << sql << "\n" << steps;
    EXPECT_EQ(steps.find("SCAN c"), std::string::npos) << sql << "\n" << steps;
    EXPECT_EQ(steps.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << steps;
    if (sql.find("FROM chat") == std::string::npos) continue;
    EXPECT_NE(steps.find("SEARCH chat USING INDEX chat_by_conversation (<expr>=? AND <expr>=?"), std::string::npos)
        << sql << "\n"
        << steps;
  }
  EXPECT_EQ(statements, 3);
}

}  // namespace
}  // namespace parley::store
