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
#include "plugins/shared/paced_call.hpp"

namespace patchbay::plugins::replay {

class ReplayProvider;

class ReplayCall final : public PacedCall<ReplayProvider> {
 public:
  ReplayCall(const ReplayProvider& provider, const pbay_request& request);

  pbay_status start();

 private:
  [[nodiscard]] RecordingShelf::Query query() const;
  pbay_status find_nothing(const RecordingShelf::Query& query);
  Progress step() override;
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
};

}  // namespace patchbay::plugins::replay
