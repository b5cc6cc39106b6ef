// Reads the answers of OpenAI-shaped upstreams (OpenAI itself and the many that speak its chat
// completions) and says them as Patchbay's events. The vendors deviate in many small ways; what is
// understood beyond OpenAI's own format:
//
//   reasoning         reasoning_content, reasoning, thinking parts of a content array, and
//                     reasoning_details with signatures and encrypted blocks
//   tool calls        without index, all with index 0, without id, arguments as an object, the old
//                     function_call, and custom tools (their input stands as the arguments)
//   finish            repeated, missing before [DONE], "stop" where tools are called, vendors'
//   words usage             in the last chunk, in every chunk, in x_groq or in the choice shape
//   chunks without choices, a whole message in a chunk, content as a list of parts,
//                     an error in the middle of a stream or in a 200
//
// An unknown field is passed on as EXTRA under its own name; padding is dropped.
//
//   OpenAiAnswer answer(host);
//   for (const pbay_frame& frame : frames) {
//     switch (answer.chunk(sdk::view(frame.data), sdk::view(frame.event), sink)) { ... }
//   }
//   answer.end(sink);
//
// One object reads one answer. Text goes from the frame to the sink without a copy, and a chunk of
// text costs no allocation.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/openai_choice.hpp"
#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins {

class OpenAiAnswer : public OpenAiReading {
 public:
  using Outcome = ReadOutcome;
  enum class Form {
    kChat,
    kCompletions,  // the old kind: a choice's text stands in its `text`
  };

  // `host` gives random bytes for the ids of tool calls that come without one.
  explicit OpenAiAnswer(const sdk::Host& host, Form form = Form::kChat)
      : host_(host), form_(form) {}

  // One event of a stream; `event` is its SSE name or empty. kDone after the end mark, [DONE].
  Outcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);

  // An answer that came in one piece. Followed by end().
  Outcome whole(std::string_view body, sdk::Sink& sink);

  // The body has ended as its framing promised. Closes what is open; kFailed if the answer is not
  // complete. Does nothing after kDone.
  Outcome end(sdk::Sink& sink);

 private:
  struct Seen {
    std::uint64_t key;
    std::uint64_t value;
  };

  Outcome read(JsonValue root, sdk::Sink& sink);
  Outcome read_choices(JsonValue choices, sdk::Sink& sink);
  Outcome finish_all(sdk::Sink& sink);
  void say_meta(JsonValue root, sdk::Sink& sink);
  void say_field(sdk::At at, std::int32_t scope, JsonValue value, sdk::Sink& sink);
  void say_usage(JsonValue usage, sdk::Sink& sink);
  bool is_news(std::uint32_t choice, std::int32_t scope, JsonValue value);
  OpenAiChoice* choice_at(std::int64_t index);

  const sdk::Host host_;
  const Form form_;
  std::vector<OpenAiChoice> choices_;
  std::vector<Seen> seen_;  // answer and choice fields that were said already
  std::vector<std::string>
      held_fields_;   // fields that came before the answer's id: name, NUL, JSON
  std::string line_;  // for JSON that goes on in one line
  bool is_whole_ = false;
  bool meta_said_ = false;
};

}  // namespace patchbay::plugins
