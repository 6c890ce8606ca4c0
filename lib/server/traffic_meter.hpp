// Adds up what the sessions of one shard receive and send, and tells the observer once a turn. Only there with an
// observer. Private.
#pragma once

#include <cstddef>

#include "sio/runtime/shard.hpp"
#include "sio/server/observer.hpp"

namespace sio {

class TrafficMeter final : private rt::EndOfTurn {
 public:
  TrafficMeter(rt::Shard& shard, ServerObserver& observer) : shard_(shard), observer_(observer) {}
  TrafficMeter(const TrafficMeter&) = delete;
  TrafficMeter& operator=(const TrafficMeter&) = delete;
  ~TrafficMeter() override { shard_.unmark(*this); }

  void count_received(std::size_t bytes) { count(received_, bytes); }
  void count_sent(std::size_t bytes) { count(sent_, bytes); }

 private:
  void count(Traffic& traffic, std::size_t bytes) {
    ++traffic.packets;
    traffic.bytes += bytes;
    shard_.mark_dirty(*this);
  }
  void end_of_turn() override {
    observer_.on_traffic(received_, sent_);
    received_ = {};
    sent_ = {};
  }

  rt::Shard& shard_;
  ServerObserver& observer_;
  Traffic received_;
  Traffic sent_;
};

}  // namespace sio
