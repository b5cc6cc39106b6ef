// How often a plugin allocates while it reads an answer.

#pragma once

#include <cstddef>

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"
#include "tests/support/fake_host.hpp"

namespace patchbay::testing {

// Gives `call` the same frame `times` times, after once to make room, with a sink that keeps
// nothing; returns how often it allocated.
inline std::size_t allocations_in_frames(FakeCall& call, const Frame& frame, int times) {
  const pbay_frame view{
      {reinterpret_cast<const std::uint8_t*>(frame.data.data()), frame.data.size()},
      {frame.event.data(), frame.event.size()},
      {nullptr, 0}};
  pbay_sink sink{sizeof(pbay_sink), 0, nullptr, [](pbay_sink*, const pbay_event*) noexcept {
                   return pbay_status{PBAY_OK};
                 }};
  const auto give = [&] { EXPECT_EQ(call.vtbl().on_frames(call.raw(), &view, 1, &sink), PBAY_OK); };
  give();
  return allocations_in([&] {
    for (int i = 0; i < times; ++i)
      give();
  });
}

}  // namespace patchbay::testing
