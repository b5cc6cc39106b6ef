// One call of the stub: sends its plan, piece by piece, and fails where it was told to.
//
// Everything happens in [call] functions; a delay hands the rest to TimerThread, and a full client
// is waited for until writable().

#pragma once

#include <chrono>
#include <string>

#include "patchbay/plugin.hpp"
#include "plugins/stub/plan.hpp"

namespace patchbay::plugins::stub {

class StubProvider;

class StubCall : public sdk::ActiveCall {
 public:
  StubCall(const StubProvider& provider, const pbay_request& request);

  pbay_status start();
  void cancel();
  void writable();

 private:
  enum class Progress { kMoved, kWaiting, kOver };

  static void on_timer(pbay_call* raw, void*);
  void advance();
  Progress step();
  Progress send_next();
  bool wait_first();
  void wait(std::int64_t delay_ms);
  pbay_status send_piece(sdk::Sink& sink, const Piece& piece, std::uint32_t choice) const;
  pbay_status send_tool(sdk::Sink& sink, const Piece& piece, sdk::At at) const;
  pbay_status send_image(sdk::Sink& sink, const Piece& piece, sdk::At at) const;
  pbay_status send_tone(sdk::Sink& sink, const Piece& piece, sdk::At at) const;
  pbay_status send_vector(sdk::Sink& sink, const Piece& piece) const;
  pbay_status send_meta(sdk::Sink& sink) const;
  pbay_status send_finish(sdk::Sink& sink) const;
  pbay_status send_usage(sdk::Sink& sink) const;
  Progress fail_as_told();
  Progress send_garbage();
  Progress over();

  const StubProvider& provider_;
  Plan plan_;

  // Where in the answer it is: pieces in order, each for every choice in turn.
  bool begun_ = false;
  std::size_t piece_ = 0;
  std::uint32_t choice_ = 0;
  std::int64_t tokens_sent_ = 0;
  bool finished_ = false;  // every choice has its finish
  bool garbage_sent_ = false;

  bool waited_ = false;   // for the piece that is next
  bool waiting_ = false;  // for the timer; writable() must not run ahead of it
  bool over_ = false;     // complete() was called
};

}  // namespace patchbay::plugins::stub
