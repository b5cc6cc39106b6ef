#include "core/plugin_host/arena.hpp"

#include <cstdint>
#include <cstring>
#include <set>

#include <gtest/gtest.h>

namespace patchbay::plugin_host {
namespace {

TEST(Arena, GivesMemoryOfItsOwnToEach) {
  Arena arena;
  std::set<void*> given;
  for (std::size_t i = 0; i < 1000; ++i) {
    void* memory = arena.allocate(i % 40, 8);
    ASSERT_NE(memory, nullptr);
    std::memset(memory, 1, i % 40);
    EXPECT_TRUE(given.insert(memory).second);
  }
}

TEST(Arena, KeepsToTheAlignment) {
  Arena arena;
  for (std::size_t align = 1; align <= Arena::kMaxAlign; align *= 2) {
    void* memory = arena.allocate(3, align);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % align, 0U);
  }
}

TEST(Arena, RefusesAlignmentsThatAreNone) {
  Arena arena;
  for (const std::size_t align : {std::size_t{0}, std::size_t{3}, Arena::kMaxAlign * 2}) {
    EXPECT_EQ(arena.allocate(8, align), nullptr);
  }
}

TEST(Arena, EndsAtItsBound) {
  Arena arena;
  EXPECT_EQ(arena.allocate(Arena::kMaxBytes + 1, 1), nullptr);
  EXPECT_EQ(arena.allocate(SIZE_MAX, 1), nullptr);
  ASSERT_NE(arena.allocate(Arena::kMaxBytes - 100, 1), nullptr);
  EXPECT_EQ(arena.allocate(101, 1), nullptr);
  EXPECT_NE(arena.allocate(100, 1), nullptr);
  EXPECT_EQ(arena.allocate(1, 1), nullptr);
}

}  // namespace
}  // namespace patchbay::plugin_host
