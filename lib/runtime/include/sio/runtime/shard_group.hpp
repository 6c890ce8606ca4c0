// All shards of a server and their threads. The first shard runs on the thread that calls run().
#pragma once

#include <memory>
#include <vector>

#include "sio/runtime/shard.hpp"

namespace sio::rt {

class ShardGroup {
 public:
  static constexpr unsigned kShardsMax = 255;  // a session id names its shard in one byte

  // `count` shards, at least 1 and at most kShardsMax.
  explicit ShardGroup(unsigned count);

  // How many shards there are.
  unsigned size() const { return static_cast<unsigned>(shards_.size()); }
  // One of them; lives as long as the group.
  Shard& at(unsigned index) { return *shards_[index]; }
  // Starts the other threads and runs the first shard here; returns after stop(), when all have ended. The threads that
  // it starts take no signals of the process.
  void run();
  // From any thread.
  void stop();

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace sio::rt
