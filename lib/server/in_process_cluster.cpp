#include "sio/server/in_process_cluster.hpp"

#include <algorithm>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace sio {

// Shared by the adapters. Delivering only fills mailboxes, so the lock is not held for long; who stops waits for those
// that are delivering to him.
struct InProcessCluster::Members {
  std::shared_mutex mutex;
  std::vector<ClusterSink*> sinks;
};

class InProcessCluster::Adapter final : public ClusterAdapter {
 public:
  explicit Adapter(std::shared_ptr<Members> members) : members_(std::move(members)) {}

  void start(ClusterSink& sink) override {
    const std::unique_lock lock(members_->mutex);
    own_ = &sink;
    members_->sinks.push_back(&sink);
  }
  void publish(const ClusterMessage& message) override {
    const std::shared_lock lock(members_->mutex);
    if (own_ == nullptr) return;
    for (ClusterSink* sink : members_->sinks) {
      // What another node refuses (a namespace that it does not have) is none of ours.
      if (sink != own_) static_cast<void>(sink->deliver(message));
    }
  }
  void stop() override {
    const std::unique_lock lock(members_->mutex);
    std::erase(members_->sinks, own_);
    own_ = nullptr;
  }

 private:
  std::shared_ptr<Members> members_;
  ClusterSink* own_ = nullptr;
};

InProcessCluster::InProcessCluster() : members_(std::make_shared<Members>()) {}

InProcessCluster::~InProcessCluster() = default;

std::unique_ptr<ClusterAdapter> InProcessCluster::make_adapter() { return std::make_unique<Adapter>(members_); }

}  // namespace sio
