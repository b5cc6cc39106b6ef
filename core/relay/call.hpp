// One client request from routing to its last byte. This is the file that tells the story.
//
//   client body -> Attempt (plugin, upstream) -> events or bytes -> encoder -> client
//
// Nothing is promised before it is known: the status line goes to the client only once the
// upstream has accepted and something of the answer is there (or limits::kCommitAfter has passed).
// Until then a failure is an honest HTTP status, or the next target's turn; afterwards it is an
// error event of the dialect.
//
// Destroying a call cancels it, upstream included, in the same turn of the loop.
//
// Threads: everything on the worker of the client's connection.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/chat/encoder.hpp"
#include "core/relay/attempt.hpp"
#include "core/relay/call_request.hpp"
#include "core/relay/pass_through.hpp"
#include "core/relay/provider_table.hpp"
#include "core/relay/signature_recorder.hpp"
#include "core/routing/route_table.hpp"

namespace patchbay::relay {

// What became of a call; for the log.
struct Outcome {
  std::string provider;
  std::string upstream_model;
  int status = 0;       // 0 while nothing was answered
  std::string failure;  // "" : it went well
  std::optional<telemetry::ErrorClass> error;
  chat::Usage usage;
  std::int64_t first_byte_ms = -1;  // until the client's answer began
};

// The client's side of a call, as a server exchange gives it.
class ClientSide {
 public:
  virtual ~ClientSide() = default;

  // The whole answer at once. Nothing follows.
  virtual void respond(int status, const http::HeaderList& headers, std::string_view body) = 0;
  // An answer that has not begun fails: an HTTP status and the dialect's error body.
  virtual void refuse(const chat::Failure& failure, const http::HeaderList& headers) = 0;
  virtual void begin(int status,
                     const http::HeaderList& headers,
                     std::optional<std::uint64_t> content_length) = 0;
  virtual void write(std::string_view bytes) = 0;
  virtual void end() = 0;
  virtual void abort() = 0;
  // False when the client is slow: the call pauses its source until on_drain().
  virtual bool writable() = 0;
};

class Call final : public AttemptObserver {
 public:
  struct Context {
    Workplace& workplace;
    const ProviderTable& providers;  // of a snapshot that outlives the call
  };

  // Makes the encoder of an attempt: what one attempt began must not show in the next.
  using EncoderFactory = std::function<std::unique_ptr<chat::Encoder>()>;

  // `client` must outlive the call. REQUIRES: every target's provider is in the table.
  Call(Context context,
       CallRequest request,
       routing::Route route,
       EncoderFactory make_encoder,
       ClientSide& client);

  // A call that is destroyed before it is over counts as one whose client has gone.
  ~Call() override;

  void start();

  // The client takes output again.
  void on_drain();

  // The client has half-closed: write something harmless, to find out whether it is still there.
  void probe();

  // Gives the client what was written and waits for the end of the turn: for who ends the answer
  // early in words of its own.
  void hand_over();

  // The server ends: an error for the client, and the end.
  void shut_down();

  [[nodiscard]] Outcome outcome() const;

 private:
  // AttemptObserver
  void on_answer(const upstream::ResponseHead& head, bool passes) override;
  Status on_bytes(std::string_view bytes) override;
  pbay_status on_event(const pbay_event& event) override;
  void on_done() override;
  void on_failed(chat::Failure failure, const http::HeaderList& upstream_headers) override;

  void try_target(std::size_t index);
  void flush();
  void commit();
  void finish_passing();
  void give_up(const chat::Failure& failure, const http::HeaderList& headers);
  void on_commit_time();
  void on_silence();
  void on_deadline();
  void began();
  void over();
  void count_as(telemetry::CallSeries* series);
  [[nodiscard]] bool streams() const;
  [[nodiscard]] bool is_talk() const;
  [[nodiscard]] http::HeaderList answer_headers() const;
  [[nodiscard]] http::HeaderList answer_headers_of(const http::HeaderList& upstream) const;

  const Context context_;
  const CallRequest request_;
  const routing::Route route_;
  const EncoderFactory make_encoder_;
  std::unique_ptr<chat::Encoder> encoder_;
  ClientSide& client_;

  std::size_t target_ = 0;
  std::unique_ptr<Attempt> attempt_;
  std::optional<SignatureRecorder> signatures_;  // of a chat answer that comes in events
  std::optional<PassThrough> passing_;

  int status_ = 200;
  std::string content_type_;             // of an answer that passes as it is
  http::HeaderList upstream_headers_;    // those that the client may see
  std::optional<std::uint64_t> length_;  // of an answer that passes as it is
  std::string out_;                      // written, and not handed to the client yet
  bool has_content_ = false;             // events with something for the client have come
  bool committed_ = false;               // the client has the head
  bool over_ = false;
  std::string failure_;
  std::optional<telemetry::ErrorClass> error_;
  telemetry::CallSeries* series_ = nullptr;  // of the current target, until it is over
  const Time started_;
  std::int64_t first_byte_ms_ = -1;
  Time last_write_{};  // to the client: the start of the turn it was in

  reactor::Deferred flush_;  // events of one turn go out together
  reactor::Timer commit_timer_;
  reactor::Timer silence_timer_;
  reactor::Timer deadline_timer_;
};

}  // namespace patchbay::relay
