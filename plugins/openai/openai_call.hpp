// One chat completion on its way to an OpenAI-shaped upstream and back.
//
// Where the client speaks the same dialect the body goes up as it came, but for the model's name,
// and the answer goes back past this class. Otherwise the answer is said in events.

#pragma once

#include <optional>
#include <span>

#include "patchbay/plugin.hpp"
#include "plugins/shared/openai_answer.hpp"

namespace patchbay::plugins::openai {

class OpenAiProvider;

class OpenAiCall : public sdk::Call {
 public:
  OpenAiCall(const OpenAiProvider& provider, const pbay_request& request);

  pbay_status build_request(sdk::HttpRequest& out);
  pbay_status on_head(const pbay_http_head& head, sdk::Sink& sink);
  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink);
  pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink);

 private:
  pbay_status fail_as(const UpstreamError& error, std::string_view body = {});
  pbay_status refused(std::string_view body);

  const OpenAiProvider& provider_;
  int status_ = 0;  // of the answer; 0 until it has come
  pbay_framing framing_ = PBAY_FRAME_AUTO;
  bool passed_through_ = false;
  bool failed_ = false;
  std::span<const pbay_kv> error_headers_;  // those that say when to come back, kept from the head
  std::optional<OpenAiAnswer> answer_;      // of a 2xx answer that is said in events
};

}  // namespace patchbay::plugins::openai
