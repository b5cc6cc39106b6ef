// One call of the replay provider: finds the recording that answers it, and gives its answer back,
// piece by piece.
//
// A client of the same wire format gets the recorded pieces themselves. For others, and where it
// asked for a stream and the recording is none (or the other way round), the answer is said in
// events.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "patchbay/plugin.hpp"
#include "plugins/replay/held_events.hpp"
#include "plugins/replay/recording.hpp"
#include "plugins/replay/recording_shelf.hpp"
#include "plugins/replay/sse_text.hpp"
#include "plugins/shared/openai_reader.hpp"

namespace patchbay::plugins::replay {

class ReplayProvider;

class ReplayCall : public sdk::ActiveCall {
 public:
  ReplayCall(const ReplayProvider& provider, const pbay_request& request);

  pbay_status start();
  void cancel();
  void writable();

 private:
  enum class Progress { kMoved, kWaiting, kOver };

  static void on_timer(pbay_call* raw, void*);
  [[nodiscard]] RecordingShelf::Query query() const;
  pbay_status find_nothing(const RecordingShelf::Query& query);
  void advance();
  Progress step();
  bool wait_first();
  bool read_piece();
  bool read_raw();
  void say(std::string_view piece, std::string_view name, pbay_framing framing);
  Progress send();
  Progress end();
  Progress fail_as_recorded();
  Progress fail_with(const UpstreamError& error, std::string_view body);

  const ReplayProvider& provider_;
  const OpenAiOperation operation_;
  const Recording* recording_ = nullptr;
  std::optional<OpenAiReader> reader_;  // where the answer is said in events
  std::string_view rest_;               // of the recorded body
  HeldEvents held_;

  std::int64_t pieces_ = 0;  // read so far
  bool ended_ = false;       // all of the answer was read
  bool waited_ = false;      // for the piece that is next
  bool waiting_ = false;     // for the timer; writable() must not run ahead of it
  bool over_ = false;        // complete() was called
};

}  // namespace patchbay::plugins::replay
