// Memory for what a plugin is given, which can be taken away again: each piece ends where a page
// that cannot be touched begins, and a sealed piece cannot be touched at all. A plugin that reads
// beyond a struct, or uses a view for too long, faults at once, and the handler tells what it was.
//
//   SealedMemory memory;
//   void* head = memory.place(&value, sizeof value, 8, "the head given to on_head()");
//   ...
//   memory.seal(head);
//
// Addresses are never used twice. Not thread-safe. One at a time, since the handler has to find it.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace patchbay::check {

class SealedMemory {
 public:
  SealedMemory();
  ~SealedMemory();
  SealedMemory(const SealedMemory&) = delete;
  SealedMemory& operator=(const SealedMemory&) = delete;

  // A copy of `size` bytes that ends at a page which cannot be touched, or less than `align` bytes
  // before it; with `slack`, so many zeros stand in between. `name` says what it is, for the
  // handler.
  void* place(const void* data,
              std::size_t size,
              std::size_t align,
              std::string_view name,
              std::size_t slack = 0);

  // The piece is from now on not to be touched. What is no piece is left alone.
  void seal(const void* piece);

  // From now on, a fault at a piece ends the process with this code, after a finding was written to
  // `out`. Faults elsewhere go where they went before.
  static constexpr int kExitCode = 71;
  static void watch_faults(int out);

 private:
  friend class FaultReport;
  struct Piece {
    std::uintptr_t data = 0;   // its first byte, which place() gave away
    std::uintptr_t begin = 0;  // of its pages
    std::uintptr_t end = 0;    // behind its pages, where the closed page begins
    bool sealed = false;
    std::array<char, 96> name{};
  };

  std::uintptr_t base_ = 0;
  std::uintptr_t next_ = 0;
  std::vector<Piece> pieces_;  // by address; its capacity is fixed, so a handler may read it
};

}  // namespace patchbay::check
