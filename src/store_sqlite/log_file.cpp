#include "log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace parley::store {
namespace {

constexpr std::uint32_t kMagic = 0x377F0682;  // the lowest bit: the checksums' words are big-endian
constexpr std::uint32_t kVersion = 3'007'000;
constexpr std::size_t kSummedOfHead = 24;
constexpr std::size_t kFrameHeadBytes = 24;
constexpr std::size_t kSummedOfFrameHead = 8;

using Bytes = std::span<const unsigned char>;

std::uint32_t big_endian(Bytes at) {
  return std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U | std::uint32_t{at[3]};
}

std::uint32_t little_endian(Bytes at) {
  return std::uint32_t{at[3]} << 24U | std::uint32_t{at[2]} << 16U | std::uint32_t{at[1]} << 8U | std::uint32_t{at[0]};
}

using Word = std::uint32_t (*)(Bytes);

struct Sums {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  friend bool operator==(const Sums&, const Sums&) = default;

  void add(Bytes bytes, Word word) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(bytes.subspan(at)) + second;
      second += word(bytes.subspan(at + 4)) + first;
    }
  }
};

bool is_page_size(std::uint32_t bytes) { return bytes >= 512 && bytes <= 65'536 && (bytes & (bytes - 1)) == 0; }

// A file that can be read anywhere.
struct Readable {
  Files& files;
  const std::filesystem::path& path;
};

bool read_at(const Readable& file, std::size_t at, std::span<unsigned char> into) {
  return file.files.read(file.path, at, into) == static_cast<std::ptrdiff_t>(into.size());
}

// SQLite marks the frames of one life of the log: the first word counts the lives, the second one is random. A life
// begins when all of the one before is in the database.
struct Life {
  std::uint32_t number = 0;
  std::uint32_t random = 0;

  bool is(const Life& other) const {  // and not merely what a file was filled with
    return number == other.number && random == other.random && number != random;
  }
  bool is_after(const Life& other) const { return number - other.number - 1 < kFurthest && random != other.random; }
  static constexpr std::uint32_t kFurthest = 65'536;  // what is further is no life of this log
};

// The frames of a log whose head is wrong. Each frame's checksum goes on from the one before, so all but the first that
// is left can be told from what merely stands there.
class Frames {
 public:
  Frames(const Readable& log, Bytes head, std::size_t page_bytes)
      : log_(log), head_(head), told_by_head_(life_of(head.subspan(8))), bytes_(kFrameHeadBytes + page_bytes) {}

  // Whether all that was committed in them is in the database too.
  bool are_all_in(const Readable& database) {
    for (const Word word : {Word{little_endian}, Word{big_endian}}) {
      if (load(0, now_) && goes_on_from_the_head(word)) return walk(0, word, database);
      std::size_t first = 0;
      while (load(first, now_) && load(first + 1, next_) && !follows(word)) ++first;
      if (load(first + 1, next_)) return are_all_in_from(first, word, database);
    }
    // No two that belong together: at most one frame was ever written. If the head is of its life, not even that.
    if (!load(0, now_) || big_endian(now_) == 0) return true;
    const Life life = life_of(now_);
    return told_by_head_.is(life) || told_by_head_.is_after(life) || walk(0, little_endian, database);
  }

 private:
  static Life life_of(Bytes frame) { return {big_endian(frame.subspan(8)), big_endian(frame.subspan(12))}; }

  // Whether now_ is the first frame of the head's life. Of the head, its sums may be what is wrong, or what they sum
  // up.
  bool goes_on_from_the_head(Word word) const {
    Sums of_head;
    of_head.add(head_.first(kSummedOfHead), word);
    return goes_on(of_head, now_, word) ||
           goes_on({big_endian(head_.subspan(24)), big_endian(head_.subspan(28))}, now_, word);
  }
  // now_ is number `first`, and the next frame follows it. What stands in front of it is alone: left over from what was
  // begun later, the only frame of a later life, or damage.
  bool are_all_in_from(std::size_t first, Word word, const Readable& database) {
    const Life life = life_of(now_);
    bool over = told_by_head_.is_after(life);
    for (std::size_t number = 0; number < first; ++number) {
      load(number, now_);
      const Life alone = life_of(now_);
      if (!alone.is_after(life)) continue;
      over = true;
      // The head of a life is written once more only before its first commit.
      if (told_by_head_.is(alone) || told_by_head_.is_after(alone)) continue;
      const bool commits = big_endian(Bytes(now_).subspan(4)) != 0;
      if (commits && !is_in(database, big_endian(now_), number)) return false;
    }
    return over || walk(first, word, database);
  }
  bool load(std::size_t number, std::vector<unsigned char>& frame) const {
    frame.resize(bytes_);
    return read_at(log_, kLogHeadBytes + number * bytes_, frame);
  }
  // Whether next_ was written after now_, in one life of the log.
  bool follows(Word word) const {
    const Bytes now(now_);
    const Bytes next(next_);
    if (!std::equal(now.begin() + 8, now.begin() + 16, next.begin() + 8)) return false;
    return goes_on({big_endian(now.subspan(16)), big_endian(now.subspan(20))}, next, word);
  }
  static bool goes_on(Sums sums, Bytes frame, Word word) {
    sums.add(frame.first(kSummedOfFrameHead), word);
    sums.add(frame.subspan(kFrameHeadBytes), word);
    return sums == Sums{big_endian(frame.subspan(16)), big_endian(frame.subspan(20))};
  }
  bool walk(std::size_t number, Word word, const Readable& database) {
    std::map<std::uint32_t, std::size_t> newest;     // page → frame
    std::map<std::uint32_t, std::size_t> committed;  // the same, at the last commit
    std::uint32_t pages = 0;                         // of the database then
    load(number, now_);
    // What stands in the first one is not known by its own checksum, which goes on from the one before. If others were
    // written over those before it, this one may have been next: its page says nothing.
    bool known = number == 0;
    while (true) {
      if (std::exchange(known, true)) newest[big_endian(now_)] = number;
      if (const std::uint32_t size = big_endian(Bytes(now_).subspan(4)); size != 0) {
        pages = size;
        committed = newest;
      }
      if (!load(++number, next_) || !follows(word)) break;
      std::swap(now_, next_);
    }
    return std::all_of(committed.begin(), committed.end(), [&](const auto& entry) {
      return entry.first > pages || is_in(database, entry.first, entry.second);
    });
  }
  bool is_in(const Readable& database, std::uint32_t page, std::size_t number) {
    std::vector<unsigned char> there(bytes_ - kFrameHeadBytes);
    return page > 0 && load(number, now_) && read_at(database, (page - 1) * there.size(), there) &&
           std::equal(there.begin(), there.end(), now_.begin() + kFrameHeadBytes);
  }

  const Readable& log_;
  const Bytes head_;
  const Life told_by_head_;  // anything, if that is what is wrong
  const std::size_t bytes_;
  std::vector<unsigned char> now_;
  std::vector<unsigned char> next_;
};

std::size_t page_bytes_of(const Readable& database) {
  std::array<unsigned char, 2> size{};
  if (!read_at(database, 16, size)) return 0;
  const std::uint32_t bytes = std::uint32_t{size[0]} << 8U | size[1];
  return bytes == 1 ? 65'536 : bytes;
}

}  // namespace

