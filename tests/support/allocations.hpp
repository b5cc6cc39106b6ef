// Counts the calling thread's heap allocations, for the promises that there are none.
//
//   const std::size_t count = allocations_in([&] { parser.feed(bytes, ignore); });
//
// The counting is done by the sanitizers' runtime, so that malloc() counts as well as new.

#pragma once

#include <cstddef>

#include <gtest/gtest.h>

#ifdef PATCHBAY_SANITIZED
// Debian's g++ has the function in its runtime but not the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(  // NOLINT: the runtime names it
    void (*on_malloc)(const volatile void*, std::size_t),
    void (*on_free)(const volatile void*));
#endif

namespace patchbay {

#ifdef PATCHBAY_SANITIZED

inline thread_local std::size_t allocation_count = 0;

// The runtime has room for a handful of hooks: one is put in, once.
inline void count_allocations() {
  static const int installed = __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void* /*memory*/, std::size_t /*size*/) { ++allocation_count; },
      [](const volatile void* /*memory*/) {});
  EXPECT_NE(installed, 0) << "no room for another hook";
}

// Runs `work` and returns how often it allocated.
template <typename Work>
std::size_t allocations_in(Work&& work) {
  count_allocations();
  const std::size_t before = allocation_count;
  work();
  return allocation_count - before;
}

#else

template <typename Work>
std::size_t allocations_in(Work&& work) {
  ADD_FAILURE() << "allocations can only be counted in a build with sanitizers (preset dev)";
  work();
  return 0;
}

#endif

}  // namespace patchbay
