// A whole exchange: a request, what the upstream answered, and what the plugin made of it.

#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/check/strict_call.hpp"

namespace patchbay::check {

struct PlayOptions {
  enum class Batches { kSingly, kTogether, kRandom };
  Batches batches = Batches::kSingly;  // frames by on_frames()
  std::uint64_t seed = 0;              // of kRandom
  // Where a body that the plugin wants in bytes is cut; nothing: not at all.
  std::optional<std::size_t> cut;
  // Destroys the call after so many functions of it.
  std::size_t steps = std::numeric_limits<std::size_t>::max();
  pbay_status end_status = PBAY_OK;  // of the transport
  CallOptions call = {};
};

struct Outcome {
  // Every event, a line each, and how it ended: "END ok", "END stop", "END next" when it asked for
  // what there is no answer to, "END unfinished" for a call that was broken off, or a line that
  // begins with FAIL. "PASSTHROUGH" stands for an answer that nobody reads; below a failure stands
  // the body that a client of the same dialect is shown.
  std::string transcript;
  // The same without a sign of where the pieces of a text begin and end.
  std::string joined;
  pbay_status status = PBAY_OK;
  std::string failed_in;            // the function that failed; empty when none did
  std::optional<ToldError> error;   // what was told about it
  std::vector<BuiltRequest> built;  // one for each request upstream
  std::size_t steps = 0;            // functions that were called
  std::size_t events = 0;
  std::size_t allocations = 0;
  bool passed_through = false;
  bool ended = false;   // it came to its end, good or bad
  std::string missing;  // from an answer that ended well
  // The longest that each function took.
  std::map<std::string, std::chrono::nanoseconds> times;
  bool timed_out = false;  // a provider that does its own work never completed the call
};

// `answers` are given one to each request that the plugin has sent; when it asks for more, the
// exchange is unfinished. Providers that do their own work get none of them.
Outcome play(StrictProvider& provider,
             const RequestSample& request,
             std::span<const AnswerSample> answers,
             const PlayOptions& options = {});

// How long a provider that does its own work may be silent.
inline constexpr std::chrono::seconds kPatience{10};

// The framing and the frames that the host makes of an answer which was asked for in `wanted`.
struct Framed {
  pbay_framing framing = PBAY_FRAME_WHOLE;
  std::vector<FrameSample> frames;
};
Framed frames_of(const AnswerSample& answer, pbay_framing wanted, std::optional<std::size_t> cut);

}  // namespace patchbay::check
