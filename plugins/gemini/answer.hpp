// Reads answers of generateContent and streamGenerateContent and says them as Patchbay's events.
//
//   text                 TEXT; of a thought REASONING
//   thoughtSignature     SIGNATURE "google.thought" at the item that it came with
//   functionCall         TOOL_BEGIN, TOOL_ARGS; an id is made where there is none
//   inlineData           IMAGE, AUDIO
//   other parts          EXTRA under their own names (executable_code, ...)
//   finishReason         FINISH, once the whole answer is there: some models say it in every piece
//   promptFeedback       FINISH as content where the prompt was blocked
//   usageMetadata        USAGE, in every piece; the last one counts
//   safetyRatings        EXTRA safety_ratings; also grounding, citations, logprobs
//
//   GeminiAnswer answer(host);
//   for (const pbay_frame& frame : frames) {
//     if (answer.piece(sdk::view(frame.data), sink) == Outcome::kFailed) ...
//   }
//   answer.end(sink);
//
// One object reads one answer. Text goes from the frame to the sink without a copy, and a piece of
// text costs no allocation.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/gemini/candidate.hpp"
#include "plugins/gemini/outcome.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins::gemini {

class GeminiAnswer {
 public:
  // `host` gives random bytes for the ids of calls, and takes what is worth a debug line.
  explicit GeminiAnswer(const sdk::Host& host) : host_(host) {}

  // One event of a stream, a whole answer, or the list of pieces that a stream is when it is not
  // asked for as events. kDone only after an end mark, which the vendor itself does not send.
  Outcome piece(std::string_view data, sdk::Sink& sink);

  // The body has ended as its framing promised. Closes what is open and says how each choice ended;
  // kFailed if the answer is not complete.
  Outcome end(sdk::Sink& sink);

  // Whether every choice has said why it ended: what is still to come can be done without.
  [[nodiscard]] bool complete() const;
  // Whether end() was reached, or it has failed.
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const UpstreamError& error() const { return error_; }

 private:
  struct Seen {
    std::uint64_t key;
    std::uint64_t value;
  };

  Outcome fail(UpstreamError error);
  Outcome read(JsonValue root, sdk::Sink& sink);
  Outcome read_candidates(JsonValue candidates, sdk::Sink& sink);
  void read_fields(JsonValue candidate, Candidate& choice, sdk::Sink& sink);
  void read_feedback(JsonValue feedback, sdk::Sink& sink);
  void say_meta(JsonValue root, sdk::Sink& sink);
  void say_usage(JsonValue usage, sdk::Sink& sink);
  void say_field(
      sdk::At at, std::int32_t scope, std::string_view name, JsonValue value, sdk::Sink& sink);
  Candidate* choice_at(std::int64_t index);

  const sdk::Host host_;
  JsonText json_;
  std::vector<Candidate> choices_;
  std::vector<Seen> seen_;  // answer and choice fields that were said already
  std::string line_;        // for JSON that goes on in one line
  std::string blocked_;     // why the prompt was refused; empty if it was not
  UpstreamError error_;
  bool meta_said_ = false;
  bool ended_ = false;
};

}  // namespace patchbay::plugins::gemini
