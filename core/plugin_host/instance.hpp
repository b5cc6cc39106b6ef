// A configured provider: one entry of `providers:` made real by a plugin, and the calls on it.
//
// What the relay sees of a plugin. It never touches the C tables itself: an Instance keeps its
// module (the loaded code) alive, a Call keeps its Instance alive, and so a generation stays
// mapped until its last call has ended.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

class CredentialSource;
class Module;

// One thing a provider can do.
struct Operation {
  pbay_mode mode = 0;
  std::string dialect;  // "openai.chat/1"
};

struct StaticModel {
  std::string id;
  std::string owner;
  std::int64_t created = 0;  // Unix seconds; 0 unknown
};

// What a model can call (patchbay.provider.tools/1).
struct Tool {
  std::string name;
  std::string description;
  std::string parameters;  // JSON Schema, an object
};

class Instance {
 public:
  virtual ~Instance() = default;

  [[nodiscard]] virtual const std::string& name() const = 0;       // the entry's name in the YAML
  [[nodiscard]] virtual const std::string& type() const = 0;       // the provider type
  [[nodiscard]] virtual const std::string& plugin_id() const = 0;  // "acme.models"
  [[nodiscard]] virtual const std::string& plugin_version() const = 0;
  [[nodiscard]] virtual std::uint32_t generation() const = 0;
  [[nodiscard]] virtual const std::vector<Operation>& operations() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& client_headers() const = 0;  // lower case
  [[nodiscard]] virtual const std::vector<StaticModel>& models() const = 0;
  [[nodiscard]] virtual std::size_t live_calls() const = 0;

  // The tools that it offers; most offer none.
  [[nodiscard]] virtual const std::vector<Tool>& tools() const {
    static const std::vector<Tool> none;
    return none;
  }

  // Where a credential that expires comes from; nullptr: its calls need none such.
  [[nodiscard]] virtual CredentialSource* credentials() const { return nullptr; }

  [[nodiscard]] bool offers(pbay_mode mode, std::string_view dialect) const;
};

// Why a call failed, as the plugin told it; texts are copies.
struct CallError {
  std::int32_t category = PBAY_ERR_INTERNAL;
  std::int32_t http_status = 0;  // 0: follows from the category
  std::uint32_t flags = 0;       // PBAY_ERRF_*
  std::int64_t retry_after_ms = -1;
  std::string message;
  std::string code;
  std::string param;
  std::string upstream_body;
};

// Receives what a call says. Called on the worker that owns the call.
class CallObserver {
 public:
  virtual ~CallObserver() = default;

  // One event; its views are valid during the call. A negative answer tells the plugin to stop.
  virtual pbay_status on_event(const pbay_event& event) = 0;

  // The call is over: an active provider has completed it, or, with any provider, the host ended it
  // because its plugin has to go (PBAY_E_CANCELLED, and error() says so). At most once, nothing
  // after it.
  virtual void on_complete(pbay_status status) = 0;
};

// Runs a function on the worker that owns the call; callable from any thread.
using Post = std::function<void(std::function<void()>)>;

// One call on an instance. Every function runs on the owning worker, in the order of the ABI's
// state machine; the destructor is call_destroy. An exception or a broken promise of the plugin
// never leaves here: it is logged as misbehaviour and becomes a failure.
class Call {
 public:
  // `request` must be complete but for `id`, and live, with all it points to, as long as the
  // Call. (An active call may go on beyond that, and has a copy.) `observer` must outlive the Call.
  // When the plugin refuses, the Error has its message, and `failure`, if given, all it told.
  static Result<std::unique_ptr<Call>> create(std::shared_ptr<Instance> instance,
                                              pbay_request& request,
                                              CallObserver& observer,
                                              Post post,
                                              CallError* failure = nullptr);
  virtual ~Call() = default;

  // True when the provider does its own work: start() instead of build_request() and on_*().
  [[nodiscard]] virtual bool active() const = 0;

  // `out` is cleared first, and sound after a success: a method, a URL, pieces that exist.
  virtual pbay_status build_request(pbay_http_request& out) = 0;
  virtual pbay_status on_head(const pbay_http_head& head) = 0;
  virtual pbay_status on_frames(const pbay_frame* frames, std::size_t count) = 0;
  virtual pbay_status on_end(const pbay_http_end& end) = 0;

  // Begins an active call. After a failure no on_complete() comes.
  virtual pbay_status start() = 0;
  // Asks an active call to end; the Call may be destroyed right after. Idempotent.
  virtual void cancel() = 0;
  // Back-pressure of an active call: while not writable, the plugin's emissions beyond a bound
  // are refused with WOULD_BLOCK; turning writable again tells it to go on.
  virtual void set_writable(bool writable) = 0;

  // What set_error() said last for this call; category internal and empty texts if nothing.
  [[nodiscard]] virtual const CallError& error() const = 0;
  [[nodiscard]] virtual const Instance& instance() const = 0;
};

}  // namespace patchbay::plugin_host
