// The host that a plugin under test is given: it keeps to the contract as narrowly as the contract
// allows, and notes whatever the plugin does beyond it.
//
// It plays no network: strict_provider.hpp and strict_call.hpp call the plugin, with what this host
// gives them. Thread-safe but for the memory of arguments, which belongs to one thread at a time.

#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check/breaches.hpp"
#include "core/check/call_record.hpp"
#include "core/check/event_text.hpp"
#include "core/check/sealed_memory.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

struct HostOptions {
  enum class Age {
    kThis,    // the structs of this version, in roomy memory
    kOldest,  // those of v1.0, to the byte: beyond them is a page that cannot be touched
    kNewer,   // larger ones, of a minor version to come, with unknown members and flags
  };
  Age age = Age::kThis;
  bool seals_arguments = false;  // takes arguments away as soon as the ABI allows it
  bool poisons_sinks = false;    // the same with the sink of a callback
  bool keeps_said = false;       // what is logged and told, for take_said()
  bool offers_async = true;      // patchbay.host.async/1
};

class StrictHost {
 public:
  explicit StrictHost(HostOptions options = {});
  ~StrictHost();
  StrictHost(const StrictHost&) = delete;
  StrictHost& operator=(const StrictHost&) = delete;

  [[nodiscard]] const pbay_host* table() const { return table_; }
  [[nodiscard]] const HostOptions& options() const { return options_; }
  Breaches& breaches() { return breaches_; }
  // Where sealed memory comes from; nullptr where nothing is sealed or bounded.
  SealedMemory* sealed() { return sealed_ ? &*sealed_ : nullptr; }
  // Memory that lives as long as the host.
  Keeper& keeper() { return keeper_; }

  // Around init(), create(), describe() and the like, on their thread.
  void begin_control();
  // What set_error(0, ...) told meanwhile.
  std::optional<ToldError> end_control();

  // Calls. The record lives until close_call().
  CallRecord& open_call(pbay_mode mode, std::uint32_t flags);
  void close_call(pbay_call_id id);
  // Marks the calling thread as running a [call] function of it; REQUIRES leave() to follow.
  void enter(CallRecord& call);
  void leave(CallRecord& call);
  // Takes an event from a sink, or from patchbay.host.async/1. REQUIRES: mutex() is held.
  pbay_status take(CallRecord& call, const pbay_event* event);

  // Guards every CallRecord; `changed` tells of what was posted or completed, and of new room.
  std::mutex& mutex() { return mutex_; }
  std::condition_variable& changed() { return changed_; }

  // What was logged and told as an error since the last time, for those who look for secrets.
  std::string take_said();

 private:
  friend class HostFunctions;
  friend class AsyncFunctions;

  void make_tables();
  void note_said(std::string_view text);
  CallRecord* find(pbay_call_id id);  // REQUIRES: mutex_ is held, here and below
  static void* allocate(CallRecord& call, std::size_t n, std::size_t align);

  const HostOptions options_;
  Breaches breaches_;
  std::optional<SealedMemory> sealed_;
  Keeper keeper_;
  const pbay_host* table_ = nullptr;
  const pbay_host_async* async_ = nullptr;

  mutable std::mutex mutex_;  // guards what follows, and every CallRecord
  std::condition_variable changed_;
  std::map<pbay_call_id, std::unique_ptr<CallRecord>> calls_;
  std::map<pbay_call_id, bool> ended_;  // by id: whether it had been completed
  std::uint32_t last_call_ = 0;
  std::string said_;
};

// What async_table() of the strict host is made of.
pbay_host_async strict_async_table();

}  // namespace patchbay::check
