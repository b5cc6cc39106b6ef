// What the strict host knows of one call.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/check/event_grammar.hpp"
#include "core/check/event_text.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

// Blocks of memory, each of its own so that a sanitizer sees where it ends; freed together.
using Keeper = std::vector<std::unique_ptr<std::byte[]>>;

// Guarded by the host's mutex.
struct CallRecord {
  CallRecord(pbay_call_id call, pbay_mode mode, bool takes_raw)
      : id(call), grammar(mode, takes_raw) {}

  const pbay_call_id id;
  pbay_call* raw = nullptr;

  // What it said.
  EventGrammar grammar;
  std::string transcript;  // a line an event
  std::string joined;      // the same, but pieces of one text or sound put together
  std::string last_piece;  // which one `joined` ends with
  std::size_t events = 0;
  bool is_sound = true;  // no event broke a rule
  std::optional<ToldError> error;

  // What it is refused from: events from this number on.
  std::optional<std::size_t> refuse_from;
  bool refused = false;  // in the function that runs, or ran last

  // Its memory.
  Keeper arena;
  std::size_t arena_used = 0;
  std::size_t allocations = 0;
  std::optional<std::size_t> fail_allocation;  // this one, and all behind it

  // Which thread runs one of its functions, and how deep.
  std::thread::id thread;
  int depth = 0;

  // Of a provider that does its own work.
  struct Posted {
    void(PBAY_CALL* function)(pbay_call* call, void* argument);
    void* argument;
  };
  bool is_started = false;
  bool is_completed = false;
  pbay_status completion = PBAY_OK;
  bool is_cancelled = false;
  std::size_t room = SIZE_MAX;  // events that it may still emit before WOULD_BLOCK
  bool is_blocked = false;      // it was told WOULD_BLOCK, and not yet that there is room
  std::deque<Posted> posted;
};

}  // namespace patchbay::check
