#include "sio/runtime/shard_group.hpp"

#include <pthread.h>

#include <algorithm>
#include <string>
#include <thread>

#include "quiet_signals.hpp"

namespace sio::rt {

ShardGroup::ShardGroup(unsigned count) {
  count = std::clamp(count, 1U, kShardsMax);
  for (unsigned i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(i));
}

void ShardGroup::run() {
  std::vector<std::thread> threads;
  {
    const QuietSignals quiet;
    for (unsigned i = 1; i < size(); ++i) {
      threads.emplace_back([this, i] { shards_[i]->run(); });
      pthread_setname_np(threads.back().native_handle(), ("shard-" + std::to_string(i)).c_str());
    }
  }
  shards_.front()->run();
  for (std::thread& thread : threads) thread.join();
}

void ShardGroup::stop() {
  for (const auto& shard : shards_) shard->stop();
}

}  // namespace sio::rt
