// How quick the list of conversations is: `conversation_bench DIRECTORY [partners] [messages each] [unread each]`.
// Fills a database behind the store's back (10,000 partners with 100 messages each: a few seconds), then reads the
// first page of 50 as an admin does, again and again. Prints the first read, the median, and that of a page of 1,000.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "parley/store_sqlite/store.hpp"
#include "sio/runtime/clock.hpp"
#include "sqlite.hpp"

namespace {

using namespace parley;  // NOLINT(google-build-using-namespace): one file, one purpose

constexpr std::int64_t kAdmin = 1;

long argument(int count, char** values, int index, long otherwise) {
  return index < count ? std::strtol(values[index], nullptr, 10) : otherwise;
}

// Partners take turns, as they do in life: what is of one conversation lies far apart.
bool fill(const std::filesystem::path& file, long partners, long messages, long unread) {
  store::Connection db(file, store::OpenMode::read_write);
  db.execute("BEGIN");
  store::Statement user(db, "INSERT INTO user (id, name, email, password, role) VALUES (?1, 'n', ?2, 'x', ?3)");
  store::Statement pair(db, "INSERT INTO conversation (user_id, partner_id, read_up_to) VALUES (?1, ?2, ?3)");
  store::Statement message(db,
                           "INSERT INTO chat (id, sender_id, receiver_id, content, timestamp, read_status)"
                           " VALUES (?1, ?2, ?3, ?4, '2024-11-27 12:00:00.000000', ?5)");
  user.bind(kAdmin, std::string("admin@example.org"), std::string("admin")).run();
  const std::int64_t read_up_to = partners * std::max(0L, messages - unread);
  for (std::int64_t i = 0; i < partners; ++i) {
    user.bind(kAdmin + 1 + i, "user" + std::to_string(i) + "@example.org", std::string("user")).run();
    pair.bind(kAdmin, kAdmin + 1 + i, read_up_to).run();
    pair.bind(kAdmin + 1 + i, kAdmin, std::int64_t{0}).run();
  }
  const std::string content(100, 'x');
  for (std::int64_t id = 1; id <= partners * messages; ++id) {
    message.bind(id, kAdmin + 1 + id % partners, kAdmin, content, std::int64_t{id <= read_up_to ? 1 : 0}).run();
  }
  store::Statement(db, "UPDATE log_position SET last_message_id = ?1")
      .bind(static_cast<std::int64_t>(partners * messages))
      .run();
  db.execute("COMMIT");
  return db.error() == store::SqlError::none;
}

double milliseconds_of(service::MessageReader& reader, std::uint32_t limit) {
  const auto begun = sio::rt::monotonic_now();
  const auto page = reader.conversations(domain::UserId(kAdmin), {limit, {}});
  if (!page || page->items.empty()) std::abort();
  return std::chrono::duration<double, std::milli>(sio::rt::monotonic_now() - begun).count();
}

double median_ms(service::MessageReader& reader, std::uint32_t limit) {
  std::vector<double> all;
  for (int i = 0; i < 51; ++i) all.push_back(milliseconds_of(reader, limit));
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 64;
  const auto partners = argument(argc, argv, 2, 10'000);
  const auto messages = argument(argc, argv, 3, 100);
  const auto unread = argument(argc, argv, 4, 2);
  const std::filesystem::path file = std::filesystem::path(argv[1]) / "bench.db";
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(file.string() + suffix);

  store::StoreOptions options;
  options.file = file;
  if (!store::SqliteStore::open(options) || !fill(file, partners, messages, unread)) return 74;
  auto opened = store::SqliteStore::open(options);
  if (!opened) return 74;
  service::MessageReader& reader = (**opened).reader();
  const double first = milliseconds_of(reader, 50);
  std::printf("partners=%ld messages=%ld unread=%ld: first page of 50 %.1f ms, again %.1f ms, of 1000 %.1f ms\n",
              partners, partners * messages, unread, first, median_ms(reader, 50), median_ms(reader, 1'000));
  return 0;
}
