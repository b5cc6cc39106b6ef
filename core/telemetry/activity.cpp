#include "core/telemetry/activity.hpp"

#include <mutex>
#include <set>
#include <string>

namespace patchbay::telemetry {

constinit thread_local Activity* Activity::here = nullptr;

const char* immortal(std::string_view text) {
  // Leaked on purpose: a watching thread may still hold a pointer when statics are destroyed.
  static auto* mutex = new std::mutex;
  static auto* texts = new std::set<std::string, std::less<>>;
  const std::lock_guard lock(*mutex);
  const auto found = texts->find(text);
  return (found != texts->end() ? *found : *texts->emplace(text).first).c_str();
}

}  // namespace patchbay::telemetry
