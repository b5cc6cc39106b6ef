// One call to one provider: the plugin's state machine, and the upstream transfer it asks for.
//
//   create -> build_request -> (send) -> on_head -> on_frames* -> on_end
//                  ^                         |                      |
//                  +------ NEXT_REQUEST -----+----------------------+
//
// or, for a provider that does its own work: create -> start -> events -> complete.
//
// Destroying an attempt cancels it: the upstream connection is closed in the same turn.
//
// Threads: everything on the call's worker.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/failure.hpp"
#include "core/http/header_list.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/relay/call_request.hpp"
#include "core/relay/credentials.hpp"
#include "core/relay/frame_reader.hpp"
#include "core/relay/provider_table.hpp"
#include "core/relay/workplace.hpp"

namespace patchbay::relay {

// What an attempt tells the call. None of these may destroy the attempt but on_done() and
// on_failed(), which are the last, exactly one of them.
class AttemptObserver {
 public:
  virtual ~AttemptObserver() = default;

  // The upstream accepts. `passes`: its body is the client's answer, and comes by on_bytes().
  virtual void on_answer(const upstream::ResponseHead& head, bool passes) = 0;
  virtual Status on_bytes(std::string_view bytes) = 0;
  virtual pbay_status on_event(const pbay_event& event) = 0;
  virtual void on_done() = 0;
  virtual void on_failed(chat::Failure failure, const http::HeaderList& upstream_headers) = 0;
};

class Attempt final : private upstream::ResponseHandler, private plugin_host::CallObserver {
 public:
  // All references must outlive the attempt. `number` counts the attempts of a call from 0.
  Attempt(Workplace& workplace,
          const Provider& provider,
          const CallRequest& request,
          std::string upstream_model,
          std::uint32_t number,
          AttemptObserver& observer);
  ~Attempt() override;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // The observer hears nothing before start() has returned, but for on_failed(), which may come
  // from inside.
  void start();

  // True once started on a provider that does its own work.
  [[nodiscard]] bool active() const { return call_ != nullptr && call_->active(); }

  // Back-pressure: nothing more is read from the upstream, or emitted by the plugin.
  void pause();
  void resume();

 private:
  // upstream::ResponseHandler
  void on_head(const upstream::ResponseHead& head) override;
  void on_body(std::string_view bytes) override;
  void on_end(Status status) override;

  // plugin_host::CallObserver
  pbay_status on_event(const pbay_event& event) override;
  void on_complete(pbay_status status) override;

  void await_credential();
  bool renew_credential();
  void begin();
  void fill_request(std::uint32_t number);
  void fill_parts();
  [[nodiscard]] std::optional<std::string_view> bytes_of(const pbay_piece& piece) const;
  void next_request();
  void send();
  void watch_silence(std::chrono::milliseconds patience);
  void time_out(std::string_view how);
  bool take_frames(const std::vector<pbay_frame>& frames);
  void end_error_answer();
  void end_message(pbay_status status, const Error* error);
  void done();
  void fail(chat::Failure failure);
  void fail_body(const Error& error);
  void fail_plugin(pbay_status status);
  [[nodiscard]] chat::Failure plugin_failure(pbay_status status) const;
  [[nodiscard]] chat::Failure transport_failure(const Error& error) const;

  Workplace& workplace_;
  const Provider& provider_;
  const CallRequest& client_request_;
  const std::string upstream_model_;
  AttemptObserver& observer_;
  telemetry::ProviderSeries& series_;

  pbay_request request_{};
  std::vector<pbay_kv> client_headers_;
  std::vector<pbay_part> parts_;
  std::vector<const pbay_part*> part_pointers_;
  std::unique_ptr<plugin_host::Call> call_;  // reads request_: destroyed before it

  std::unique_ptr<Credentials::Wait> wait_;  // for a credential, before the call begins
  std::uint64_t credential_ = 0;             // the version that it began with
  bool renewed_ = false;                     // it began anew, since that one was refused

  pbay_http_request http_{};
  reactor::Timer delay_;    // before a request that the plugin wants later
  reactor::Timer silence_;  // of a provider that does its own work
  reactor::Timer total_;    // of the same, and of a delay; transfers have the client's
  Time begun_{};
  std::unique_ptr<upstream::Transfer> transfer_;
  http::HeaderList answer_headers_;
  std::string answer_type_;
  int answer_status_ = 0;
  bool passes_ = false;
  std::optional<FrameReader> frames_;
  std::string error_body_;
  bool body_unreadable_ = false;        // too large or compressed: of an error, nothing to show
  pbay_status event_status_ = PBAY_OK;  // what on_event() said when it refused
  unsigned steps_ = 0;
  bool answered_ = false;  // the observer has heard something of the answer
  bool paused_ = false;
  bool stopped_ = false;  // the plugin has seen the end of the answer
};

}  // namespace patchbay::relay
