// Which function of a plugin runs on this thread right now.
//
// Host functions arrive from the plugin with little more than a call id. While a [call] or
// [control] function runs, its Running answers without a lock whether the id is that of the call in
// progress, where a failure's details belong, and whether a sink may be used.

#pragma once

#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

class CallState;
struct CallError;

// Lives on the stack around one call into a plugin; they nest.
class Running {
 public:
  struct What {
    CallState* call = nullptr;           // [call] functions only
    CallError* control_error = nullptr;  // [control] functions only
    const pbay_sink* sink = nullptr;     // the sink that was handed over, if one was
  };

  explicit Running(What what) : what_(what), outer_(innermost) { innermost = this; }
  ~Running() { innermost = outer_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // What runs on this thread; all empty when nothing does.
  static What now() { return innermost == nullptr ? What{} : innermost->what_; }

 private:
  static constinit thread_local Running* innermost;

  const What what_;
  Running* const outer_;
};

}  // namespace patchbay::plugin_host
