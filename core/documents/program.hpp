// Another program that is given a document and writes its text.
//
// What parses PDF and the like in C and C++ is attacked by files, and fails by them; so it is run
// as a process of its own, which can be bounded, and ended, and may crash:
//
//  - the document is a file in memory, sealed, open as descriptor 3: nothing lies on a disk, and
//    nothing is left behind whoever dies;
//  - beside it the process has its output, its errors, and an empty input; no other descriptor, and
//    of the environment PATH and LANG alone;
//  - its words are an argument vector, and no shell sees anything of a document;
//  - CPU time, memory, the size of files and the number of descriptors are bounded by the system
//    (prlimit), it can gain no privileges, and is killed when this process dies (setpriv); both
//    programs are part of every Debian's util-linux;
//  - the process and those that it has started, as one group, are killed when time is up, when it
//    writes too much, when nobody wants it any more, and when it has ended itself.
//
// Threads: run_program() blocks, on a thread that outlives the program; so never on a worker.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace patchbay::documents {

// In the words of a command, what stands for the path of the document.
inline constexpr std::string_view kFileWord = "{file}";

struct ProgramBounds {
  std::chrono::milliseconds time{60'000};          // by the clock; of CPU, a second more
  std::int64_t memory_bytes = 1024 * 1024 * 1024;  // of address space
  std::size_t output_bytes = 64 * 1024 * 1024;     // and of any file it writes
};

// Ends what runs, from any thread, and whatever begins later at once. Thread-safe.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  void set();
  // Readable once it is set; -1 where the system had none.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

// What the program wrote, once it has ended well. Else one sentence for the client, with the first
// line that the program had to say about it, and kInvalid; kTimeout, kTooLarge, kCancelled after
// `interruption`, or kUnavailable when it cannot be run at all.
//
// `command` begins with a path.
Result<std::string> run_program(const std::vector<std::string>& command,
                                std::string_view document,
                                const ProgramBounds& bounds,
                                const Interruption& interruption);

}  // namespace patchbay::documents
