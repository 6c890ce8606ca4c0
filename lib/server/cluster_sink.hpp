// A server's side of its cluster: checks what other nodes send and delivers it to the sockets of this server. Private.
#pragma once

#include "sio/server/cluster.hpp"

namespace sio {

class Namespace;
class SocketIoApplication;

class LocalSink final : public ClusterSink {
 public:
  explicit LocalSink(SocketIoApplication& application) : application_(application) {}

  Result<void, ClusterError> deliver(const ClusterMessage& message) override;
  Result<void, ClusterError> deliver_with_ack(const ClusterMessage& message, Milliseconds timeout,
                                              BroadcastAckCallback callback) override;

 private:
  // The namespace that it is for, once all of it is good.
  Result<Namespace*, ClusterError> check(const ClusterMessage& message) const;

  SocketIoApplication& application_;
};

}  // namespace sio
