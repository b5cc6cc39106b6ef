// A process that was started over a document, and its way out. program.hpp says what it is given.
//
// Not thread-safe: belongs to the thread that starts it, with whose end the system kills it.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace patchbay::documents {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  void close();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool works() const { return fd_ >= 0; }

 private:
  int fd_;
};

class Spawned {
 public:
  // Where the child finds the document.
  static constexpr std::string_view kDocumentPath = "/proc/self/fd/3";

  // Does not work when the system gives no process or no descriptor for it.
  Spawned(const std::vector<std::string>& command, std::string_view document);
  // Kills it, and whatever it has started.
  ~Spawned() { end(); }
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;

  [[nodiscard]] bool works() const { return child_ > 0 && ended_.works(); }
  // What it writes, and complains of; do not block.
  [[nodiscard]] int output() const { return output_.get(); }
  [[nodiscard]] int errors() const { return errors_.get(); }
  // Readable once it has ended.
  [[nodiscard]] int ended() const { return ended_.get(); }

  // Those that it has started and not waited for. REQUIRES: end() was not called.
  void kill_group() const;
  // Kills it if it still runs; its status as waitpid() gives it. The same again gives the same.
  int end();

 private:
  Descriptor output_;
  Descriptor errors_;
  Descriptor ended_;
  pid_t child_ = 0;
  int status_ = 0;
};

}  // namespace patchbay::documents
