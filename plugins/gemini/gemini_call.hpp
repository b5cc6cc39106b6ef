// One request on its way to the vendor and back: a chat, embeddings, images, the list of models, or
// something that passes as it is.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "patchbay/plugin.hpp"
#include "plugins/gemini/answer.hpp"
#include "plugins/gemini/embeddings.hpp"
#include "plugins/gemini/images.hpp"
#include "plugins/gemini/model_list.hpp"
#include "plugins/gemini/translation.hpp"
#include "plugins/gemini/upstream_request.hpp"
#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::gemini {

class GeminiProvider;

class GeminiCall : public sdk::Call {
 public:
  GeminiCall(const GeminiProvider& provider, const pbay_request& request);

  pbay_status build_request(sdk::HttpRequest& out);
  pbay_status on_head(const pbay_http_head& head, sdk::Sink& sink);
  pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink);
  pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink);

 private:
  // A call whose body and answer nobody looks into.
  struct Passing {};
  using Job = std::variant<Passing, GeminiAnswer, Embeddings, Images, ModelPages>;

  static Job job_of(const sdk::Host& host, const pbay_request& request);
  bool build(GeminiAnswer& job, Translation& translation);
  bool build(Embeddings& job, Translation& translation);
  bool build(Images& job, Translation& translation);
  bool build(ModelPages& job, Translation& translation);
  bool build(Passing& job, Translation& translation);
  [[nodiscard]] bool is_raw() const { return request().mode == PBAY_MODE_RAW; }
  [[nodiscard]] std::string_view chat_method() const;
  void fill_headers(sdk::HttpRequest& out) const;
  void tell(const Translation& translation) const;
  Outcome read(std::string_view data, sdk::Sink& sink);
  Outcome end(sdk::Sink& sink);
  pbay_status fail_as(const UpstreamError& error, std::string_view body = {});
  pbay_status refused(std::string_view body);
  [[nodiscard]] UpstreamError job_error() const;

  const GeminiProvider& provider_;
  Job job_;
  UpstreamRequest upstream_;
  JsonText request_json_;
  std::string url_;
  int status_ = 0;  // of the answer to the last request; 0 until it has come
  bool failed_ = false;
  std::span<const pbay_kv> error_headers_;  // those that say when to come back, kept from the head
};

}  // namespace patchbay::plugins::gemini
