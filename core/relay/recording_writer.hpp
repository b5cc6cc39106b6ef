// Takes recorded exchanges from any thread and appends them to their files from a thread of its
// own, which also does all the composing: a worker only hands over what it has.
//
// Bounded: what finds no room is dropped and counted. A file that cannot be written (a full disk, a
// folder of somebody else's) costs its lines and a warning, and no call.
//
// Thread-safe.

#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "core/relay/recording_line.hpp"

namespace patchbay::relay {

// Where the exchanges of a provider go, and what is kept out of them.
struct RecordingTarget {
  std::filesystem::path folder;  // made when it is not there, for its owner alone
  std::string provider;          // the files are <provider>-<year>-<month>-<day>.jsonl, in UTC
  RecordingSecrets secrets;
};

class RecordingWriter {
 public:
  static constexpr std::size_t kWaitingBytesMax = 64 * 1024 * 1024;

  // The one that this process records with; its thread starts with the first exchange.
  static const std::shared_ptr<RecordingWriter>& of_process();

  explicit RecordingWriter(std::size_t waiting_bytes_max = kWaitingBytesMax);
  ~RecordingWriter();  // shut_down()
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  void write(std::shared_ptr<const RecordingTarget> target, RecordedExchange exchange);

  // Writes what waits, for two seconds at most, and ends the thread. Exchanges after it are
  // dropped. Idempotent.
  void shut_down();

 private:
  struct State;

  // Shared with the thread, which a disk that hangs may hold beyond the life of this.
  const std::shared_ptr<State> state_;
};

}  // namespace patchbay::relay