bool is_good_log_head(const std::array<unsigned char, kLogHeadBytes>& head) {
  const Bytes bytes(head);
  const std::uint32_t magic = big_endian(bytes);
  if ((magic & ~1U) != kMagic || big_endian(bytes.subspan(4)) != kVersion) return false;
  if (!is_page_size(big_endian(bytes.subspan(8)))) return false;
  Sums sums;
  sums.add(bytes.first(kSummedOfHead), (magic & 1U) != 0 ? big_endian : little_endian);
  return sums == Sums{big_endian(bytes.subspan(24)), big_endian(bytes.subspan(28))};
}

LogState look_at_log(const std::filesystem::path& database, const std::filesystem::path& log, Files& files) {
  if (files.look(log).bytes <= kLogHeadBytes) return LogState::usable;  // no frame
  std::array<unsigned char, kLogHeadBytes> head{};
  const std::ptrdiff_t got = files.read(log, 0, head);
  if (got < 0) return LogState::unreadable;
  if (is_good_log_head(head)) return LogState::usable;
  const Readable frames{files, log};
  const Readable pages{files, database};
  const std::size_t page_bytes = page_bytes_of(pages);
  if (!is_page_size(static_cast<std::uint32_t>(page_bytes))) return LogState::damaged;
  return Frames(frames, head, page_bytes).are_all_in(pages) ? LogState::usable : LogState::damaged;
}

}  // namespace parley::store
