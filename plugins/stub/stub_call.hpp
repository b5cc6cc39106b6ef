// One call of the stub: sends its plan, piece by piece, and fails where it was told to.

#pragma once

#include <cstdint>

#include "patchbay/plugin.hpp"
#include "plugins/shared/paced_call.hpp"
#include "plugins/stub/plan.hpp"

namespace patchbay::plugins::stub {

class StubProvider;

class StubCall final : public PacedCall<StubProvider> {
 public:
  StubCall(const StubProvider& provider, const pbay_request& request);

  pbay_status start();

 private:
  Progress step() override;
  Progress send_next();
  bool wait_first();
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

  const StubProvider& provider_;
  Plan plan_;

  // Where in the answer it is: pieces in order, each for every choice in turn.
  bool begun_ = false;
  std::size_t piece_ = 0;
  std::uint32_t choice_ = 0;
  std::int64_t tokens_sent_ = 0;
  bool finished_ = false;  // every choice has its finish
  bool garbage_sent_ = false;
};

}  // namespace patchbay::plugins::stub
