// A host for plugins under test: it keeps what they say, in order and as text, and lets a test play
// the network and the clock.
//
//   FakeHost host;
//   PluginModule module(path, host);               // loads the library and runs init()
//   FakeProvider provider(module, host, R"({"api_key": "k"})");
//   FakeCall call(provider, {.model = "m", .body = R"({"model": "x"})", .flags = PBAY_REQ_STREAM});
//   call.build();  call.head(200, {{"content-type", "text/event-stream"}});
//   call.frames({{"data", ""}});  call.end();
//   EXPECT_EQ(call.transcript(), "...");
//
// Every event and status is one line of the transcript; event_transcript.hpp says which. The memory
// a call gets is freed with the call, so that the sanitizers see a plugin that keeps it too long.
// What a plugin posts waits for run_posted() or run_until_complete().

#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patchbay/abi.h"
#include "tests/support/fake_parts.hpp"

namespace patchbay::testing {

struct FakeError {
  std::int32_t category = -1;  // -1: none was set
  std::int32_t http_status = 0;
  std::int64_t retry_after_ms = -1;
  std::uint32_t flags = 0;
  std::string message, code, param, upstream_body;
};

struct LogLine {
  std::int32_t level;
  std::string message;
};

class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  [[nodiscard]] const pbay_host* raw() const { return &table_; }
  [[nodiscard]] FakeError setup_error() const;  // of the last create()
  [[nodiscard]] std::vector<LogLine> logs() const;

  // Memory that a call may have; call_alloc answers NULL beyond it.
  std::size_t arena_limit = std::size_t{1} << 20;
  // Events that an active call may still emit before WOULD_BLOCK.
  std::int64_t room = INT64_MAX;
  // What this host offers; without it get_extension("patchbay.host.async/1") is NULL.
  bool offers_async = true;

 private:
  friend class FakeCall;

  struct State {
    pbay_call* call = nullptr;
    std::vector<std::unique_ptr<std::uint8_t[]>> blocks;
    std::size_t arena_used = 0;
    std::string transcript;
    FakeError error;
    bool cancelled = false;
    int completions = 0;
    pbay_status completion = 1;
  };
  struct Posted {
    pbay_call_id call;
    void (*step)(pbay_call*, void*);
    void* arg;
  };

  static FakeHost& of(const pbay_host* host) { return *static_cast<FakeHost*>(host->impl); }
  static FakeError copy(const pbay_error& error);
  pbay_status take(pbay_call_id id, const pbay_event* event);
  pbay_status complete(pbay_call_id id, pbay_status status, const pbay_error* error);
  pbay_status post(Posted posted);
  void set_error(pbay_call_id id, const pbay_error& error);
  void* allocate(pbay_call_id id, std::size_t size, std::size_t align);
  State* state(pbay_call_id id);

  pbay_host table_{};
  pbay_host_async async_{};
  mutable std::mutex mutex_;
  std::condition_variable posted_one_;
  std::map<pbay_call_id, State> calls_;
  std::deque<Posted> posted_;
  std::vector<LogLine> logs_;
  FakeError setup_error_;
  pbay_call_id last_id_ = 0;
};

// A loaded plugin. Never unloaded: leak reports need its symbols.
class PluginModule {
 public:
  PluginModule(const std::string& path, FakeHost& host);
  ~PluginModule();  // deinit()
  PluginModule(const PluginModule&) = delete;
  PluginModule& operator=(const PluginModule&) = delete;

  [[nodiscard]] const pbay_plugin& plugin() const { return *plugin_; }
  [[nodiscard]] const pbay_provider_vtbl& vtbl() const { return *plugin_->types[0]->vtbl; }
  [[nodiscard]] FakeHost& host() const { return host_; }
  [[nodiscard]] pbay_plugin_entry_fn entry() const { return entry_; }

 private:
  FakeHost& host_;
  pbay_plugin_entry_fn entry_ = nullptr;
  const pbay_plugin* plugin_ = nullptr;
};

class FakeProvider {
 public:
  FakeProvider(PluginModule& module, std::string_view config);
  ~FakeProvider();
  FakeProvider(const FakeProvider&) = delete;
  FakeProvider& operator=(const FakeProvider&) = delete;

  [[nodiscard]] pbay_status status() const { return status_; }  // of create()
  [[nodiscard]] pbay_provider* raw() const { return raw_; }
  [[nodiscard]] PluginModule& module() const { return module_; }
  [[nodiscard]] pbay_provider_caps describe() const;

 private:
  PluginModule& module_;
  pbay_provider* raw_ = nullptr;
  pbay_status status_;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Frame {
  std::string data;
  std::string event;
};

// What the plugin wants to be sent.
struct BuiltRequest {
  std::string method, url, body;
  Headers headers;
  pbay_framing framing = -1;
  std::size_t pieces = 0;
  [[nodiscard]] std::string header(std::string_view name) const;
};

class FakeCall {
 public:
  struct Request {
    std::string model = {};
    std::string body = {};
    std::uint32_t flags = 0;
    Headers headers = {};
    pbay_mode mode = PBAY_MODE_CHAT;
    std::string dialect = "openai.chat/1";
    std::vector<FakePart> parts = {};
    std::string method = {}, path = {};  // PBAY_MODE_RAW
  };

  // The place of the "model" value is found as the host would: REQUIRES a body with at most one.
  FakeCall(FakeProvider& provider, Request request);
  ~FakeCall();
  FakeCall(const FakeCall&) = delete;
  FakeCall& operator=(const FakeCall&) = delete;

  [[nodiscard]] pbay_status created() const { return created_; }
  [[nodiscard]] pbay_call* raw() const { return raw_; }
  [[nodiscard]] const pbay_provider_vtbl& vtbl() const { return provider_.module().vtbl(); }
  BuiltRequest build();
  // The same where it must be refused: returns what build_request() did.
  pbay_status try_build();
  pbay_status head(int status, const Headers& headers, pbay_framing framing);
  pbay_status frames(const std::vector<Frame>& frames);
  pbay_status end(pbay_status status = PBAY_OK);
  // Active providers.
  pbay_status start();
  void cancel();
  void writable();
  void run_posted();          // what is there now, if anything
  void run_until_complete();  // waits for what is still to be posted
  [[nodiscard]] int completions() const;
  [[nodiscard]] pbay_status completion() const;

  [[nodiscard]] std::string transcript() const;
  [[nodiscard]] FakeError error() const;

 private:
  [[nodiscard]] const pbay_provider_active* active() const;

  FakeProvider& provider_;
  FakeHost& host_;
  Request given_;
  std::vector<pbay_kv> header_views_;
  FakeParts parts_;
  pbay_request request_{};
  pbay_call* raw_ = nullptr;
  pbay_status created_;
};

}  // namespace patchbay::testing
