// What lies where in Redis. Replicas of different versions meet there, so this is a format.
//
//   patchbay:stream:ID          a hash: owner, conversation, protocol, type, lines ("0", "1"),
//                               writer, and ended ("1") once it is finished
//   patchbay:stream:ID:frames   a stream. The entry 0-N holds frames up to number N: `f` the bytes
//                               of them, `n` the number of the first. The last has `e` alone.
//   patchbay:writer:NAME        there as long as the writer NAME (a worker of a process) is alive.
//                               As a channel, what it is told: "stop ID"; "read ID NAME" and
//                               "left ID NAME" of the reader NAME; "yield ID NAME", which the
//                               channel of NAME answers with "ends ID" or "stays ID"
//   patchbay:wake:NAME          a stream that the reader NAME writes to itself, to interrupt itself

#pragma once

#include <chrono>
#include <string>

namespace patchbay::streams {

inline std::string stream_key(const std::string& id) {
  return "patchbay:stream:" + id;
}
inline std::string frames_key(const std::string& id) {
  return "patchbay:stream:" + id + ":frames";
}
inline std::string writer_key(const std::string& writer) {
  return "patchbay:writer:" + writer;
}
inline std::string wake_key(const std::string& reader) {
  return "patchbay:wake:" + reader;
}

inline constexpr const char* kStop = "stop ";
inline constexpr const char* kRead = "read ";
inline constexpr const char* kLeft = "left ";
inline constexpr const char* kYield = "yield ";
inline constexpr const char* kEnds = "ends ";
inline constexpr const char* kStays = "stays ";

// A writer that was not heard of for so long is dead.
inline constexpr std::chrono::milliseconds kWriterExpires{10'000};
inline constexpr std::chrono::milliseconds kHeartbeat{3'000};

// Readers tell the writer that they read, so often; it believes them for so long.
inline constexpr std::chrono::milliseconds kReadTold{5'000};
inline constexpr std::chrono::milliseconds kReadBelieved{15'000};

}  // namespace patchbay::streams
