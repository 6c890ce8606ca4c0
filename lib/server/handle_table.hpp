// Handles instead of pointers: 64 bits that name one object of one shard and never another one by mistake.
// A handle whose object is gone finds nothing. Bits: shard (8) | generation (24) | slot (32).
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace sio {

using Handle = std::uint64_t;  // 0 names nothing

constexpr unsigned shard_of(Handle handle) { return static_cast<unsigned>(handle >> 56); }

// P: a (smart) pointer. Single-threaded.
template <class P>
class HandleTable {
 public:
  explicit HandleTable(unsigned shard) : shard_(shard) {}

  Handle insert(P pointer) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    entries_[slot].pointer = std::move(pointer);
    ++size_;
    return make_handle(slot);
  }

  // The object, or null.
  auto* find(Handle handle) {
    const auto slot = static_cast<std::uint32_t>(handle);
    // A handle may come from a client, who can guess the next one of a free slot.
    const bool known = slot < entries_.size() && make_handle(slot) == handle && entries_[slot].pointer != nullptr;
    return known ? std::to_address(entries_[slot].pointer) : nullptr;
  }

  // Forgets the handle and gives the pointer back.
  P take(Handle handle) {
    if (find(handle) == nullptr) return P{};
    const auto slot = static_cast<std::uint32_t>(handle);
    Entry& entry = entries_[slot];
    P pointer = std::exchange(entry.pointer, P{});
    entry.generation = (entry.generation + 1) & kGenerationMask;
    if (entry.generation == 0) entry.generation = 1;
    free_.push_back(slot);
    --size_;
    return pointer;
  }

  // `function` may remove the element it is called with, and add others (which may or may not be visited).
  template <class F>
  void for_each(F&& function) {
    for (std::size_t slot = 0; slot < entries_.size(); ++slot) {
      if (entries_[slot].pointer) function(*entries_[slot].pointer);
    }
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kGenerationMask = 0xFFFFFF;
  struct Entry {
    P pointer{};
    std::uint32_t generation = 1;
  };

  Handle make_handle(std::uint32_t slot) const {
    return (static_cast<Handle>(shard_) << 56) | (static_cast<Handle>(entries_[slot].generation) << 32) | slot;
  }

  unsigned shard_;
  std::size_t size_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace sio
