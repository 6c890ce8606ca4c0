#include "recent_batches.hpp"

#include <variant>

namespace parley::realtime {
namespace {

std::size_t bytes_of(const service::CommittedBatch& batch) {
  std::size_t bytes = sizeof(batch) + batch.outcomes.size() * sizeof(service::Outcome);
  for (const service::Outcome& outcome : batch.outcomes) {
    if (const auto* stored = std::get_if<service::Stored>(&outcome)) {
      bytes += stored->message.content.size() + stored->message.client_id.size();
    }
  }
  return bytes;
}

}  // namespace

void RecentBatches::add(const service::BatchPtr& batch) {
  if (batch->commit <= newest_) return;
  newest_ = batch->commit;
  kept_.push_back({batch, bytes_of(*batch)});
  bytes_ += kept_.back().bytes;
  while (!kept_.empty() && (kept_.size() > kBatchesMax || bytes_ > kBytesMax)) {
    dropped_ = kept_.front().batch->commit;
    bytes_ -= kept_.front().bytes;
    kept_.pop_front();
  }
}

}  // namespace parley::realtime
