// One call on its way to the Messages API and back.
//
//   openai.chat/1          translated both ways: request.hpp, answer.hpp
//   anthropic.messages/1   the body goes up as it came, but for the model's name; the answer goes
//                          back past this class
//   openai.models/1        the vendor's list, page by page
//   raw/1                  any path, bytes in and out

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "patchbay/plugin.hpp"
#include "plugins/anthropic/answer.hpp"
#include "plugins/anthropic/model_list.hpp"

namespace patchbay::plugins::anthropic {

class AnthropicProvider;
struct TranslatedRequest;

class AnthropicCall : public sdk::Call {
 public:
  AnthropicCall(const AnthropicProvider& provider, const pbay_request& request);

  pbay_status build_request(sdk::HttpRequest& out);
  pbay_status on_head(const pbay_http_head& head, sdk::Sink& sink);
  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink);
  pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink);

 private:
  enum class Job : std::uint8_t { kChat, kNative, kModels, kRaw };

  pbay_status build_chat(sdk::HttpRequest& out);
  pbay_status build_raw(sdk::HttpRequest& out);
  void put_headers(sdk::HttpRequest& out);
  void tell(const TranslatedRequest& made);
  pbay_status fail_as(const UpstreamError& error, std::string_view body = {});
  pbay_status refused(std::string_view body);

  const AnthropicProvider& provider_;
  const Job job_;
  int status_ = 0;  // of the answer; 0 until it has come
  pbay_framing framing_ = PBAY_FRAME_AUTO;
  bool passed_through_ = false;
  bool failed_ = false;
  bool next_page_ = false;
  std::string body_;  // of the request: the host may still be sending it when its answer begins
  std::span<const pbay_kv> error_headers_;  // those that say when to come back, kept from the head
  std::optional<Answer> answer_;            // of a 2xx answer that is said in events
  std::optional<ModelList> models_;
};

}  // namespace patchbay::plugins::anthropic
