#include "history.hpp"

#include <algorithm>
#include <utility>

namespace parley::powercut {
namespace {

constexpr std::size_t kSector = 512;

// How likely a file's writes are to be there: all, none and everything between must be common.
std::uint64_t some_chance(Random& random) {
  constexpr std::array<std::uint64_t, 6> kChances{0, 15, 50, 50, 85, 100};
  return kChances.at(random.below(kChances.size()));
}

void fit(std::string& bytes, std::size_t size) {
  if (bytes.size() < size) bytes.resize(size);
}

}  // namespace

History::History(const Image& before, const std::vector<Op>& ops) : ops_(ops) {
  for (const auto& [name, bytes] : before) {
    names_[name] = files_.size();
    files_.push_back({bytes, {}, {}});
  }
}

History::File& History::file(std::size_t number) {
  if (files_.size() <= number) files_.resize(number + 1);
  return files_[number];
}

void History::apply(const Op& op, std::string& bytes) {
  if (op.call == Call::truncate) return bytes.resize(op.at);
  fit(bytes, op.at + op.bytes.size());
  std::copy(op.bytes.begin(), op.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(op.at));
}

void History::advance() {
  const Op& op = ops_[position_++];
  switch (op.call) {
    case Call::write:
    case Call::truncate:
      file(op.file).pending.push_back(&op);
      break;
    case Call::sync: {
      File& synced = file(op.file);
      if (op.failed) {
        synced.doubtful.insert(synced.doubtful.end(), synced.pending.begin(), synced.pending.end());
      } else {
        for (const Op* each : synced.pending) apply(*each, synced.durable);
        synced.doubtful.clear();
      }
      synced.pending.clear();
      break;
    }
    case Call::create:
    case Call::remove:
    case Call::rename:
      file(op.file);
      pending_names_.push_back(&op);
      break;
    case Call::sync_directory:
      if (op.failed) break;
      for (const Op* each : pending_names_) {
        if (each->call == Call::create) names_[each->name] = each->file;
        if (each->call != Call::create) names_.erase(each->name);
        if (each->call == Call::rename) names_[each->other] = each->file;
      }
      pending_names_.clear();
      break;
    default:
      break;
  }
}

void History::tear(const Op& op, std::string& bytes, Random& random, CutTally& tally) {
  ++tally.torn;
  const bool spoils = random.percent(30);
  if (spoils) ++tally.spoilt;
  for (std::size_t at = op.at; at < op.at + op.bytes.size();) {
    const std::size_t end = std::min<std::size_t>((at / kSector + 1) * kSector, op.at + op.bytes.size());
    const std::uint64_t fate = random.below(spoils ? 4 : 2);  // lost, there, zeros, garbage
    if (fate != 0) fit(bytes, end);
    for (std::size_t i = at; fate != 0 && i < end; ++i) {
      bytes[i] = fate == 1 ? op.bytes[i - op.at] : fate == 2 ? '\0' : static_cast<char>(random.next());
    }
    at = end;
  }
}

std::string History::cut_file(const File& file, Random& random, CutTally& tally) {
  std::string bytes = file.durable;
  const std::uint64_t chance = some_chance(random);
  const std::uint64_t tears = random.below(3) * 15;  // per cent
  for (const auto* ops : {&file.doubtful, &file.pending}) {
    for (const Op* op : *ops) {
      if (op->call == Call::write && random.percent(tears)) {
        tear(*op, bytes, random, tally);
      } else if (random.percent(chance)) {
        ++tally.kept;
        apply(*op, bytes);
      } else {
        ++tally.dropped;
      }
    }
  }
  return bytes;
}

Image History::cut(Random random, CutTally& tally) const {
  auto names = names_;
  const std::uint64_t chance = some_chance(random);
  for (const Op* op : pending_names_) {
    if (!random.percent(chance)) {
      ++tally.names_lost;
      continue;
    }
    if (op->call != Call::create) names.erase(op->name);
    if (op->call != Call::remove) names[op->call == Call::create ? op->name : op->other] = op->file;
  }
  Image image;
  for (const auto& [name, number] : names) image[name] = cut_file(files_[number], random, tally);
  return image;
}

Image History::kept() const {
  auto names = names_;
  for (const Op* op : pending_names_) {
    if (op->call != Call::create) names.erase(op->name);
    if (op->call != Call::remove) names[op->call == Call::create ? op->name : op->other] = op->file;
  }
  Image image;
  for (const auto& [name, number] : names) {
    std::string bytes = files_[number].durable;
    for (const auto* ops : {&files_[number].doubtful, &files_[number].pending}) {
      for (const Op* op : *ops) apply(*op, bytes);
    }
    image[name] = std::move(bytes);
  }
  return image;
}

bool History::in_checkpoint(const std::string& database) const {
  const auto found = names_.find(database);
  return found != names_.end() && !files_[found->second].pending.empty();
}

std::string History::under_way() const {
  std::string text;
  for (const Op* op : pending_names_) {
    text +=
        "  " + std::string(to_string(op->call)) + " " + op->name + (op->other.empty() ? "" : " to ") + op->other + "\n";
  }
  for (const File& file : files_) {
    for (const auto* ops : {&file.doubtful, &file.pending}) {
      for (const Op* op : *ops) {
        text += "  " + std::string(to_string(op->call)) + " " + op->name + " at " + std::to_string(op->at) + ", " +
                std::to_string(op->bytes.size()) + " bytes" + (ops == &file.doubtful ? " (its sync failed)" : "") +
                "\n";
      }
    }
  }
  return text;
}

}  // namespace parley::powercut
