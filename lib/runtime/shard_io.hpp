// What of a shard is Asio: kept out of the public headers, so that only lib/runtime compiles it.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <mutex>
#include <vector>

#include "sio/runtime/shard.hpp"

namespace sio::rt {

struct Shard::Io {
  // One thread only ever touches the context (others write to the eventfd), so Asio needs no locks.
  Io() : context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE), wake(context), probe(context) {}

  boost::asio::io_context context;
  boost::asio::posix::stream_descriptor wake;   // eventfd
  boost::asio::posix::stream_descriptor probe;  // eventfd, to see how long something that is ready waits
  TimePoint probe_since = kNever;               // since when it is ready; kNever: it is not
  TimePoint::duration probe_lag{};              // how long it was, the last time

  std::mutex mutex;  // held only to push or swap
  std::vector<Task> mailbox;
  std::atomic<bool> signalled{false};  // something is in the mailbox; changed under the mutex
  std::vector<Task> draining;
  std::atomic<bool> stopping{false};
};

}  // namespace sio::rt
