// SharedBytes: immutable bytes with a thread-safe reference count, in one allocation (16 bytes of header).
// The only thing in this code base that several owners share. Copying is one atomic increment.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace sio {

class SharedBytes {
 public:
  SharedBytes() = default;
  // A copy of `bytes`.
  explicit SharedBytes(std::string_view bytes)
      : SharedBytes(make(bytes.size(), [&](char* out) {
          if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
        })) {}

  // Allocates `size` bytes and lets `fill(char*)` write them before anybody else can see them.
  template <class Fill>
  static SharedBytes make(std::size_t size, Fill&& fill) {
    void* memory = ::operator new(sizeof(Block) + size);
    SharedBytes bytes;
    bytes.block_ = ::new (memory) Block{{1}, size};
    fill(bytes.block_->data());
    return bytes;
  }

  // The same bytes, one owner more.
  SharedBytes(const SharedBytes& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  // Lets go of what it held.
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() { release(); }

  // Valid as long as any owner is there.
  std::string_view view() const {
    return block_ == nullptr ? std::string_view{} : std::string_view{block_->data(), block_->size};
  }
  // In bytes.
  std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  // Without bytes; so is what was moved from.
  bool empty() const { return size() == 0; }
  // Whether anybody else has these bytes too. "No" stays true while only this thread uses this object.
  bool shared() const { return block_ != nullptr && block_->references.load(std::memory_order_relaxed) > 1; }

 private:
  struct Block {
    std::atomic<std::size_t> references;
    std::size_t size;
    char* data() { return reinterpret_cast<char*>(this) + sizeof(Block); }
    const char* data() const { return reinterpret_cast<const char*>(this) + sizeof(Block); }
  };

  void release() noexcept {
    if (block_ != nullptr && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      block_->~Block();
      ::operator delete(block_);
    }
  }

  Block* block_ = nullptr;
};

}  // namespace sio
