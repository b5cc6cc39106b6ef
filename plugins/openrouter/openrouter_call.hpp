// One request on its way to OpenRouter and back.
//
// What OpenAI's clients stumble over is mended, and nothing else: an error in the middle of a
// stream (a whole chunk with an `error` beside its choices) or in an answer of status 200 becomes
// the failure that it is, and the number in an error's `code` becomes text. To find the first, the
// answers of chats and completions are looked through, chunk by chunk, and go on as they came;
// everything else passes unread.

#pragma once

#include <optional>

#include "patchbay/plugin.hpp"
#include "plugins/openrouter/drawn_by_chat.hpp"
#include "plugins/shared/openai_shaped_call.hpp"

namespace patchbay::plugins::openrouter {

class OpenRouterProvider;

class OpenRouterCall : public OpenAiShapedCall {
 public:
  OpenRouterCall(const OpenRouterProvider& provider, const pbay_request& request);

  pbay_status build_request(sdk::HttpRequest& out);
  pbay_status on_head(const pbay_http_head& head, sdk::Sink& sink);
  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink);
  pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink);

 private:
  [[nodiscard]] bool looks_through() const;
  [[nodiscard]] bool draws_by_chat() const;
  pbay_status refuse(std::string_view body);
  pbay_status pass(std::string_view data, sdk::Sink& sink);

  const OpenRouterProvider& provider_;
  bool looking_ = false;    // at the answer that is passing
  bool complete_ = false;   // it is: [DONE] came, or the whole of it
  bool finishing_ = false;  // a choice has its finish reason
  JsonText json_;
  std::string line_;
  std::optional<DrawnByChat> drawn_;
};

}  // namespace patchbay::plugins::openrouter
