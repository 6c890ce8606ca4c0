// The newest batches that one shard has delivered, for sockets that catch up: what was committed after their page was
// read is found here, so that nobody has to read again because others write. Shared with the other shards; bounded. For
// the shard's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "parley/service/message_log.hpp"

namespace parley::realtime {

class RecentBatches {
 public:
  static constexpr std::size_t kBatchesMax = 256;
  static constexpr std::size_t kBytesMax = 2 * 1024 * 1024;

  // `commit`: the last one before the first batch that will be added.
  explicit RecentBatches(std::uint64_t commit) : dropped_(commit), newest_(commit) {}

  // In commit order. What changed nothing (refusals alone) is not kept.
  void add(const service::BatchPtr& batch);
  // Whether everything after this commit is here.
  bool reach_back_to(std::uint64_t commit) const { return commit >= dropped_; }
  // Those after `commit`, oldest first.
  template <class Each>
  void each_after(std::uint64_t commit, Each each) const {
    for (const Kept& kept : kept_) {
      if (kept.batch->commit > commit) each(*kept.batch);
    }
  }

 private:
  struct Kept {
    service::BatchPtr batch;
    std::size_t bytes;
  };
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_;  // the newest commit that is here no more
  std::uint64_t newest_;
};

}  // namespace parley::realtime
