// Several servers of one process as a cluster: for tests, and to show what an adapter looks like.
#pragma once

#include <memory>

#include "sio/server/cluster.hpp"

namespace sio {

// Joins the servers whose adapters it has made. Nothing is lost or reordered; publishing calls the sinks of the others
// on the publisher's thread. May be destroyed before its adapters and servers.
class InProcessCluster {
 public:
  InProcessCluster();
  ~InProcessCluster();
  InProcessCluster(const InProcessCluster&) = delete;
  InProcessCluster& operator=(const InProcessCluster&) = delete;

  // For one server, which it must outlive. From any thread.
  std::unique_ptr<ClusterAdapter> make_adapter();

 private:
  struct Members;
  class Adapter;
  std::shared_ptr<Members> members_;
};

}  // namespace sio
