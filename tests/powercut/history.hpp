// What a disk held at each moment of a run: what was on stable storage, and what was still under way. From that, images
// that a power cut may leave.
//
// The disk is assumed to do this: a sync that has succeeded holds for all of that file that was written before it;
// names are another matter, they hold after a sync of the directory. Of the rest anything may be there, in any
// combination: each write whole, not at all, or torn at sectors of 512 bytes, a sector of it perhaps zeros or garbage;
// each change of a size, each name. Only what is written can be spoilt by a write. After a sync that failed, what it
// was to hold may be lost for good, and a later sync does not bring it back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "random.hpp"
#include "sim_disk.hpp"

namespace parley::powercut {

// How often power cuts did what.
struct CutTally {
  std::uint64_t kept = 0;
  std::uint64_t dropped = 0;
  std::uint64_t torn = 0;    // in part there
  std::uint64_t spoilt = 0;  // torn, with zeros or garbage in it
  std::uint64_t names_lost = 0;
};

class History {
 public:
  // Both must outlive it.
  History(const Image& before, const std::vector<Op>& ops);

  std::size_t position() const { return position_; }  // how many calls have been done
  const Op* next() const { return position_ < ops_.size() ? &ops_[position_] : nullptr; }
  void advance();

  // What may be there if the power goes now.
  Image cut(Random random, CutTally& tally) const;
  // What is there if only the process goes: all that has been done.
  Image kept() const;
  std::size_t names_under_way() const { return pending_names_.size(); }
  // Whether the database has been written to and not synchronised: with a log ahead, that is a checkpoint.
  bool in_checkpoint(const std::string& database) const;
  // What has been done and is not on stable storage, a line each.
  std::string under_way() const;

 private:
  struct File {
    std::string durable;
    std::vector<const Op*> pending;
    std::vector<const Op*> doubtful;  // of a sync that failed: perhaps there, perhaps never
  };
  File& file(std::size_t number);
  static void apply(const Op& op, std::string& bytes);
  static std::string cut_file(const File& file, Random& random, CutTally& tally);
  static void tear(const Op& op, std::string& bytes, Random& random, CutTally& tally);

  const std::vector<Op>& ops_;
  std::size_t position_ = 0;
  std::vector<File> files_;
  std::map<std::string, std::size_t> names_;  // on stable storage
  std::vector<const Op*> pending_names_;
};

}  // namespace parley::powercut
