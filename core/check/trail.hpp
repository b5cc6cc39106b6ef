// Where a check is at the moment, in memory that its parent sees too: when the process dies, this
// says in which function of the plugin.
//
// One for the process; any thread may write, the last one wins.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::check {

class Trail {
 public:
  static constexpr std::size_t kBytes = 4096;  // of the shared memory

  // Uses the shared memory behind `fd` from now on. Without this, nothing is kept.
  static void share(int fd);

  // Which check runs; forgets the rest.
  static void check(std::string_view id);
  // What is being tried: "request openai.chat/1, streamed".
  static void doing(std::string_view what);
  // The function that is about to be called; empty once it has returned.
  static void function(const char* name);

  struct Read {
    std::string check, doing, function;
    // "in on_frames(), with ..."; empty when there is nothing to say.
    [[nodiscard]] std::string text() const;
  };
  // What another process left behind `fd`.
  static Read read(int fd);
  // What this process has written so far.
  static Read now();
  // The same for a signal handler; each ends with a zero byte.
  static const char* current_function();
  static const char* current_doing();
  static const char* current_check();
};

}  // namespace patchbay::check
