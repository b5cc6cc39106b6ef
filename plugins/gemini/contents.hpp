// The messages of a conversation as the vendor's systemInstruction and contents.
//
// The vendor knows two speakers, user and model, who take turns: what one of them says in several
// messages is put together. Function responses are a user's turn of their own, right behind the
// calls; what else a tool gave (an image) follows in the next turn. A function call is answered by
// its name, so the name of every call is remembered by its id.

#pragma once

#include <cstdint>
#include <string>

#include "plugins/gemini/body_text.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

// Writes "contents":[...] and, where there is one, ,"systemInstruction":{...}.
[[nodiscard]] bool write_contents(JsonValue messages, Translation& translation, BodyText& out);

// The turns under construction.
class Turns {
 public:
  enum class Speaker : std::uint8_t { kNobody, kUser, kModel, kTools };

  // Where the next part of that speaker's turn goes: whatever is added to it up to the next call is
  // one part.
  BodyText& part(Speaker speaker);
  // A part of the user's that waits until all tools have answered.
  void after_tools(const BodyText& part);

  void end();
  // After end(): whether nobody said anything; the turns, with commas between them.
  [[nodiscard]] bool empty() const { return turns_.empty(); }
  [[nodiscard]] const BodyText& text() const { return turns_; }

 private:
  void close();

  BodyText turns_;    // those that are complete
  BodyText waiting_;  // parts for the turn after the tools'
  Speaker speaker_ = Speaker::kNobody;
};

}  // namespace patchbay::plugins::gemini
