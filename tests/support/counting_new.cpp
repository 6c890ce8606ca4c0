#include "counting_new.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#define SANITIZER_OWNS_NEW (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER_OWNS_NEW 1
#else
#define SANITIZER_OWNS_NEW 0
#endif

namespace {

std::atomic<std::size_t> count{0};
std::atomic<std::size_t> bytes{0};
std::atomic<std::size_t> frees{0};
std::atomic<std::size_t> large{0};
std::atomic<std::size_t> live_bytes{0};

void note_taken(std::size_t size, std::size_t block) {
  count.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size, std::memory_order_relaxed);
  if (size >= sio::test::kLargeAllocation) large.fetch_add(1, std::memory_order_relaxed);
  live_bytes.fetch_add(block, std::memory_order_relaxed);
}

void note_given_back(std::size_t block) {
  frees.fetch_add(1, std::memory_order_relaxed);
  live_bytes.fetch_sub(block, std::memory_order_relaxed);
}

}  // namespace

sio::test::Allocations sio::test::allocations() {
  return {count.load(), bytes.load(), frees.load(), large.load(), live_bytes.load()};
}

#if SANITIZER_OWNS_NEW

extern "C" std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, std::size_t),
                                                         void (*on_free)(const volatile void*));
namespace {
[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void* memory, std::size_t size) { note_taken(size, __sanitizer_get_allocated_size(memory)); },
    [](const volatile void* memory) {
      if (memory != nullptr) note_given_back(__sanitizer_get_allocated_size(memory));
    });
}  // namespace

#else

namespace {

void* taken(void* memory, std::size_t size) {
  if (memory == nullptr) throw std::bad_alloc();
  note_taken(size, ::malloc_usable_size(memory));
  return memory;
}

void give_back(void* memory) noexcept {
  if (memory != nullptr) note_given_back(::malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return taken(std::malloc(size == 0 ? 1 : size), size); }
// The memory resources of the standard library come here for every alignment.
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return taken(std::aligned_alloc(unit, (size + unit - 1) / unit * unit), size);
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }

#endif
