#include "run.hpp"

#include <malloc.h>
#include <cstdlib>

#include <cstdio>
#include <utility>

namespace parley::powercut {
namespace {

constexpr unsigned kChoicesOfNames = 8;

// All that is asked of one image. The disk that was judged on is given, for cuts in its recovery.
struct Verdict {
  std::string wrong;
  bool old_schema = false;
  std::unique_ptr<SimDisk> disk;
  Ledger after;
};

Verdict judge_image(Image image, const Run& run, std::size_t cut, Random random, const LockDirectory& directory) {
  Verdict verdict;
  if (run.kind == Kind::migration) {
    SimDisk look(image);
    bool migrated = false;
    verdict.wrong = judge_migration(place_on(look, directory), original_ledger(), names_in(image), migrated);
    verdict.old_schema = !migrated;
    if (verdict.wrong.empty() && !migrated && run.opened_at <= cut)
      verdict.wrong = "the migration that was told is lost";
    if (!verdict.wrong.empty()) return verdict;
  }
  verdict.disk = std::make_unique<SimDisk>(std::move(image));
  verdict.wrong =
      judge(place_on(*verdict.disk, directory), run.ledger, run.ledger.told_by(cut), random, &verdict.after);
  return verdict;
}

Random of_image(const ImageId& id) { return Random::of({id.run, id.cut, id.choice}); }

}  // namespace

LockDirectory::LockDirectory() {
  // A store is opened and closed a million times: memory stays where it is, and nobody counts it.
  [[maybe_unused]] static const bool once = [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
    return mallopt(M_MMAP_THRESHOLD, 64 << 20) != 0;
  }();
  std::string pattern = (std::filesystem::temp_directory_path() / "parley-powercut-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

LockDirectory::~LockDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Place place_on(SimDisk& disk, const LockDirectory& directory) {
  return {directory.database(), disk.vfs(), &disk, [&disk] { return disk.ops_so_far(); }};
}

std::vector<std::string> names_in(const Image& image) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : image) names.push_back(name);
  return names;
}

Image original_image(const LockDirectory& directory) {
  SimDisk disk(Image{{kDatabase, ""}});
  make_original(place_on(disk, directory));
  return disk.contents();
}

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, kKinds> kNames{"first start", "migration", "a sync fails",
                                                        "the disk fills up"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Kind kind_of(std::uint64_t seed) {
  switch (seed % 8) {
    case 2:
    case 6:
      return Kind::migration;
    case 3:
      return Kind::sync_fails;
    case 5:
      return Kind::disk_fills_up;
    default:
      return Kind::first_start;
  }
}

Run make_run(std::uint64_t seed, const LockDirectory& directory) {
  Run run;
  run.kind = kind_of(seed);
  Random random = Random::of({seed, 0xFA17});
  const bool migrates = run.kind == Kind::migration;
  run.disk = std::make_unique<SimDisk>(migrates ? original_image(directory) : Image{});
  if (run.kind == Kind::sync_fails) {
    run.disk->plan({bit(Call::sync), static_cast<long>(1 + random.below(80)), random.percent(30), SQLITE_IOERR});
  } else if (run.kind == Kind::disk_fills_up) {
    run.disk->plan({bit(Call::write), static_cast<long>(1 + random.below(500)), random.percent(30), SQLITE_FULL});
  }
  const WorkloadOptions options{.seed = seed, .steps = migrates ? 6 : 40};
  Workload workload(place_on(*run.disk, directory), options, migrates ? original_ledger() : Ledger{});
  workload.run();
  run.ledger = std::move(workload.ledger());
  run.opened_at = workload.opened_at();
  run.faults = run.disk->faults();
  run.disk->plan({});
  return run;
}

std::string ImageId::text() const {
  std::string text = std::to_string(run) + ":" + std::to_string(cut) + ":" + std::to_string(choice);
  if (cut_again != kNever) text += ":" + std::to_string(cut_again);
  return text;
}

namespace {

// One image of a run, and sometimes one of its recovery.
class Cutter {
 public:
  Cutter(const Run& run, const LockDirectory& directory, Tally& tally)
      : run_(run), directory_(directory), tally_(tally) {}

  std::string cut(const History& history, ImageId& id) {
    count(history);
    Random random = of_image(id);
    Verdict verdict = judge_image(history.cut(random, tally_.writes), run_, id.cut, random, directory_);
    if (verdict.old_schema) ++tally_.old_schema;
    if (!verdict.wrong.empty() || !random.percent(25) || verdict.disk == nullptr) return verdict.wrong;
    const auto& ops = verdict.disk->ops();
    id.cut_again = random.below(ops.size() + 1);
    return cut_again(*verdict.disk, verdict.after, id);
  }

  std::string cut_again(const SimDisk& disk, const Ledger& after, ImageId& id) {
    History history(disk.before(), disk.ops());
    while (history.position() < id.cut_again) history.advance();
    count(history);
    ++tally_.in_recovery;
    Random random = Random::of({id.run, id.cut, id.choice, id.cut_again});
    SimDisk again(history.cut(random, tally_.writes));
    const std::string wrong = judge(place_on(again, directory_), after, after.told_by(id.cut_again), random);
    if (wrong.empty()) id.cut_again = kNever;
    return wrong;
  }

 private:
  void count(const History& history) {
    ++tally_.images;
    ++tally_.by_kind.at(static_cast<std::size_t>(run_.kind));
    const Op* next = history.next();
    ++tally_.by_call.at(next == nullptr ? kCallsKept : static_cast<std::size_t>(next->call));
    const bool starting = history.position() < run_.opened_at;
    if (starting && run_.kind == Kind::migration) ++tally_.in_migration;
    if (starting && run_.kind != Kind::migration) ++tally_.in_first_start;
    if (!starting && history.in_checkpoint(kDatabase)) ++tally_.in_checkpoint;
  }

  const Run& run_;
  const LockDirectory& directory_;
  Tally& tally_;
};

void print_call(std::size_t number, const Op& op) {
  const std::string_view call = to_string(op.call);
  std::printf("%5zu %s %.*s %s%s%s", number, op.failed ? "failed:" : "", static_cast<int>(call.size()), call.data(),
              op.name.c_str(), op.other.empty() ? "" : " to ", op.other.c_str());
  if (op.call == Call::write || op.call == Call::truncate) {
    std::printf(" at %llu, %zu bytes", static_cast<unsigned long long>(op.at), op.bytes.size());
  }
  std::printf("\n");
}

void tell(const SimDisk& disk, const History& history, const Image& image, std::size_t told) {
  constexpr std::size_t kCallsShown = 40;
  const std::size_t cut = history.position();
  std::printf("the last calls before the cut:\n");
  for (std::size_t i = cut < kCallsShown ? 0 : cut - kCallsShown; i < cut; ++i) print_call(i, disk.ops()[i]);
  std::printf("not on stable storage then:\n%s", history.under_way().c_str());
  std::printf("transaction %zu had been told. After the cut:\n", told);
  for (const auto& [name, bytes] : image) std::printf("  %s, %zu bytes\n", name.c_str(), bytes.size());
}

}  // namespace

std::string cut_everywhere(std::uint64_t seed, unsigned choices, std::uint64_t most, const LockDirectory& directory,
                           Tally& tally, ImageId& failed) {
  const Run run = make_run(seed, directory);
  ++tally.runs;
  tally.messages_told += run.ledger.messages.size();
  failed = {seed, 0, 0, kNever};
  if (!run.ledger.breach.empty()) return "without any power cut: " + run.ledger.breach;
  if (run.faults == 0 && run.opened_at == kNever) return "does not start, though nothing failed";
  Cutter cutter(run, directory, tally);
  for (History history(run.disk->before(), run.disk->ops());; history.advance()) {
    // Where several names are under way, few calls decide much: more choices there.
    const unsigned here = choices * (history.names_under_way() > 1 ? kChoicesOfNames : 1);
    for (unsigned choice = 0; choice < here && tally.images < most; ++choice) {
      failed = {seed, history.position(), choice, kNever};
      if (auto wrong = cutter.cut(history, failed); !wrong.empty()) return wrong;
    }
    if (history.next() == nullptr || tally.images >= most) return {};
  }
}

std::string replay(const ImageId& id, const LockDirectory& directory) {
  const Run run = make_run(id.run, directory);
  const std::string_view kind = to_string(run.kind);
  std::printf("image %s: %.*s, %zu calls, %zu messages\n", id.text().c_str(), static_cast<int>(kind.size()),
              kind.data(), run.disk->ops().size(), run.ledger.messages.size());
  if (!run.ledger.breach.empty()) return run.ledger.breach;
  CutTally ignored;
  History history(run.disk->before(), run.disk->ops());
  while (history.position() < id.cut && history.next() != nullptr) history.advance();
  const Random random = of_image(id);
  const Image image = history.cut(random, ignored);
  tell(*run.disk, history, image, run.ledger.told_by(id.cut));
  Verdict verdict = judge_image(image, run, id.cut, random, directory);
  if (!verdict.wrong.empty() || id.cut_again == kNever) return verdict.wrong;
  History recovery(verdict.disk->before(), verdict.disk->ops());
  while (recovery.position() < id.cut_again && recovery.next() != nullptr) recovery.advance();
  const Random again = Random::of({id.run, id.cut, id.choice, id.cut_again});
  const Image second = recovery.cut(again, ignored);
  std::printf("---- the recovery from that, cut again\n");
  tell(*verdict.disk, recovery, second, verdict.after.told_by(id.cut_again));
  SimDisk disk(second);
  return judge(place_on(disk, directory), verdict.after, verdict.after.told_by(id.cut_again), again);
}

void Tally::print() const {
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("images %llu of %llu runs with %llu messages\n", number(images), number(runs), number(messages_told));
  for (std::size_t i = 0; i < kCallsKept; ++i) {
    const std::string_view call = to_string(static_cast<Call>(i));
    std::printf("  %llu before: %.*s\n", number(by_call.at(i)), static_cast<int>(call.size()), call.data());
  }
  std::printf("  %llu after the last call\n", number(by_call.back()));
  for (std::size_t i = 0; i < kKinds; ++i) {
    const std::string_view kind = to_string(static_cast<Kind>(i));
    std::printf("  %llu in runs of: %.*s\n", number(by_kind.at(i)), static_cast<int>(kind.size()), kind.data());
  }
  std::printf(
      "  %llu in the first start, %llu in the start that migrates (%llu left the old schema), %llu in a checkpoint,"
      " %llu in a recovery\n",
      number(in_first_start), number(in_migration), number(old_schema), number(in_checkpoint), number(in_recovery));
  std::printf("writes under way: %llu there, %llu lost, %llu torn (%llu with zeros or garbage); %llu names lost\n",
              number(writes.kept), number(writes.dropped), number(writes.torn), number(writes.spoilt),
              number(writes.names_lost));
}

}  // namespace parley::powercut
